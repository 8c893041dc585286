"""The rival: the same joint placement told by hand to OR-tools' CP-SAT, over kinds of pods.

Written from the meaning of the rules, not from the clauses, so that a contradiction would show a mistake in either.
Knows what instances.py makes: requests, one taint, node selectors, hostname anti-affinity to the own app, spread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ortools.sat.python import cp_model

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, SpreadConstraint
from kubeproof.model.objects.snapshot import Snapshot


class Said(NamedTuple):
    """CP-SAT's answer: True, False, or None where it ran out of time."""

    fits: bool | None
    seconds: float


def ask(snapshot: Snapshot, seconds: float) -> Said:
    """Whether all pending pods fit together; building the model counts as time too."""
    import time

    begun = time.perf_counter()
    model = _Model(snapshot)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = 0
    verdict = solver.solve(model.model)
    took = time.perf_counter() - begun
    if verdict in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Said(True, took)
    return Said(False if verdict == cp_model.INFEASIBLE else None, took)


class _Model:
    def __init__(self, snapshot: Snapshot) -> None:
        self.model = cp_model.CpModel()
        self.nodes = snapshot.nodes
        kinds: dict[tuple[Any, ...], list[Pod]] = {}
        for pod in snapshot.pending:
            kinds.setdefault((pod.labels, id(pod.spec)), []).append(pod)
        self.kinds = list(kinds.values())
        self.at: list[Mapping[str, cp_model.IntVar]] = [self._kind(kind) for kind in self.kinds]
        self._resources()
        apps: dict[str, list[int]] = {}
        for number, kind in enumerate(self.kinds):
            apps.setdefault(kind[0].labels["app"], []).append(number)
        for members in apps.values():
            self._apart(members)
            for number in members:
                for rule in self.kinds[number][0].spec.spread:
                    self._spread(number, rule, members)

    def _kind(self, kind: list[Pod]) -> Mapping[str, cp_model.IntVar]:
        spec = kind[0].spec
        rooms = {
            node.name: min(
                [len(kind), *(node.allocatable[r] // amount for r, amount in spec.requests.items() if amount)]
            )
            for node in self.nodes
            if tolerated(kind[0], node) and selected(kind[0], node)
        }
        found = {node: self.model.new_int_var(0, room, "") for node, room in rooms.items() if room}
        self.model.add(sum(found.values()) == len(kind))
        return found

    def _resources(self) -> None:
        for node in self.nodes:
            here = [(kind[0], at[node.name]) for kind, at in zip(self.kinds, self.at, strict=True) if node.name in at]
            for resource in ("cpu", "memory"):
                asked = sum(pod.spec.requests[resource] * count for pod, count in here)
                self.model.add(asked <= node.allocatable[resource])
            self.model.add(sum(count for _, count in here) <= node.allocatable["pods"])

    def _apart(self, members: list[int]) -> None:
        if any(self.kinds[number][0].spec.anti_affinity for number in members):
            for node in self.nodes:
                self.model.add(sum(self.at[n][node.name] for n in members if node.name in self.at[n]) <= 1)

    def _spread(self, number: int, rule: SpreadConstraint, members: list[int]) -> None:
        pod = self.kinds[number][0]
        counted = [node for node in self.nodes if not rule.honor_affinity or selected(pod, node)]
        if rule.honor_taints:
            counted = [node for node in counted if tolerated(pod, node)]
        domains: dict[str, list[str]] = {}
        for node in counted:
            domains.setdefault(node.labels[rule.topology_key], []).append(node.name)
        total = sum(len(self.kinds[n]) for n in members)
        counts = {}
        for domain, names in domains.items():
            counts[domain] = self.model.new_int_var(0, total, "")
            self.model.add(
                counts[domain] == sum(self.at[n][name] for n in members for name in names if name in self.at[n])
            )
        fewest = self.model.new_int_var(0, total, "")
        self.model.add_min_equality(fewest, list(counts.values()))
        for domain, names in domains.items():
            mine = [self.at[number][name] for name in names if name in self.at[number]]
            if mine:
                here = self.model.new_bool_var("")
                self.model.add(sum(mine) == 0).only_enforce_if(~here)
                self.model.add(counts[domain] - fewest <= rule.max_skew).only_enforce_if(here)


def tolerated(pod: Pod, node: Node) -> bool:
    """Whether the pod tolerates the one taint that a node may have."""
    return not node.taints or bool(pod.spec.tolerations)


def selected(pod: Pod, node: Node) -> bool:
    """Whether the pod's node selector selects the node."""
    return all(node.labels.get(key) == value for key, value in pod.spec.node_selector.items())
