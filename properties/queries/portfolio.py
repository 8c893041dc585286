"""Laws asked of a cluster by one engine after another, until each is decided, or worlds and time have run out.

First one run of the whole as it stands, and one for each thing that may happen to it. What breaks a law there is done
again in smaller clusters of the same shape (sizes.py), the smallest first, so that its story is short. Then every way
on is searched in those: what breaks a law in one counts where a run of the whole breaks it as well, and that nothing
does says nothing. Then comes a complete search of the whole, and at last random runs for what is still open. A whole
that is small itself is searched before smaller ones.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from kubeproof.model.errors import KubeproofError
from kubeproof.model.manifests.stated import Input, stated_text
from kubeproof.properties.engines import world_runs, worlds
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_runs import INTERRUPTED, RunOptions
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.world_witnesses import VACUOUS
from kubeproof.properties.engines.worlds import Options
from kubeproof.properties.queries import sizes
from kubeproof.properties.queries.given import Given, given
from kubeproof.properties.queries.happening import at_once, only, same
from kubeproof.properties.queries.question import WHOLE, Engines, Finding, OnStage, Question, Stage
from kubeproof.properties.queries.sizes import Size
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import Form, WorldLaw, witness

SMALL = 1_500
"""Worlds of a smaller cluster that are searched."""

FEW_OBJECTS = 150
"""A whole that has no more objects than this may have as few worlds, so that it is searched before smaller ones are."""

STRAIGHT, SHORTENED, SMALLER, SEARCHED = 0.4, 0.55, 0.6, 0.7
"""Shares of the time after which each engine goes on no longer; what is left is for random runs."""

ONCE, SOME = RunOptions(1), RunOptions(4)
"""One run with the first choices; a few."""

AT_ONCE = "what happens, happens once the cluster is at rest"
AS_IT_STANDS = "nothing happens to the cluster"


def asked(question: Question, found: Input, whole: Given, on_stage: OnStage | None = None) -> tuple[Finding, ...]:
    """A finding for each law, in order."""
    work = _Work(question, found, whole, on_stage)
    try:
        work.run()
    except KeyboardInterrupt:
        work.ended = INTERRUPTED
    return tuple(work.told(law) for law in question.laws)


class _Work:
    """What is known so far. `ended`: why nothing more is asked, "" as long as it is."""

    def __init__(self, question: Question, found: Input, whole: Given, on_stage: OnStage | None) -> None:
        self._question, self._found, self._whole, self._tell = question, found, whole, on_stage
        self._known: dict[str, Finding] = {}
        self._last: dict[str, Verdict] = {}
        self._since = time.monotonic()
        self._broken_by: dict[str, Move] = {}
        self._name, self.ended = "", ""

    def run(self) -> None:
        """Asks one engine after another."""
        question, whole = self._question, self._whole
        if question.engines is not Engines.SEARCH:
            self._straight()
            self._shortened()
        if question.engines is Engines.ALL:
            if len(whole.world.store.objects) <= FEW_OBJECTS:
                self._searched(min(SMALL, question.limit), SMALLER)
            self._smaller()
        if question.engines is not Engines.RUNS:
            self._searched(question.limit, SEARCHED if question.engines is Engines.ALL else 1)
        if question.engines is not Engines.SEARCH and (laws := self._open()) and not self._late():
            self._stage("runs of the whole")
            self._take(self._runs(laws, whole.cluster(question.moves), RunOptions(question.runs)))

    def _searched(self, limit: int, share: float) -> None:
        """A search of the whole, in which all that may happen does at any time."""
        laws = self._open()
        if laws and not self._late(share):
            self._stage(WHOLE)
            self._take(self._search(laws, self._whole.cluster(self._question.moves), limit, share))

    def told(self, law: WorldLaw) -> Finding:
        """What is known of a law in the end, and whether what it is about was met at all."""
        found = self._finding(law)
        held = found.verdict.outcome in (Outcome.PROVED, Outcome.HELD)
        seen = witness(law)
        if not held or seen is None or self._is_met(law) or seen.name in self._known:
            return found
        why = "; ".join(filter(None, (found.verdict.why, VACUOUS)))
        return replace(found, verdict=replace(found.verdict, why=why))

    def _is_met(self, law: WorldLaw) -> bool:
        return law.premise is None or law.premise(self._whole.world)

    def _finding(self, law: WorldLaw) -> Finding:
        found = self._known.get(law.name)
        if found is not None:
            return found
        last = self._last.get(law.name) or Verdict(law.name, worlds.ENGINE, Outcome.UNKNOWN)
        why = self._late() or "nothing decided it"
        return Finding(last if last.why else replace(last, why=f"cut off: {why}"))

    def _open(self) -> list[WorldLaw]:
        """The laws that are not decided, with those that say that what they are about happens where it is not there
        from the start."""
        found = list[WorldLaw]()
        for law in self._question.laws:
            known = self._known.get(law.name)
            if known is None:
                found.append(law)
            seen = None if self._is_met(law) or (known and known.verdict.outcome is Outcome.VIOLATED) else witness(law)
            if seen is not None and seen.name not in self._known:
                found.append(seen)
        return found

    def _straight(self) -> None:
        """The cluster as it stands, then each thing that may happen to it alone, each in one run of the whole."""
        self._stage("the whole, as it stands")
        for verdict in self._runs(self._open(), self._whole.cluster(), ONCE):
            self._shown(verdict, AS_IT_STANDS)
        for move in self._question.moves:
            for act in move.acts(self._whole.world):
                laws = self._open()
                if not laws or self._late(STRAIGHT):
                    return
                self._stage(f"the whole: {act.name}")
                for verdict in self._runs(laws, self._whole.cluster((only(move, act.name),)), ONCE):
                    if self._shown(verdict, AT_ONCE):
                        self._broken_by[verdict.law] = move

    def _shortened(self) -> None:
        """The smallest cluster of the same shape that breaks the same laws when the same happens."""
        broken = [law for law in self._question.laws if law.form is not Form.SOMETIMES and law.name in self._known]
        for size, small in self._small_ones(SHORTENED) if broken else ():
            there = {law.name for law in self._question.known(small.world)}
            for law in [one for one in broken if one.name in there]:
                found = self._known[law.name]
                self._stage(size.name)
                for moves in same(found.verdict, self._broken_by.get(law.name), small.world):
                    [verdict] = self._runs([law], small.cluster(moves), ONCE)
                    if _shows(law, verdict):
                        assumes = (found.verdict.assumes[0], *verdict.assumes)
                        self._decided(replace(verdict, assumes=assumes), size)
                        broken.remove(law)
                        break
            if not broken:
                return

    def _smaller(self) -> None:
        """Every way on in smaller clusters, each thing alone; what breaks a law there counts where it does so in the
        whole."""
        for size, small in self._small_ones(SMALLER):
            there = {law.name for law in self._question.known(small.world)}
            for move in self._question.moves:
                laws = [law for law in self._open() if law.form is not Form.SOMETIMES and law.name in there]
                if not laws or self._late(SMALLER):
                    break
                self._stage(size.name)
                cluster = small.cluster((at_once(move, small.world),))
                for law, verdict in zip(laws, self._search(laws, cluster, SMALL, SMALLER), strict=True):
                    if _shows(law, verdict) and self._whole_too(law, move, verdict):
                        self._decided(replace(verdict, assumes=(AT_ONCE, *verdict.assumes)), size)

    def _small_ones(self, share: float) -> Iterator[tuple[Size, Given]]:
        for size in sizes.smaller(self._found):
            if self._late(share):
                return
            try:
                yield size, given(stated_text(size.manifests))
            except KubeproofError:
                continue  # as it was cut down, nobody could apply it

    def _whole_too(self, law: WorldLaw, move: Move, verdict: Verdict) -> bool:
        """Whether a run of the whole to which the same happens breaks the law as well."""
        likewise = same(verdict, move, self._whole.world)
        return any(_shows(law, self._runs([law], self._whole.cluster(moves), SOME)[0]) for moves in likewise)

    def _take(self, verdicts: Sequence[Verdict]) -> None:
        """Verdicts on the whole, of all that may happen. What held in runs is said beside why a search said less; that
        what a law is about was not met decides nothing."""
        own = {law.name for law in self._question.laws}
        for verdict in verdicts:
            before = self._last.get(verdict.law)
            if before is not None and verdict.engine == world_runs.ENGINE and not _decides(verdict):
                searched = before.why.removeprefix("cut off: ")
                verdict = replace(verdict, why=f"{verdict.why}; search: {searched}")  # noqa: PLW2901  (more words)
            self._last[verdict.law] = verdict
            if verdict.outcome is Outcome.PROVED or (verdict.law in own and verdict.outcome is not Outcome.UNKNOWN):
                self._decided(verdict)

    def _shown(self, verdict: Verdict, assumes: str) -> bool:
        """Takes note of what one run of the whole shows; whether it shows anything."""
        law = next((one for one in self._open() if one.name == verdict.law), None)
        if law is not None and _shows(law, verdict):
            self._decided(replace(verdict, assumes=(assumes, *verdict.assumes)))
            return True
        return False

    def _decided(self, verdict: Verdict, size: Size | None = None) -> None:
        assumes = dict.fromkeys((*verdict.assumes, *self._whole.assumes))
        self._known[verdict.law] = Finding(replace(verdict, assumes=tuple(assumes)), size)

    def _search(self, laws: Sequence[WorldLaw], cluster: Cluster, limit: int, share: float = 1) -> list[Verdict]:
        options = Options(self._question.order, limit=limit, until=lambda: self._late(share))
        found = worlds.verify(laws, cluster, options, self._seen)
        if any(one.why == f"cut off: {INTERRUPTED}" for one in found):
            self.ended = INTERRUPTED
        return found

    def _runs(self, laws: Sequence[WorldLaw], cluster: Cluster, options: RunOptions) -> list[Verdict]:
        found = world_runs.verify(laws, cluster, options._replace(until=self._late), self._seen)
        if any(one.why.startswith(INTERRUPTED) for one in found):
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
            still = len([law for law in self._question.laws if law.name not in self._known])
            self._tell(Stage(self._name, still, len(self._question.laws) - still, far.states))


def _shows(law: WorldLaw, verdict: Verdict) -> bool:
    """Whether a run decides the law, however little else was looked at."""
    decides = Outcome.PROVED if law.form is Form.SOMETIMES else Outcome.VIOLATED
    return verdict.outcome is decides and verdict.trace is not None


def _decides(verdict: Verdict) -> bool:
    return verdict.outcome in (Outcome.PROVED, Outcome.VIOLATED)
