"""A machine that runs, on the library `transitions`: one takes steps by name, looks at what can be, goes back.

`transitions` decides which step leads where, over the values of the shown variable; the other variables are moved by
the value reading (state.py). Both must say the same after each step: a run is a check of one by the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import transitions

from kubeproof.model.edges import edges
from kubeproof.model.errors import KubeproofError
from kubeproof.model.logic.terms import Term
from kubeproof.model.machine import Machine, Plain, Step, shown
from kubeproof.model.state import State, coded, enabled, fitting, holds, initial, plain, state_of, take, traced, worded
from kubeproof.model.trace import Trace

NAMELESS = "·"
"""The one state of a machine that shows no variable."""


class Differs(KubeproofError):
    """A trace that the machine does not follow."""


class Run:
    """A machine at some state, with what led there. `take` moves it, `undo` moves it back."""

    def __init__(self, machine: Machine, **start: Plain) -> None:
        """Starts where the machine starts, but for the variables that `start` names. Raises BadValue."""
        first = plain(machine, next(initial(machine)))
        self.machine = machine
        self._states: list[State] = [coded(machine, {**first, **start})]
        self._steps: list[Step] = []
        self._subject = _Subject()
        self._engine = transitions.Machine(
            self._subject,
            states=[NAMELESS] if machine.shown is None else [shown(value) for value in machine.shown.values],
            transitions=list(self._transitions()),
            initial=self._place(self._states[0]),
            auto_transitions=False,
            ignore_invalid_triggers=True,
        )

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={shown(value)}" for name, value in self.values.items())
        return f"<{self.machine.name}: {values}>"

    @property
    def state(self) -> str:
        """The value of the shown variable, in words."""
        return self._subject.state

    @property
    def values(self) -> dict[str, Plain]:
        """The value of each variable by name."""
        return plain(self.machine, self._states[-1])

    @property
    def history(self) -> Trace:
        """All that happened, from the start."""
        return traced(self.machine, self._states, self._steps)

    def can(self) -> tuple[str, ...]:
        """The steps that may be taken now."""
        return tuple(step.name for step in enabled(self.machine, self._states[-1]))

    def take(self, *names: str) -> Run:
        """This run, after these steps. Raises UnknownStep, NotEnabled and Outside, and stays where it was then."""
        for name in names:
            step = self.machine.step(name)
            behind = take(self.machine, step, self._states[-1])
            moved = self._subject.trigger(name)
            if not moved or self._subject.state != self._place(behind):
                raise AssertionError(f"{name}: transitions is at {self._subject.state}, the values at {behind}")
            self._states.append(behind)
            self._steps.append(step)
        return self

    def undo(self) -> Run:
        """This run, one step back; at its start it stays there."""
        if self._steps:
            self._steps.pop()
            self._states.pop()
            self._engine.set_state(self._place(self._states[-1]))
        return self

    def _place(self, state: State) -> str:
        one = self.machine.shown
        return NAMELESS if one is None else shown(plain(self.machine, state)[one.name])

    def _transitions(self) -> Iterable[dict[str, Any]]:
        if self.machine.shown is None:
            for step in self.machine.steps:
                yield _transition(step.name, NAMELESS, NAMELESS, partial(self._allows, step.when))
        for edge in edges(self.machine):
            yield _transition(edge.step.name, shown(edge.source), shown(edge.target), partial(self._allows, edge.when))

    def _allows(self, when: Term) -> bool:
        return holds(self.machine, when, self._states[-1])


def replay(machine: Machine, trace: Trace) -> Run:
    """The run that takes a trace's steps, one by one, on `transitions`. Raises Differs where it comes out otherwise,
    BadValue where it is not one of this machine, and what `Run.take` raises.
    """
    first = fitting(machine, trace).moments[0].state
    run = Run(machine, **plain(machine, state_of(machine, first)))
    for at, moment in enumerate(trace.moments[1:], start=1):
        run.take(moment.step)
        found = worded(machine, state_of(machine, run.history.moments[-1].state))
        if found != moment.state:
            raise Differs(f"step {at}, {moment.step!r}, leads to {found}, not to {moment.state}")
    if trace.loop is not None and trace.moments[trace.loop].state != trace.moments[-1].state:
        raise Differs(f"the loop from step {trace.loop} does not come back to where it started")
    return run


class _Subject:
    """What `transitions` moves: it gives it a `state` and a `trigger`."""

    state: str
    trigger: Callable[[str], bool]


def _transition(name: str, source: str, target: str, allows: Callable[[], bool]) -> dict[str, Any]:
    return {"trigger": name, "source": source, "dest": target, "conditions": allows}
