"""Two hard spread constraints that cannot both hold: by zone and by host, with two nodes in one zone and one in the
other.

Six replicas, one more or less on every node, are two on each: four in one zone and two in the other. Whatever order the
scheduler goes in, one pod is left. With two nodes in each zone all six are placed.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import of_kind, on_node
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, node
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end, sometimes

WEB = """---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1"}]
      topologySpreadConstraints:
      - {topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,
         labelSelector: {matchLabels: {app: web}}}
      - {topologyKey: kubernetes.io/hostname, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,
         labelSelector: {matchLabels: {app: web}}}
"""


def web(replicas: int) -> str:
    """A ReplicaSet of so many pods."""
    return WEB.replace("REPLICAS", str(replicas))


def all_placed(world: World) -> bool:
    """Whether there are pods, and all have a node."""
    return bool(world.store.bucket(of_kind("Pod"))) and not world.store.bucket(on_node(""))


def fails(count: int) -> Case:
    """Two pods for each of so many nodes, two thirds of them in one zone."""
    nodes = "".join(node(f"n{number}", "b" if number % 3 == 0 else "a") for number in range(1, count + 1))
    law = in_the_end("all pods are placed", all_placed)
    return Case(nodes + web(2 * count), ((law, Outcome.VIOLATED),), settles=False)


def placed(world: World) -> int:
    """How many pods have a node."""
    return len(world.store.bucket(of_kind("Pod"))) - len(world.store.bucket(on_node("")))


CONFLICTING_SPREAD = Study(
    "two hard spread constraints that exclude each other",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    Case(
        node("n1", "a") + node("n2", "a") + node("n3", "b") + web(6),
        (
            (sometimes("all six pods are placed", all_placed), Outcome.VIOLATED),
            (in_the_end("five pods are placed", lambda world: placed(world) == 5), Outcome.PROVED),
        ),
        settles=False,
    ),
    Case(
        node("n1", "a") + node("n2", "a") + node("n3", "b") + node("n4", "b") + web(6),
        ((in_the_end("all six pods are placed", all_placed), Outcome.PROVED),),
        settles=False,
    ),
    sized=fails,
    least=3,
)
