"""Filters with pods taken off nodes and put back, on copies: how kube-scheduler's PostFilter asks "what if" (v1.34)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from kubeproof.model.logic.column import Column, Memo, column
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


class DryRun:
    """Some nodes of a cluster (`at`: their places in its columns), on copies; a `ColumnEnv`.

    Where rules look at other nodes too, all nodes belong in it, and only one of them may be changed at a time.
    `held`: the host ports in use on nodes where pods move. `goes`: whether pods of a shape may be cleared away.
    """

    def __init__(
        self,
        asked: Sequence[Rule],
        columns: ClusterColumns,
        at: Sequence[int],
        held: Mapping[str, frozenset[HostPort]],
        goes: Callable[[Pod], bool] = lambda _: False,
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
            found = found & column(term, self, memo)
        return found

    def failing(self, places: Sequence[int]) -> Sequence[Sequence[int]]:
        """For each of these nodes the rules that fail there now, in the order in which they are spoken of."""
        memo = dict(self._fixed)
        at = list(places)
        holds = np.array([column(rule.clause.holds, self, memo)[at] for rule in self.asked])
        ranks = {at: column(r.clause.rank, self, memo) for at, r in enumerate(self.asked) if r.clause.rank is not None}
        found = []
        for index, place in enumerate(at):
            failed = np.flatnonzero(~holds[:, index]).tolist()
            found.append(spoken(failed, {at: int(rank[place]) for at, rank in ranks.items()}, self.asked))
        return found
