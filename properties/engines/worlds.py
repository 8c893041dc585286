"""Laws about worlds by complete search, breadth first: every world that a cluster can come to, by a shortest way.

Worlds with one key (world_keys.py) are one; the way to each is real, so that a counterexample is done again by a
`Runner` before anybody sees it. What holds in the end is read from the graph of all worlds (world_ends.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from kubeproof.model.trace import Trace
from kubeproof.properties.engines import world_ends
from kubeproof.properties.engines.collecting import seldom
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.world_flight import InterleavedSteps
from kubeproof.properties.engines.world_graph import Seen
from kubeproof.properties.engines.world_keys import OLD, Keys
from kubeproof.properties.engines.world_past import NOBODY, Late, begun
from kubeproof.properties.engines.world_plans import Plans, Touched, Whose
from kubeproof.properties.engines.world_shapes import Shapes
from kubeproof.properties.engines.world_sleep import Sleeping, asleep_in
from kubeproof.properties.engines.world_steps import Cluster, Order, State, Step, Steps, Taken
from kubeproof.properties.engines.world_story import NotReplayed, replayed, told
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import Form, WorldLaw

ENGINE = "worlds"
LIMIT = 200_000
"""Worlds that are looked at by default, before a search says that it was cut off."""

EVERY = 1000
"""Worlds between two reports of progress."""

OnProgress = Callable[[Progress], None]
Hit = tuple[int, Step | None]
"""A world that decides a law, and the step from it that does (None: the world itself)."""


def _never() -> str:
    return ""


class Options(NamedTuple):
    """How a search goes: who may be next, whether what is alike is swapped, when a time is old (seconds), when it is
    cut off (worlds), why it is to end now (`until`, asked before each world; "": it is not), whether looks that have
    nothing to do with each other are taken in one order (`sleeps`: world_sleep.py), who may see an older store (`late`:
    only where looks are interleaved)."""

    order: Order = Order.CALM
    swaps: bool = True
    old: int = OLD
    limit: int = LIMIT
    until: Callable[[], str] = _never
    sleeps: bool = True
    late: Late = NOBODY


CALM = Options()
WEAK_FAIRNESS = "weak fairness: a component that always could change something does at some time"


@seldom()
def verify(
    laws: Sequence[WorldLaw], cluster: Cluster, options: Options = CALM, on_progress: OnProgress | None = None
) -> list[Verdict]:
    """A verdict for each law, in order, from one search of the cluster's worlds."""
    seen, hits = explored(cluster, laws, options, on_progress)
    ends = world_ends.Ends(seen) if any(law.form is Form.IN_THE_END for law in laws) else None
    return [
        _decided(law, seen, options, hits.get(at))
        if law.form is not Form.IN_THE_END or ends is None
        else _in_the_end(law, seen, options, ends)
        for at, law in enumerate(laws)
    ]


@seldom()
def explored(
    cluster: Cluster, laws: Sequence[WorldLaw] = (), options: Options = CALM, on_progress: OnProgress | None = None
) -> tuple[Seen, dict[int, Hit]]:
    """All worlds that can be reached, and by the number of a law the first that decides it.

    It ends early once every law is decided, unless one is about the end.
    """
    search = _Search(cluster, laws, options)
    seen, looking, at = search.seen, search.looking, 0
    try:
        while at < len(seen.states) and not (laws and looking.done):
            if len(seen.states) > options.limit:
                seen.cut = f"more than {options.limit} worlds"
                break
            if why := options.until():
                seen.cut = why
                break
            search.expand(at)
            at += 1
            if on_progress is not None and at % EVERY == 0:
                on_progress(Progress(len(seen.states), len(seen.sources), seen.depth, len(seen.states) - at))
    except KeyboardInterrupt:
        seen.cut = "interrupted"
    if at < len(seen.states) and not seen.cut:
        seen.cut = "every question is answered"
    seen.expanded = at
    return seen, looking.hits


class _Search:
    """A search on its way."""

    def __init__(self, cluster: Cluster, laws: Sequence[WorldLaw], options: Options) -> None:
        shapes = Shapes(name for move in cluster.moves for name in move.names)
        keys = Keys((one.name for one in cluster.components), shapes, old=options.old, swaps=options.swaps)
        interleaved = options.order is Order.INTERLEAVED
        late = InterleavedSteps(cluster, shapes, options.late) if interleaved else None
        self._steps: Steps | InterleavedSteps = late or Steps(cluster, options.order, shapes)
        self.seen, self.looking = Seen(cluster, self._steps, keys), _Looking(laws)
        self._swaps = options.swaps
        self._before: list[tuple[Plans | None, Touched | None]] = [(None, None)]
        self._sleeping = Sleeping() if _may_sleep(cluster, laws, options) else None
        self.seen.begin(State(begun(cluster.world, options.late), tuple(move.times for move in cluster.moves)))
        self.looking.at(self.seen, 0)

    def expand(self, at: int) -> None:
        """Takes all steps from a world, and those that were left out before and turn out to be needed."""
        told = partial(self.seen.told_of, at) if self._swaps else None
        asleep = asleep_in(self._sleeping, at)
        found, plans = self._steps.of(self.seen.states[at], *self._before[at], asleep=asleep, told=told)
        self._before[at] = None, None
        woken = self._taken(at, found, plans, at)
        while woken:
            number, awake = woken.popitem()
            found, plans = self._steps.of(self.seen.states[number], asleep=asleep_in(self._sleeping, number))
            names = {(self.seen.cluster.components[one].name, key) for one, key in awake}
            again = [taken for taken in found if (taken.step.by, taken.step.key) in names]
            for other, more in self._taken(number, again, plans, at).items():
                woken[other] = woken.get(other, frozenset()) | more

    def _taken(self, at: int, found: list[Taken], plans: Plans | None, last: int) -> dict[int, frozenset[Whose]]:
        """Takes note of steps from a world; by world (up to the last that was expanded), whose looks are needed there
        after all."""
        seen, sleeping, woken = self.seen, self._sleeping, dict[int, frozenset[Whose]]()
        behind = sleeping.behind(at, found) if sleeping is not None else None
        for place, taken in enumerate(found):
            self.looking.across(seen, at, taken)
            new, naming = seen.met(at, taken)
            if new:
                self._before.append((plans, taken.touched))
                self.looking.at(seen, len(seen.states) - 1)
            if sleeping is not None and behind is not None:
                target = seen.targets[-1]
                awake = sleeping.arrived(target, naming, behind[place], new=new)
                if awake and target <= last:
                    woken[target] = woken.get(target, frozenset()) | awake
        seen.done(at)
        return woken


def _may_sleep(cluster: Cluster, laws: Sequence[WorldLaw], options: Options) -> bool:
    """Whether it is enough to meet all worlds, and steps may be left out."""
    names = {one.name for one in cluster.components}
    return (
        options.sleeps
        and options.swaps
        and options.order is Order.ATOMIC
        and bool(laws)
        and all(law.form in (Form.ALWAYS, Form.SOMETIMES) for law in laws)
        and len(names) == len(cluster.components)
    )


class _Looking:
    """The laws that are still open, and what decided the others."""

    def __init__(self, laws: Sequence[WorldLaw]) -> None:
        self.hits: dict[int, Hit] = {}
        self._worlds = [one for one in enumerate(laws) if one[1].form in (Form.ALWAYS, Form.SOMETIMES)]
        self._steps = [one for one in enumerate(laws) if one[1].form is Form.EVERY_STEP]
        self._endless = any(law.form is Form.IN_THE_END for law in laws)

    @property
    def done(self) -> bool:
        """Whether nothing is open that the next world could decide."""
        return not (self._worlds or self._steps or self._endless)

    def at(self, seen: Seen, number: int) -> None:
        """Looks at a world."""
        for one in list(self._worlds):
            at, law = one
            if law.condition(seen.states[number].world) is (law.form is Form.SOMETIMES):
                self.hits[at] = number, None
                self._worlds.remove(one)

    def across(self, seen: Seen, number: int, taken: Taken) -> None:
        """Looks at a step."""
        for one in list(self._steps):
            at, law = one
            if not law.across(seen.states[number].world, taken.events, taken.state.world):
                self.hits[at] = number, taken.step
                self._steps.remove(one)


def _decided(law: WorldLaw, seen: Seen, options: Options, hit: Hit | None) -> Verdict:
    wanted = law.form is Form.SOMETIMES
    if hit is None:
        outcome = Outcome.UNKNOWN if seen.cut else Outcome.VIOLATED if wanted else Outcome.PROVED
        why = f"cut off: {seen.cut}" if seen.cut else "no world that can be reached is like that" if wanted else ""
        return _verdict(law, seen, options, outcome, why=why)
    number, last = hit
    steps = seen.way(number) + ([last] if last is not None else [])
    stages = replayed(seen.cluster, steps)
    if last is None and law.condition(stages[-1].world) is not wanted:
        raise NotReplayed(f"{law.name}: done again, it ends otherwise")
    trace = told(seen.cluster.subject, stages, steps)
    return _verdict(law, seen, options, Outcome.PROVED if wanted else Outcome.VIOLATED, trace=trace)


def _in_the_end(law: WorldLaw, seen: Seen, options: Options, ends: world_ends.Ends) -> Verdict:
    found = ends.broken(law)
    if found is None:
        outcome = Outcome.UNKNOWN if seen.cut or ends.starved else Outcome.PROVED
        why = f"cut off: {seen.cut}" if seen.cut else ends.starved
        return _verdict(law, seen, options, outcome, why=why)
    stages = replayed(seen.cluster, found.steps)
    trace = told(seen.cluster.subject, stages, found.steps, found.loop)
    return _verdict(law, seen, options, Outcome.VIOLATED, why=found.why, trace=trace)


def _verdict(
    law: WorldLaw, seen: Seen, options: Options, outcome: Outcome, *, why: str = "", trace: Trace | None = None
) -> Verdict:
    return Verdict(
        law.name,
        ENGINE,
        outcome,
        why=why,
        states=len(seen.states),
        transitions=len(seen.sources),
        depth=seen.depth,
        complete=not seen.cut,
        assumes=tuple(_assumes(law, options)),
        trace=trace,
    )


def _assumes(law: WorldLaw, options: Options) -> Iterator[str]:
    if options.order is Order.INTERLEAVED:
        yield "a look sees the state that it began with to its end; a request that is refused ends it"
        if options.late.components:
            late = ", ".join(sorted(options.late.components))
            yield f"{late} may see a state that is up to {options.late.by} requests old, the others see the latest"
        else:
            yield "every look begins with the latest state"
    else:
        yield "every component sees the latest state, and the requests of one look are carried out together"
    if options.order is Order.CALM:
        yield "components look in a fixed order, and the environment waits until none has anything to do"
    if options.swaps:
        yield "pods and nodes that are alike can be swapped: their names decide nothing"
    yield f"times more than {options.old} s ago are told apart by their order alone"
    if law.form is Form.IN_THE_END:
        yield WEAK_FAIRNESS
