"""Machines by name: `kp.machines.POD.run()`, `.laws`, `.check(…)`, `.diagram()`, `.export("promela")`.

    run = kp.machines.CONTAINER.run(policy="Never")
    run.take("pull the image", "start", "exit 1")
    run.can()                        # what may happen now
    run.diagram()                    # where it is and has been; a notebook shows the picture

Which machines there are, model/machines says; here each gets what stands above the model: laws, engines and pictures.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from kubeproof.model.machine import Machine, Plain, Var
from kubeproof.model.machines import MACHINES, machine
from kubeproof.model.run import Run as ModelRun
from kubeproof.model.run import replay
from kubeproof.model.state import read
from kubeproof.model.trace import Trace, Word
from kubeproof.model.trace_json import written

if TYPE_CHECKING:
    from kubeproof.diagrams.picture import Picture
    from kubeproof.properties.law import Law
    from kubeproof.properties.queries.checked import Checked


class Drawing(msgspec.Struct, frozen=True):
    """A picture at hand: text in a terminal, drawn in a notebook, saved to a file."""

    picture: Picture

    @property
    def text(self) -> str:
        """The picture as lines."""
        from kubeproof.diagrams.picture import text

        return text(self.picture).rstrip("\n")

    @property
    def svg(self) -> str:
        """The picture drawn. Raises CannotDraw where nothing draws."""
        from kubeproof.diagrams.render_dot import draw

        return draw(self.picture).decode()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes .svg, .png, .dot or .txt. Raises BadInput and CannotDraw."""
        from kubeproof.diagrams.render_dot import save

        save(self.picture, path)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from kubeproof.diagrams.render_dot import CannotDraw

        try:
            return {"text/plain": self.text, "image/svg+xml": self.svg}
        except CannotDraw:
            return {"text/plain": self.text}


class Run:
    """A machine that runs. `take` moves it, `undo` moves it back."""

    def __init__(self, of: ModelRun) -> None:
        self._of = of

    @property
    def state(self) -> str:
        """The value of the variable that pictures show."""
        return self._of.state

    @property
    def values(self) -> dict[str, Word]:
        """The value of each variable by name, in the words of Kubernetes."""
        return self.history.last

    @property
    def changed(self) -> dict[str, Word]:
        """What the last step changed: the new values."""
        history = self.history
        return {name: new for name, (_, new) in history.changes(len(history.moments) - 1).items()}

    @property
    def history(self) -> Trace:
        """All that happened, from the start; its `story` tells it."""
        return self._of.history

    @property
    def json(self) -> str:
        """The history as JSON, for `kubeproof replay` and `kubeproof diagram --coverage`."""
        return written([self.history])

    def can(self) -> tuple[str, ...]:
        """The steps that may be taken now."""
        return self._of.can()

    def take(self, *names: str) -> Run:
        """This run, after these steps. Raises UnknownStep and NotEnabled, and stays where it was then."""
        self._of.take(*names)
        return self

    def undo(self) -> Run:
        """This run, one step back; at its start it stays there."""
        self._of.undo()
        return self

    def diagram(self, shows: str = "") -> Drawing:
        """The machine's picture, with where the run is and has been (by the variable that `shows` names)."""
        from kubeproof.diagrams.of_machine import of_machine
        from kubeproof.properties.queries.moves import moves

        return Drawing(of_machine(self._of.machine, [self.history], shows=shows, now=True, happens=moves))

    def __repr__(self) -> str:
        steps = len(self.history.steps)
        behind = "" if not steps else f" after {steps} step{'' if steps == 1 else 's'}"
        return f"<{self._of.machine.name}: {self.state}{behind}; it can: {', '.join(self.can()) or 'nothing more'}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.diagram()._repr_mimebundle_() | {"text/plain": repr(self)}


class Lifecycle(msgspec.Struct, frozen=True):
    """A machine by its registered name, with its laws and its pictures."""

    name: str

    @property
    def machine(self) -> Machine:
        """The machine itself, as data."""
        return machine(self.name)

    @property
    def laws(self) -> tuple[Law, ...]:
        """What holds of it."""
        from kubeproof.properties import laws

        return laws.laws(self.name)

    @property
    def studies(self) -> tuple[Law, ...]:
        """What one would think holds, and does not."""
        from kubeproof.properties import laws

        return laws.studies(self.name)

    def run(self, **start: Word | Plain) -> Run:
        """A run from where it starts, but for the variables that `start` names, in words. Raises BadValue."""
        known = {one.name: one for one in self.machine.vars}
        return Run(ModelRun(self.machine, **{name: _value(known.get(name), word) for name, word in start.items()}))

    def replay(self, trace: Trace) -> Run:
        """The run that takes a trace's steps. Raises Differs where the machine does not follow it."""
        return Run(replay(self.machine, trace))

    def check(self, law: str | Law = "", *, engine: str = "search", limit: int | None = None) -> Checked:
        """What an engine (search, prove, fuzz, all) finds out about its laws, those that contain a text, or a law."""
        from kubeproof.properties.queries import check

        asked = check.asked([self.name], law) if isinstance(law, str) else [check.Asked(self.name, law)]
        return check.check(asked, check.engine_named(engine), limit=limit)

    def diagram(self, *runs: Trace, shows: str = "") -> Drawing:
        """Its picture; with runs, what they took is strong and the rest pale (by the variable that `shows` names)."""
        from kubeproof.diagrams.of_machine import of_machine
        from kubeproof.properties.queries.moves import moves

        return Drawing(of_machine(self.machine, runs, shows=shows, happens=moves))

    def export(self, to: str) -> str:
        """The machine and its laws for other checkers: "promela" for SPIN, "tla" for TLC. Raises BadInput."""
        from kubeproof.properties.queries.export import exported

        return exported(self.name, to)[0].text

    def __repr__(self) -> str:
        known = self.machine
        names = ", ".join(f"{one.name} ({one.words})" for one in known.vars)
        steps = ", ".join(step.name for step in known.steps)
        return f"<{known.name}: {len(known.vars)} variables, {len(known.steps)} steps>\n  {names}\n  {steps}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.diagram()._repr_mimebundle_() | {"text/plain": repr(self)}


def _value(one: Var | None, word: Word | Plain) -> Plain:
    """The value that a word stands for; a name that is unknown is refused with the others, when the run starts."""
    if isinstance(word, str):
        if one is None:
            return False
        return read(one, word)
    return word


class _Listing(ModuleType):
    """This module, which lists what there is where it is looked at."""

    def __repr__(self) -> str:
        return f"<machines: {', '.join(__dir__())}>"


sys.modules[__name__].__class__ = _Listing


def __getattr__(name: str) -> Lifecycle:
    if name.startswith("_") or name.lower() not in MACHINES:
        raise AttributeError(f"there is no machine {name!r}; there are {', '.join(__dir__())}")
    return Lifecycle(name.lower())


def __dir__() -> list[str]:
    return [name.upper() for name in MACHINES]
