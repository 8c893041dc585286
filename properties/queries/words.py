"""Words for answers: lists of names, amounts, well-known labels. Nothing here decides anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from kubeproof.model.scheduler.cycle import Result

FEW = 3
"""So many things are named one by one; more are counted."""

STATES: Mapping[Result, str] = {
    Result.UNSCHEDULABLE: "Pending",
    Result.GATED: "held back",
    Result.SKIPPED: "not scheduled",
}
"""What a pod is that was not given a node, by how its scheduling cycle ended."""

SHORT: Mapping[str, str] = {
    "kubernetes.io/hostname": "hostname",
    "topology.kubernetes.io/zone": "zone",
    "topology.kubernetes.io/region": "region",
    "kubernetes.io/arch": "arch",
    "kubernetes.io/os": "os",
}
_LONG = re.compile(rf"(?<![\w./-])({'|'.join(map(re.escape, SHORT))})(?![\w./-])")


def short(text: str) -> str:
    """The text with well-known label keys by their short names."""
    return _LONG.sub(lambda found: SHORT[found[1]], text)


def listed(names: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def nodes(names: Sequence[str]) -> str:
    """The nodes by name where they are few, else how many they are."""
    return listed(names) if len(names) <= FEW else f"{len(names)} nodes"


def plural(count: int, noun: str) -> str:
    """'1 pod', '2 pods'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def grouped(things: Iterable[str], by: Callable[[str], int]) -> Mapping[int, list[str]]:
    """The things by a number, the largest number first."""
    found: dict[int, list[str]] = {}
    for thing in things:
        found.setdefault(by(thing), []).append(thing)
    return dict(sorted(found.items(), reverse=True))
