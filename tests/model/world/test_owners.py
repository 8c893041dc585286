"""Owners and what they own: the garbage collector, finalizers, and namespaces that are deleted."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Refused, Write
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.controllers.namespace import NAMESPACES
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.propagation import Propagation, finalizers_of
from kubeproof.model.node.kubelet.processes import Process
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.namespace import Namespace
from kubeproof.model.objects.plain import Plain
from kubeproof.model.world import Runner
from tests.model.world.made import SPACE, cluster, names, nodes_with, owned, pod, step, told


def key(name: str) -> Key:
    return Key("ConfigMap", SPACE, name)


def of(runner: Runner, name: str) -> Plain:
    held = runner.world.store.get(key(name))
    assert isinstance(held, Plain)
    return held


def chain(*links: str, blocks: bool = True) -> Runner:
    """ConfigMaps of which each is owned by the ones before its colon, in the order of their creation."""
    runner = cluster(GARBAGE_COLLECTOR, nodes=())
    for link in links:
        name, _, owners = link.partition("<")
        meta = Meta(name, SPACE)
        for owner in filter(None, owners.split(",")):
            meta = owned(meta, "ConfigMap", of(runner, owner).meta, blocks=blocks)
        step(runner, [Write("create", key(name), Plain(meta))])
    list(runner.run(0))
    return runner


def deleted(runner: Runner, name: str, how: Propagation = "") -> list[str]:
    step(runner, [Write("delete", key(name), DeleteOptions(propagation=how))])
    return told(runner.run(0))


def with_finalizer(runner: Runner, name: str, *finalizers: str) -> None:
    held = of(runner, name)
    step(runner, [Write("update", key(name), replace(held, meta=replace(held.meta, finalizers=finalizers)))])
    list(runner.run(0))


class Goes(NamedTuple):
    """What is left after one is deleted."""

    sentence: str
    links: tuple[str, ...]
    name: str
    how: Propagation
    left: list[str]


CASES = (
    Goes("in the background all that it owns goes", ("a", "b<a", "c<b", "d"), "a", "Background", ["d"]),
    Goes("without a word, too", ("a", "b<a", "c<b"), "a", "", []),
    Goes("in the foreground all of it goes", ("a", "b<a", "c<b"), "a", "Foreground", []),
    Goes("orphaned, it stays", ("a", "b<a", "c<b"), "a", "Orphan", ["b", "c"]),
    Goes("one with another owner stays", ("a", "b", "c<a,b"), "a", "Background", ["b", "c"]),
    Goes("one with another owner stays, in the foreground, too", ("a", "b", "c<a,b"), "a", "Foreground", ["b", "c"]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_what_goes_with_its_owner(case: Goes) -> None:
    runner = chain(*case.links)
    deleted(runner, case.name, case.how)
    assert names(runner, "ConfigMap") == case.left


def test_the_background_takes_the_owner_first_and_the_foreground_takes_it_last() -> None:
    runner = chain("a", "b<a")
    assert deleted(runner, "a", "Background") == ["0 garbage-collector-controller: delete ConfigMap b"]
    runner = chain("a", "b<a")
    assert deleted(runner, "a", "Foreground") == [
        "0 garbage-collector-controller: delete ConfigMap b",
        "0 garbage-collector-controller: update ConfigMap a",
    ]


def test_what_is_orphaned_forgets_its_owner_before_that_goes() -> None:
    runner = chain("a", "b<a")
    assert deleted(runner, "a", "Orphan") == [
        "0 garbage-collector-controller: update ConfigMap b",
        "0 garbage-collector-controller: update ConfigMap a",
    ]
    assert of(runner, "b").meta.owners == ()


def test_in_the_foreground_an_owner_waits_for_those_that_block_it_alone() -> None:
    runner = chain("a", "b<a")
    with_finalizer(runner, "b", "wait")
    deleted(runner, "a", "Foreground")
    assert names(runner, "ConfigMap") == ["a", "b"]
    assert of(runner, "b").meta.deleted_at == 0
    with_finalizer(runner, "b")
    assert names(runner, "ConfigMap") == []
    runner = chain("a", "b<a", blocks=False)
    with_finalizer(runner, "b", "wait")
    deleted(runner, "a", "Foreground")
    assert names(runner, "ConfigMap") == ["b"]


def test_one_that_owns_others_is_deleted_in_the_foreground_with_its_owner() -> None:
    runner = chain("a", "b<a", "c<b")
    with_finalizer(runner, "c", "wait")
    deleted(runner, "a", "Foreground")
    assert names(runner, "ConfigMap") == ["a", "b", "c"]
    assert of(runner, "b").meta.finalizers == ("foregroundDeletion",)


def test_those_that_own_each_other_go_all_the_same() -> None:
    runner = chain("a", "b<a")
    first = of(runner, "a")
    with_cycle = replace(first, meta=owned(first.meta, "ConfigMap", of(runner, "b").meta))
    step(runner, [Write("update", key("a"), with_cycle)])
    deleted(runner, "a", "Foreground")
    assert names(runner, "ConfigMap") == []


def test_an_owner_of_that_name_with_another_uid_is_none() -> None:
    runner = chain("a")
    lost = Meta("b", SPACE, owners=(Owner("v1", "ConfigMap", "a", "another"),))
    step(runner, [Write("create", key("b"), Plain(lost))])
    list(runner.run(0))
    assert names(runner, "ConfigMap") == ["a"]


def test_an_owner_of_a_kind_that_nobody_knows_is_left_alone() -> None:
    runner = chain()
    strange = Meta("b", SPACE, owners=(Owner("x.io/v1", "Widget", "w", "1"), Owner("v1", "ConfigMap", "a", "2")))
    step(runner, [Write("create", key("b"), Plain(strange))])
    list(runner.run(0))
    assert of(runner, "b").meta.owners == strange.owners


FINALIZERS: tuple[tuple[str, str, tuple[str, ...], Propagation, tuple[str, ...]], ...] = (
    ("a Job orphans where nobody says otherwise", "Job", ("x",), "", ("x", "orphan")),
    ("unless its finalizers do", "Job", ("foregroundDeletion",), "", ("foregroundDeletion",)),
    ("or the request", "Job", (), "Background", ()),
    ("nobody else does", "Deployment", ("x",), "", ("x",)),
    ("what was asked first is taken back", "Deployment", ("orphan", "x"), "Background", ("x",)),
    ("and replaced", "Deployment", ("orphan",), "Foreground", ("foregroundDeletion",)),
    ("but a finalizer counts where nobody says anything", "Deployment", ("orphan",), "", ("orphan",)),
)


@pytest.mark.parametrize(
    ("kind", "held", "asked", "left"), [row[1:] for row in FINALIZERS], ids=[row[0] for row in FINALIZERS]
)
def test_which_finalizers_a_deletion_leaves(
    kind: str, held: tuple[str, ...], asked: Propagation, left: tuple[str, ...]
) -> None:
    assert finalizers_of(kind, held, asked) == left


def spaced(*components: str) -> Runner:
    slow = nodes_with(NAMESPACES, GARBAGE_COLLECTOR, does=lambda pod: {"c": Process(term_takes=9)})
    runner = cluster(*slow)
    step(runner, [Write("create", Key("Namespace", "", SPACE), Namespace(Meta(SPACE)))])
    step(runner, [Write("create", key("a"), Plain(Meta("a", SPACE)))])
    step(runner, [Write("create", Key("Pod", SPACE, "p"), pod("p", "n1"))])
    step(runner, [Write("create", Key("Pod", "else", "p"), replace(pod("p", "n1"), meta=Meta("p", "else")))])
    list(runner.run(0))
    step(runner, [Write("delete", Key("Namespace", "", SPACE))])
    return runner


def test_a_namespace_goes_when_all_in_it_has_gone() -> None:
    runner = spaced()
    assert told(runner.run(100), "namespace-controller") == [
        "0 namespace-controller: delete Pod p",
        "0 namespace-controller: delete ConfigMap a",
        "16 namespace-controller: update Namespace shop",
    ]
    assert (names(runner, "Namespace"), names(runner, "ConfigMap")) == ([], [])
    assert [one for one in runner.world.store.objects if one.kind == "Pod"] == [Key("Pod", "else", "p")]


def test_in_a_namespace_that_is_being_deleted_nothing_is_created() -> None:
    runner = spaced()
    held = runner.world.store.get(Key("Namespace", "", SPACE))
    assert isinstance(held, Namespace)
    assert held.phase == "Terminating"
    refused = runner.ask(Write("create", key("new"), Plain(Meta("new", SPACE))), "user").refused
    assert isinstance(refused, Refused)
    assert (refused.code, str(refused)) == (
        403,
        'configmaps "new" is forbidden: unable to create new content in namespace shop because it is being terminated',
    )
    assert (
        runner.ask(Write("create", Key("ConfigMap", "else", "new"), Plain(Meta("new", "else"))), "user").refused is None
    )


def test_a_deletion_names_the_object_that_it_means() -> None:
    runner = chain("a")
    refused = runner.ask(Write("delete", key("a"), DeleteOptions(uid="another")), "user").refused
    assert isinstance(refused, Refused)
    assert (refused.code, names(runner, "ConfigMap")) == (409, ["a"])


def test_a_pod_with_a_finalizer_ends_and_stays_until_that_goes() -> None:
    runner = cluster(*nodes_with(GARBAGE_COLLECTOR))
    one = pod("p", "n1")
    step(runner, [Write("create", Key("Pod", SPACE, "p"), replace(one, meta=replace(one.meta, finalizers=("x",))))])
    list(runner.run(0))
    step(runner, [Write("delete", Key("Pod", SPACE, "p"), DeleteOptions(propagation="Foreground"))])
    list(runner.run(60))
    held = runner.world.store.get(Key("Pod", SPACE, "p"))
    assert isinstance(held, LivePod)
    assert (held.meta.finalizers, held.status.phase, held.meta.grace_period) == (("x",), "Failed", 0)
    step(runner, [Write("update", Key("Pod", SPACE, "p"), replace(held, meta=replace(held.meta, finalizers=())))])
    assert names(runner, "Pod") == []
