"""What the scheduler asks about pods of one kind, made once and then kept up to date as pods are placed.

Pods of a kind differ in name alone. A quick look says on which nodes such a pod fits and which come out best, as the
whole cycle does (cycle.py, ranking.py; a property test holds them equal); why it does not fit is the cycle's to say.
Of the terms, those that no pod can move are read once; those that only look at their own node are read again where
pods were placed since the last look; the rest is read anew.
Left out: pods that PreEnqueue or PreFilter may refuse, and nominated pods (`quick` is then not to be asked).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import Column, Memo, column
from kubeproof.model.logic.terms import AGGREGATES, Op, Term
from kubeproof.model.logic.value import PLAIN, Value
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import rules
from kubeproof.model.scheduler.open_node import Counted, Feasible
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.ranking import Ranking, by_columns, judges
from kubeproof.model.scheduler.tally import Moving

KINDS_KEPT = 512
"""Kinds that are kept; of more, those go that were asked about least recently."""

TERMS_KEPT, COLUMNS_KEPT = 2**16, 1024
"""Terms that are kept taken apart, and columns that are kept read, for all kinds; then one starts anew."""

FEW = 4
"""Where more nodes have changed, all are read again: as columns that takes as long as a few nodes one by one."""


class Reach(IntEnum):
    """What can change a term: nothing that pods do, pods on the node itself, or pods anywhere."""

    FIXED = 0
    LOCAL = 1
    WIDE = 2


class Parts(NamedTuple):
    """What can change a term, and the terms in it that change less easily than those which use them; no constants."""

    reach: Reach
    kept: tuple[Term, ...] = ()


class Shared:
    """What kinds have in common: their equal terms are taken apart once, and those that no pod can move read once."""

    def __init__(self, columns: ClusterColumns) -> None:
        self._columns = columns
        self._parts: dict[Term, Parts] = {}
        self._fixed: Memo = {}

    def parts(self, term: Term) -> Parts:
        """What can change a term, and what to keep to read it again."""
        found = self._parts.get(term)
        if found is None:
            if len(self._parts) > TERMS_KEPT:
                self._parts.clear()
            found = self._parts[term] = self._taken_apart(term)
        return found

    def fixed(self, term: Term) -> Column:
        """A term that no pod can move, read."""
        if len(self._fixed) > COLUMNS_KEPT:
            self._fixed.clear()
        return column(term, self._columns, self._fixed)

    def _taken_apart(self, term: Term) -> Parts:
        if term.op is Op.LEAF:
            local = isinstance(term.data, Moving | Counted)
            return Parts(Reach.WIDE if isinstance(term.data, Feasible) else Reach.LOCAL if local else Reach.FIXED)
        args = [(arg, self.parts(arg)) for arg in term.args]
        reach = max((parts.reach for _, parts in args), default=Reach.FIXED)
        if reach and term.op in AGGREGATES:
            reach = Reach.WIDE
        kept: dict[Term, None] = {}
        for arg, parts in args:
            kept.update(dict.fromkeys(parts.kept))
            if parts.reach < reach and arg.op is not Op.CONST:
                kept[arg] = None
        return Parts(reach, tuple(kept))


def _at(place: int, term: Term, columns: ClusterColumns, memo: dict[Term, Value]) -> Value:
    """What a term that only looks at its own node is at one node: the value reading, its leaves taken from columns."""
    found = memo.get(term)
    if found is None:
        if term.op is Op.LEAF:
            found = columns.leaf(term.data)[place].item()
        elif term.op is Op.CONST:
            assert isinstance(term.data, int | float)
            found = term.data
        else:
            found = PLAIN[term.op](*[_at(place, arg, columns, memo) for arg in term.args])
        memo[term] = found
    return found


def kind_of(pod: Pod) -> Hashable:
    """What pods of one kind have in common, while one of them is kept (so that the id of its spec stays its own)."""
    return pod.namespace, pod.labels, id(pod.spec), pod.owner_key, pod.deleting


class Kind:
    """What is asked about pods like `sample`. `plain`: nothing but filters can refuse them."""

    def __init__(self, sample: Pod, facts: Facts, profile: Profile, columns: ClusterColumns, shared: Shared) -> None:
        asked = rules(sample, facts, profile.filters)
        self.sample, self._columns = sample, columns
        self.plain = not (sample.deleting or sample.spec.resource_claims or sample.node) and all(
            rule.clause.stage in (Stage.FILTER, Stage.NARROW) for rule in asked
        )
        self._judges = judges(sample, facts, profile.weights, profile.args)
        filters = list(dict.fromkeys(rule.clause.holds for rule in asked))
        scores = (term for judge in self._judges for term in judge.points)
        # What is kept is what is asked for itself, or by a term that changes more easily.
        kept: dict[Term, None] = {}
        for term in (*filters, *scores):
            kept.update(dict.fromkeys((*shared.parts(term).kept, term)))
        reach = {term: shared.parts(term).reach for term in kept}
        self._filters = [term for term in filters if reach[term] is not Reach.FIXED]
        self._local = [term for term in kept if reach[term] is Reach.LOCAL]
        self._known = {term: shared.fixed(term) for term in kept if reach[term] is Reach.FIXED}
        self._beside = list(self._known.items())
        self._fits: Column = np.ones(columns.size, dtype=np.bool_)
        for term in filters:
            if reach[term] is Reach.FIXED:
                self._fits = self._fits & self._known[term]
        self._read_all()

    def moved(self, places: Sequence[int]) -> None:
        """Reads again what pods on these nodes may have changed."""
        if len(places) > FEW:
            self._read_all()
            return
        for place in places:
            memo: dict[Term, Value] = {term: read[place].item() for term, read in self._beside}
            for term in self._local:
                self._known[term][place] = _at(place, term, self._columns, memo)

    def look(self) -> Ranking:
        """Where the pods fit now, and how good those nodes are; they are only ranked if they are several."""
        memo, fits = dict(self._known), self._fits
        for term in self._filters:
            fits = fits & column(term, self._columns, memo)
        several = np.count_nonzero(fits) > 1
        return by_columns(self._judges if several else (), self._columns, fits, dict(self._known))

    def _read_all(self) -> None:
        memo = dict(self._known)
        for term in self._local:
            memo.pop(term, None)
        for term in self._local:
            self._known[term] = np.array(column(term, self._columns, memo))


class Kinds:
    """The kinds of pods that were asked about last, over one set of columns."""

    def __init__(self, facts: Facts, profile: Profile, columns: ClusterColumns) -> None:
        self._facts, self._profile, self._columns = facts, profile, columns
        self._shared = Shared(columns)
        self._kinds: OrderedDict[Hashable, Kind] = OrderedDict()
        self._seen: dict[Hashable, int] = {}
        self._moves, self._moved_at = 0, np.zeros(columns.size, dtype=np.int64)

    def of(self, pod: Pod) -> Kind:
        """The kind of a pod, up to date."""
        key = kind_of(pod)
        kind = self._kinds.get(key)
        if kind is None:
            # A kind keeps its sample and so the spec alive, so that its id stays its own.
            kind = self._kinds[key] = Kind(pod, self._facts, self._profile, self._columns, self._shared)
            if len(self._kinds) > KINDS_KEPT:
                del self._seen[self._kinds.popitem(last=False)[0]]
        elif self._seen[key] < self._moves:
            kind.moved(np.flatnonzero(self._moved_at > self._seen[key]).tolist())
        self._kinds.move_to_end(key)
        self._seen[key] = self._moves
        return kind

    def moved(self, place: int) -> None:
        """Pods were put on a node, or taken from it."""
        self._moves += 1
        self._moved_at[place] = self._moves
