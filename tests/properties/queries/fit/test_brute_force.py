"""On random tiny clusters, the answer is what trying every placement says, with the value reading as the judge."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import msgspec
import pytest
from immutables import Map

from kubeproof.model.logic.value import value
from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import HostPort, Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import NOTHING, Requirement, Selector
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import Rule, rules
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.queries.fit import Answer, Fit, check, fit

ZONE, HOST = "zone", "host"
CLUSTERS = 300


def selector(draw: random.Random) -> Selector:
    return Selector((Requirement("app", "In", tuple(sorted(draw.sample("abc", draw.choice((1, 1, 2)))))),))


def term(draw: random.Random) -> PodAffinityTerm:
    return PodAffinityTerm(draw.choice((ZONE, HOST)), selector(draw), frozenset({"d"}), NOTHING)


def spread(draw: random.Random) -> SpreadConstraint:
    return SpreadConstraint(
        max_skew=draw.choice((1, 1, 2)),
        topology_key=draw.choice((ZONE, HOST)),
        hard=True,
        selector=selector(draw),
        min_domains=draw.choice((1, 1, 1, 2, 3)),
        honor_affinity=draw.random() < 0.8,
        honor_taints=draw.random() < 0.3,
    )


def node(name: str, draw: random.Random) -> Node:
    labels = {HOST: name} if draw.random() < 0.95 else {}
    if draw.random() < 0.85:
        labels[ZONE] = draw.choice("xy")
    taints = (Taint("t", "", "NoSchedule"),) if draw.random() < 0.15 else ()
    return Node(
        name, Map(labels), taints, False, Map({"cpu": draw.choice((2, 3, 4, 6)), "pods": draw.choice((2, 3, 5))})
    )


def template(draw: random.Random) -> tuple[Map[str, str], PodSpec]:
    def perhaps(chance: float, most: int = 1) -> range:
        return range(draw.randint(1, most) if draw.random() < chance else 0)

    spec = PodSpec(
        requests=Map({"cpu": draw.choice((0, 1, 1, 2, 3))}),
        node_selector=Map({ZONE: "x"} if draw.random() < 0.15 else {}),
        affinity=tuple(term(draw) for _ in perhaps(0.25, 2)),
        anti_affinity=tuple(term(draw) for _ in perhaps(0.25)),
        spread=tuple(spread(draw) for _ in perhaps(0.35, 2)),
        tolerations=tuple(Toleration("t", "Exists") for _ in perhaps(0.3)),
        host_ports=frozenset(HostPort("0.0.0.0", "TCP", 80) for _ in perhaps(0.1)),
    )
    return Map({"app": draw.choice("abc")}), spec


def cluster(seed: int) -> Snapshot:
    draw = random.Random(seed)
    nodes = tuple(node(f"n{at}", draw) for at in range(draw.randint(1, 3)))
    templates = [template(draw) for _ in range(draw.randint(1, 4))]
    waiting = [Pod("d", f"p{at}", *draw.choice(templates)) for at in range(draw.randint(1, 5))]
    bound = [
        Pod("d", f"b{at}", *draw.choice(templates), node=draw.choice(nodes).name)
        for at in range(draw.choice((0, 0, 1, 2)))
    ]
    return Snapshot(nodes, (*waiting, *bound))


def placed(snapshot: Snapshot, places: Mapping[str, str]) -> Snapshot:
    pods = (msgspec.structs.replace(pod, node=places.get(pod.key, pod.node)) for pod in snapshot.pods)
    return msgspec.structs.replace(snapshot, pods=tuple(pods))


def holds(pod: Pod, node: str, asked: Iterable[Rule], snapshot: Snapshot) -> bool:
    """Whether a pod's rules hold at a node, the pod itself not seen."""
    seen = next(n for n in ClusterValues(snapshot, frozenset({pod.key})).nodes if n.node.name == node)
    return all(value(rule.clause.holds, seen) for rule in asked)


class Brute:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.pods: Sequence[Pod] = snapshot.pending
        self.rules = {pod.key: rules(pod, Facts(snapshot), DEFAULT) for pod in self.pods}

    def stands(self, places: Mapping[str, str]) -> bool:
        final = placed(self.snapshot, places)
        return all(holds(p, places[p.key], self.rules[p.key], final) for p in self.pods if p.key in places)

    def most(self) -> int:
        """How many pods can be placed together at most."""
        names = ["", *(node.name for node in self.snapshot.nodes)]
        choices = sorted(product(names, repeat=len(self.pods)), key=lambda choice: choice.count(""))
        for choice in choices:
            places = {pod.key: node for pod, node in zip(self.pods, choice, strict=True) if node}
            if self.stands(places):
                return len(places)
        raise AssertionError("placing nothing breaks no rule")

    def leads_there(self, found: Fit) -> bool:
        """Whether each pod of the order is accepted beside those before it."""
        by_key = {pod.key: pod for pod in self.pods}
        places: dict[str, str] = {}
        for key in found.order or ():
            if not holds(by_key[key], found.placement[key], self.rules[key], placed(self.snapshot, places)):
                return False
            places[key] = found.placement[key]
        return True


def test_the_answer_is_what_trying_every_placement_says() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CLUSTERS):
        brute = Brute(cluster(seed))
        found, most, all_of_them = fit(brute.snapshot), brute.most(), len(brute.pods)
        assert found.answer is (Answer.YES if most == all_of_them else Answer.NO), f"cluster({seed})"
        assert found.bounds.at_least <= most <= found.bounds.at_most, f"cluster({seed})"
        if found.answer is Answer.YES:
            assert brute.stands(found.placement), f"cluster({seed})"
            assert brute.leads_there(found), f"cluster({seed})"
        seen[f"{found.answer.value} by {found.method.split()[0]}, order {found.order is not None}"] += 1
    # Each part of the search has had something to say.
    assert {"yes by greedy, order True", "no by counting, order False", "no by z3, order False"} <= set(seen)


def test_many_pods_are_decided_again_in_columns_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(0, CLUSTERS, 3):
        found = fit(cluster(seed))
        with monkeypatch.context() as patched:
            patched.setattr(check, "BY_VALUES", 0)
            assert fit(cluster(seed)) == found


def test_the_same_question_has_the_same_answer_byte_for_byte() -> None:
    for seed in range(0, CLUSTERS, 10):
        one, two = (msgspec.json.encode(fit(cluster(seed)).data()) for _ in range(2))
        assert one == two


ASKED = f"""
import runpy
here = runpy.run_path({__file__!r})
for seed in range(0, 60, 2):
    print(here["fit"](here["cluster"](seed)).data())
"""


def test_the_answer_does_not_depend_on_how_strings_are_hashed() -> None:
    """Frozen sets and maps have another order in every process."""
    said = {
        subprocess.run(
            [sys.executable, "-c", ASKED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
