"""Which clauses joint placement can count, and that a count which is wrong does not come out again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from immutables import Map

from kubeproof.model.objects.affinity import PodAffinityTerm
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import HostPort, Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import EVERYTHING, NOTHING, Requirement, Selector
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import rules
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.properties.queries.fit.problem import Problem, read
from kubeproof.properties.queries.fit.recount import Recount
from kubeproof.properties.queries.fit.refute import Amount, Apart, Finding, Large, Nowhere, Uneven
from kubeproof.properties.queries.fit.shape import Other, shape

WEB = Selector((Requirement("app", "=", ("web",)),))
TERM = PodAffinityTerm("zone", WEB, frozenset({"d"}), NOTHING)
NODES = tuple(Node(f"n{at}", Map({"zone": "ab"[at % 2]}), (), False, Map({"cpu": 10, "pods": 9})) for at in range(4))


def spread(selector: Selector = WEB, **rest: int) -> SpreadConstraint:
    return SpreadConstraint(1, "zone", True, selector, rest.get("min_domains", 1), True, False)


COUNTABLE = {
    "requests": PodSpec(requests=Map({"cpu": 3, "example.com/gpu": 1})),
    "node selector": PodSpec(node_selector=Map({"zone": "a"})),
    "host ports": PodSpec(host_ports=frozenset({HostPort("0.0.0.0", "TCP", 80)})),
    "affinity": PodSpec(affinity=(TERM,)),
    "two affinities": PodSpec(affinity=(TERM, PodAffinityTerm("host", EVERYTHING, frozenset({"d"}), NOTHING))),
    "anti-affinity": PodSpec(anti_affinity=(TERM,)),
    "spread": PodSpec(spread=(spread(), spread(min_domains=3))),
    "spread of an empty selector": PodSpec(spread=(spread(EVERYTHING),)),
    "spread over selected nodes": PodSpec(spread=(spread(),), node_selector=Map({"zone": "a"})),
}


@pytest.mark.parametrize("name", COUNTABLE)
@pytest.mark.parametrize("app", ["web", "db"])
def test_every_rule_about_pods_and_amounts_can_be_counted(name: str, app: str) -> None:
    pod = Pod("d", "p", Map({"app": app}), COUNTABLE[name])
    asked = rules(pod, Facts(Snapshot(NODES, (pod,))), DEFAULT)
    assert not [rule.clause.rule for rule in asked if isinstance(shape(rule.clause.holds), Other)]


def problem(spec: PodSpec, count: int) -> Problem:
    pods = tuple(Pod("d", f"p{at}", Map({"app": "web"}), spec) for at in range(count))
    return read(Snapshot(NODES, pods), None, DEFAULT)


def wrong(found: Problem) -> Sequence[Finding]:
    of = found.kinds[0].alone[0].of
    cpu = found.resources.index("cpu")
    return (Nowhere(0), Amount((0,), cpu), Large((0,), cpu, 5), Large((0,), cpu, 6), Apart((0,), of), *uneven(found))


def uneven(found: Problem) -> Sequence[Finding]:
    return [Uneven(0, skew, 0) for skew in found.kinds[0].spread]


def test_a_refutation_whose_numbers_do_not_come_out_again_is_dropped() -> None:
    """Two pods of half a node that keep apart and spread over two zones: nothing is in their way."""
    fits = problem(PodSpec(requests=Map({"cpu": 5}), anti_affinity=(TERM,), spread=(spread(),)), 2)
    assert [Recount(fits).reason(finding) for finding in wrong(fits)] == [None] * 6


def test_a_third_is_told_by_the_rule_that_keeps_it_out() -> None:
    full = problem(PodSpec(requests=Map({"cpu": 5}), anti_affinity=(TERM,)), 3)
    reason = Recount(full).reason(Apart((0,), full.kinds[0].alone[0].of))
    assert reason is not None
    assert (
        reason.text
        == "3 pods may not share a zone (anti-affinity to app=web in the same zone); they can reach 2 of them"
    )
    assert reason.pods == ("d/p0", "d/p1", "d/p2")
