"""A study: a cluster that failed and one that does not, as manifests, with the laws asked of both.

A case is what was applied (`given`), run until it rests; then, from there, `change` is applied and `moves` may happen,
and every way on is searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.cluster import USUAL
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.play import Setup, apply, begun, play
from kubeproof.properties.engines.world_keys import OLD
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import LIMIT, Options, verify
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import WorldLaw

SETTLES = 300
"""Seconds that a cluster is given to come to rest before anything is asked of it."""


class Case(NamedTuple):
    """One cluster, what is asked of it, and what comes of it. `old`: when a time is old in the search (seconds)."""

    given: str
    asked: tuple[tuple[WorldLaw, Outcome], ...]
    change: str = ""
    moves: tuple[Move, ...] = ()
    settles: bool = True
    old: int = OLD


class Study(NamedTuple):
    """A failure: `source` is where it was reported; `fails` is the cluster as it was, `mended` as it should be."""

    name: str
    source: str
    fails: Case
    mended: Case


def cluster(case: Case, names: Sequence[str] = USUAL) -> Cluster:
    """The cluster of a case, from the world in which the search begins."""
    played = begun(Setup(tuple(names)), stated_text(case.given))
    if case.settles:
        played = play(played.setup, played.world, SETTLES)
    if case.change:
        known = played.setup.inputs
        played = apply(played.setup, played.world, stated_text(case.change, known=known))
    setup, world = played.setup, played.world
    return Cluster(world, setup.components(world), case.moves, setup.server)


def verdicts(case: Case, order: Order = Order.CALM, limit: int = LIMIT) -> list[Verdict]:
    """The verdicts on the laws of a case, in order."""
    return verify([law for law, _ in case.asked], cluster(case), Options(order, old=case.old, limit=limit))


def node(name: str, zone: str = "", cpu: str = "4") -> str:
    """The manifest of a node, as a document of its own."""
    labels = f"kubernetes.io/hostname: {name}" + (f", topology.kubernetes.io/zone: {zone}" if zone else "")
    return (
        f"---\napiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n"
        f'status: {{allocatable: {{cpu: "{cpu}", memory: 8Gi, pods: "110"}}}}\n'
    )
