"""Objects that are numbered apart: one store whichever of two requests came first, and nothing that clients see."""

from __future__ import annotations

from itertools import permutations

import pytest
from msgspec.structs import replace

from kubeproof.model.controlplane import numbering
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.objects.live_pod import LivePod
from tests.model.world.made import pod

SERVER = Server()


def named(name: str) -> Key:
    return Key("Pod", "shop", name)


def creates(name: str) -> Write:
    one = pod(name)
    return Write("create", named(name), replace(one, meta=replace(one.meta, namespace="shop")))


def after(*writes: Write, store: Store | None = None) -> Store:
    store = numbering.apart(Store()) if store is None else store
    for write in writes:
        store = SERVER.do(store, write, 10).store
    return store


def held(store: Store, name: str) -> LivePod:
    found = store.objects[named(name)]
    assert isinstance(found, LivePod)
    return found


def reports(store: Store, name: str, phase: str) -> Write:
    one = held(store, name)
    return Write("status", named(name), replace(one, status=replace(one.status, phase=phase)))


def test_requests_about_different_objects_lead_to_one_store_in_any_order() -> None:
    waiting = after(creates("a"), creates("b"))
    both = after(Write("bind", named("a"), "n0"), Write("bind", named("b"), "n1"), store=waiting)
    assert both == after(Write("bind", named("b"), "n1"), Write("bind", named("a"), "n0"), store=waiting)
    told = [reports(both, "a", "Running"), reports(both, "b", "Failed"), creates("web-"), creates("db-")]
    stores = [after(*order, store=both) for order in permutations(told[:3])]
    assert all(one == stores[0] for one in stores)
    assert after(*told, store=both) != stores[0]


def test_numbered_together_they_do_not() -> None:
    both = after(creates("a"), creates("b"), store=Store())
    told = [reports(both, "a", "Running"), reports(both, "b", "Failed")]
    assert after(*told, store=both) != after(*told[::-1], store=both)


def test_what_waits_takes_its_turn_by_its_revision() -> None:
    for order in permutations("abc"):
        store = after(*map(creates, order))
        turns = sorted("abc", key=lambda name: held(store, name).meta.resource_version)
        assert turns == list(order)
        store = after(reports(store, order[0], "Unknown"), store=store)
        turns = sorted("abc", key=lambda name: held(store, name).meta.resource_version)
        assert turns == [*order[1:], order[0]]


def test_the_turn_that_a_pod_had_is_forgotten_once_it_is_bound() -> None:
    one, other = after(creates("a"), creates("b")), after(creates("b"), creates("a"))
    bound = (Write("bind", named("a"), "n0"), Write("bind", named("b"), "n1"))
    assert held(one, "a") != held(other, "a")
    assert after(*bound, store=one) == after(*bound, store=other)


def test_an_object_of_an_old_name_has_a_uid_and_revisions_of_its_own() -> None:
    store, seen = numbering.apart(Store()), list[tuple[str, int]]()
    for _ in range(3):
        store = after(creates("a"), Write("bind", named("a"), "n0"), store=store)
        store = after(reports(store, "a", "Running"), store=store)
        seen.append((held(store, "a").meta.uid, held(store, "a").meta.resource_version))
        store = after(Write("delete", named("a"), DeleteOptions(grace_period=0)), store=store)
    uids, revisions = zip(*seen, strict=True)
    assert len(set(uids)) == 3
    assert list(revisions) == sorted(set(revisions))
    store = after(creates("a"), store=store)
    with pytest.raises(Refused, match="the object has been modified"):
        SERVER.do(store, reports(store, "a", "Running")._replace(revision=revisions[-1]), 10)


def test_names_are_made_as_often_as_they_are_asked_for_and_none_twice() -> None:
    before = after(*[creates("web-")] * 40, store=Store())
    store = after(*[creates("web-")] * 40, store=numbering.apart(before))
    assert len(store.objects) == 80
    assert len({one.meta.uid for one in store.objects.values()}) == 80
    assert numbering.apart(store) is store


def test_revisions_of_an_object_only_grow() -> None:
    store = after(creates("a"))
    last = held(store, "a").meta.resource_version
    for phase in ("Unknown", "Pending", "Running", "Failed", "Unknown", "Pending"):
        if phase == "Running":
            store = after(Write("bind", named("a"), "n0"), store=store)
            assert held(store, "a").meta.resource_version > last
            last = held(store, "a").meta.resource_version
        store = after(reports(store, "a", phase), store=store)
        assert held(store, "a").meta.resource_version > last
        last = held(store, "a").meta.resource_version
    assert store.revision == 8
