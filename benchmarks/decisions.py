"""Whole decisions: all filters and all scores on all nodes, then the best; one at a time, and many in a row.

known: a kind of pod that was decided before; new: one that was not, the columns being there. A row of pods is scheduled
one by one, each bound before the next; as one kind of pod, and with every pod its own kind. The shapes are those on
which the real scheduler (Go, one thread) was timed; its figures stand beside ours in docs/performance.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import cache
from statistics import median
from typing import NamedTuple

from immutables import Map

from kubeproof.model.objects.affinity import NodeSelectorTerm, PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, Requirement, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.scheduler.board import Board, Outcome
from kubeproof.model.scheduler.run import schedule

SIZES = (100, 1_000, 5_000, 10_000)
PODS_ON_A_NODE = 30
ROW = 1_000
TRIES = 7
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
RULES = ("plain", "spread", "anti-affinity")


class Shape(NamedTuple):
    """A kind of pod: its rules, and a number that makes it a kind of its own."""

    rules: str
    number: int = 0


def main() -> None:
    """Prints the decisions, then the rows."""
    print("\none decision (filters, scores, best node), in milliseconds: least / median")
    print("  nodes  rules              known              new")
    for size in SIZES:
        for rules in RULES:
            known, new = _decision(size, rules)
            print(f"{size:7}  {rules:13} {_told(known)}  {_told(new)}", flush=True)
    print(f"\n{ROW} pods one by one onto {ROW} nodes, in seconds")
    print("  rules          one kind  every pod its own kind")
    for rules in RULES:
        one, own = (min(_row(rules, own_kinds=own) for _ in range(3)) for own in (False, True))
        print(f"  {rules:13} {one:9.2f}  {own:9.2f}", flush=True)


def _told(seconds: Sequence[float]) -> str:
    return f"{min(seconds) * 1e3:6.2f} / {median(seconds) * 1e3:5.2f}"


def _decision(size: int, rules: str) -> tuple[Sequence[float], Sequence[float]]:
    asking = [_pod(f"p{at}", Shape(rules, at)) for at in range(TRIES + 1)]
    board = Board(Snapshot((*_nodes(size),), (*_bound(size), *asking)))
    board.attempt(asking[TRIES].key, min)  # what all pods share is read now
    new = [_once(board, pod) for pod in asking[:TRIES]]
    known = [_once(board, asking[0]) for _ in range(5 * TRIES)]
    return known, new


def _once(board: Board, pod: Pod) -> float:
    begun = time.perf_counter()
    board.attempt(pod.key, min)
    return time.perf_counter() - begun


def _row(rules: str, *, own_kinds: bool) -> float:
    pods = tuple(_pod(f"p{at}", Shape(rules, at if own_kinds else 0)) for at in range(ROW))
    snapshot = Snapshot((*_nodes(ROW),), (*_bound(ROW), *pods))
    begun = time.perf_counter()
    run = schedule(snapshot)
    seconds = time.perf_counter() - begun
    if not all(attempt.outcome is Outcome.SCHEDULED for attempt in run.attempts):
        raise AssertionError("a pod was not placed")
    return seconds


def _nodes(size: int) -> Iterator[Node]:
    room = Map({"cpu": 64_000, "memory": 256 << 30, "pods": 110})
    for at in range(size):
        labels = Map({HOST: f"n{at}", ZONE: f"z{at % 10}", "disk": "ssd" if at % 2 else "hdd"})
        yield Node(f"n{at}", labels, (Taint("pool", "batch", "NoSchedule"),) if at % 10 == 0 else (), False, room)


def _bound(size: int) -> Iterator[Pod]:
    spec = _spec(100)
    labels = [Map({"app": f"bg{at}"}) for at in range(50)]
    for at in range(size * PODS_ON_A_NODE):
        yield Pod("default", f"b{at}", labels[at % 50], spec, node=f"n{at % size}", phase="Running")


def _spec(cpu: int) -> PodSpec:
    asked = Map({"cpu": cpu, "memory": cpu << 20})
    return PodSpec(requests=asked, scored=asked, scored_asking=asked)


_SSD = (NodeSelectorTerm((Requirement("disk", "In", ("ssd", "hdd")),)),)
_TOLERATES = (Toleration("pool", "Equal", "batch", "NoSchedule", None),)


def _pod(name: str, shape: Shape) -> Pod:
    return Pod("default", name, Map({"app": "web", "number": str(shape.number)}), _asked(shape))


@cache  # pods of one kind share their spec, as pods that are read from manifests do
def _asked(shape: Shape) -> PodSpec:
    alike = of_labels({"app": "web"})
    plain = _spec(250 + shape.number % 200)
    return PodSpec(
        requests=plain.requests,
        scored=plain.scored,
        scored_asking=plain.scored_asking,
        node_terms=_SSD,
        tolerations=_TOLERATES,
        spread=(SpreadConstraint(1, ZONE, True, alike, 1, True, False),) if shape.rules == "spread" else (),
        anti_affinity=(PodAffinityTerm(HOST, alike, frozenset({"default"}), NOTHING),)
        if shape.rules == "anti-affinity"
        else (),
    )
