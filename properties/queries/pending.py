"""The whole answer about one pod, as the command line prints it: the event, the reasons with their lines, the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kubeproof.model.manifests.lines import locate
from kubeproof.model.scheduler.cycle import Decision
from kubeproof.properties.queries.aligned import aligned
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.repair import Repairs
from kubeproof.properties.queries.table import table, verdicts
from kubeproof.properties.queries.why import Explanation, Reason, Why
from kubeproof.properties.queries.words import STATES
from kubeproof.properties.queries.words import nodes as named

LINE = "\n"


class PodAnswer(Answer, msgspec.Struct, frozen=True):
    """What there is to say of a pod. `bound` is the node it is on already ("" while it waits).

    `repairs`: None where none were asked for, or none are needed.
    """

    why: Why
    repairs: Repairs | None = None
    bound: str = ""

    @property
    def fits(self) -> bool:
        """Whether nothing keeps the pod from running."""
        return bool(self.bound) or self.why.explanation is None

    @property
    def text(self) -> str:
        """The answer in words, many lines."""
        return "\n".join(self._lines())

    @property
    def table(self) -> str:
        """What each plugin says of each node."""
        return aligned(table(self.why.decision))

    def data(self) -> dict[str, Any]:
        """The answer as plain data; docs/json.md is its schema."""
        decision = self.why.decision
        return {
            "pod": self.why.pod,
            "result": decision.result.value,
            "node": self.bound,
            "message": self.why.message,
            "feasible": list(self.why.feasible),
            "explanation": self.why.explanation and _explanation(self.why.explanation),
            "repairs": self.repairs and msgspec.to_builtins(self.repairs),
            "nodes": _nodes(decision),
        }

    def _lines(self) -> Iterator[str]:
        if self.bound:
            yield f"{self.why.pod} is not Pending: it is on {self.bound}."
            return
        if not self.why.explanation:
            feasible, total = self.why.feasible, len(self.why.decision.snapshot.nodes)
            yield f"{self.why.pod} fits on {len(feasible)} of {total} nodes: {named(feasible)}."
            return
        yield f"{self.why.pod} is {STATES[self.why.decision.result]}: {self.why.message}"
        yield f"{self.why.explanation.told(between=LINE)}  {self.why.explanation.claim}"
        for reason in self.why.explanation.reasons:
            yield f"    {place(reason)}"
        if self.repairs:
            yield self.repairs.text


def place(reason: Reason) -> str:
    """Where a person asks for it: 'web.yaml:31  spec.template.spec.tolerations'."""
    if not reason.origin or not reason.origin.file:
        return reason.path
    line = locate(reason.origin, reason.path)
    return f"{reason.origin.file}{f':{line}' if line else ''}  {reason.path}"


def _explanation(explanation: Explanation) -> dict[str, Any]:
    return {
        "text": explanation.text,
        "smallest": explanation.smallest,
        "reasons": [
            {
                "plugin": reason.plugin,
                "rule": reason.rule,
                "detail": reason.detail,
                "closes": list(reason.closes),
                "path": reason.path,
                "file": reason.origin.file if reason.origin else "",
                "line": locate(reason.origin, reason.path) if reason.origin else 0,
            }
            for reason in explanation.reasons
        ],
    }


def _nodes(decision: Decision) -> list[dict[str, Any]]:
    """The verdicts, for each class of nodes of which all plugins say the same."""
    return [
        {
            "names": list(found.nodes),
            "verdicts": [{"plugin": p, "code": c, "reasons": list(r)} for p, c, r in verdicts(decision, found)],
        }
        for found in decision.findings.classes
    ]
