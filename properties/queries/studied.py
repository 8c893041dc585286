"""Studies as answers: what became of the cluster that failed and of the mended one, beside what is expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.trace_json import written
from kubeproof.properties.engines import world_runs, worlds
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.studies import STUDIES, about, named
from kubeproof.properties.studies.study import RUNS, Case, OnProgress, Question, verdicts
from kubeproof.properties.verdict import Outcome, Verdict


class Row(msgspec.Struct, frozen=True):
    """One law asked of one cluster: `cluster` is "as it was", "mended", or what else it is called."""

    cluster: str
    expected: Outcome
    verdict: Verdict

    @property
    def as_expected(self) -> bool:
        """Whether it came out as was reported."""
        return self.verdict.outcome is self.expected

    @property
    def interrupted(self) -> bool:
        """Whether somebody wanted no more of it."""
        return world_runs.INTERRUPTED in self.verdict.why

    @property
    def text(self) -> str:
        """The row as a line."""
        found = self.verdict
        said = "as expected" if self.as_expected else f"EXPECTED {self.expected.value}"
        why = f" ({found.why})" if found.why else ""
        whole = f"{found.states} worlds, {'complete' if found.complete else 'cut off'}"
        if found.engine == world_runs.ENGINE:
            whole = f"{found.states} steps of runs"
        elif found.engine != worlds.ENGINE:
            whole = found.engine
        return f"  {self.cluster:9}  {found.outcome.value:8}  {found.law}{why}  [{said}; {whole}]"


class Studied(Answer, msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """What became of a study. `told`: with the shortest counterexamples as stories; `interrupted`: not all of it was
    looked at."""

    name: str
    title: str
    source: str
    about: str
    rows: tuple[Row, ...]
    told: bool = True
    interrupted: bool = False

    @property
    def as_expected(self) -> bool:
        """Whether all of it came out as was reported."""
        return all(row.as_expected for row in self.rows) and not self.interrupted

    @property
    def otherwise(self) -> bool:
        """Whether some of it came out otherwise, and not because it was interrupted."""
        return any(not row.as_expected and not row.interrupted for row in self.rows)

    @property
    def text(self) -> str:
        """The study in words."""
        lines = [f"{self.name}: {self.title}", f"  {self.source}"]
        if self.told:
            lines += ["", *(f"  {line}".rstrip() for line in self.about.splitlines()), ""]
        lines += [row.text for row in self.rows]
        if self.interrupted:
            lines.append("  interrupted: UNKNOWN what becomes of the rest")
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
            "interrupted": self.interrupted,
            "verdicts": [_data(row) for row in self.rows],
        }


class AllStudied(Answer, msgspec.Struct, frozen=True):
    """Several studies, one after the other. `left`: those that were not begun, as it was interrupted."""

    studies: tuple[Studied, ...]
    left: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether all came out as was reported."""
        return all(one.as_expected for one in self.studies) and not self.left

    @property
    def otherwise(self) -> bool:
        """Whether one came out otherwise, and not because it was interrupted."""
        return any(one.otherwise for one in self.studies)

    @property
    def text(self) -> str:
        """The studies in words, and how many came out as expected."""
        good = sum(one.as_expected for one in self.studies)
        lines = [*(one.text for one in self.studies), f"{good} of {len(self.studies)} studies as expected"]
        if self.left:
            lines.append(f"UNKNOWN, for it was interrupted: {', '.join(self.left)}")
        return "\n\n".join(lines)

    def data(self) -> dict[str, Any]:
        """The studies as plain data."""
        data = {"asExpected": self.as_expected, "studies": [one.data() for one in self.studies]}
        return {**data, "left": list(self.left)} if self.left else data


def studied(
    name: str, *, nodes: int | None = None, told: bool = True, on_progress: OnProgress | None = None
) -> Studied:
    """What becomes of the study of that name; `nodes`: of its cluster with so many nodes, by runs.

    Raises BadInput where there is none, or it has one size.
    """
    found = named(name)
    if nodes is None:
        cases = found.cases
    elif found.sized is None:
        raise BadInput(f"{name} has one size; those with more: {', '.join(with_sizes())}", file="--nodes")
    elif nodes < found.least:
        raise BadInput(f"{name} takes {found.least} nodes at least", file="--nodes")
    else:
        cases = ((f"{nodes} nodes", found.sized(nodes)._replace(runs=RUNS)),)
    rows, interrupted = list[Row](), False
    for cluster, case in cases:
        try:
            rows += _rows(cluster, case, on_progress)
        except KeyboardInterrupt:
            interrupted = True
        interrupted = interrupted or any(row.interrupted for row in rows)
        if interrupted:
            break
    return Studied(name, found.name, found.source, about(name), tuple(rows), told, interrupted)


def all_studied(
    names: Iterable[str], *, nodes: int | None = None, on_progress: Callable[[str, Progress | None], None] | None = None
) -> AllStudied:
    """What becomes of these studies, a line a law; `nodes`: of those that have sizes, with so many nodes."""
    done = list[Studied]()
    left = list(names) if nodes is None else [one for one in with_sizes() if one in set(names)]
    while left and not (done and done[-1].interrupted):
        name = left.pop(0)
        told = partial(on_progress, name) if on_progress else None
        if told:
            told(None)
        done.append(studied(name, nodes=nodes, told=False, on_progress=told))
    return AllStudied(tuple(done), tuple(left))


def with_sizes() -> list[str]:
    """The studies whose clusters can have more nodes."""
    return [name for name in STUDIES if named(name).sized is not None]


def _rows(cluster: str, case: Case | Question, on_progress: OnProgress | None) -> Iterable[Row]:
    for (_, expected), verdict in zip(case.asked, verdicts(case, on_progress=on_progress), strict=True):
        yield Row(cluster, expected, verdict)


def _data(row: Row) -> dict[str, Any]:
    found = row.verdict
    return {
        "cluster": row.cluster,
        "law": found.law,
        "expected": row.expected.value,
        "outcome": found.outcome.value,
        "why": found.why,
        "engine": found.engine,
        "worlds": found.states,
        "complete": found.complete,
        "assumes": list(found.assumes),
        "trace": msgspec.json.decode(written([found.trace])) if found.trace else None,
    }
