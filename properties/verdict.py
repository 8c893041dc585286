"""Verdicts: what an engine found out about a law, the same value whichever engine it was."""

from __future__ import annotations

from enum import Enum

import msgspec

from kubeproof.model.trace import Trace


class Outcome(Enum):
    """What became of a law."""

    PROVED = "PROVED"
    """It holds: by complete search or by proof (a `sometimes`: it was seen)."""
    HELD = "HELD"
    """Nothing broke it, but not everything was looked at."""
    VIOLATED = "VIOLATED"
    """It does not hold, and the trace shows it (a `sometimes`: complete search never saw it)."""
    UNKNOWN = "UNKNOWN"
    """Neither; `why` says what was in the way."""


class Verdict(msgspec.Struct, frozen=True):
    """An engine's answer to a law.

    `states`, `transitions`, `depth`: how much was looked at. `complete`: whether that was all there is. `trace`: the
    counterexample, or for a `sometimes` the run that shows it; the shortest where the engine searches breadth first.
    """

    law: str
    engine: str
    outcome: Outcome
    why: str = ""
    states: int = 0
    transitions: int = 0
    depth: int = 0
    complete: bool = False
    assumes: tuple[str, ...] = ()
    trace: Trace | None = None
