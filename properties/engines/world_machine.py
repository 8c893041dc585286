"""A world as Hypothesis' own form of a machine: users and machines do what they may at any time, laws are asked.

    TestMyCluster = world_machine(["web.yaml"], nodes="n{1..3} cpu=2", laws=MY_LAWS).TestCase

One rule a kind of step (properties/strategies/steps.py), one for the time that passes, one for a component that looks.
What breaks a law Hypothesis makes smaller; it is told as a program (world_program.py) that does it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import hypothesis
import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from hypothesis.strategies import SearchStrategy

from kubeproof.model.component import Component
from kubeproof.model.errors import BadInput
from kubeproof.model.story.lines import lines, shown
from kubeproof.model.world import Event
from kubeproof.properties.engines.watching import BrokenLaw
from kubeproof.properties.engines.world_program import program
from kubeproof.properties.engines.world_run import HORIZON, Run, Start
from kubeproof.properties.laws.world import EVERYWHERE
from kubeproof.properties.strategies.steps import KINDS, possible
from kubeproof.properties.strategies.worlds import Begin
from kubeproof.properties.world_law import Form, WorldLaw

DEPTH = 20
"""Steps of a run, unless told."""

PASSES = {"time_passes": (10, 1, 30), "more_time_passes": (60, 120, 360), "a_long_time_passes": (20, 600, 1200)}
"""Seconds that pass at once. Three rules, so that what takes time comes about between all the other steps."""

PATIENT = (
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
)
"""What Hypothesis is not to complain of: worlds are large, and take their time."""

Manifests = str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] | SearchStrategy[Begin]
Budget = Mapping[str, int]
"""How often each kind of step may happen in a run; others do not."""


class Tally:
    """What random runs did: how many, the longest, how many came to rest, which steps were taken (`refused`: of which
    the API server took none), and how often each law had something to speak of."""

    def __init__(self) -> None:
        self.runs = self.longest = self.rested = 0
        self.steps: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def text(self, laws: Sequence[WorldLaw], kinds: Sequence[str] = tuple(KINDS)) -> str:
        """All of it in a few lines; a law that was never put to the test is called vacuous."""
        taken = ", ".join(f"{name} {count}" for name, count in self.steps.most_common())
        told = [f"{self.runs} runs ({self.rested} came to rest), {self.steps.total()} steps: {taken}"]
        if self.refused:
            told.append("refused: " + ", ".join(f"{name} {count}" for name, count in self.refused.most_common()))
        if idle := [name for name in kinds if not self.steps[name]]:
            told.append(f"never taken: {', '.join(idle)}")
        told += [f"{law.name}: {_times(self.asked[law.name])}" for law in laws]
        return "\n".join(told)


class Broken(AssertionError):
    """A run that breaks a law; the text has its story, and the program that does it again. `done` is the run."""

    def __init__(self, law: WorldLaw, run: Run) -> None:
        self.law, self.start, self.done = law, run.start, tuple(run.done)
        self._events = run.events
        super().__init__(law.name)

    @property
    def program(self) -> str:
        """A Python program that breaks the law again."""
        return program(self.start, self.done, self.law)

    def __str__(self) -> str:
        story = shown(list(lines(self._events)))
        return f"{self.law.name}\n\n{story}\n\nThis program does it again:\n\n{self.program}"


class WorldMachine(RuleBasedStateMachine):
    """A world at some moment, with what led there; `world_machine` gives it its rules."""

    laws: tuple[WorldLaw, ...]
    tally: Tally
    options: Options
    broken: list[Broken]
    goes_on: Callable[[Sequence[Broken]], None]

    def __init__(self) -> None:
        super().__init__()
        self.run: Run | None = None
        self.fields: dict[str, SearchStrategy[dict[str, Any]]] = {}
        self.taken: Counter[str] = Counter()
        self.settled = False
        self.failed = False

    def begin(self, start: Start) -> None:
        """A world begins."""
        self.goes_on(self.broken)
        if self.broken:  # it is being made smaller
            self.tally = Tally()
        self.tally.runs += 1
        self.run = Run(start, self.laws)
        self.guarded(self.run.begin)

    def happens(self, name: str, data: st.DataObject) -> None:
        """A step of a script."""
        fields = data.draw(self.fields[name], label=name)
        self.counted(name)
        events = self.guarded(lambda: self.stepped(name, fields))
        if events and all(event.refused is not None for event in events):
            self.tally.refused[name] += 1

    def stepped(self, name: str, fields: dict[str, Any]) -> Sequence[Event]:
        """The events of a step. What the API server's admission would refuse is not applied."""
        try:
            return self.here.step(name, fields)
        except BadInput:
            if name != "apply":
                raise
            self.here.done.pop()
            self.tally.refused[name] += 1
            return ()

    def passes(self, seconds: int) -> None:
        """Time passes."""
        self.counted("time passes")
        self.guarded(lambda: self.here.advance(seconds))
        self.settled = True

    def looks(self, data: st.DataObject) -> None:
        """Somebody looks who would change something."""
        found = self.here.looks()
        if not found:
            self.settled = True
            return
        name = data.draw(st.sampled_from(found), label="looks")
        self.counted("a component looks")
        self.guarded(lambda: self.here.look(name))

    def teardown(self) -> None:
        """The end: what must hold there is asked, where the world comes to rest."""
        if self.run is None or self.failed:
            return
        self.tally.rested += bool(self.guarded(lambda: self.here.rest(self.options.horizon)))
        self.tally.asked += self.here.watch.asked
        self.tally.longest = max(self.tally.longest, len(self.here.done))
        for law in self.laws:
            if self.here.watch.asked[law.name]:
                hypothesis.event(f"law: {law.name}")

    @property
    def here(self) -> Run:
        """The run."""
        assert self.run is not None
        return self.run

    def counted(self, name: str) -> None:
        """Counts a step."""
        self.taken[name] += 1
        self.tally.steps[name] += 1
        self.settled = False
        hypothesis.event(f"step: {name}")

    def guarded(self, act: Callable[[], Any]) -> Any:
        """What is done. Raises Broken, and other errors with the program that leads to them."""
        try:
            done = act()
        except BrokenLaw as broken:
            self.failed = True
            found = Broken(broken.law, self.here)
            self.broken.append(found)
            raise found from None
        except Exception as error:
            self.failed = True
            error.add_note(program(self.here.start, self.here.done))
            raise
        budget = self.options.budget
        self.fields = {
            name: fields
            for name, fields in possible(self.here.world).items()
            if budget is None or self.taken[name] < budget.get(name, 0)
        }
        return done


MACHINES: list[type[WorldMachine]] = []
"""The machines that tests have made, whose tallies are told when pytest ends (kubeproof/pytest_plugin.py)."""


class Options(NamedTuple):
    """How runs go: how often each kind of step may happen (None: all, as often as it comes), the seconds in which a run
    should come to rest, and the steps of a run."""

    budget: Budget | None = None
    horizon: int = HORIZON
    depth: int = DEPTH


def world_machine(
    manifests: Manifests,
    *,
    nodes: str = "",
    laws: Sequence[WorldLaw] = EVERYWHERE,
    components: Sequence[Component] = (),
    budget: Budget | None = None,
    horizon: int = HORIZON,
    depth: int = DEPTH,
) -> type[WorldMachine]:
    """Hypothesis' own form of a world; `.TestCase` is what pytest and unittest run.

    `manifests`: files and folders, or manifests as mappings; or a strategy such as `worlds()`, which has its own nodes.
    `components`: of one's own, each in place of the one with its name. `budget`: how often each kind of step may happen
    in a run (None: all, as often as it comes). `horizon`: seconds in which a run should come to rest. `depth`: steps of
    a run. `.tally.text(laws)` tells what was done.
    """
    asked = [law for law in laws if law.form is not Form.SOMETIMES]
    found = machine_of(_starts(manifests, nodes, tuple(components)), asked, Options(budget, horizon, depth))
    MACHINES.append(found)
    return found


def machine_of(
    starts: SearchStrategy[Start], laws: Sequence[WorldLaw], options: Options, tally: Tally | None = None
) -> type[WorldMachine]:
    """The machine of worlds that begin so."""
    body: dict[str, Any] = {
        "__doc__": "A world, and what may happen to it.",
        "laws": tuple(laws),
        "tally": Tally() if tally is None else tally,
        "options": options,
        "broken": [],
        "goes_on": staticmethod(lambda broken: None),
        "a_world": initialize(start=starts)(_begins),
        "somebody_looks": precondition(lambda run: _goes_on(run) and not run.settled)(rule(data=st.data())(_looks)),
        "nothing_happens": precondition(lambda run: not _goes_on(run))(rule()(lambda run: None)),
    }
    for name, some in PASSES.items():
        body[name] = precondition(_goes_on)(rule(seconds=st.sampled_from(some))(_passes(name)))
    for name in KINDS:
        body[f"step_{name.replace('-', '_')}"] = precondition(_can(name))(rule(data=st.data())(_happens(name)))
    found: Any = type("Runs", (WorldMachine,), body)
    found.TestCase.settings = settings(stateful_step_count=options.depth, deadline=None, suppress_health_check=PATIENT)
    return cast("type[WorldMachine]", found)


def _begins(run: WorldMachine, start: Start) -> None:
    run.begin(start)


def _passes(name: str) -> Callable[[WorldMachine, int], None]:
    def passes(run: WorldMachine, seconds: int) -> None:
        run.passes(seconds)

    passes.__name__ = passes.__qualname__ = name
    return passes


def _looks(run: WorldMachine, data: st.DataObject) -> None:
    run.looks(data)


def _goes_on(run: WorldMachine) -> bool:
    return run.run is not None and not run.failed


def _can(name: str) -> Callable[[WorldMachine], bool]:
    return lambda run: name in run.fields


def _happens(name: str) -> Callable[[WorldMachine, st.DataObject], None]:
    def happens(run: WorldMachine, data: st.DataObject) -> None:
        run.happens(name, data)

    happens.__name__ = happens.__qualname__ = f"step_{name.replace('-', '_')}"
    return happens


def _starts(manifests: Manifests, nodes: str, own: tuple[Component, ...]) -> SearchStrategy[Start]:
    if isinstance(manifests, SearchStrategy):
        return manifests.map(lambda drawn: start_of(drawn, own))
    listed = [manifests] if isinstance(manifests, str | Mapping) else list(manifests)
    files = tuple(one for one in listed if isinstance(one, str))
    texts = tuple(msgspec.json.encode(one).decode() for one in listed if not isinstance(one, str))
    return st.just(Start(files, nodes, texts, own))


def start_of(drawn: Begin, own: Sequence[Component] = ()) -> Start:
    """What a drawn world begins with."""
    return Start((), drawn.nodes, tuple(msgspec.json.encode(one).decode() for one in drawn.manifests), tuple(own))


def _times(count: int) -> str:
    return f"asked {count} times" if count else "vacuous: never asked"
