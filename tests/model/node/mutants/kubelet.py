"""What the kubelet decides and reports, broken: restarts, phase, conditions, status updates."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.node.kubelet import conditions, phase, restarts, status_manager
from tests.model.node.kubelet import test_conditions as tells
from tests.model.node.kubelet import test_phase as phases
from tests.model.node.kubelet import test_restarts as again
from tests.model.node.kubelet import test_status_manager as manages
from tests.model.scheduler.mutants.runs import RunMutant, row


def in_phase(sentence: str) -> Callable[[], None]:
    """The test of one row of phases."""
    return partial(phases.check, row(phases.CASES, sentence))


def runs_again(sentence: str) -> Callable[[], None]:
    """The test of one row of restarts."""
    return partial(again.test_runs_again, row(again.CASES, sentence))


def restartable(sentence: str) -> Callable[[], None]:
    """The test of one row of containers that may be restarted."""
    return partial(again.test_restartable, *next(one for one in again.RESTARTABLE if one[0] == sentence))


def to_start(sentence: str) -> Callable[[], None]:
    """The test of one row of containers to be started."""
    return partial(again.test_to_be_started, *next(one for one in again.TO_START if one[0] == sentence))


def step(sentence: str) -> Callable[[], None]:
    """The test of one row of steps between statuses."""
    return partial(manages.step, row(manages.STEPS, sentence))


def end(sentence: str) -> Callable[[], None]:
    """The test of one row of last statuses."""
    return partial(manages.end, row(manages.ENDS, sentence))


def merged(sentence: str) -> Callable[[], None]:
    """The test of one row of merged statuses."""
    return partial(manages.merged, row(manages.MERGED, sentence))


RESTARTS = (
    RunMutant("rules are forgotten", restarts.should_restart, "matching_rule(container, exit_code)", "False",
              runs_again("a rule goes before the container's policy")),
    RunMutant("rules count without a policy", restarts.should_restart, "container.restart_policy and ", "",
              runs_again("rules without a policy of the container's own are ignored")),
    RunMutant("the pod's policy goes first", restarts.should_restart, "container.restart_policy or pod_policy",
              "pod_policy or container.restart_policy", runs_again("the container's policy goes before the pod's")),
    RunMutant("OnFailure restarts after success", restarts.should_restart, "exit_code != 0", "True",
              runs_again("OnFailure does not after a success")),
    RunMutant("NotIn is In", restarts._speaks_of, '== (rule.operator == "In")', "",
              runs_again("NotIn is all other codes")),
    RunMutant("the last rule counts", restarts.matching_rule, "in container.restart_rules",
              "in reversed(container.restart_rules)", again.test_the_first_rule_that_speaks_of_a_code_counts),
    RunMutant("any rule makes restartable", restarts.is_restartable, 'rule.action == "Restart"', "True",
              restartable("a rule that restarts all does not")),
    RunMutant("only what is gone is started", restarts.should_be_restarted, '("unknown", "created")', '("unknown",)',
              to_start("what was only created is")),
    RunMutant("a deleted pod goes on", restarts.should_be_restarted, "if deleted:", "if False:",
              to_start("nothing of a deleted pod is")),
    RunMutant("init containers cannot restart all", restarts.should_all_restart,
              "itertools.chain(run.init_containers, run.containers)", "run.containers",
              again.test_an_init_container_may_restart_all),
    RunMutant("restarting all is forgotten half way", restarts.should_all_restart,
              "reported.is_true(ALL_CONTAINERS_RESTARTING)", "False",
              again.test_restarting_all_goes_on_once_it_was_reported),
    RunMutant("a running container restarts all", restarts._exit_codes, ' or state.state != "exited"', "",
              again.test_a_running_container_restarts_nobody),
)  # fmt: skip

PHASE = (
    RunMutant("init failures are not looked at", phase.phase, "any(_failed_for_good(run, container, status)",
              "any(False", in_phase("a failed init container under Never fails the pod while others run")),
    RunMutant("sidecars hold back for ever", phase.phase, "counts.held_back and not initialized", "counts.held_back",
              in_phase("but not once a regular container has started")),
    RunMutant("what waits is forgotten", phase.phase, "or counts.waiting", "",
              in_phase("one that waits for its first start forces Pending")),
    RunMutant("what is unknown is forgotten", phase.phase, "or counts.unknown", "",
              in_phase("nothing is known of a container: Pending")),
    RunMutant("static pods are like others", phase.phase, "terminal and not run.static", "terminal",
              in_phase("a static pod is never terminal that way")),
    RunMutant("the policy counts in a pod that is not run any more", phase._stopped_phase, "not final and ", "",
              in_phase("a pod that is not run any more has a terminal phase, even under Always")),
    RunMutant("one that waits after exit 0 has succeeded", phase._count_regular,
              "isinstance(status.state, Terminated) and ", "",
              in_phase("one that waits after exit 0 has stopped, but not succeeded")),
    RunMutant("a sidecar that runs has started", phase._count_sidecar, "counts.held_back += not status.started", "pass",
              in_phase("a sidecar that has not started forces Pending")),
    RunMutant("an ended sidecar holds back", phase._count_sidecar, "elif _ended(status) is None:", "else:",
              in_phase("a terminated sidecar counts for nothing")),
    RunMutant("an ended one that waits only waits", phase._ended,
              "status.last if isinstance(status.state, Waiting) and isinstance(status.last, Terminated) else None",
              "None", in_phase("one that waits to start again does not")),
    RunMutant("restarting all is an end", phase._runs_again, " or end.reason == RESTARTING_ALL_CONTAINERS", "",
              in_phase("one that was ended to restart all is to run again")),
)  # fmt: skip

CONDITIONS = (
    RunMutant("sidecars need to be ready", conditions._is_initialized,
              "bool(status.started) if container.is_sidecar else status.ready", "status.ready",
              partial(tells.initialized, row(tells.INITIALIZED, "a sidecar needs to have started, not to be ready"))),
    RunMutant("a pod loses its initialization", conditions.initialized, ' or old.is_true("Initialized")', "",
              partial(tells.initialized, row(tells.INITIALIZED, "once initialized, always initialized"))),
    RunMutant("what waits has started", conditions.has_any_regular_started,
              "and isinstance(status.state, Running | Terminated)", "",
              partial(tells.initialized, row(tells.INITIALIZED, "one that waits again does not"))),
    RunMutant("init containers need to be ready", conditions.containers_ready,
              "for container in run.init_containers if container.is_sidecar", "for container in run.init_containers",
              partial(tells.containers_ready, row(tells.CONTAINERS_READY,
                                                  "sidecars count, init containers do not"))),
    RunMutant("a failed pod may be ready", conditions.containers_ready, 'phase == "Failed" or ', "",
              partial(tells.containers_ready, row(tells.CONTAINERS_READY,
                                                  "a failed pod is not ready though its containers are"))),
    RunMutant("gates are open", conditions.ready, "in run.readiness_gates", "in ()",
              partial(tells.ready, row(tells.READY, "a gate without a condition"))),
    RunMutant("Unknown is as good as True", conditions._gate_message, 'condition.status != "True"',
              'condition.status == "False"', partial(tells.ready, row(tells.READY, "a gate that is Unknown"))),
    RunMutant("all restart for ever", conditions.all_containers_restarting, "not left or ", "",
              tells.test_until_the_runtime_has_none_of_them),
)  # fmt: skip

STATUS = (
    RunMutant("what ended may run again", status_manager._leaves_its_end, "one.name == old.name and ",
              "False and ", step("what ended under Never stays ended")),
    RunMutant("OnFailure forgives success", status_manager._leaves_its_end, "old.state.exit_code != 0 and ", "",
              step("a success may not")),
    RunMutant("a container's rules are forgotten", status_manager._leaves_its_end,
              "container is not None and should_restart", "False and should_restart",
              step("a rule of its own lets a container run again")),
    RunMutant("restarting all is forgotten", status_manager.transition_error, " or could_all_restart(run)", "",
              step("where all may be restarted, anything goes")),
    RunMutant("init containers are told by name", status_manager._at, " and there.name == status.name", "",
              step("init containers are told by their place")),
    RunMutant("times are always new", status_manager._timed,
              "before.changed_at if kept and before is not None else now", "now",
              manages.test_a_condition_that_does_not_change_keeps_its_time),
    RunMutant("a deleted pod stays as it was", status_manager.terminate, "run.static or is_terminal(old.phase)",
              "True", end("a running container has failed")),
    RunMutant("static pods fail", status_manager.terminate, "run.static or ", "", end("a static pod keeps its phase")),
    RunMutant("what never ran is lost", status_manager.terminate,
              "if _has_initialized(run, status) else old.containers", "",
              end("deleted while init runs: app containers still wait, the pod has failed")),
    RunMutant("a failed init container is evidence", status_manager._has_initialized, "and state.exit_code == 0", "",
              end("a failed one is no evidence")),
    RunMutant("a sidecar that runs is evidence", status_manager._has_initialized,
              "and bool(last.started)", "", end("one that only runs is none")),
    RunMutant("all init containers are lost", status_manager._tried, "if _has_left_waiting(one)", "",
              end("init containers that never ran still wait, but for the first")),
    RunMutant("the end is told at once", status_manager.merge, "if ends and could_run:", "if False:",
              merged("a terminal phase waits while containers may run")),
    RunMutant("a terminal phase waits always", status_manager.merge, " and not is_terminal(old.phase)", "",
              merged("a phase that was terminal already waits for nobody")),
    RunMutant("what others say is lost", status_manager.merge, "one.type not in OWNED", "False",
              merged("what others say stays, what the kubelet says is the kubelet's")),
    RunMutant("a disruption is told before the end", status_manager.merge, "and ends and not could_run", "",
              merged("not before it")),
    RunMutant("a pod that ended is ready", status_manager.merge, "if is_terminal(merged.phase) and", "if False and",
              merged("a pod that has ended is not ready, whatever the kubelet last saw")),
)  # fmt: skip

MUTANTS = (*RESTARTS, *PHASE, *CONDITIONS, *STATUS)
