"""The smallest repairs of a pending pod: the cheapest edits of each kind after which the filters were seen to pass.

Candidates are run in the order of their cost. A candidate that is refuted refutes only itself, for repairs are not
monotone: a pod that may go to more nodes can have wider spread domains. "Smallest" is claimed of the first repair where
every cheaper set of edits either was run and refuted or leaves some requirement unanswered at every node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
from kubeproof.properties.queries.candidates import Candidate, candidates
from kubeproof.properties.queries.edits import UNIT, Edit
from kubeproof.properties.queries.recheck import CHECKS, WORK, OutOfWork, Recheck
from kubeproof.properties.queries.words import listed


class Change(msgspec.Struct, frozen=True):
    """One edit, as it is shown. `path`: its place in the pod's manifest, "" for a change of the cluster."""

    kind: str
    text: str
    path: str


class Repair(msgspec.Struct, frozen=True):
    """Changes that together place the pod, as the filters said when they were run again.

    `node`: one where it then fits, "" where it is not needed any more. `cost`: see edits.py; of all changes. `moves`:
    the pods that are taken away and fit elsewhere afterwards, each with a node.
    """

    changes: tuple[Change, ...]
    node: str
    cost: float
    moves: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The changes on one line."""
        told = "; and ".join(change.text for change in self.changes)
        moves = listed([f"{pod} then fits on {node}" for pod, node in self.moves]) if self.moves else ""
        return f"{told}  # {moves}" if moves else told


class Repairs(msgspec.Struct, frozen=True):
    """The cheapest repair of each kind, cheapest first.

    `smallest`: nothing that costs less than the first would do; else it is the cheapest that was found. `complete`:
    every candidate was run; else the search was cut off, and there may be more. `runs`: how often the filters were run.
    """

    found: tuple[Repair, ...]
    smallest: bool
    complete: bool
    runs: int

    @property
    def claim(self) -> str:
        """What is claimed, as a heading."""
        if not self.found:
            return "No repair was found" + ("" if self.complete else " before the search was cut off")
        kind = "Smallest repairs" if self.smallest else "Cheapest repairs found"
        return f"{kind} (each re-checked by running the scheduler)"

    @property
    def text(self) -> str:
        """The heading and the repairs, numbered, one a line."""
        if not self.found:
            return f"{self.claim}."
        return "\n".join([f"{self.claim}:", *(f"  {at}  {one.text}" for at, one in enumerate(self.found, 1))])


def repairs(cycle: Cycle, decision: Decision, limit: int = 5, checks: int = CHECKS, work: int = WORK) -> Repairs:
    """Up to `limit` repairs for a decision of this cycle; none where the pod fits, or is being deleted."""
    if decision.result in (Result.FITS, Result.SKIPPED) or limit <= 0:
        return Repairs((), smallest=False, complete=True, runs=0)
    made = candidates(cycle, decision)
    search = _Search(Recheck(cycle, decision.pod, checks, work), made.sure)
    found = list(search.run(made.found, limit))
    smallest = bool(found) and search.first_cost <= search.sure
    return Repairs(tuple(found), smallest, search.complete, checks - search.recheck.checks)


class _Search:
    """A run through the candidates; `sure` falls to the cost of the first that could not be run."""

    def __init__(self, recheck: Recheck, sure: int) -> None:
        self.recheck, self.sure = recheck, sure
        self.first_cost = 0
        self.complete = sure > 0
        self._kinds: list[frozenset[str]] = []

    def run(self, found: Sequence[Candidate], limit: int) -> Iterator[Repair]:
        """The repairs, one of each kind, while the limit and the work last."""
        for candidate in found:
            if self._is_variation(candidate):
                continue
            try:
                node = self.recheck.node(candidate.edits)
                if node is None:
                    continue
                edits, node = self._needed(candidate.edits, node)
            except OutOfWork:
                self.sure, self.complete = min(self.sure, candidate.cost), False
                continue
            repair = Candidate(edits)
            if not self._kinds:
                self.first_cost = repair.cost
            self._kinds.append(frozenset(_kind(edit) for edit in edits))
            changes = tuple(Change(edit.kind, edit.text, edit.path) for edit in edits)
            moves = self.recheck.resettled(edits, node)
            yield Repair(changes, node, repair.cost / UNIT, tuple(sorted(moves.items())))
            if len(self._kinds) >= limit:
                return

    def _is_variation(self, candidate: Candidate) -> bool:
        """Whether it is one of the sort of one that was found: more of the same, or another pair that shares a half."""
        kinds = frozenset(map(_kind, candidate.edits))
        return any(known <= kinds or (len(known) > 1 and known & kinds) for known in self._kinds)

    def _needed(self, edits: tuple[Edit, ...], node: str) -> tuple[tuple[Edit, ...], str]:
        """The edits without those that nothing needs, dearest first, and a node where the pod then fits."""
        for edit in reversed(edits) if len(edits) > 1 else ():
            fewer = tuple(other for other in edits if other is not edit)
            found = self.recheck.node(fewer) if fewer else None
            if found is not None:
                edits, node = fewer, found
        return edits, node


def _kind(edit: Edit) -> str:
    """What makes two edits the same sort of thing: two taints, or two ways to loosen a selector; not two requests."""
    if edit.kind == "request":
        return f"request {edit.path.rpartition('.')[2]}"
    return edit.kind.removesuffix(" value")
