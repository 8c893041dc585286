"""Search of whole clusters with all usual components: a Deployment that starts, and one at rest whose nodes are lost.

Each search also without what is left out where laws are about worlds alone (world_sleep.py): the worlds are the same.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.play import Setup, begun, play
from kubeproof.properties.engines.world_moves import node_lost, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored
from kubeproof.properties.studies.study import node
from kubeproof.properties.world_law import always

RESTS = 300
"""Seconds that a cluster is given to come to rest before its nodes are lost and its pods deleted."""


class Row(NamedTuple):
    """A search. `worlds` are those that there are, or the limit at which it is cut off."""

    order: Order
    nodes: int
    replicas: int
    worlds: int
    lost: bool = False


ROWS = (
    Row(Order.CALM, 2, 2, 17),
    Row(Order.CALM, 3, 3, 21),
    Row(Order.ATOMIC, 2, 2, 864),
    Row(Order.CALM, 3, 3, 2000, lost=True),
    Row(Order.CALM, 10, 20, 2000, lost=True),
    Row(Order.CALM, 30, 60, 2000, lost=True),
)


def main() -> int:
    """Prints a row for each search; 1 where it counts otherwise than it should."""
    print("\nsearch of a Deployment that starts, or is at rest and loses a node and a pod, with all usual components")
    print("order   nodes replicas  worlds   steps  worlds/s beside  asleep")
    status, small = 0, dict[bool, float]()
    for row in ROWS:
        cluster = _cluster(row.nodes, row.replicas, lost=row.lost)
        options = Options(row.order, limit=row.worlds)
        worlds, steps, rate = _measured(cluster, options._replace(sleeps=False))
        same, fewer, _ = _measured(cluster, options)
        beside = rate / small.setdefault(row.lost, rate)
        print(
            f"{row.order.value:7} {row.nodes:5} {row.replicas:8} {worlds:7,} {steps:7,} {rate:9,.0f} {beside:6.2f}"
            f" {fewer / steps:7.2f}{'  cut off' if row.lost else ''}"
        )
        status |= worlds != same or (worlds <= row.worlds if row.lost else worlds != row.worlds)
    print(
        "beside: the rate by that of the first such row; asleep: the share of steps that is taken for laws about worlds"
    )
    return status


def _measured(cluster: Cluster, options: Options) -> tuple[int, int, float]:
    """Worlds, steps, and worlds for each second of processor time."""
    begin = time.process_time()
    seen, _ = explored(cluster, [always("all is well", lambda world: True)], options)
    return len(seen.states), len(seen.sources), len(seen.states) / (time.process_time() - begin)


def _cluster(nodes: int, replicas: int, *, lost: bool = False) -> Cluster:
    text = "".join(node(f"n{number}") for number in range(nodes)) + WEB.format(replicas=replicas)
    played = begun(Setup(), stated_text(text))
    if lost:
        played = play(played.setup, played.world, RESTS)
    moves = (node_lost(1), pod_deleted(1)) if lost else ()
    return Cluster(played.world, played.setup.components(played.world), moves)


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
