"""Which pods never come near each other, so that what becomes of the ones does not matter to the others.

A pod looks at other pods through counts (of those that its rules and scores mean) and through what is left on the nodes
that may ever take it; scores are compared among those nodes only. Pods that no count of each other means, and that no
node may take both, change nothing for each other: all runs of both are the runs of each, interleaved. Which order the
queue allows does not matter then either, since who is refused may come back at any time.
A node may never take a pod if a rule refuses it now that only gets harder to meet as pods come: one that no pod can
change, one about room, or one that wants nobody there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kubeproof.model.logic.column import Memo, column
from kubeproof.model.logic.terms import AGGREGATES, Op, Term, leaves, subterms
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.open_node import AttachedVolumes, Counted, Free, Pods, counts, feasible
from kubeproof.properties.queries.fit.shape import Alone, Needs, shape
from kubeproof.properties.queries.races import Racers


def near(racers: Racers, columns: ClusterColumns) -> frozenset[int]:
    """The nodes that may ever take a pod of the kind, by their place, as long as pods only come."""
    if racers.pods[0].deleting or any(rule.clause.stage is Stage.ENQUEUE for rule in racers.rules):
        return frozenset()
    fits, memo = racers.fixed, Memo()
    for term in racers.changing:
        if isinstance(shape(term), Needs | Alone):
            fits = fits & column(term, columns, memo)
    return frozenset(np.flatnonzero(fits).tolist() if racers.plain else range(columns.size))


def apart(
    around: Mapping[Racers, frozenset[int]], stand: Mapping[Racers, Sequence[Pod]] | None = None
) -> Sequence[Sequence[Racers]]:
    """The kinds in groups that never come near each other; those that no node may ever take are left out.

    `around`: which nodes may ever take them. `stand`: which pods on nodes they may have go, where they may.
    """
    groups: list[list[Racers]] = []
    for one, here in around.items():
        if not here:
            continue
        met = [
            group
            for group in groups
            if any(
                _meet(one, other, here, around[other]) or (stand and _mind_victims(one, other, stand))
                for other in group
            )
        ]
        groups = [group for group in groups if group not in met]
        groups.append([*(other for group in met for other in group), one])
    order = {one: at for at, one in enumerate(around)}
    return sorted((sorted(group, key=order.__getitem__) for group in groups), key=lambda group: order[group[0]])


def _meet(one: Racers, other: Racers, here: frozenset[int], there: frozenset[int]) -> bool:
    return not here.isdisjoint(there) or _minds(one, other) or _minds(other, one)


def _mind_victims(one: Racers, other: Racers, stand: Mapping[Racers, Sequence[Pod]]) -> bool:
    return any(minds(one, pod) for pod in stand[other]) or any(minds(other, pod) for pod in stand[one])


def minds(one: Racers, pod: Pod) -> bool:
    """Whether a pod of the kind looks at where this pod is."""
    return any(counts(data.query, pod) for data in leaves(*one.terms) if isinstance(data, Pods))


def _minds(one: Racers, other: Racers) -> bool:
    """Whether a pod of one kind looks at where pods of the other are, or at how full nodes are that it cannot go to."""
    return minds(one, other.pods[0]) or _looks_far(one.terms)


def _looks_far(terms: Sequence[Term]) -> bool:
    """Whether an aggregate looks at what is left on nodes other than the feasible ones."""
    return any(
        term.op in AGGREGATES
        and any(isinstance(data, Free | Counted | AttachedVolumes) for data in leaves(*term.args))
        and not (term.op in (Op.LEAST, Op.MOST) and (term.args[1] is feasible or feasible in term.args[1].args))
        for term in subterms(*terms)
    )
