"""The filters for one pod over all nodes: as columns beside the value reading, and how that grows with the cluster.

known: a pod like one that was asked about before. new: nothing of it was asked before. all: from the snapshot on, the
columns built too. values: one node and one clause at a time, the pods by node at hand.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from typing import NamedTuple

from immutables import Map

from benchmarks import measure
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import Rule, by_columns, by_values, rules
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.model.scheduler.values import ClusterValues

SIZES = (100, 1_000, 5_000, 10_000)
PODS_ON_A_NODE = 30
TEMPLATES = 300
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
NEW = 5
"""So many new kinds of pod are asked about; the least time counts."""


class Line(NamedTuple):
    """Seconds of each way to ask; `memory` is that of the columns in MB."""

    known: float
    new: float
    everything: float
    values: float
    memory: float


def main() -> None:
    """Prints a table for each kind of pod."""
    for title, spreads in (("a plain pod", False), ("a pod with spread and anti-affinity", True)):
        print(f"\nfilters for {title}, in milliseconds")
        print("  nodes    pods    known      new      all     values  values/new  values/known  columns MB")
        for size in SIZES:
            line = _line(made(size), spreads)
            times = (
                f"{line.known * 1e3:8.3f} {line.new * 1e3:8.2f} {line.everything * 1e3:8.1f} {line.values * 1e3:10.0f}"
            )
            ratios = f"{line.values / line.new:10.0f}x {line.values / line.known:12.0f}x"
            print(f"{size:7} {size * PODS_ON_A_NODE:7} {times} {ratios} {line.memory:11.1f}", flush=True)


def made(size: int) -> Snapshot:
    """A cluster of so many nodes in three zones, one in ten tainted, with pods of 300 templates."""
    specs = [PodSpec(requests=Map({"cpu": 100 + at, "memory": (100 + at) << 20})) for at in range(TEMPLATES)]
    labels = [Map({"app": f"a{at}"}) for at in range(TEMPLATES)]
    pods = (
        Pod("d", f"p{at}", labels[at % TEMPLATES], specs[at % TEMPLATES], node=f"n{at % size}", phase="Running")
        for at in range(size * PODS_ON_A_NODE)
    )
    return Snapshot(tuple(_nodes(size)), tuple(pods))


def _nodes(size: int) -> Iterator[Node]:
    room = Map({"cpu": 16_000, "memory": 64 << 30, "pods": 110})
    for at in range(size):
        labels = Map({HOST: f"n{at}", ZONE: f"z{at % 3}"})
        yield Node(f"n{at}", labels, (Taint("gpu", "yes", "NoSchedule"),) if at % 10 == 0 else (), False, room)


def _asking(kind: int, *, spreads: bool) -> Pod:
    alike = of_labels({"app": f"a{kind}"})
    spec = PodSpec(requests=Map({"cpu": 14_000 + kind, "memory": 1 << 30}))
    if spreads:
        spec = PodSpec(
            requests=spec.requests,
            anti_affinity=(PodAffinityTerm(HOST, alike, frozenset({"d"}), NOTHING),),
            spread=tuple(SpreadConstraint(1, key, True, alike, 1, True, False) for key in (ZONE, HOST)),
        )
    return Pod("d", f"q{kind}", Map({"app": f"a{kind}"}), spec)


def _line(snapshot: Snapshot, spreads: bool) -> Line:
    facts = Facts(snapshot)
    asked = [rules(_asking(kind, spreads=spreads), facts, DEFAULT) for kind in range(NEW + 1)]
    columns = ClusterColumns(snapshot)
    by_columns(asked[NEW], columns)  # what all pods share is read now: taints, labels, what nodes have
    new = min(_once(kind, asked, columns) for kind in range(NEW))
    known = measure.function(lambda: by_columns(asked[0], columns))
    everything = measure.function(lambda: by_columns(asked[0], ClusterColumns(snapshot)), tries=3)
    one = ClusterValues(snapshot).nodes
    begun = time.perf_counter()
    told = by_values(asked[0], one)
    values = time.perf_counter() - begun
    if told != by_columns(asked[0], columns):
        raise AssertionError("columns and values disagree")
    return Line(known, new, everything, values, _memory(snapshot, asked[0]))


def _once(kind: int, asked: list[tuple[Rule, ...]], columns: ClusterColumns) -> float:
    begun = time.perf_counter()
    by_columns(asked[kind], columns)
    return time.perf_counter() - begun


def _memory(snapshot: Snapshot, asked: tuple[Rule, ...]) -> float:
    tracemalloc.start()
    columns = ClusterColumns(snapshot)
    by_columns(asked, columns)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 2**20
