"""Search, proof and random runs say the same of random machines, and the plainest search says it too."""

import pytest
from hypothesis import HealthCheck, assume, event, given, settings

from kubeproof.model.machine import Outside
from kubeproof.model.run import replay
from kubeproof.properties.engines.explore import explore, reachable
from kubeproof.properties.engines.fuzz import fuzz
from kubeproof.properties.engines.prove import prove
from kubeproof.properties.law import Form, Law, with_witnesses
from kubeproof.properties.laws import laws as lifecycle_laws
from kubeproof.properties.laws import studies
from kubeproof.properties.strategies.machines import laws, machines
from kubeproof.properties.verdict import Outcome
from tests.properties.engines.plain_search import decides, reached

LAWS = machines().flatmap(laws)


@given(LAWS)
def test_search_and_proof_agree(law: Law) -> None:
    (searched,), proved = explore([law]), prove(law)
    event(f"{law.form.value}: {searched.outcome.value}")
    assert searched.outcome is proved.outcome
    assert searched.outcome in (Outcome.PROVED, Outcome.VIOLATED)
    assert (searched.trace is None) is (proved.trace is None)
    if law.form is not Form.LEADS_TO:
        lengths = [None if found.trace is None else len(found.trace.steps) for found in (searched, proved)]
        assert lengths == [decides(law)] * 2
    elif proved.trace:
        assert proved.trace.loop is not None
        replay(law.machine, proved.trace)


@pytest.mark.parametrize(("name", "decided"), [("probe", 24), ("sandbox", 22), ("pod_worker", 15)])
def test_proofs_of_lifecycles_contradict_no_search(name: str, decided: int) -> None:
    """What is not decided rests on what can be reached at all, or on the end; a search decides it."""
    asked = [*with_witnesses(lifecycle_laws(name)), *studies(name)]
    both = [
        (searched.outcome, prove(law, depth=15, rlimit=1_000_000).outcome)
        for law, searched in zip(asked, explore(asked), strict=True)
    ]
    open_ = {Outcome.UNKNOWN, Outcome.HELD}
    assert [pair for pair in both if pair[1] not in open_ and pair[0] is not pair[1]] == []
    assert sum(proved not in open_ for _, proved in both) == decided


@given(LAWS)
def test_search_counts_the_states_that_can_be_reached(law: Law) -> None:
    assert reachable(law.machine, symmetry=False).states == reached(law.machine)


@settings(max_examples=20, suppress_health_check=[HealthCheck.nested_given, HealthCheck.too_slow])
@given(LAWS)
def test_random_runs_break_only_what_is_broken(law: Law) -> None:
    shortest = None if law.form is Form.LEADS_TO else decides(law)
    found = fuzz(law, examples=20, depth=10)
    event(f"{law.form.value}: {found.outcome.value}")
    if found.trace:
        assert shortest is not None
        assert len(found.trace.steps) >= shortest
        replay(law.machine, found.trace)
    assert found.outcome in (
        {Outcome.PROVED, Outcome.UNKNOWN} if law.form is Form.SOMETIMES else
        {Outcome.UNKNOWN} if law.form is Form.LEADS_TO else
        {Outcome.VIOLATED, Outcome.HELD}
    )  # fmt: skip


@given(machines(faults=True).flatmap(laws))
def test_a_step_that_leaves_its_sort_is_an_error_for_all(law: Law) -> None:
    assume(law.form is not Form.LEADS_TO)
    try:
        reached(law.machine)
    except Outside:
        event("leaves its sort")
        with pytest.raises(Outside):
            reachable(law.machine)
        try:
            assert prove(law).trace, "where no run decides it before, the step is found"
        except Outside:
            event("found by the proof")
    else:
        assert prove(law).outcome in (Outcome.PROVED, Outcome.VIOLATED)
