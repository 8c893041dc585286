"""How a conformance report reads: agreement for each plugin or topic, then the first disagreements in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kubeproof.model.conformance.run import Disagreement, Report, Row
from kubeproof.properties.queries.aligned import aligned
from kubeproof.properties.queries.answer import Answer


class Conformance(Answer, msgspec.Struct, frozen=True):
    """A report that can be read; `all_agree` decides the exit status."""

    report: Report

    @property
    def text(self) -> str:
        """The table, what is not modelled, and the disagreements."""
        return "\n".join(self._lines())

    def data(self) -> dict[str, Any]:
        """The report as plain data; docs/json.md is its schema."""
        return {
            "allAgree": self.report.all_agree,
            "topics": msgspec.to_builtins(self.report.rows),
            "unknown": self.report.unknown,
            "disagreements": msgspec.to_builtins(self.report.disagreements),
        }

    def _lines(self) -> Iterator[str]:
        topics = list(dict.fromkeys(row.topic for row in self.report.rows))
        by_topic = sorted(self.report.rows, key=lambda row: topics.index(row.topic))
        rows = [("topic", "plugin", "agree/total", ""), *map(_row, by_topic)]
        yield aligned(rows)
        for row in self.report.rows:
            for what, count in sorted(row.missing.items()):
                yield f"not modelled, counted apart: {count} cases of {row.topic}: {what}"
        for topic, count in sorted(self.report.unknown.items()):
            yield f"unknown, left out: {count} cases of {topic}"
        for differs in self.report.disagreements:
            yield from _disagreement(differs)


def _row(row: Row) -> tuple[str, str, str, str]:
    share = f"{100 * row.agree / row.total:.2f} %" if row.total else "nothing asked"
    return row.topic, row.plugin, f"{row.agree}/{row.total}", share


def _disagreement(differs: Disagreement) -> Iterator[str]:
    plugin = f" {differs.plugin}" if differs.plugin else ""
    yield f"\n{differs.file}:{differs.line}: {differs.topic}{plugin}: case {differs.case}"
    yield f"  Kubernetes: {msgspec.json.encode(differs.recorded, order='sorted').decode()}"
    yield f"  the model:  {msgspec.json.encode(differs.model, order='sorted').decode()}"
