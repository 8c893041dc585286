"""Complete search of whole clusters: all worlds of a Deployment that starts, in both orders, all usual components."""

from __future__ import annotations

import time

from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.play import Setup, begun
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored
from kubeproof.properties.studies.study import node

COUNTS = {(Order.CALM, 2, 2): 17, (Order.CALM, 3, 3): 21, (Order.ATOMIC, 2, 2): 864}
"""Orders, nodes and replicas, and the worlds that there are."""


def main() -> int:
    """Prints a row for each search; 1 where it counts otherwise than it should."""
    print("\ncomplete search of a Deployment that starts, with all usual components")
    print(f"{'order':8} {'nodes':>5} {'replicas':>8} {'worlds':>7} {'steps':>7} {'worlds/s':>9} {'steps/s':>8}")
    status = 0
    for (order, nodes, replicas), known in COUNTS.items():
        begin = time.process_time()
        seen, _ = explored(_cluster(nodes, replicas), options=Options(order))
        seconds = time.process_time() - begin
        worlds, steps = len(seen.states), len(seen.sources)
        rates = f"{worlds / seconds:9,.0f} {steps / seconds:8,.0f}"
        print(f"{order.value:8} {nodes:5} {replicas:8} {worlds:7,} {steps:7,} {rates}")
        status |= worlds != known
    return status


def _cluster(nodes: int, replicas: int) -> Cluster:
    text = "".join(node(f"n{number}") for number in range(nodes)) + WEB.format(replicas=replicas)
    played = begun(Setup(), stated_text(text))
    return Cluster(played.world, played.setup.components(played.world))


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
