"""Do the laws of machines hold? The one place that asks the engines, in order, and gathers their verdicts.

A complete search answers all laws of a machine at once; proofs and random runs are asked law by law. Whoever
interrupts gets what was found so far, and UNKNOWN for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.machines import machine
from kubeproof.properties import laws as declared
from kubeproof.properties.law import Form, Law, with_witnesses
from kubeproof.properties.queries.checked import Checked, Finding
from kubeproof.properties.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from kubeproof.properties.engines.search import OnProgress

INTERRUPTED = "interrupted"


class Engine(Enum):
    """How a law is asked."""

    SEARCH = "search"
    PROVE = "prove"
    FUZZ = "fuzz"
    ALL = "all"

    @property
    def parts(self) -> tuple[Engine, ...]:
        """The engines that it stands for, in the order in which they are asked."""
        return (Engine.SEARCH, Engine.PROVE, Engine.FUZZ) if self is Engine.ALL else (self,)


def engine_named(name: str) -> Engine:
    """The engine of that name. Raises BadInput, which lists those that there are."""
    try:
        return Engine(name)
    except ValueError:
        raise BadInput(f"there is no engine {name!r}; there are {', '.join(one.value for one in Engine)}") from None


class Asked(msgspec.Struct, frozen=True):
    """A law, and the name of the machine that it is about."""

    machine: str
    law: Law


def asked(names: Iterable[str], text: str = "") -> list[Asked]:
    """The laws of these machines, each implication with the witness that its premise happens.

    `text`: only those whose names contain it, and then studies too, which are broken. Raises BadInput where a machine
    is unknown or no law is left.
    """
    if not text:
        return [Asked(name, law) for name in names for law in with_witnesses(declared.laws(name))]
    known = [Asked(name, law) for name in names for law in (*declared.laws(name), *declared.studies(name))]
    exact = [one for one in known if one.law.name == text]
    found = exact or [one for one in known if text.casefold() in one.law.name.casefold()]
    if not found:
        listed = "; ".join(one.law.name for one in known)
        raise BadInput(f"no law contains {text!r}; there are: {listed}")
    return found


def check(
    questions: Sequence[Asked],
    engine: Engine = Engine.SEARCH,
    *,
    limit: int | None = None,
    on_progress: OnProgress | None = None,
    on_law: Callable[[str, str], None] | None = None,
) -> Checked:
    """What the engines found out about each law, in the order of the laws.

    `limit`: so many states are looked at by each search; `on_law` is told each engine and law (or machine) in turn.
    """
    found: dict[tuple[int, Engine], Verdict] = {}
    try:
        for part in engine.parts:
            for places in _together(questions, part):
                if on_law:
                    first = questions[places[0]]
                    on_law(part.value, first.law.name if len(places) == 1 else first.machine)
                verdicts = _verdicts(part, [questions[at].law for at in places], limit, on_progress)
                found |= {(at, part): verdict for at, verdict in zip(places, verdicts, strict=True)}
                if any(verdict.outcome is Outcome.UNKNOWN and INTERRUPTED in verdict.why for verdict in verdicts):
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    return Checked(
        tuple(
            Finding(one.machine, one.law, part.value, found.get((at, part)) or _unasked(one.law, part))
            for at, one in enumerate(questions)
            for part in engine.parts
        )
    )


def known(name: str) -> str:
    """The registered name of a machine, however it is spelt. Raises BadInput, which lists those that there are."""
    found = name.lower().replace("-", "_").replace(" ", "_")
    machine(found)
    return found


def _together(questions: Sequence[Asked], part: Engine) -> Iterator[list[int]]:
    """The places of the laws that are asked at once: one search answers all of a machine, and one more what ends."""
    places = range(len(questions))
    if part is not Engine.SEARCH:
        yield from ([at] for at in places)
        return
    for _, same in groupby(places, key=lambda at: questions[at].machine):
        own = list(same)
        ends = [at for at in own if questions[at].law.form is Form.LEADS_TO]
        yield from filter(None, ([at for at in own if at not in ends], ends))


def _verdicts(part: Engine, laws: list[Law], limit: int | None, on_progress: OnProgress | None) -> list[Verdict]:
    if part is Engine.SEARCH:
        from kubeproof.properties.engines.explore import LIMIT, explore

        return explore(laws, limit=LIMIT if limit is None else limit, on_progress=on_progress)
    ask: Callable[[Law], Verdict] = getattr(import_module(f"kubeproof.properties.engines.{part.value}"), part.value)
    return [ask(law) for law in laws]


def _unasked(law: Law, part: Engine) -> Verdict:
    return Verdict(law.name, part.value, Outcome.UNKNOWN, why=INTERRUPTED, assumes=law.machine.assumes)
