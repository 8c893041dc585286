"""Made-up joint placement problems, the same on every machine: pods of their own kind each, or replicas of a few apps.

A problem has three zones, a tainted pool, two node sizes, two resources, and, where it says so, anti-affinity and
spread. `fill` is about the share of the nodes' cpu that the pods ask for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from immutables import Map

from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, Requirement, Selector
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration

ZONE, HOST, POOL = "topology.kubernetes.io/zone", "kubernetes.io/hostname", "pool"
TAINT = Taint("dedicated", "batch", "NoSchedule")
GI = 2**30


class Instance(NamedTuple):
    """A problem and what it is called."""

    name: str
    snapshot: Snapshot


class Recipe(NamedTuple):
    """How a problem is made."""

    pods: int
    nodes: int
    replicas: bool
    fill: float
    rules: str  # "plain" (taints and pools alone), "apart" (anti-affinity too), "spread" (spread too)
    seed: int

    @property
    def name(self) -> str:
        """All of it in a line."""
        style = "replicas" if self.replicas else "plain"
        return f"{self.pods}x{self.nodes} {style} {self.rules} {self.fill:.2f} #{self.seed}"


SIZES = ((50, 10), (100, 20), (200, 40), (400, 60), (1000, 100))
FILLS = (0.60, 0.85, 0.95, 1.02)


def instances() -> Iterator[Instance]:
    """All problems, from small to large."""
    for pods, nodes in SIZES:
        for replicas in (False, True):
            for rules in ("plain", "apart", "spread"):
                for seed, fill in enumerate(FILLS):
                    recipe = Recipe(pods, nodes, replicas, fill, rules, seed)
                    yield Instance(recipe.name, made(recipe))


def made(recipe: Recipe) -> Snapshot:
    """The problem of a recipe."""
    draw = random.Random(f"{recipe}")
    nodes = tuple(_node(number, draw) for number in range(recipe.nodes))
    return Snapshot(nodes, tuple(_pods(recipe, nodes, draw)))


def _node(number: int, draw: random.Random) -> Node:
    large, batch = draw.random() < 0.3, draw.random() < 0.15
    labels = {ZONE: "abc"[number % 3], HOST: f"n{number:03}", POOL: "batch" if batch else "web"}
    cpu = 32_000 if large else 16_000
    amounts = {"cpu": cpu, "memory": cpu * 4 * GI // 1000, "pods": 110}
    return Node(f"n{number:03}", Map(labels), (TAINT,) if batch else (), False, Map(amounts))


def _pods(recipe: Recipe, nodes: tuple[Node, ...], draw: random.Random) -> Iterator[Pod]:
    mean = recipe.fill * sum(node.allocatable["cpu"] for node in nodes) / recipe.pods
    made_so_far, app = 0, 0
    while made_so_far < recipe.pods:
        size = min(draw.randint(3, max(4, recipe.pods // 12)) if recipe.replicas else 1, recipe.pods - made_so_far)
        # Plain pods still belong to a few apps, so that rules between pods have something to say.
        name = f"app{app:03}" if recipe.replicas else f"app{draw.randrange(max(3, recipe.pods // 10)):03}"
        spec = _spec(recipe, name, size, mean, draw)
        for replica in range(size):
            yield Pod("bench", f"{name}-{made_so_far + replica:04}", Map({"app": name}), spec)
        made_so_far, app = made_so_far + size, app + 1


def _spec(recipe: Recipe, name: str, size: int, mean: float, draw: random.Random) -> PodSpec:
    cpu = max(50, int(mean * draw.uniform(0.3, 1.7)) // 50 * 50)
    memory = max(64 * 2**20, int(cpu * 4 * GI / 1000 * draw.uniform(0.5, 1.4)) // 2**26 * 2**26)
    tolerates = draw.random() < 0.4
    pinned = draw.random() < 0.3
    alike = Selector((Requirement("app", "=", (name,)),))
    # What an app asks of other pods is the same for all of its pods, plain or not.
    habit = random.Random(name).random()
    apart = recipe.rules != "plain" and habit < 0.3 and size <= recipe.nodes // 2
    spread = recipe.rules == "spread" and habit > 0.5
    limits = [SpreadConstraint(2, ZONE, True, alike, 1, False, False)] if spread else []
    if spread and habit > 0.8:
        limits.append(SpreadConstraint(3, HOST, True, alike, 1, True, True))
    return PodSpec(
        requests=Map({"cpu": cpu, "memory": memory}),
        tolerations=(Toleration("dedicated", "Equal", "batch", "NoSchedule"),) if tolerates else (),
        node_selector=Map({POOL: "web"}) if pinned and not tolerates else Map(),
        anti_affinity=(PodAffinityTerm(HOST, alike, frozenset({"bench"}), NOTHING),) if apart else (),
        spread=tuple(limits),
    )
