"""Filters with pods taken off nodes and put back, on copies: how kube-scheduler's PostFilter asks "what if" (v1.34)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from kubeproof.model.logic.column import PLAIN, Column, Memo, column
from kubeproof.model.logic.terms import AGGREGATES, Op, Term, subterms
from kubeproof.model.objects.pod import HostPort, Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.findings import Rule, spoken
from kubeproof.model.scheduler.open_node import AttachedVolumes, OnPort, Pods
from kubeproof.model.scheduler.tally import Moving, Place, Ports, Sum, Tally, Volumes


def moving(asked: Iterable[Rule]) -> frozenset[Term]:
    """The terms of the rules that pods on nodes can change."""
    found: set[Term] = set()
    for term in subterms(*(rule.clause.holds for rule in asked)):
        if (term.op is Op.LEAF and isinstance(term.data, Moving)) or not found.isdisjoint(term.args):
            found.add(term)
    return frozenset(found)


def is_local(asked: Iterable[Rule]) -> bool:
    """Whether the pods on a node never matter at another."""
    return not any(term.op in AGGREGATES for term in moving(asked))


def is_separable(asked: Iterable[Rule]) -> bool:
    """Whether the pods on a node only matter at others as parts of sums: then nodes can be changed each for itself."""
    return all(term.op in (Op.SUM_IN, Op.TOTAL) for term in moving(asked) if term.op in AGGREGATES)


class DryRun:
    """Some nodes of a cluster (`at`: their places in its columns), on copies; a `ColumnEnv`.

    Where rules look at other nodes too, all nodes belong in it, and only one of them may be changed at a time. With
    `apart` (where the rules are separable) each node is read as if it alone were changed, the others as at first.
    `held`: the host ports in use on nodes where pods move. `goes`: whether pods of a shape may be cleared away.
    """

    def __init__(
        self,
        asked: Sequence[Rule],
        columns: ClusterColumns,
        at: Sequence[int],
        held: Mapping[str, frozenset[HostPort]],
        goes: Callable[[Pod], bool] = lambda _: False,
        *,
        apart: bool = False,
    ) -> None:
        self.asked, self.size = asked, len(at)
        self._at, self._columns, self._goes, self._held = np.array(at, dtype=np.int64), columns, goes, held
        changing = moving(asked)
        leaves = [term.data for term in changing if isinstance(term.data, Moving)]
        self._tallies: Mapping[Hashable, Tally] = {data: self._tally(data) for data in leaves}
        memo: Memo = {}
        self._fixed_holds: Column = np.ones(self.size, dtype=np.bool_)
        self._changing: list[Term] = []
        for term in dict.fromkeys(rule.clause.holds for rule in asked):
            holds = column(term, self, memo)
            if term in changing:
                self._changing.append(term)
            else:
                self._fixed_holds = self._fixed_holds & holds
        self._fixed = {term: read for term, read in memo.items() if term not in changing}
        # What leaves are changes in place, so that what was read before has to be a copy.
        self._before = {term: read.copy() for term, read in memo.items() if term in changing} if apart else None

    def _tally(self, data: Moving) -> Tally:
        match data:
            case AttachedVolumes(driver):
                return Volumes(driver, self._columns, self._at)
            case Pods(OnPort(port)):
                return Ports(port, self._columns, self._at, self._held)
            case _:
                return Sum(data, self._columns, self._at, self._goes)

    def leaf(self, data: Hashable) -> Column:
        """What a leaf is now, at each node."""
        tally = self._tallies.get(data)
        return tally.column if tally else self._columns.leaf(data)[self._at]

    def codes(self, key: str) -> tuple[Column, int]:
        """For each node a number for its value of label `key`, and how many values there are in the cluster."""
        codes, values = self._columns.codes(key)
        return codes[self._at], values

    def move(self, place: Place, pods: Iterable[Pod], times: int) -> None:
        """Puts pods on a node (`times=1`), or takes them away (-1)."""
        for pod in pods:
            for tally in self._tallies.values():
                tally.move(place, pod, times)

    def clear(self, pods: Mapping[Place, Sequence[Pod]]) -> None:
        """Takes all pods that may go from these nodes: those listed for each."""
        for tally in self._tallies.values():
            tally.clear(pods)

    @contextmanager
    def passing(self, places: Iterable[Place]) -> Iterator[None]:
        """Whatever is moved within, these nodes are at the end as they were at the start."""
        kept = [tally.kept(place) for place in places for tally in self._tallies.values()]
        yield
        for put_back in kept:
            put_back()

    def fits(self) -> Column:
        """At which nodes every rule holds now."""
        memo, found = dict(self._fixed), self._fixed_holds
        for term in self._changing:
            found = found & self._read(term, memo)
        return found

    def failing(self, places: Sequence[int]) -> Sequence[Sequence[int]]:
        """For each of these nodes the rules that fail there now, in the order in which they are spoken of."""
        memo = dict(self._fixed)
        at = list(places)
        holds = np.array([self._read(rule.clause.holds, memo)[at] for rule in self.asked])
        ranks = {at: column(r.clause.rank, self, memo) for at, r in enumerate(self.asked) if r.clause.rank is not None}
        found = []
        for index, place in enumerate(at):
            failed = np.flatnonzero(~holds[:, index]).tolist()
            found.append(spoken(failed, {at: int(rank[place]) for at, rank in ranks.items()}, self.asked))
        return found

    def _read(self, term: Term, memo: Memo) -> Column:
        """A column of the changed nodes; with `apart`, each of them among the others as they were."""
        if self._before is None:
            return column(term, self, memo)
        found = _apart(term, self, memo, self._before)
        return found if np.ndim(found) else np.broadcast_to(found, (self.size,))


def _apart(term: Term, run: DryRun, memo: Memo, before: Memo) -> Column:
    """A sum is what it was, but for what the node itself adds to it."""
    found = memo.get(term)
    if found is None:
        match term.op:
            case Op.CONST:
                found = np.asarray(term.data)
            case Op.LEAF:
                found = run.leaf(term.data)
            case Op.SUM_IN | Op.TOTAL:
                (part,) = term.args
                own = _apart(part, run, memo, before).astype(np.int64) - before[part].astype(np.int64)
                inside = run.codes(str(term.data))[0] >= 0 if term.op is Op.SUM_IN else True
                found = np.where(inside, before[term] + own, 0)
            case _:
                found = PLAIN[term.op](*[_apart(arg, run, memo, before) for arg in term.args])
        memo[term] = found
    return found
