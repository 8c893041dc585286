"""What holds of owners after any requests: nobody owns what is not there, and what is applied is there and owned."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.controlplane.fields import owners
from kubeproof.model.controlplane.fields.merging import fields_of, merge, with_named
from kubeproof.model.controlplane.fields.owners import Applier, Owned
from kubeproof.model.controlplane.fields.schema import of_kind
from kubeproof.model.controlplane.validation.decode import decoded

Json = Any
POD = of_kind("v1", "Pod")
EMPTY = owners.nothing("v1", "Pod")
NAMES = st.sampled_from("abc")
SMALL = st.sampled_from(["1", "2"])
ENVIRONMENTS = st.dictionaries(NAMES, SMALL, max_size=3)
CONTAINERS = st.dictionaries(NAMES, ENVIRONMENTS, max_size=3)


@st.composite
def pods(draw: st.DrawFn) -> Json:
    """A part of a pod: labels, finalizers, tolerations, and containers with their environments."""
    labels = draw(st.dictionaries(NAMES, SMALL, max_size=2))
    finalizers = draw(st.lists(st.sampled_from(["x/a", "x/b"]), unique=True))
    containers = [
        {"name": name, **({"env": [{"name": key, "value": value} for key, value in env.items()]} if env else {})}
        for name, env in draw(CONTAINERS).items()
    ]
    tolerations = draw(st.lists(st.fixed_dictionaries({"key": NAMES}), max_size=2))
    about = {name: told for name, told in (("labels", labels), ("finalizers", finalizers)) if told}
    spec = {name: told for name, told in (("containers", containers), ("tolerations", tolerations)) if told}
    whole = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", **about}}
    return {**whole, "spec": spec} if spec else whole


REQUESTS = st.lists(st.tuples(st.sampled_from(["apply", "update"]), st.sampled_from(["m", "n"]), pods()), max_size=6)


def after(requests: list[tuple[str, str, Json]]) -> Owned:
    held = EMPTY
    for now, (verb, manager, told) in enumerate(requests):
        if verb == "apply":
            held = owners.applied(held, told, Applier(manager, force=True), now)
        else:
            held = owners.updated(held, merge(held.raw, told, POD), manager, now, version="v1")
        held = stored(held)
    return held


def stored(held: Owned) -> Owned:
    """As the API server stores it: parts that every pod has are there."""
    assert POD.cls is not None
    return held._replace(raw=decoded(held.raw, POD.cls)[0])


def fields(value: Json) -> frozenset[Any]:
    """The fields of a pod, with those of structs on the way, but for parts that are there and empty."""
    parts = {("metadata",), ("spec",), ("status",)}
    return frozenset(path for path in with_named(fields_of(value, POD), POD) if path not in parts)


@given(REQUESTS)
def test_nobody_owns_what_is_not_there(requests: list[tuple[str, str, Json]]) -> None:
    held = after(requests)
    there = fields(held.raw)
    assert [one for one in held.owners if not one.fields <= there] == []


@given(REQUESTS, pods())
def test_what_is_applied_is_there_and_owned_and_applying_it_again_changes_nothing(
    requests: list[tuple[str, str, Json]], told: Json
) -> None:
    held = stored(owners.applied(after(requests), told, Applier("m", force=True), 99))
    said = fields_of(told, POD)
    assert fields(told) <= fields(held.raw)
    assert merge(held.raw, told, POD) == held.raw
    mine = [one.fields for one in held.owners if one.is_of("m", "Apply")]
    unowned = {("apiVersion",), ("kind",), ("metadata", "name")}
    assert (mine or [frozenset()])[0] == frozenset(path for path in said if path not in unowned)
    assert owners.applied(held, told, Applier("m"), 100) == held


@given(REQUESTS, pods())
def test_only_what_nobody_else_owns_goes(requests: list[tuple[str, str, Json]], told: Json) -> None:
    held = after(requests)
    mine = frozenset().union(*(one.fields for one in held.owners if one.is_of("m", "Apply")))
    others = frozenset().union(*(one.fields for one in held.owners if not one.is_of("m", "Apply")))
    made = stored(owners.applied(held, told, Applier("m", force=True), 99))
    kept = fields(made.raw)
    assert others - kept == frozenset()
    gone = {path for path in fields(held.raw) - kept if not _above(frozenset({path})) & mine}  # with what they are of
    assert gone <= with_named(mine, POD) | _above(mine)


def _above(fields: frozenset[Any]) -> frozenset[Any]:
    """What these are parts of: with the last part that was owned it goes, too."""
    return frozenset(path[:length] for path in fields for length in range(1, len(path)))
