"""Laws asked of a cluster by one engine after another, until each is decided, or worlds and time have run out.

First the cluster as it stands, to which nothing happens; then smaller clusters of the same shape (sizes.py), the
smallest first, so that what breaks a law is short: it counts where the whole breaks the law as well; then a complete
search of the whole; then random runs of it for what is still open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

import msgspec
from msgspec.structs import replace

from kubeproof.model.errors import KubeproofError
from kubeproof.model.manifests.stated import Input, stated_text
from kubeproof.model.trace import Trace
from kubeproof.model.world import World
from kubeproof.properties.engines import worlds
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.world_moves import Act, Move
from kubeproof.properties.engines.world_steps import ENVIRONMENT, Cluster
from kubeproof.properties.engines.worlds import Options
from kubeproof.properties.queries import sizes
from kubeproof.properties.queries.given import Given, given
from kubeproof.properties.queries.sizes import Size
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import Form, WorldLaw

SMALL = 1_500
"""Worlds of a smaller cluster, and of a run of the whole that is to break a law as well, that are looked at."""

INTERRUPTED = "interrupted"
AT_ONCE = "what happens, happens once the cluster is at rest"
AS_IT_STANDS = "nothing happens to the cluster"


class Engines(Enum):
    """Who is asked."""

    ALL = "all"
    SEARCH = "search"
    RUNS = "runs"


class Finding(msgspec.Struct, frozen=True):
    """A verdict. `size`: the smaller cluster that shows it, None where it is the whole; `also`: in how many steps the
    whole breaks the law then, too."""

    verdict: Verdict
    size: Size | None = None
    also: int = 0


class Question(msgspec.Struct, frozen=True):
    """Laws, a cluster and what may happen to it; how many worlds are looked at, and for how many seconds (0: as many as
    it takes)."""

    laws: tuple[WorldLaw, ...]
    moves: tuple[Move, ...]
    engines: Engines = Engines.ALL
    limit: int = 20_000
    seconds: float = 0


class Stage(msgspec.Struct, frozen=True):
    """How far a portfolio is: what it looks at, how many laws are open and decided, how many worlds it has seen."""

    name: str
    open: int
    decided: int
    worlds: int


OnStage = Callable[[Stage], None]


def asked(question: Question, found: Input, whole: Given, on_stage: OnStage | None = None) -> tuple[Finding, ...]:
    """A finding for each law, in order."""
    work = _Work(question, found, whole, on_stage)
    try:
        work.run()
    except KeyboardInterrupt:
        work.ended = INTERRUPTED
    return tuple(work.finding(law) for law in question.laws)


class _Work:
    """What is known so far. `ended`: why nothing more is asked, "" as long as it is."""

    def __init__(self, question: Question, found: Input, whole: Given, on_stage: OnStage | None) -> None:
        self._question, self._found, self._whole, self._tell = question, found, whole, on_stage
        self._known: dict[str, Finding] = {}
        self._last: dict[str, Verdict] = {}
        self._since = time.monotonic()
        self._name, self._worlds, self.ended = "", 0, ""

    def run(self) -> None:
        """Asks one engine after another."""
        question, whole = self._question, self._whole
        if question.engines is Engines.ALL and question.moves:
            self._as_it_stands()
            self._smaller()
        if question.engines is not Engines.RUNS and (laws := self._open()):
            self._stage("the whole")
            self._take(self._search(laws, whole.cluster(question.moves), question.limit))

    def finding(self, law: WorldLaw) -> Finding:
        """What is known of a law in the end."""
        found = self._known.get(law.name)
        if found is not None:
            return found
        last = self._last.get(law.name) or Verdict(law.name, worlds.ENGINE, Outcome.UNKNOWN)
        why = self._late() or "nothing decided it"
        return Finding(last if last.why else replace(last, why=f"cut off: {why}"))

    def _open(self) -> list[WorldLaw]:
        return [law for law in self._question.laws if law.name not in self._known]

    def _as_it_stands(self) -> None:
        self._stage("the cluster as it stands")
        laws = self._open()
        for law, verdict in zip(laws, self._search(laws, self._whole.cluster(), SMALL), strict=True):
            if _shows(law, verdict):
                self._decided(replace(verdict, assumes=(AS_IT_STANDS, *verdict.assumes)))

    def _smaller(self) -> None:
        """Each thing that may happen alone, in each of the smaller clusters."""
        for size in sizes.smaller(self._found):
            if not self._open() or self._late(0.5):
                return
            try:
                small = given(stated_text(size.manifests))
            except KubeproofError:
                continue  # as it was cut down, nobody could apply it
            self._stage(size.name)
            for move in self._question.moves:
                self._small(size, small, move)

    def _small(self, size: Size, small: Given, move: Move) -> None:
        laws = [law for law in self._open() if law.form is not Form.SOMETIMES]
        if not laws or self._late(0.5):
            return
        cluster = small.cluster((_at_once(move, small.world),))
        for law, verdict in zip(laws, self._search(laws, cluster, SMALL, 0.5), strict=True):
            if _shows(law, verdict) and verdict.trace is not None:
                whole = self._whole_too(law, move, verdict.trace)
                if whole is not None:
                    found = replace(verdict, assumes=(AT_ONCE, *verdict.assumes))
                    self._decided(found, size, len(whole.moments) - 1)

    def _whole_too(self, law: WorldLaw, move: Move, trace: Trace) -> Trace | None:
        """A run of the whole to which the same happens, and which breaks the law as well."""
        names = {one.what for one in trace.did or () if one.by == ENVIRONMENT}
        world = self._whole.world
        like = _only(move, names) if any(act.name in names for act in move.acts(world)) else move
        cluster = self._whole.cluster((_at_once(like, world),), first_choices=True)
        [found] = self._search([law], cluster, SMALL)
        return found.trace if _shows(law, found) else None

    def _take(self, verdicts: Sequence[Verdict]) -> None:
        for verdict in verdicts:
            self._last[verdict.law] = verdict
            if verdict.outcome is not Outcome.UNKNOWN:
                self._decided(verdict)

    def _decided(self, verdict: Verdict, size: Size | None = None, also: int = 0) -> None:
        assumes = (*verdict.assumes, *self._whole.assumes)
        self._known[verdict.law] = Finding(replace(verdict, assumes=assumes), size, also)

    def _search(self, laws: Sequence[WorldLaw], cluster: Cluster, limit: int, share: float = 1) -> list[Verdict]:
        options = Options(limit=limit, until=lambda: self._late(share))
        found = worlds.verify(laws, cluster, options, self._seen)
        if any(one.why == f"cut off: {INTERRUPTED}" for one in found):
            self.ended = INTERRUPTED
        return found

    def _late(self, share: float = 1) -> str:
        """Why nothing more is looked at, "" while there is time; `share` of it."""
        seconds = self._question.seconds
        if self.ended:
            return self.ended
        if seconds and time.monotonic() - self._since > seconds * share:
            return f"out of time ({seconds:g} s)"
        return ""

    def _stage(self, name: str) -> None:
        self._name = name
        self._seen(Progress(0, 0, 0, 0))

    def _seen(self, far: Progress) -> None:
        if self._tell is not None:
            still = len(self._open())
            self._tell(Stage(self._name, still, len(self._question.laws) - still, far.states))


def _shows(law: WorldLaw, verdict: Verdict) -> bool:
    """Whether a run decides the law, however little else was looked at."""
    decides = Outcome.PROVED if law.form is Form.SOMETIMES else Outcome.VIOLATED
    return verdict.outcome is decides and verdict.trace is not None


def _at_once(move: Move, start: World) -> Move:
    """The move, as long as no time has gone by."""

    def acts(world: World) -> Iterator[Act]:
        if world.now == start.now:
            yield from move.acts(world)

    return move._replace(acts=acts)


def _only(move: Move, names: set[str]) -> Move:
    return move._replace(acts=lambda world: [act for act in move.acts(world) if act.name in names])
