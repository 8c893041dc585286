"""Studies as answers: what became of the cluster that failed and of the mended one, beside what is expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kubeproof.model.trace_json import written
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.studies import about, named
from kubeproof.properties.studies.study import Case, verdicts
from kubeproof.properties.verdict import Outcome, Verdict


class Row(msgspec.Struct, frozen=True):
    """One law asked of one cluster: `cluster` is "as it was" or "mended"."""

    cluster: str
    expected: Outcome
    verdict: Verdict

    @property
    def as_expected(self) -> bool:
        """Whether it came out as was reported."""
        return self.verdict.outcome is self.expected

    @property
    def text(self) -> str:
        """The row as a line."""
        found = self.verdict
        said = "as expected" if self.as_expected else f"EXPECTED {self.expected.value}"
        whole = "complete" if found.complete else "cut off"
        why = f" ({found.why})" if found.why else ""
        return (
            f"  {self.cluster:9}  {found.outcome.value:8}  {found.law}{why}  [{said}; {found.states} worlds, {whole}]"
        )


class Studied(Answer, msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """What became of a study. `told`: with the shortest counterexamples as stories."""

    name: str
    title: str
    source: str
    about: str
    rows: tuple[Row, ...]
    told: bool = True

    @property
    def as_expected(self) -> bool:
        """Whether all of it came out as was reported."""
        return all(row.as_expected for row in self.rows)

    @property
    def text(self) -> str:
        """The study in words."""
        lines = [f"{self.name}: {self.title}", f"  {self.source}"]
        if self.told:
            lines += ["", *(f"  {line}".rstrip() for line in self.about.splitlines()), ""]
        lines += [row.text for row in self.rows]
        for row in self.rows if self.told else ():
            if row.verdict.trace is not None and row.verdict.outcome is Outcome.VIOLATED:
                lines += ["", f"  {row.verdict.law}, {row.cluster}:", row.verdict.trace.story]
        if self.told:
            assumed = dict.fromkeys(one for row in self.rows for one in row.verdict.assumes)
            lines += ["", *(f"  assumed: {one}" for one in assumed)]
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """The study as plain data; docs/json.md is its schema."""
        return {
            "study": self.name,
            "title": self.title,
            "source": self.source,
            "asExpected": self.as_expected,
            "verdicts": [_data(row) for row in self.rows],
        }


class AllStudied(Answer, msgspec.Struct, frozen=True):
    """Several studies, one after the other."""

    studies: tuple[Studied, ...]

    @property
    def as_expected(self) -> bool:
        """Whether all came out as was reported."""
        return all(one.as_expected for one in self.studies)

    @property
    def text(self) -> str:
        """The studies in words, and how many came out as expected."""
        good = sum(one.as_expected for one in self.studies)
        return "\n\n".join([*(one.text for one in self.studies), f"{good} of {len(self.studies)} studies as expected"])

    def data(self) -> dict[str, Any]:
        """The studies as plain data."""
        return {"asExpected": self.as_expected, "studies": [one.data() for one in self.studies]}


def studied(name: str, *, told: bool = True) -> Studied:
    """What becomes of the study of that name. Raises BadInput where there is none."""
    found = named(name)
    rows = (*_rows("as it was", found.fails), *_rows("mended", found.mended))
    return Studied(name, found.name, found.source, about(name), rows, told)


def all_studied(names: Sequence[str]) -> AllStudied:
    """What becomes of these studies, a line a law."""
    return AllStudied(tuple(studied(name, told=False) for name in names))


def _rows(cluster: str, case: Case) -> Iterable[Row]:
    for (_, expected), verdict in zip(case.asked, verdicts(case), strict=True):
        yield Row(cluster, expected, verdict)


def _data(row: Row) -> dict[str, Any]:
    found = row.verdict
    return {
        "cluster": row.cluster,
        "law": found.law,
        "expected": row.expected.value,
        "outcome": found.outcome.value,
        "why": found.why,
        "worlds": found.states,
        "complete": found.complete,
        "assumes": list(found.assumes),
        "trace": msgspec.json.decode(written([found.trace])) if found.trace else None,
    }
