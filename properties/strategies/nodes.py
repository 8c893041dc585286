"""Random nodes: a few zones, disks and generations, a few taints, and little room.

Strategies are made once (`cache`): making them costs more than drawing from them.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from immutables import Map

from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.storage import ZONE
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, PREFER_NO_SCHEDULE, Taint, Toleration

HOSTNAME, DISK, GENERATION = "kubernetes.io/hostname", "disk", "generation"
NAMES = ("n1", "n2", "n3", "n4")
VALUES = {ZONE: ("a", "b"), DISK: ("hdd", "ssd"), GENERATION: ("2", "3", "x")}
GPU = "example.com/gpu"
IMAGES = ("web:1", "web:latest", "example.com/db:2")
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
MOSTLY, SELDOM = st.sampled_from((True, True, True, True, False)), st.sampled_from((False, False, True))
"""Drawn where something is there mostly, or seldom (integers would favour their ends)."""

_IMAGE_SIZES = st.sampled_from((0, 30 * 2**20, 300 * 2**20, 999_999_999))

EFFECTS = (NO_SCHEDULE, NO_EXECUTE, PREFER_NO_SCHEDULE)


@cache
def taints() -> SearchStrategy[Taint]:
    """A taint of a few keys, values and effects."""
    key = st.sampled_from(("gpu", "spot", UNSCHEDULABLE))
    return st.builds(Taint, key, st.sampled_from(("", "yes")), st.sampled_from(EFFECTS))


@cache
def tolerations() -> SearchStrategy[Toleration]:
    """A toleration of one of the taints, of all of a key, of all of an effect, or of everything."""
    key, effect = st.sampled_from(("gpu", "spot", UNSCHEDULABLE)), st.sampled_from(("", *EFFECTS))
    equal = st.builds(Toleration, key, st.sampled_from(("", "Equal")), st.sampled_from(("", "yes")), effect)
    return equal | st.builds(Toleration, key | st.just(""), st.just("Exists"), st.just(""), effect)


@cache
def node_requirements() -> SearchStrategy[Requirement]:
    """A requirement on one of the labels that nodes have, with any operator of a node selector."""
    key = st.sampled_from(tuple(VALUES))
    some = key.flatmap(
        lambda k: st.builds(
            Requirement,
            st.just(k),
            st.sampled_from(("In", "NotIn")),
            st.lists(st.sampled_from(VALUES[k]), min_size=1, max_size=2, unique=True).map(tuple),
        )
    )
    bare = st.builds(Requirement, key, st.sampled_from(("Exists", "DoesNotExist")))
    bound = st.builds(
        Requirement, st.just(GENERATION), st.sampled_from(("Gt", "Lt")), st.sampled_from((("2",), ("3",)))
    )
    return some | bare | bound


@cache
def _taint_lists() -> SearchStrategy[tuple[Taint, ...]]:
    return st.lists(taints(), max_size=2, unique_by=lambda taint: (taint.key, taint.effect)).map(tuple)


@st.composite
def nodes(draw: st.DrawFn, name: str | None = None) -> Node:
    """A node, with the name if one is given. Amounts are small (cpu in millicores), so that pods compete."""
    name = draw(st.sampled_from(NAMES)) if name is None else name
    labels = {key: draw(st.sampled_from(values)) for key, values in VALUES.items() if draw(MOSTLY)}
    if draw(MOSTLY):
        labels[HOSTNAME] = name
    amounts = {"cpu": draw(st.integers(0, 4)) * 500, "memory": draw(st.integers(0, 4)), PODS: draw(st.integers(0, 5))}
    if draw(st.booleans()):
        amounts[GPU] = draw(st.integers(0, 2))
    return Node(
        name=name,
        labels=Map(labels),
        taints=draw(_taint_lists()),
        unschedulable=not draw(MOSTLY),
        allocatable=Map(amounts),
        images=Map({image: draw(_IMAGE_SIZES) for image in IMAGES if draw(SELDOM)}),
    )
