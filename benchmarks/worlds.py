"""Search of whole clusters with all usual components: a Deployment that starts, and one at rest whose nodes are lost.

Each search also without what is left out where laws are about worlds alone (world_sleep.py): the worlds are the same.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from immutables import Map

from kubeproof.model.cluster import USUAL
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.node.kubelet.component import kubelet
from kubeproof.model.play import Setup, begun, play
from kubeproof.properties.engines.world_moves import node_lost, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored
from kubeproof.properties.studies.study import node
from kubeproof.properties.world_law import always

RESTS = 300
"""Seconds that a cluster is given to come to rest before its nodes are lost and its pods deleted."""


class Row(NamedTuple):
    """A search. `worlds` are those that there are, or the limit at which it is cut off; `deleted`: how many pods may
    be, with a node that may be lost."""

    order: Order
    nodes: int
    replicas: int
    worlds: int
    deleted: int = 0
    cut: bool = False
    swaps: bool = True


ROWS = (
    Row(Order.ATOMIC, 3, 3, 20_000, cut=True, swaps=False),
    Row(Order.ATOMIC, 3, 3, 2028),
    Row(Order.ATOMIC, 4, 4, 5064),
    Row(Order.ATOMIC, 3, 3, 4000, deleted=1, cut=True),
    Row(Order.CALM, 3, 3, 917, deleted=2),
    Row(Order.CALM, 10, 20, 2000, deleted=3, cut=True),
    Row(Order.CALM, 30, 60, 2000, deleted=3, cut=True),
)


def main() -> int:
    """Prints a row for each search; 1 where it counts otherwise than it should."""
    print("\nsearch of a Deployment that starts, or is at rest and loses a node and pods, with all usual components")
    print("order   nodes replicas  worlds   steps  worlds/s beside  asleep")
    status, first = 0, dict[Order, float]()
    _measured(_cluster(ROWS[1]), Options(ROWS[1].order))  # what is read and compiled but once
    for row in ROWS:
        cluster = _cluster(row)
        options = Options(row.order, row.swaps, limit=row.worlds)
        worlds, steps, rate = _measured(cluster, options)
        same, all_steps, _ = _measured(cluster, options._replace(sleeps=False))
        beside = rate / first.setdefault(row.order, rate)
        print(
            f"{row.order.value:7} {row.nodes:5} {row.replicas:8} {worlds:7,} {all_steps:7,} {rate:9,.0f} {beside:6.2f}"
            f" {steps / all_steps:7.2f}{'' if row.swaps else '  names as they are'}{'  cut off' if row.cut else ''}"
        )
        status |= worlds != same or (worlds <= row.worlds if row.cut else worlds != row.worlds)
    print("worlds/s: for laws about worlds; beside: that by the first rate of the order; asleep: the steps they need")
    return status | _alike()


def _alike() -> int:
    """Prints how many worlds there are of six equal pods that start while two are deleted, and without swapping them; 1
    where these are not fifty times as many."""
    played = begun(Setup(tuple(name for name in USUAL if name != "kubelet")), stated_text(_text(1, 6)))
    bound = play(played.setup, played.world, 1).world
    cluster = Cluster(bound, [kubelet(lambda pod: Map())], (pod_deleted(2),))
    counts = [len(explored(cluster, (), Options(Order.ATOMIC, swaps=swaps))[0].states) for swaps in (True, False)]
    fewer, all_worlds = counts
    times = f"{all_worlds / fewer:.0f} times fewer than {all_worlds:,}"
    print(f"six equal pods that start while two are deleted: {fewer:,} worlds, {times}")
    return int(all_worlds < 50 * fewer)


def _measured(cluster: Cluster, options: Options) -> tuple[int, int, float]:
    """Worlds, steps, and worlds for each second of processor time."""
    begin = time.process_time()
    seen, _ = explored(cluster, [always("all is well", lambda world: True)], options)
    return len(seen.states), len(seen.sources), len(seen.states) / (time.process_time() - begin)


def _cluster(row: Row) -> Cluster:
    played = begun(Setup(), stated_text(_text(row.nodes, row.replicas)))
    if row.deleted:
        played = play(played.setup, played.world, RESTS)
    moves = (node_lost(1), pod_deleted(row.deleted)) if row.deleted else ()
    return Cluster(played.world, played.setup.components(played.world), moves)


def _text(nodes: int, replicas: int) -> str:
    return "".join(node(f"n{number}") for number in range(nodes)) + WEB.format(replicas=replicas)


WEB = """---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: web, image: "web:1"}}]}}
"""
