"""The answer to "does it all fit?": a frozen value with its data, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from kubeproof.properties.queries import answer


class Answer(Enum):
    """YES: there is a placement. NO: there is none. UNKNOWN: neither was found out."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Bounds(NamedTuple):
    """How many of the pods can be placed together: at least so many (a placement was checked), at most so many."""

    at_least: int
    at_most: int


class Reason(NamedTuple):
    """Why there is no placement: the words, and the pods (by key) and rules that they rest on."""

    text: str
    pods: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {"text": self.text, "pods": list(self.pods), "rules": list(self.rules)}


class Fit(answer.Answer, msgspec.Struct, frozen=True):
    """Whether all pods have a place together.

    `placement`: the node of each pod (YES: of every pod; UNKNOWN: the best found; NO: empty). `order`: the keys
    in an order in which the filters accept each pod at its node beside those before it, or None where none was found.
    `reasons`: for NO. `why`: for UNKNOWN. `method`: which part of the search answered.
    """

    answer: Answer
    pods: int
    nodes: int
    placement: Mapping[str, str]
    bounds: Bounds
    method: str
    order: tuple[str, ...] | None = None
    reasons: tuple[Reason, ...] = ()
    why: str = ""

    @property
    def text(self) -> str:
        """The answer in words."""
        match self.answer:
            case Answer.YES:
                return "\n".join([self._yes(), *self._nodes()])
            case Answer.NO:
                head = f"No: there is no placement of all {self.pods} pods on {self.nodes} nodes."
                return "\n".join([head, *(f"  {reason.text}" for reason in self.reasons), f"  {self._bounds()}"])
            case Answer.UNKNOWN:
                head = f"Unknown whether all {self.pods} pods fit on {self.nodes} nodes: {self.why}."
                return "\n".join([head, f"  {self._bounds()}", *self._nodes()])

    def data(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            "answer": self.answer.value,
            "pods": self.pods,
            "nodes": self.nodes,
            "placement": dict(self.placement),
            "order": None if self.order is None else list(self.order),
            "reasons": [reason.data() for reason in self.reasons],
            "bounds": {"atLeast": self.bounds.at_least, "atMost": self.bounds.at_most},
            "why": self.why,
            "method": self.method,
        }

    def _yes(self) -> str:
        one_by_one = (
            "also one by one, in the order given"
            if self.order is not None
            else "no order to place them one by one found"
        )
        return f"Yes: all {self.pods} pods fit on {self.nodes} nodes together ({one_by_one})."

    def _bounds(self) -> str:
        if self.bounds.at_least == self.bounds.at_most:
            return f"Exactly {self.bounds.at_least} of {self.pods} can be placed together."
        return (
            f"At least {self.bounds.at_least} and at most {self.bounds.at_most} of {self.pods} can be placed together."
        )

    def _nodes(self) -> list[str]:
        on: dict[str, list[str]] = {}
        for pod, node in self.placement.items():
            on.setdefault(node, []).append(pod)
        return [f"  {node}: {len(pods)} pods: {', '.join(pods)}" for node, pods in sorted(on.items())]
