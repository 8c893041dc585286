"""What the scheduler asks about pods of one kind, made once: their rules and scores, and what of those no pod can move.

Pods of a kind differ in name alone. A quick look says on which nodes such a pod fits and which come out best, as the
whole cycle does (cycle.py, ranking.py; a property test holds them equal); why it does not fit is the cycle's to say.
Left out: pods that PreEnqueue or PreFilter may refuse, and nominated pods (`quick` is then not to be asked).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import Column, Memo, column
from kubeproof.model.logic.terms import Term
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.dry_run import moving
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import rules
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.ranking import Judge, Ranking, by_columns, judges


class Kind(NamedTuple):
    """What is asked about pods like `sample`. `plain`: nothing but filters can refuse them."""

    sample: Pod
    plain: bool
    fixed: Column
    changing: Sequence[Term]
    known: Memo
    judges: Sequence[Judge]


class Kinds:
    """The kinds of pods seen so far, over one set of columns."""

    def __init__(self, facts: Facts, profile: Profile, columns: ClusterColumns) -> None:
        self._facts, self._profile, self._columns = facts, profile, columns
        self._kinds: dict[Hashable, Kind] = {}

    def of(self, pod: Pod) -> Kind:
        """The kind of a pod."""
        key = (pod.namespace, pod.labels, id(pod.spec), pod.owner_key)
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = self._made(pod)  # keeps the spec alive, so that its id stays its own
        return found

    def quick(self, kind: Kind) -> Ranking:
        """Where pods of a kind fit now, and how good those nodes are; they are only ranked if they are several."""
        memo, fits = dict(kind.known), kind.fixed
        for term in kind.changing:
            fits = fits & column(term, self._columns, memo)
        several = np.count_nonzero(fits) > 1
        return by_columns(kind.judges if several else (), self._columns, fits)

    def _made(self, pod: Pod) -> Kind:
        asked = rules(pod, self._facts, self._profile.filters)
        plain = not (pod.deleting or pod.spec.resource_claims or pod.node) and all(
            rule.clause.stage in (Stage.FILTER, Stage.NARROW) for rule in asked
        )
        changing, memo = moving(asked), Memo()
        fixed: Column = np.ones(self._columns.size, dtype=np.bool_)
        for term in _once(rule.clause.holds for rule in asked):
            if term not in changing:
                fixed = fixed & column(term, self._columns, memo)
        later = [term for term in _once(rule.clause.holds for rule in asked) if term in changing]
        for term in later:
            column(term, self._columns, memo)
        known = {term: read for term, read in memo.items() if term not in changing}
        own = judges(pod, self._facts, self._profile.weights, self._profile.args)
        return Kind(pod, plain, fixed, later, known, own)


def _once(terms: Iterable[Term]) -> Sequence[Term]:
    return list(dict.fromkeys(terms))
