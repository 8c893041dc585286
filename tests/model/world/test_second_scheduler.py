"""Two schedulers in one cluster: whose pods each takes, and what each knows of the other."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from kubeproof.model.cluster import not_modelled
from kubeproof.model.component import Component, Look, first
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.controlplane.scheduling import scheduler, second_scheduler
from kubeproof.model.extras import Extras
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.play import Setup, begun, play
from kubeproof.model.scheduler.profile import Profile
from tests.model.descheduler.build import node, pod


def pods(*schedulers: str) -> str:
    return "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n"
        f"spec: {{schedulerName: {name}, containers: [{{name: c, image: app}}]}}\n"
        for name in schedulers
    )


NODE = """---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {allocatable: {cpu: "8", memory: 8Gi, pods: "110"}}
"""


def bound(extras: Extras) -> dict[str, str]:
    """Who bound which pod."""
    played = begun(Setup(extras=extras), stated_text(NODE + pods("default-scheduler", "batch", "third")))
    played = play(played.setup, played.world, 30)
    return {event.key.name: event.by for event in played.events if event.write.verb == "bind"}


CASES = (
    ("without a second one its pods stay Pending", Extras(), {"default-scheduler": "scheduler"}),
    ("each takes the pods that name it", Extras(second_scheduler=Profile("batch")),
     {"default-scheduler": "scheduler", "batch": "batch"}),
)  # fmt: skip


def check_bound(extras: Extras, expected: dict[str, str]) -> None:
    assert bound(extras) == expected


@pytest.mark.parametrize(("extras", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_who_binds_which_pods(extras: Extras, expected: dict[str, str]) -> None:
    check_bound(extras, expected)


def test_pods_that_nobody_schedules_are_told() -> None:
    found = stated_text(pods("batch", "third"))
    setup = Setup(extras=Extras(second_scheduler=Profile("batch")))
    told = [note.text for note in not_modelled(found, schedulers=setup.schedulers)]
    assert told == ["Pod third: no scheduler 'third' runs, so that its pods stay Pending"]


def asked(component: Component, other: LivePod) -> list[tuple[str, str]]:
    """What a scheduler asks for, where a victim leaves the only node for a pod of kube-scheduler that is nominated."""
    store = Store().put(Key("Node", "", "n1"), node("n1", cpu=1000))
    victim, waiting = pod("victim", "n1", cpu=800, deleted=True), pod("first", "", cpu=800, priority=5)
    for one in (victim, replace(waiting, nominated="n1"), other):
        store = store.put(Key("Pod", one.meta.namespace, one.meta.name), one)
    look = Look(store, 1000)
    [key] = component.objects(look)
    return [(write.verb, write.key.name) for write in component.decide(look, key, first) if isinstance(write, Write)]


def test_what_kube_scheduler_nominates_is_kept_free_by_itself_alone() -> None:
    small = pod("early", "", cpu=150, priority=5)
    theirs = replace(small, spec=replace(small.spec, scheduler="second-scheduler"))
    assert asked(scheduler(), small) == [("status", "early"), ("status", "first")]
    assert asked(second_scheduler(), theirs) == [("bind", "early")]
