"""Watches from a revision: what they tell, when they are too old, and that whoever keeps up has what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Key, Store, of_kind, owned_by
from kubeproof.model.controlplane.watch import Cache, History, caught_up, listed, watch
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.plain import Plain

A, B = Key("ConfigMap", "shop", "a"), Key("ConfigMap", "shop", "b")
ALL = of_kind("ConfigMap")
OWNED = owned_by("ConfigMap", "u1")
SERVER = Server()


class Told:
    """A store, its history, and what is asked of it."""

    def __init__(self, kept: int = 100) -> None:
        self.store, self.history = Store(), History(kept=kept)

    def ask(self, verb: str, key: Key, *, owned: bool = False, mark: str = "") -> None:
        owners = (Owner("v1", "Pod", "p", "u1"),) if owned else ()
        held = self.store.get(key)
        meta = held.meta if held is not None and verb == "update" else Meta(key.name, key.namespace)
        body = Plain(replace(meta, owners=owners, annotations=Map({"mark": mark})))
        write = (
            Write("delete", key) if verb == "delete" else Write("create" if verb == "create" else "update", key, body)
        )
        done = SERVER.do(self.store, write, 0)
        self.store, self.history = done.store, self.history.then(done)

    def since(self, revision: int, bucket: Bucket = ALL) -> list[tuple[str, int, str]]:
        return [(one.type, one.revision, one.key.name) for one in watch(self.history, revision, bucket)]


def some(kept: int = 100) -> Told:
    told = Told(kept)
    told.ask("create", A, owned=True)
    told.ask("create", B)
    told.ask("update", A, mark="1")
    told.ask("update", B, owned=True, mark="2")
    told.ask("delete", A)
    return told


def test_a_watch_tells_what_has_changed_since_a_revision_in_order() -> None:
    told = some()
    assert told.since(0) == [
        ("ADDED", 1, "a"),
        ("ADDED", 2, "b"),
        ("MODIFIED", 3, "a"),
        ("MODIFIED", 4, "b"),
        ("DELETED", 5, "a"),
    ]
    assert told.since(3) == [("MODIFIED", 4, "b"), ("DELETED", 5, "a")]
    assert told.since(5) == []


def test_a_watch_that_selects_sees_objects_come_and_go() -> None:
    assert some().since(0, OWNED) == [("ADDED", 1, "a"), ("DELETED", 3, "a"), ("ADDED", 4, "b")]


def test_what_changes_nothing_is_not_told() -> None:
    told = some()
    told.ask("update", B, owned=True, mark="2")
    assert told.since(5) == []


def test_what_is_compacted_is_gone() -> None:
    told = some()
    told.history = told.history.compact(3)
    assert told.since(3) == [("MODIFIED", 4, "b"), ("DELETED", 5, "a")]
    with pytest.raises(Refused) as caught:
        watch(told.history, 2, ALL)
    assert (caught.value.code, caught.value.reason) == (410, "Expired")
    assert str(caught.value) == "too old resource version: 2 (3)"


def test_the_last_changes_are_kept() -> None:
    told = some(kept=2)
    assert (told.history.compacted, told.since(3)) == (3, [("MODIFIED", 4, "b"), ("DELETED", 5, "a")])


def test_who_was_away_for_too_long_lists_anew() -> None:
    told = some(kept=2)
    late = caught_up(Cache(Map(), 0), told.history, told.store, ALL)
    assert (late.lists, late.revision, sorted(late.entries)) == (2, 5, [B])


STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "delete"]), st.sampled_from([A, B]), st.booleans(), st.booleans()), max_size=25
)


@given(STEPS, st.integers(1, 5), st.sampled_from([ALL, OWNED]))
def test_whoever_keeps_up_has_what_there_is(
    steps: list[tuple[str, Key, bool, bool]], kept: int, bucket: Bucket
) -> None:
    told = Told(kept)
    cache = listed(told.store, bucket)
    for number, (verb, key, owned, looks) in enumerate(steps):
        there = told.store.get(key) is not None
        if verb == "write" or there:
            told.ask(
                "delete" if verb == "delete" else "update" if there else "create", key, owned=owned, mark=str(number)
            )
        if looks:
            cache = caught_up(cache, told.history, told.store, bucket)
            assert cache.entries == told.store.bucket(bucket)
            assert cache.revision == told.store.revision
