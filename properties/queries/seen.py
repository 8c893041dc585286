"""What can be seen of a scheduler, step by step: a pod goes to a node or is refused, preempts others, or is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kubeproof.properties.queries.words import listed


class Step(NamedTuple):
    """A pod has its turn and goes to `node`; "" where it is refused, as are, at the end of a run, all that wait."""

    pod: str
    node: str = ""


class Preempts(NamedTuple):
    """A pod is nominated to a node, and these pods have to go for it, beside those that are going already."""

    pod: str
    node: str
    victims: frozenset[str]


class Leaves(NamedTuple):
    """A pod that had a node is gone."""

    pod: str


Seen = Step | Preempts | Leaves


def told(seen: Seen) -> str:
    """A step in a few words."""
    match seen:
        case Step(pod, node):
            return f"{pod} -> {node or 'Pending'}"
        case Preempts(pod, node, victims):
            return f"{pod} preempts {named(victims)} on {node}"
        case Leaves(pod):
            return f"{pod} is gone"


def data(seen: Seen) -> dict[str, Any]:
    """A step as plain data."""
    match seen:
        case Step(pod, node):
            return {"pod": pod, "node": node}
        case Preempts(pod, node, victims):
            return {"pod": pod, "node": "", "nominated": node, "victims": sorted(victims)}
        case Leaves(pod):
            return {"pod": pod, "gone": True}


def named(victims: frozenset[str]) -> str:
    """Who has to go, in words."""
    return listed(sorted(victims) or ["nobody else"])


def renamed(seen: Seen, name: Callable[[str], str]) -> Seen:
    """The step with other pods' names in it."""
    match seen:
        case Step(pod, node):
            return Step(name(pod), node)
        case Preempts(pod, node, victims):
            return Preempts(name(pod), node, frozenset(map(name, victims)))
        case Leaves(pod):
            return Leaves(name(pod))
