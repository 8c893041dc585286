"""The engines one after another: what a smaller cluster shows counts where the whole shows it as well."""

from __future__ import annotations

import pytest

from kubeproof.laws import nodes, pods
from kubeproof.model.manifests.stated import Input, stated_text
from kubeproof.model.world import World
from kubeproof.properties.engines import worlds
from kubeproof.properties.queries import portfolio
from kubeproof.properties.queries.budgets import budget
from kubeproof.properties.queries.portfolio import AS_IT_STANDS, AT_ONCE
from kubeproof.properties.queries.question import Engines
from kubeproof.properties.queries.verified import Verified, verified
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, in_the_end, sometimes
from tests.properties.queries.test_sizes import deployment, read

NODES = "a{1..2} cpu=4 zone=a; b1 cpu=4 zone=b"
ZONE = "topology.kubernetes.io/zone"
HOPED = "in the end Deployment web has all its pods available, of its newest template"


def _in_b(world: World) -> bool:
    zones = {node.meta.name: node.meta.labels.get(ZONE) for node in nodes(world)}
    return any(zones.get(pod.node) == "b" for pod in pods(world))


NEVER_IN_B = always("web is never in zone b", lambda world: not _in_b(world))


def asked(found: Input, moves: str, law: WorldLaw, engines: Engines = Engines.ALL) -> Verified:
    return verified(found, budget(moves), limit=3000, law=law.name, own=[law], engines=engines, runs=3)


@pytest.fixture(autouse=True)
def small_ones_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "FEW_OBJECTS", 0)


def test_what_only_other_choices_break_is_found_in_a_smaller_cluster() -> None:
    found = asked(read(deployment("web", 1), NODES), "pod-deleted=1", NEVER_IN_B)
    [one] = found.findings
    assert (one.verdict.outcome, one.verdict.engine) == (Outcome.VIOLATED, worlds.ENGINE)
    assert one.size is not None
    assert one.size.name == "1 pod, 2 nodes"
    assert one.verdict.assumes[0] == AT_ONCE


def test_what_a_smaller_cluster_breaks_does_not_count_where_the_whole_does_not() -> None:
    """One node of two is lost: there is room on the other, but where there is one node there is none."""
    found = verified(
        read(deployment("web", 1), "n{1..2} cpu=4"), budget("cordon=1,pod-deleted=1"), limit=3000, law=HOPED
    )
    [one] = found.findings
    assert (one.verdict.outcome, one.verdict.complete, one.size) == (Outcome.PROVED, True, None)


def test_what_is_broken_as_it_stands_needs_nothing_to_happen() -> None:
    law = in_the_end("in the end somebody is in zone c", lambda world: False)
    [one] = asked(read(deployment("web", 2), NODES), "node-lost=1", law).findings
    assert one.verdict.outcome is Outcome.VIOLATED
    assert one.verdict.assumes[0] == AS_IT_STANDS
    assert one.size is not None
    assert one.size.name == "1 pod, 2 nodes"


def test_what_is_seen_once_is_proved_of_the_whole() -> None:
    [one] = asked(read(deployment("web", 1), NODES), "scale=1", sometimes("two are there", _two)).findings
    assert (one.verdict.outcome, one.size) == (Outcome.PROVED, None)


def test_what_is_never_seen_is_violated_by_a_complete_search_alone() -> None:
    law = sometimes("nine are there", lambda world: len(pods(world)) == 9)
    for engines, outcome in ((Engines.SEARCH, Outcome.VIOLATED), (Engines.RUNS, Outcome.UNKNOWN)):
        [one] = asked(read(deployment("web", 1), NODES), "scale=1", law, engines).findings
        assert one.verdict.outcome is outcome


def test_cron_jobs_are_left_out_and_that_is_assumed() -> None:
    from tests.properties.queries.test_sizes import CRON

    [one] = verified(read(deployment("web", 1) + CRON, NODES), limit=100, law=HOPED).findings
    assert "CronJobs start nothing meanwhile" in one.verdict.assumes


def test_an_input_without_anything_comes_to_rest() -> None:
    found = verified(stated_text(""), budget("node-lost=1"), limit=100, law="comes to rest")
    assert found.outcome is Outcome.PROVED


def _two(world: World) -> bool:
    return len(pods(world)) == 2
