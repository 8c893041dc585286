"""What kinds of pods have in common: terms are taken apart alike, and equal questions are answered from memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from kubeproof.model.logic.terms import Op, subterms
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler import kinds
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import rules
from kubeproof.model.scheduler.kinds import Kinds, Reach, Shared
from kubeproof.model.scheduler.profile import DEFAULT, Profile
from kubeproof.model.scheduler.remember import forget, remembered
from kubeproof.properties.strategies import busy_clusters, questions


@given(questions())
def test_what_is_kept_changes_less_easily_than_what_uses_it(question: tuple[Snapshot, Pod]) -> None:
    snapshot, pod = question
    shared = Shared(ClusterColumns(snapshot))
    for rule in rules(pod, Facts(snapshot), DEFAULT):
        root = rule.clause.holds
        uses = {arg: term for term in subterms(root) for arg in term.args}
        parts = shared.parts(root)
        assert all(shared.parts(arg).reach <= shared.parts(term).reach for arg, term in uses.items())
        lower = {
            arg
            for term in subterms(root)
            for arg in term.args
            if arg.op is not Op.CONST and shared.parts(arg).reach < shared.parts(term).reach
        }
        assert set(parts.kept) == lower
        assert Reach.WIDE not in {shared.parts(term).reach for term in lower}


@given(busy_clusters())
def test_a_kind_looks_the_same_whatever_was_asked_before(snapshot: Snapshot) -> None:
    """Kinds share what they read; each alone, made anew, sees the same."""
    columns, facts = ClusterColumns(snapshot), Facts(snapshot)
    together = Kinds(facts, Profile(), columns)
    for pod in snapshot.pods:
        if pod.node:
            continue
        alone = Kinds(facts, Profile(), ClusterColumns(snapshot)).of(pod).look()
        found = together.of(pod).look()
        assert (list(found.best), found.totals.tolist()) == (list(alone.best), alone.totals.tolist())
        if found.best:  # the pods of the snapshot stay where they are: only the columns move
            columns.place(pod, found.best[0])
            together.moved(columns.index[found.best[0]])
            columns.place(pod, found.best[0], -1)
            together.moved(columns.index[found.best[0]])


@given(busy_clusters())
def test_what_is_let_go_is_made_again(snapshot: Snapshot) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("TERMS_KEPT", "COLUMNS_KEPT", "KINDS_KEPT"):
            patch.setattr(kinds, limit, 1)
        small = Kinds(Facts(snapshot), Profile(), ClusterColumns(snapshot))
        seen = [small.of(pod).look().places for pod in (*snapshot.pending, *snapshot.pending)]
    large = Kinds(Facts(snapshot), Profile(), ClusterColumns(snapshot))
    for pod, places in zip((*snapshot.pending, *snapshot.pending), seen, strict=True):
        assert np.array_equal(large.of(pod).look().places, places)


def test_a_rule_is_asked_once_until_all_is_forgotten() -> None:
    asked = []

    @remembered
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    assert [double(1), double(1), double(2)] == [2, 2, 4]
    assert asked == [1, 2]
    forget()
    assert (double(1), asked) == (2, [1, 2, 1])
