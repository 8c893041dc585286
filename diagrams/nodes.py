"""Nodes on pictures: how full they are, which zone they are in, and many nodes as a few boxes.

Left out: what a picture says about a node (of_pending.py, of_placement.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from kubeproof.diagrams.graph import Bar, Box, Cluster, said
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import Pod

ZONE = "topology.kubernetes.io/zone"
NAME = 48
"""Characters of a name on a picture."""

SHOWN = ("cpu", "memory", PODS)
"""The resources whose use every node shows."""

_MORE = 2  # resources that a pod asks for beside those
_BINARY = ((1 << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki"), (1, ""))
_DIGITS = re.compile(r"(\d+)")

Amounts = Mapping[str, int]


class Alike(NamedTuple):
    """Nodes that are one box, in the snapshot's order; `zone` is None where they are of several zones or have none.

    `rest`: they are not alike, but what was left over.
    """

    zone: str | None
    nodes: tuple[Node, ...]
    rest: bool = False


def totals(pods: Iterable[Pod]) -> dict[str, int]:
    """What pods ask for together, each also for its place (the resource `pods`)."""
    found: dict[str, int] = {PODS: 0}
    for pod in pods:
        found[PODS] += 1
        for resource, amount in pod.spec.requests.items():
            found[resource] = found.get(resource, 0) + amount
    return found


def bars(nodes: Sequence[Node], used: Sequence[Amounts], wanted: Amounts) -> tuple[Bar, ...]:
    """How full nodes are, on average, as bars: cpu, memory, pods, and what else is wanted (the first few, by name).

    `used` is what each node's pods take; `wanted` what is to come to one of them.
    """
    more = sorted(name for name, amount in wanted.items() if amount and name not in SHOWN)
    return tuple(_bar(resource, nodes, used, wanted.get(resource, 0)) for resource in (*SHOWN, *more[:_MORE]))


def amount(resource: str, count: int) -> str:
    """An amount for a glance: cores of cpu, the largest fitting unit of memory, at most one decimal for large ones."""
    if resource == "cpu":
        return _rounded(count, 1000)
    if resource == "memory" or resource.endswith("storage") or resource.startswith("hugepages-"):
        size, unit = next(((s, u) for s, u in _BINARY if abs(count) >= s), (1, ""))
        return _rounded(count, size) + unit
    return str(count)


def summed(nodes: Sequence[Node], limit: int, keys: Sequence[Callable[[Node], Hashable]]) -> tuple[Alike, ...]:
    """The nodes as at most `limit` boxes where a key allows it: each its own box, else by the first key (finest first)
    that makes few enough, within zones and then across them; else the coarsest, its smallest classes as one."""
    if len(nodes) <= limit:
        return tuple(Alike(zone(node), (node,)) for node in nodes)
    for key in keys:
        found = [own for there in _by(nodes, zone) for own in _by(there, key)]
        if len(found) <= limit:
            return tuple(Alike(zone(own[0]), own) for own in found)
    for key in keys:
        found = _by(nodes, key)
        if len(found) <= limit:
            return tuple(Alike(None, own) for own in found)
    found = sorted(_by(nodes, keys[-1]), key=len, reverse=True)
    rest = tuple(node for own in found[limit - 1 :] for node in own)
    return (*(Alike(None, own) for own in found[: limit - 1]), Alike(None, rest, rest=True))


def name_of(alike: Alike) -> str:
    """What a box of nodes is called: its node, or how many and like which."""
    if alike.rest:
        return f"{len(alike.nodes)} other nodes"
    first = said(alike.nodes[0].name, NAME)
    return first if len(alike.nodes) == 1 else f"{len(alike.nodes)} nodes like {first}"


def zone(node: Node) -> str | None:
    """The node's zone; None where it has no such label."""
    return node.labels.get(ZONE)


def clusters(boxes: Iterable[tuple[Alike, Box]]) -> tuple[Cluster, ...]:
    """The boxes by zone, zones in the order that a person counts in, those without one last."""
    found: dict[str, list[Box]] = {}
    told = list(boxes)
    mixed = any(alike.zone is None and len({zone(node) for node in alike.nodes}) > 1 for alike, _ in told)
    for alike, box in sorted(told, key=lambda one: (one[0].zone is None, _counted(one[0].zone or ""))):
        title = f"zone {said(alike.zone, NAME)}" if alike.zone is not None else "all zones" if mixed else "no zone"
        found.setdefault(title, []).append(box)
    return tuple(Cluster(title, tuple(own)) for title, own in found.items())


def short(rule: str) -> str:
    """A rule without the domains of its keys: 'topology.kubernetes.io/zone spread' -> 'zone spread'."""
    return re.sub(r"\b[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/", "", rule)


def on_nodes(pods: Iterable[Pod]) -> dict[str, list[Pod]]:
    """The bound pods by node."""
    found: dict[str, list[Pod]] = {}
    for pod in pods:
        if pod.node:
            found.setdefault(pod.node, []).append(pod)
    return found


def _bar(resource: str, nodes: Sequence[Node], used: Sequence[Amounts], wanted: int) -> Bar:
    taken = sum(own.get(resource, 0) for own in used) // len(nodes)
    total = sum(node.allocatable.get(resource, 0) for node in nodes) // len(nodes)
    text = f"{amount(resource, taken)} / {amount(resource, total)}" if total or taken else "none"
    return Bar(said(short(resource), 12), taken, wanted, total, text)


def _by(nodes: Iterable[Node], key: Callable[[Node], Hashable]) -> list[tuple[Node, ...]]:
    found: dict[Hashable, list[Node]] = {}
    for node in nodes:
        found.setdefault(key(node), []).append(node)
    return [tuple(own) for own in found.values()]


def _counted(text: str) -> list[tuple[int, int, str]]:
    """A sort key in which zone-10 comes after zone-9."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(text[:NAME])]


def _rounded(count: int, size: int) -> str:
    tenths = (count * 10 + size // 2) // size
    if tenths < 10 and count:
        hundredths = (count * 100 + size // 2) // size
        return f"{hundredths / 100:g}"
    return f"{tenths / 10:g}" if tenths < 10000 else str(tenths // 10)
