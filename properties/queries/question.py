"""What a verification is asked and what it says, as values: questions, findings, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

import msgspec

from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_steps import Order
from kubeproof.properties.queries.sizes import Size
from kubeproof.properties.verdict import Verdict
from kubeproof.properties.world_law import WorldLaw

WHOLE = "the whole"


class Engines(Enum):
    """Who is asked."""

    ALL = "all"
    SEARCH = "search"
    RUNS = "runs"
    HYPOTHESIS = "hypothesis"


class Finding(msgspec.Struct, frozen=True):
    """A verdict. `size`: the smaller cluster that shows it, as the whole does too; None: the whole. `waits`:
    why pods have no node at the end of the run that breaks the law. `program`: Python that does the run again, where it
    is none of a search's."""

    verdict: Verdict
    size: Size | None = None
    waits: tuple[str, ...] = ()
    program: str = ""


class Question(msgspec.Struct, frozen=True):
    """Laws, and what may happen; how many worlds are searched and how many runs made at most, and for how many seconds
    (0: as many as it takes). `known`: the laws of a cluster, by which it is seen what a smaller one is about; `order`:
    who may look next in searches."""

    laws: tuple[WorldLaw, ...]
    moves: tuple[Move, ...]
    known: Callable[[World], Sequence[WorldLaw]]
    engines: Engines = Engines.ALL
    limit: int = 20_000
    runs: int = 20
    seconds: float = 0
    order: Order = Order.CALM


class Stage(msgspec.Struct, frozen=True):
    """How far a portfolio is: what it looks at, how many laws are open and decided, how many worlds it has seen."""

    name: str
    open: int
    decided: int
    worlds: int


OnStage = Callable[[Stage], None]
