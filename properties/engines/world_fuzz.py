"""Random runs of worlds (Hypothesis) as an engine: `verify`; what it runs stands in world_machine.py.

A law that a run breaks is told by the smallest run that Hypothesis finds, done again step by step. A run that ends
cannot show that a cluster never comes to rest: laws about the end are asked of those that do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import hypothesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from kubeproof.model.errors import NotModelled
from kubeproof.properties.engines.search import OnProgress, Progress
from kubeproof.properties.engines.world_machine import Broken, Options, Tally, WorldMachine, machine_of
from kubeproof.properties.engines.world_run import Start, told
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import Form, WorldLaw

ENGINE = "random runs"
EXAMPLES = 100
"""Runs, unless told."""

NOT_DECIDED = "no run came to rest, so that nothing is known of the end"
ASSUMES = (
    "every component sees the latest state, and the requests of one look are carried out together",
    "random runs: what they did not come across is not known",
)
ANYTHING = Options()
SHRINKS = 15
"""Seconds that a run which breaks a law is made smaller, where there is an end to the time."""


class _TimeIsUp(BaseException):
    """Ends the runs; no Exception, so that Hypothesis does not take it for one of theirs."""


class Found(NamedTuple):
    """A verdict, and where a law is broken the program that shows it."""

    verdict: Verdict
    program: str = ""


def verify(
    laws: Sequence[WorldLaw],
    start: Start | SearchStrategy[Start],
    options: Options = ANYTHING,
    *,
    examples: int = EXAMPLES,
    seconds: float | None = None,
    seed: int | None = None,
    on_progress: OnProgress | None = None,
) -> list[Verdict]:
    """A verdict for each law, in order: HELD after so many runs, VIOLATED with the run that shows it, or UNKNOWN.

    A `sometimes` is PROVED where it was seen. `seconds`: no run begins after that time. Without a `seed` the runs are
    the same each time. The verdict's `why` says how much was done, and whether the law had anything to speak of.
    `searched` gives the programs too.
    """
    found = searched(laws, start, options, examples=examples, seconds=seconds, seed=seed, on_progress=on_progress)
    return [one.verdict for one in found]


def searched(
    laws: Sequence[WorldLaw],
    start: Start | SearchStrategy[Start],
    options: Options = ANYTHING,
    *,
    examples: int = EXAMPLES,
    seconds: float | None = None,
    seed: int | None = None,
    on_progress: OnProgress | None = None,
) -> list[Found]:
    """Like `verify`; each verdict with a program. Laws are asked together, each until it is broken."""
    ends = None if seconds is None else time.monotonic() + seconds
    starts = st.just(start) if isinstance(start, Start) else start
    tally, open_, broken = Tally(), list(laws), dict[str, Broken]()
    missing = ""
    while open_ and not missing and (ends is None or time.monotonic() < ends):
        runs = machine_of(starts, open_, options, tally)
        one = _first_broken(runs, examples, seed, ends, on_progress)
        if one is None:
            break
        if isinstance(one, NotModelled):
            missing = str(one)
        else:
            broken[one.law.name] = one
            open_ = [law for law in open_ if law.name != one.law.name]
    return [_found(law, broken.get(law.name), tally, missing) for law in laws]


def _first_broken(
    runs: type[WorldMachine], examples: int, seed: int | None, ends: float | None, on_progress: OnProgress | None
) -> Broken | NotModelled | None:
    """What the runs end with: the smallest run that breaks a law, what is not modelled, or nothing."""
    since: dict[str, float] = {}

    def goes_on(broken: Sequence[Broken]) -> None:
        if on_progress is not None:
            on_progress(Progress(runs.tally.runs, runs.tally.steps.total(), runs.tally.longest, 0))
        now = time.monotonic()
        if broken:
            since.setdefault("broken", now)
        if ends is not None and now > (since["broken"] + SHRINKS if broken else ends):
            since["over"] = now
            raise _TimeIsUp

    if seed is not None:
        hypothesis.seed(seed)(runs)
    runs.goes_on = staticmethod(goes_on)
    how = settings(
        settings(runs.TestCase.settings, max_examples=examples),
        derandomize=seed is None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        verbosity=hypothesis.Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(runs, settings=how)
    except Broken as found:
        return found
    except NotModelled as found:
        return found
    except (_TimeIsUp, Flaky):  # to end in the midst of a run looks flaky
        if "over" not in since:
            raise
        return min(runs.broken, key=lambda one: len(one.done), default=None)
    return None


def _found(law: WorldLaw, broken: Broken | None, tally: Tally, missing: str) -> Found:
    if broken is not None:
        shows = law.form is Form.SOMETIMES
        trace = told(broken.start, broken.done, law)
        outcome = Outcome.PROVED if shows else Outcome.VIOLATED
        verdict = Verdict(
            law.name,
            ENGINE,
            outcome,
            transitions=tally.steps.total(),
            depth=len(broken.done),
            assumes=ASSUMES,
            trace=trace,
        )
        return Found(verdict, broken.program)
    outcome, why = _held(law, tally, missing)
    verdict = Verdict(
        law.name, ENGINE, outcome, why, transitions=tally.steps.total(), depth=tally.longest, assumes=ASSUMES
    )
    return Found(verdict)


def _held(law: WorldLaw, tally: Tally, missing: str) -> tuple[Outcome, str]:
    did = f"{tally.runs} runs, {tally.steps.total()} steps"
    if missing:
        return Outcome.UNKNOWN, f"{did}; {missing}"
    if not tally.runs:
        return Outcome.UNKNOWN, "there was no time for a run"
    if law.form is Form.SOMETIMES:
        return Outcome.UNKNOWN, f"{did}; none shows it"
    if law.form is Form.IN_THE_END and not tally.rested:
        return Outcome.UNKNOWN, f"{did}; {NOT_DECIDED}"
    if not tally.asked[law.name]:
        return Outcome.HELD, f"{did}; vacuous: no run had what the law speaks of"
    return Outcome.HELD, did
