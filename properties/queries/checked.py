"""What became of laws, as an answer: a line each, the story of what broke it, and how to see that again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from kubeproof.model.logic.terms import TRUE, leaves
from kubeproof.model.logic.text import text
from kubeproof.model.machine import Var
from kubeproof.model.trace import Trace, spelt
from kubeproof.properties.law import Form, Law
from kubeproof.properties.queries.aligned import aligned
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.verdict import Outcome, Verdict

WITNESS = "it happens: "
HEAD = ("law", "engine", "outcome", "states", "transitions", "depth", "")


class Finding(msgspec.Struct, frozen=True):
    """What an engine (as one asks for it) found out about a law of a machine (by its registered name)."""

    machine: str
    law: Law
    engine: str
    verdict: Verdict

    @property
    def again(self) -> str:
        """A command that finds and replays the run once more."""
        engine = "" if self.engine == "search" else f" --engine {self.engine}"
        asks = f"kubeproof check {self.machine} --law {shlex.quote(self.law.name)}{engine} --json"
        return f"{asks} | kubeproof replay {self.machine} -"


class Checked(Answer, msgspec.Struct, frozen=True):
    """All findings, law by law, engine by engine."""

    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of the laws: VIOLATED, else UNKNOWN, else HELD, else PROVED; a law is what some engine decided."""
        laws: dict[tuple[str, str], set[Outcome]] = {}
        for one in self.findings:
            laws.setdefault((one.machine, one.law.name), set()).add(one.verdict.outcome)
        decided = {_first(found, (Outcome.VIOLATED, Outcome.PROVED, Outcome.HELD)) for found in laws.values()}
        return _first(decided, (Outcome.VIOLATED, Outcome.UNKNOWN, Outcome.HELD, Outcome.PROVED))

    @property
    def shown(self) -> tuple[Finding, ...]:
        """The findings with a run worth a picture or a test: those that broke laws, else those that show something."""
        runs = [one for one in self.findings if one.verdict.trace]
        broken = [one for one in runs if one.verdict.outcome is Outcome.VIOLATED]
        return tuple(broken or runs)

    @property
    def text(self) -> str:
        """A line for each law and engine, each story below its law, and at the end what all of it rests on."""
        return "\n".join(self._lines())

    def data(self) -> dict[str, Any]:
        """The answer as plain data; docs/json.md is its schema."""
        return {
            "outcome": self.outcome.value,
            "verdicts": [
                {"machine": one.machine, "form": one.law.form.value, **msgspec.to_builtins(one.verdict)}
                for one in self.findings
            ],
        }

    def _lines(self) -> Iterator[str]:
        told = [one for one in self.findings if not _is_plain_witness(one)]
        several = len({one.machine for one in self.findings}) > 1
        head, *rows = aligned([HEAD, *(_row(one, several) for one in told)]).split("\n")
        yield head
        for one, row in zip(told, rows, strict=True):
            yield row
            if one.verdict.outcome is Outcome.VIOLATED:
                yield from (f"    {line}" for line in _story(one))
        if premises := [one for one in self.findings if one.law.name.startswith(WITNESS)]:
            seen = sum(map(_is_plain_witness, premises))
            yield f"premises that happen, so that no law holds for want of a case: {seen} of {len(premises)}"
        assumed = dict.fromkeys(sentence for one in self.findings for sentence in one.verdict.assumes)
        if assumed:
            yield ""
            yield "assumed:"
            yield from (f"  {sentence}" for sentence in assumed)


def _first(found: set[Outcome], order: Sequence[Outcome]) -> Outcome:
    return next((one for one in order if one in found), Outcome.UNKNOWN)


def _is_plain_witness(one: Finding) -> bool:
    return one.law.name.startswith(WITNESS) and one.verdict.outcome is Outcome.PROVED


def _row(one: Finding, several: bool) -> tuple[str, ...]:
    verdict = one.verdict
    name = f"{one.machine}: {one.law.name}" if several else one.law.name
    steps = f" ({len(verdict.trace.steps)} steps)" if verdict.trace and verdict.outcome is Outcome.VIOLATED else ""
    whole = "complete" if verdict.complete else "" if verdict.trace else "cut off"
    counts = map(str, (verdict.states, verdict.transitions, verdict.depth))
    told = verdict.why.removeprefix(f"{whole}: ")
    return (name, verdict.engine, f"{verdict.outcome.value}{steps}", *counts, ": ".join(filter(None, (whole, told))))


def _story(one: Finding) -> Iterator[str]:
    yield from _formula(one.law)
    if one.law.note:
        yield f"but {one.law.note}"
    if one.verdict.trace:
        yield from one.verdict.trace.story.split("\n")
        yield from _there(one.law, one.verdict.trace)
        yield f"again: {one.again}"


def _formula(law: Law) -> Iterator[str]:
    """What the law says of the variables."""
    whenever = "" if law.premise is TRUE else f"whenever {text(law.premise)}: "
    said = {
        Form.ALWAYS: "always ",
        Form.EVERY_STEP: "across every step (x' is x behind it) ",
        Form.SOMETIMES: "sometimes ",
        Form.LEADS_TO: "in the end ",
    }[law.form]
    yield f"it says: {whenever}{said}{text(law.condition)}"


def _there(law: Law, trace: Trace) -> Iterator[str]:
    """The variables that the law speaks of, where a state or a step breaks it."""
    names = {data.name for data in leaves(law.whole) if isinstance(data, Var)}
    places = {Form.ALWAYS: {"there": -1}, Form.EVERY_STEP: {"before": -2, "behind": -1}}.get(law.form, {})
    for where, at in places.items():
        state = zip(trace.names, trace.moments[at].state, strict=True)
        yield f"{where}: {', '.join(f'{name}={spelt(word)}' for name, word in state if name in names)}"
