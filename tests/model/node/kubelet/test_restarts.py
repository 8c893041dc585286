"""Whether a container is run again (v1.36): what people get wrong, told as cases."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubeproof.model.node.kubelet import restarts
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.objects.container import Container, RestartPolicy, RestartRule
from kubeproof.model.objects.pod_status import Condition, PodStatus
from tests.model.node.kubelet.pods import ALL_ON_42, ON_42, run, said


class Case(NamedTuple):
    sentence: str
    container: Container
    pod: RestartPolicy
    exit_code: int
    again: bool


NOT_0 = (RestartRule("Restart", "NotIn", (0,)),)
ORDERED = (RestartRule("RestartAllContainers", "In", (42,)), RestartRule("Restart", "In", (42,)))
CASES = (
    Case("Always runs again whatever the exit code", Container("c"), "Always", 0, True),
    Case("OnFailure runs again after a failure", Container("c"), "OnFailure", 1, True),
    Case("OnFailure does not after a success", Container("c"), "OnFailure", 0, False),
    Case("Never never does", Container("c"), "Never", 1, False),
    Case("the container's policy goes before the pod's", Container("c", restart_policy="Never"), "Always", 1, False),
    Case("also where it is the milder one", Container("c", restart_policy="OnFailure"), "Never", 1, True),
    Case("a rule goes before the container's policy",
         Container("c", restart_policy="Never", restart_rules=ON_42), "Never", 42, True),
    Case("a rule for another code says nothing",
         Container("c", restart_policy="Never", restart_rules=ON_42), "Always", 1, False),
    Case("NotIn is all other codes", Container("c", restart_policy="Never", restart_rules=NOT_0), "Never", 7, True),
    Case("rules without a policy of the container's own are ignored",
         Container("c", restart_rules=ON_42), "Never", 42, False),
    Case("restarting all is restarting this one",
         Container("c", restart_policy="Never", restart_rules=ALL_ON_42), "Never", 42, True),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_runs_again(case: Case) -> None:
    assert restarts.should_restart(case.container, case.pod, case.exit_code) is case.again


def test_the_first_rule_that_speaks_of_a_code_counts() -> None:
    rule = restarts.matching_rule(Container("c", restart_rules=ORDERED), 42)
    assert rule is not None
    assert rule.action == "RestartAllContainers"


def test_rules_restart_all_without_a_policy_of_the_containers_own() -> None:
    """The rule that should_restart ignores is matched here all the same."""
    exited = {"c": RuntimeState("exited", 42)}
    assert restarts.should_all_restart(run(Container("c", restart_rules=ALL_ON_42)), exited, None)


def test_an_init_container_may_restart_all() -> None:
    pod = run("c", init=(Container("i", restart_policy="Never", restart_rules=ALL_ON_42),))
    assert restarts.should_all_restart(pod, {"i": RuntimeState("exited", 42)}, None)


def test_a_running_container_restarts_nobody() -> None:
    """A runtime keeps no exit code of what runs, but the field is there."""
    pod = run(Container("c", restart_rules=ALL_ON_42))
    assert not restarts.should_all_restart(pod, {"c": RuntimeState("running", 42)}, None)


def test_restarting_all_goes_on_once_it_was_reported() -> None:
    under_way = PodStatus(conditions=(Condition("AllContainersRestarting", "True"),))
    assert restarts.should_all_restart(run("c"), {}, under_way)


def test_a_reported_end_counts_where_the_runtime_is_not_asked() -> None:
    reported = PodStatus(containers=said("c=terminated=42"))
    assert restarts.should_all_restart(run(Container("c", restart_rules=ALL_ON_42)), None, reported)


RULES_NEVER = Container("c", restart_policy="Never", restart_rules=ON_42)
ALL_NEVER = Container("c", restart_policy="Never", restart_rules=ALL_ON_42)
RESTARTABLE: tuple[tuple[str, Container, RestartPolicy, bool], ...] = (
    ("a container of a pod that is never restarted is not restartable", Container("c"), "Never", False),
    ("one of a pod of OnFailure is", Container("c"), "OnFailure", True),
    ("a rule makes one restartable that is never restarted otherwise", RULES_NEVER, "Never", True),
    ("a rule that restarts all does not", ALL_NEVER, "Always", False),
    ("a rule without a policy does not", Container("c", restart_rules=ON_42), "Never", False),
)


@pytest.mark.parametrize(("sentence", "container", "pod", "is_so"), RESTARTABLE, ids=[row[0] for row in RESTARTABLE])
def test_restartable(sentence: str, container: Container, pod: RestartPolicy, is_so: bool) -> None:
    assert restarts.is_restartable(container, pod) is is_so, sentence


TO_START = (
    ("what never ran is to be started, even under Never", None, False, True),
    ("what was only created is", RuntimeState("created"), False, True),
    ("what is in an unknown state is", RuntimeState("unknown"), False, True),
    ("what runs is not", RuntimeState("running"), False, False),
    ("what exited is not, under Never", RuntimeState("exited", 1), False, False),
    ("nothing of a deleted pod is", None, True, False),
)


@pytest.mark.parametrize(("sentence", "state", "deleted", "is_so"), TO_START, ids=[row[0] for row in TO_START])
def test_to_be_started(sentence: str, state: RuntimeState | None, deleted: bool, is_so: bool) -> None:
    assert restarts.should_be_restarted(Container("c"), "Never", state, deleted=deleted) is is_so, sentence
