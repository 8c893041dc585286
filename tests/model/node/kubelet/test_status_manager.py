"""What the kubelet keeps and reports of a pod's status (v1.36): what people get wrong, told as cases."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubeproof.model.node.kubelet import status_manager
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, Phase, PodStatus, Terminated
from tests.model.node.kubelet.pods import ALL_ON_42, ON_42, run, said

NOW = 100


def status(text: str, init: str = "", phase: Phase = "Running") -> PodStatus:
    return PodStatus(phase, containers=said(text), init_containers=said(init))


class Step(NamedTuple):
    """From one status to the next: what is said against it, None where it is allowed."""

    sentence: str
    run: RunSpec
    old: PodStatus
    new: PodStatus
    error: str | None


ILLEGAL = "terminated container a attempted illegal transition to non-terminated state"
ILLEGAL_INIT = "terminated init container i attempted illegal transition to non-terminated state"
NEVER, ENDED, AGAIN = run("a", policy="Never"), status("a=terminated=1"), status("a=running")
STEPS = (
    Step("what ended under Never stays ended", NEVER, ENDED, AGAIN, ILLEGAL),
    Step("waiting is not ended either", NEVER, ENDED, status("a=waiting/last=1"), ILLEGAL),
    Step("it may end otherwise", NEVER, ENDED, status("a=terminated=0"), None),
    Step("it may disappear", NEVER, ENDED, status(""), None),
    Step("under Always anything goes", run("a"), ENDED, AGAIN, None),
    Step("under OnFailure a failure may run again", run("a", policy="OnFailure"), ENDED, AGAIN, None),
    Step("a success may not", run("a", policy="OnFailure"), status("a=terminated=0"), AGAIN, ILLEGAL),
    Step("a rule of its own lets a container run again",
         run(Container("a", restart_policy="Never", restart_rules=ON_42), policy="Never"),
         status("a=terminated=42"), AGAIN, None),
    Step("where all may be restarted, anything goes",
         run("a", Container("b", restart_policy="Never", restart_rules=ALL_ON_42), policy="Never"),
         ENDED, AGAIN, None),
    Step("an init container does not run again either", run("a", init=("i",), policy="Never"),
         status("", "i=terminated=0"), status("", "i=running"), ILLEGAL_INIT),
    Step("a sidecar does", run("a", init=("s",), policy="Never"),
         status("", "s=terminated=0"), status("", "s=running"), None),
    Step("init containers are told by their place", run("a", init=("i", "j"), policy="Never"),
         status("", "j=running"), status("", "j=running"),
         "found mismatch between pod spec and status, container: j"),
)  # fmt: skip


def step(case: Step) -> None:
    assert status_manager.transition_error(case.run, case.old, case.new) == case.error


@pytest.mark.parametrize("case", STEPS, ids=lambda case: case.sentence)
def test_a_step(case: Step) -> None:
    step(case)


def test_a_status_that_may_not_follow_is_thrown_away() -> None:
    assert status_manager.update(NEVER, ENDED, AGAIN, NOW) is None


def test_a_condition_that_does_not_change_keeps_its_time() -> None:
    old = PodStatus(conditions=(Condition("Ready", "True", changed_at=5), Condition("Initialized", "False")))
    new = PodStatus(
        conditions=(Condition("Ready", "True", "R"), Condition("Initialized", "True"), Condition("x", "True"))
    )
    got = status_manager.update(NEVER, old, new, NOW)
    assert got is not None
    assert [one.changed_at for one in got.conditions] == [5, NOW, None]


def test_the_time_at_which_all_containers_began_to_restart_is_kept() -> None:
    began = PodStatus(conditions=(Condition("AllContainersRestarting", "True"),))
    got = status_manager.update(NEVER, PodStatus(), began, NOW)
    assert got is not None
    assert [one.changed_at for one in got.conditions] == [NOW]


def test_the_start_time_never_changes() -> None:
    first = status_manager.update(NEVER, PodStatus(), PodStatus(), NOW)
    assert first is not None
    assert first.start_time == NOW
    then = status_manager.update(NEVER, first, PodStatus(start_time=NOW + 5), NOW + 9)
    assert then is not None
    assert then.start_time == NOW


def test_init_containers_stand_in_the_pods_order_and_others_by_name() -> None:
    pod = run("b", "a", init=("j", "i"))
    got = status_manager.normalized(pod, status("b=running a=running", "i=running j=running"))
    assert [one.name for one in got.containers] == ["a", "b"]
    assert [one.name for one in got.init_containers] == ["j", "i"]


def test_containers_share_the_room_for_messages() -> None:
    long = Terminated(1, message="x" * 12_288)
    pod = status_manager.normalized(run("a", "b"), PodStatus(containers=(ContainerStatus("a", state=long),)))
    (got,) = pod.containers
    assert isinstance(got.state, Terminated)
    assert len(got.state.message) == 6_144


class End(NamedTuple):
    """How a status ends: the phase, and the containers and init containers that are marked as lost."""

    sentence: str
    run: RunSpec
    status: PodStatus
    phase: Phase
    lost: str


WITH_INIT, SIDECAR = run("a", init=("i",)), run("a", init=("s",))
ENDS = (
    End("a running container has failed", run("a"), status("a=running"), "Failed", "a"),
    End("also one that only waits, where nothing is to be initialized", run("a"), status("a=waiting"), "Failed", "a"),
    End("an end that is known stays", run("a", "b"), status("a=terminated=0 b=running"), "Failed", "b"),
    End("a terminal phase stays", run("a"), status("a=terminated=0", phase="Succeeded"), "Succeeded", ""),
    End("a static pod keeps its phase", run("a", static=True), status("a=running"), "Running", "a"),
    End("deleted while init runs: app containers still wait, the pod has failed", WITH_INIT,
        status("a=waiting", "i=running", "Pending"), "Failed", "i"),
    End("init containers that never ran still wait, but for the first",
        run("a", init=("i", "j")), status("a=waiting", "i=waiting j=waiting"), "Failed", "i"),
    End("those before one that ran have failed too",
        run("a", init=("i", "j")), status("a=waiting", "i=waiting j=waiting/last=1"), "Failed", "i j"),
    End("the last init container has ever succeeded: app containers may have run", WITH_INIT,
        status("a=waiting", "i=waiting/last=0"), "Failed", "a i"),
    End("a failed one is no evidence", WITH_INIT, status("a=waiting", "i=terminated=1"), "Failed", ""),
    End("a sidecar that has started is evidence", SIDECAR, status("a=waiting", "s=running+started"), "Failed", "a s"),
    End("one that only runs is none", SIDECAR, status("a=waiting", "s=running"), "Failed", "s"),
    End("an app container that ran once is evidence for all", run("a", "b", init=("i",)),
        status("a=waiting b=waiting/last=1", "i=waiting"), "Failed", "a b i"),
)  # fmt: skip


def end(case: End) -> None:
    got = status_manager.terminate(case.run, case.status, NOW)
    assert got is not None
    lost = [one.name for one in (*got.containers, *got.init_containers) if one.state == status_manager.LOST]
    assert (got.phase, " ".join(lost)) == (case.phase, case.lost)


@pytest.mark.parametrize("case", ENDS, ids=lambda case: case.sentence)
def test_an_end(case: End) -> None:
    end(case)


def test_the_kubelets_own_status_goes_before_the_api_servers() -> None:
    got = status_manager.terminate(
        run("a"), status("a=running"), NOW, cached=status("a=terminated=0", phase="Succeeded")
    )
    assert got is not None
    assert (got.phase, got.containers[0].state) == ("Succeeded", Terminated(0))


class Merged(NamedTuple):
    sentence: str
    old: PodStatus
    new: PodStatus
    could_run: bool
    expect: PodStatus


def told(phase: Phase, by: str, *conditions: tuple[str, str]) -> PodStatus:
    """A status whose reason and message tell whose it is."""
    made = tuple(
        Condition(type_, "True" if status == "True" else "False", changed_at=1) for type_, status in conditions
    )
    return PodStatus(phase, by, by, made)


NOT_READY = tuple(Condition(type_, "False", "PodFailed", changed_at=NOW) for type_ in ("ContainersReady", "Ready"))
MERGED = (
    Merged("the kubelet's phase counts", told("Pending", "old"), told("Running", "new"), False, told("Running", "new")),
    Merged("a terminal phase waits while containers may run",
           told("Running", "old", ("Ready", "True")), told("Failed", "new", ("Ready", "False")), True,
           told("Running", "old", ("Ready", "False"))),
    Merged("and comes when they do not",
           told("Running", "old"), told("Failed", "new", ("Ready", "False")), False,
           told("Failed", "new", ("Ready", "False"))),
    Merged("a phase that was terminal already waits for nobody",
           told("Failed", "old"), told("Succeeded", "new"), True, told("Succeeded", "new")),
    Merged("Failed to Running is not refused here", told("Failed", "old"), told("Running", "new"), True,
           told("Running", "new")),
    Merged("what others say stays, what the kubelet says is the kubelet's",
           told("Running", "old", ("x", "True"), ("Ready", "True")), told("Running", "new", ("x", "False")), True,
           told("Running", "new", ("x", "True"))),
    Merged("a disruption is told with the end",
           told("Running", "old"), PodStatus("Failed", conditions=(Condition("DisruptionTarget", "True"),)), False,
           PodStatus("Failed", conditions=(Condition("DisruptionTarget", "True", changed_at=NOW),))),
    Merged("not before it",
           told("Running", "old"), PodStatus("Running", conditions=(Condition("DisruptionTarget", "True"),)), False,
           PodStatus("Running")),
    Merged("a pod that has ended is not ready, whatever the kubelet last saw",
           told("Running", "old"), told("Failed", "new", ("Ready", "True")), False,
           PodStatus("Failed", "new", "new", (NOT_READY[1], NOT_READY[0]))),
)  # fmt: skip


def merged(case: Merged) -> None:
    assert status_manager.merge(case.old, case.new, NOW, could_run=case.could_run) == case.expect


@pytest.mark.parametrize("case", MERGED, ids=lambda case: case.sentence)
def test_merged(case: Merged) -> None:
    merged(case)
