"""Laws about worlds by runs, for clusters with too many worlds to search: one run with the first choices, then seeded
ones.

A run is a `Runner`'s, so every component that has something to do does it at every time (weak fairness holds by
itself); world_happenings.py says what is drawn. A run ends at rest, where the whole world comes back (a lasso, for its
key is that of a search), or at the horizon. What breaks a law is run again from the start, and must come out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from kubeproof.model.logic.golang import duration
from kubeproof.model.trace import Did, Trace
from kubeproof.model.world import World
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.world_happenings import USUAL, Happening, RunOptions, happenings
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_steps import CLOCK, ENVIRONMENT, Cluster, Step
from kubeproof.properties.engines.world_story import EVERYBODY, NotReplayed, Stage, as_data, told
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import Form, WorldLaw

__all__ = ["ENGINE", "USUAL", "RunOptions", "verify"]

ENGINE = "runs"
INTERRUPTED = "interrupted"
EVERY = 1000
"""Steps between two reports of progress."""

MOST = 100_000
"""Steps after which a run is cut off, so that memory lasts."""

OnProgress = Callable[[Progress], None]


class Found(NamedTuple):
    """What decides a law: so many happenings of a run; `loop`: the one after which it repeats."""

    run: int
    past: tuple[Happening, ...]
    why: str = ""
    loop: int | None = None


class Count(NamedTuple):
    """How much was looked at: runs, how many of them came to no end, happenings, events, the longest run. `cut`: why
    there were no more."""

    runs: int = 0
    endless: int = 0
    steps: int = 0
    events: int = 0
    longest: int = 0
    cut: str = ""


def verify(
    laws: Sequence[WorldLaw], cluster: Cluster, options: RunOptions = USUAL, on_progress: OnProgress | None = None
) -> list[Verdict]:
    """A verdict for each law, in order. None is PROVED by runs but a `sometimes` that was seen."""
    found: dict[int, Found] = {}
    count = Count()
    shapes = Shapes(name for move in cluster.moves for name in move.names)
    keys = Keys((one.name for one in cluster.components), shapes, old=options.old)
    try:
        for number in range(options.runs):
            watch = _Watch({at: law for at, law in enumerate(laws) if at not in found}, keys, number)
            for one in happenings(cluster, options, number):
                done = watch.sees(one, cluster.world)
                if one.quiet and (why := options.until()):
                    count = count._replace(cut=why)
                    break
                if on_progress is not None and len(watch.past) % EVERY == 0:
                    seen = count.steps + len(watch.past)
                    on_progress(Progress(seen, seen, len(watch.past), options.runs - number))
                if done or len(watch.past) >= MOST:
                    break
            found |= watch.found
            count = _counted(count, watch)
            if count.cut or len(found) == len(laws):
                break
    except KeyboardInterrupt:
        count = count._replace(cut=INTERRUPTED)
    return [_verdict(law, found.get(at), cluster, options, count) for at, law in enumerate(laws)]


class _Watch:
    """The laws that are still open, and one run. `ended`: what becomes of it in the end is known."""

    def __init__(self, laws: dict[int, WorldLaw], keys: Keys, run: int) -> None:
        self.found: dict[int, Found] = {}
        self.past: list[Happening] = []
        self.ended = False
        self._keys, self._run, self._open = keys, run, dict(laws)
        self._worlds: dict[bytes, int] = {}
        self._writes, self._next = 0, 0
        self._written: list[int] = []
        self._last: World | None = None

    def sees(self, one: Happening, first: World) -> bool:
        """Takes note of the next happening; whether the run is over."""
        if self._last is None:
            self._look_at(first)
        before = first if self._last is None else self._last
        self._writes += one.world.store is not before.store
        self.past.append(one)
        self._written.append(self._writes)
        if one.events:
            self._look_across(before, one)
        if one.world is not before:
            self._look_at(one.world)
        self._last = one.world
        return (one.quiet and self._comes_back(one)) or not self._open

    def _look_at(self, world: World) -> None:
        for at, law in list(self._open.items()):
            decides = law.form in (Form.ALWAYS, Form.SOMETIMES)
            if decides and law.condition(world) is (law.form is Form.SOMETIMES):
                self._decided(at)

    def _look_across(self, before: World, one: Happening) -> None:
        for at, law in list(self._open.items()):
            if law.form is Form.EVERY_STEP and not law.across(before, one.events, one.world):
                self._decided(at)

    def _comes_back(self, one: Happening) -> bool:
        """Whether the world is one that was there before, so that all goes on as it did."""
        here = len(self.past) - 1
        if one.rests:
            self.ended = True
            self._in_the_end(here, "deadlock: nobody has anything to do any more, and it does not hold")
            return not any(one.left)
        if one.world.now < self._next:
            return False  # the clock cannot have gone round yet
        self._next = one.world.now + self._keys.period
        there = self._worlds.setdefault(self._keys.key(one.world, one.left), here)
        if there == here:
            return False
        self.ended = True
        round_ = self.past[there + 1 :]
        if self._written[there] != self._written[here]:
            who = ", ".join(sorted({past.step.by for past in round_ if past.events}))
            self._in_the_end(there, f"oscillation: {who} go round for ever", whatever=True)
            return True
        who = ", ".join(sorted({past.step.by for past in round_ if past.step.by != CLOCK})) or CLOCK
        why = f"it waits for ever: {who} looks again and again, no object changes, and it does not hold"
        self._in_the_end(there, why)
        return not any(one.left)

    def _in_the_end(self, loop: int, why: str, *, whatever: bool = False) -> None:
        worlds = [one.world for one in self.past[loop:]]
        for at, law in list(self._open.items()):
            if law.form is Form.IN_THE_END and (whatever or not all(map(law.condition, worlds))):
                self._decided(at, why, loop)

    def _decided(self, at: int, why: str = "", loop: int | None = None) -> None:
        del self._open[at]
        self.found[at] = Found(self._run, tuple(self.past), why, loop)


def _counted(count: Count, watch: _Watch) -> Count:
    steps = len(watch.past)
    return Count(
        count.runs + (not count.cut),
        count.endless + (not watch.ended),
        count.steps + steps,
        count.events + sum(len(one.events) for one in watch.past),
        max(count.longest, steps),
        count.cut,
    )


def _verdict(law: WorldLaw, found: Found | None, cluster: Cluster, options: RunOptions, count: Count) -> Verdict:
    outcome, why, trace = _undecided(law, options, count) if found is None else _decided(law, found, cluster, options)
    return Verdict(
        law.name,
        ENGINE,
        outcome,
        why=why,
        states=count.steps,
        transitions=count.events,
        depth=count.longest,
        assumes=tuple(_assumes(law, options)),
        trace=trace,
    )


def _undecided(law: WorldLaw, options: RunOptions, count: Count) -> tuple[Outcome, str, None]:
    if count.cut and (not count.runs or count.cut == INTERRUPTED):
        return Outcome.UNKNOWN, f"{count.cut} after {count.runs} runs", None
    if law.form is Form.SOMETIMES:
        return Outcome.UNKNOWN, f"not seen in {count.runs} runs", None
    if law.form is Form.IN_THE_END and count.endless:
        most = f"{duration(options.horizon)}, or {MOST} steps"
        return Outcome.UNKNOWN, f"{count.endless} of {count.runs} runs had not come to an end after {most}", None
    return Outcome.HELD, f"in {_runs(count.runs)}" + (f", then {count.cut}" if count.cut else ""), None


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _decided(law: WorldLaw, found: Found, cluster: Cluster, options: RunOptions) -> tuple[Outcome, str, Trace]:
    _again(found, cluster, options)
    where = f"run {found.run + 1} with seed {options.seed}" if found.run else "the run with the first choices"
    why = f"{found.why}; {where}" if found.why else where
    return Outcome.PROVED if law.form is Form.SOMETIMES else Outcome.VIOLATED, why, _told(found, cluster)


def _again(found: Found, cluster: Cluster, options: RunOptions) -> None:
    """Does the run once more. Raises NotReplayed where it comes out otherwise."""
    again = list(islice(happenings(cluster, options, found.run), len(found.past)))
    same = len(again) == len(found.past) and [one.world for one in again[-1:]] == [one.world for one in found.past[-1:]]
    if not same or any(_plain(one) != _plain(other) for one, other in zip(found.past, again, strict=True)):
        raise NotReplayed(f"run {found.run + 1} comes out otherwise when it is done again")


def _plain(one: Happening) -> tuple[object, ...]:
    """What happened, by its values alone: a refusal is an error, which is like no other."""
    return one.step, [(*event[:-1], event.refused and str(event.refused)) for event in one.events]


def _told(found: Found, cluster: Cluster) -> Trace:
    """The run in words: what one component does at one time is one moment, and looks that changed nothing are none."""
    stages, steps = [Stage(cluster.world)], list[Step]()
    loop: int | None = None
    for at, one in enumerate(found.past):
        if loop is None and found.loop is not None and at > found.loop:
            loop = len(steps)
        silent = not (one.events or one.step.by in (CLOCK, ENVIRONMENT))
        if one.quiet or (silent and at < len(found.past) - 1):
            continue
        if steps and steps[-1].by == one.step.by != ENVIRONMENT and loop != len(steps):
            stages[-1] = Stage(one.world, (*stages[-1].events, *one.events))
            steps[-1] = one.step
        else:
            stages.append(Stage(one.world, one.events))
            steps.append(one.step)
    if found.loop is not None and loop is None:
        loop = len(steps)
    return told(cluster.subject, stages, steps, loop, tuple(_did(found.past)))


def _did(past: Sequence[Happening]) -> Iterator[Did]:
    """The run as data: what the environment did and when, and in between what everybody chose."""
    chose: list[int] = []
    for one in past:
        if one.quiet:
            continue
        if one.step.by in (CLOCK, ENVIRONMENT):
            yield Did(EVERYBODY, "", _cut(chose))
            yield as_data(one.step)
            chose = []
        else:
            chose += one.step.chose
    yield Did(EVERYBODY, "", _cut(chose))


def _cut(chose: Sequence[int]) -> tuple[int, ...]:
    """The choices up to the last that is not the first option."""
    last = max((at for at, number in enumerate(chose) if number), default=-1)
    return tuple(chose[: last + 1])


def _assumes(law: WorldLaw, options: RunOptions) -> Iterator[str]:
    yield "every component sees the latest state, and looks as soon as it has something to do, on a virtual clock"
    yield "the environment waits until none has anything to do at the time; a run takes one of many ways"
    if law.form is Form.IN_THE_END:
        yield f"times more than {options.old} s ago are told apart by their order alone"
        yield f"no run is longer than {duration(options.horizon)}, or {MOST} steps"
