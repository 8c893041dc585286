"""How full the nodes are: what their pods ask for beside what there is, as a table and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.quantity import text_of
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.properties.queries.aligned import Row
from kubeproof.properties.queries.table import ROWS

ALWAYS = ("cpu", "memory", PODS)
"""The resources that are always shown; others where some pod asks for them."""


def used(snapshot: Snapshot) -> Mapping[str, Counter[str]]:
    """For each node, in node order, what the pods on it ask for; each is also one of `pods`."""
    found: dict[str, Counter[str]] = {node.name: Counter() for node in snapshot.nodes}
    for pod in snapshot.pods:
        if pod.node in found:
            own = found[pod.node]
            own[PODS] += 1
            for resource, amount in pod.spec.requests.items():
                own[resource] += amount
    return found


def table(snapshot: Snapshot) -> list[Row]:
    """The header ('node', resource …), a row for each node, and one for all; of more than ROWS nodes the fullest."""
    on = used(snapshot)
    resources = _shown(on.values())
    nodes: Sequence[Node] = snapshot.nodes
    if len(nodes) > ROWS:
        nodes = sorted(nodes, key=lambda node: -_fullness(node, on[node.name]))[:ROWS]
    rows: list[Row] = [("node", *resources)]
    rows += [
        (node.name, *(_cell(r, on[node.name][r], node.allocatable.get(r, 0)) for r in resources)) for node in nodes
    ]
    if more := len(snapshot.nodes) - len(nodes):
        rows.append((f"and {more} less full", *("" for _ in resources)))
    return [*rows, ("all", *(_cell(r, _sum(on, r), _there(snapshot, r)) for r in resources))]


def data(snapshot: Snapshot) -> list[dict[str, Any]]:
    """For each node what its pods ask for and what there is: cpu in millicores, memory in bytes, else units."""
    on = used(snapshot)
    resources = _shown(on.values())
    return [
        {
            "name": node.name,
            "used": {resource: on[node.name][resource] for resource in resources},
            "allocatable": {resource: node.allocatable.get(resource, 0) for resource in resources},
        }
        for node in snapshot.nodes
    ]


def _shown(amounts: Iterable[Counter[str]]) -> Sequence[str]:
    asked = {resource for own in amounts for resource, amount in own.items() if amount}
    return [*ALWAYS, *sorted(asked.difference(ALWAYS))]


def _cell(resource: str, taken: int, there: int) -> str:
    if not (taken or there):
        return "-"
    share = f"  {100 * taken / there:.0f} %" if there else ""
    return f"{text_of(resource, taken)}/{text_of(resource, there)}{share}"


def _fullness(node: Node, own: Counter[str]) -> float:
    """The share of what is used most."""
    return max((own[name] / there for name, there in node.allocatable.items() if there), default=0.0)


def _sum(on: Mapping[str, Counter[str]], resource: str) -> int:
    return sum(own[resource] for own in on.values())


def _there(snapshot: Snapshot, resource: str) -> int:
    return sum(node.allocatable.get(resource, 0) for node in snapshot.nodes)
