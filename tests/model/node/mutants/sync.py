"""What the kubelet does, broken: back-off, probes, actions, kills, lives, admission, eviction, images, the runtime."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kubeproof.model.node import images, oom, runtime
from kubeproof.model.node.kubelet import (
    actions,
    admission,
    api_status,
    backoff,
    container_statuses,
    critical,
    deadline,
    eviction,
    init_actions,
    kills,
    life,
    pod_qos,
    pod_runtime,
    probes,
    probing,
    processes,
    readiness,
    starting,
    sync,
)
from tests.model.node import test_images as pulls
from tests.model.node import test_runtime as calls
from tests.model.node.kubelet import test_actions as acts
from tests.model.node.kubelet import test_admission as admits
from tests.model.node.kubelet import test_backoff as backs
from tests.model.node.kubelet import test_eviction as evicts
from tests.model.node.kubelet import test_kills as ends
from tests.model.node.kubelet import test_life as lives
from tests.model.node.kubelet import test_probes as asks
from tests.model.scheduler.mutants.runs import RunMutant


def row(test: Callable[..., None], table: tuple[tuple[Any, ...], ...], sentence: str) -> Callable[[], None]:
    """A test of one row of a table whose first column is the sentence."""
    return partial(test, *next(case for case in table if case[0] == sentence))


def waits(sentence: str) -> Callable[[], None]:
    """The test of one row of waits."""
    return row(backs.test_how_long_a_crashing_container_waits, backs.WAITS, sentence)


def refuses(sentence: str) -> Callable[[], None]:
    """The test of one row of refusals."""
    return row(admits.test_what_is_refused, admits.CASES, sentence)


def goes_first(sentence: str) -> Callable[[], None]:
    """The test of one row of rankings."""
    return row(evicts.test_who_goes_first, evicts.RANKS, sentence)


MUTANTS = (
    RunMutant("delays grow without end", backoff.grown, "min(2 * entry.delay, backoff.longest)", "2 * entry.delay",
              waits("the first crash restarts at once, then delays double up to five minutes")),
    RunMutant("delays grow by themselves", backoff.grown, "2 * entry.delay", "entry.delay + backoff.first",
              waits("the first crash restarts at once, then delays double up to five minutes")),
    RunMutant("ten minutes forgive", backoff._is_forgotten, "updated_at > backoff", "updated_at >= backoff",
              waits("ten minutes of running are not enough to be forgiven")),
    RunMutant("nothing is ever forgiven", backoff._is_forgotten, "> backoff.quiet", "> 10 * backoff.quiet",
              waits("a second more is")),
    RunMutant("a short limit leaves the first delay", backoff.crash_loop, "min(FIRST_DELAY, longest)", "FIRST_DELAY",
              waits("a limit below the first delay is the first delay too")),
    RunMutant("held back from when it grew", backoff.waits_until, "now - event >= entry.delay",
              "now - entry.updated_at >= entry.delay", backs.test_a_key_is_held_back_until_its_delay_is_over),
    RunMutant("an error is a failure", probes.counts_as, 'if outcome == "error":', 'if outcome == "nothing":',
              asks.test_an_error_neither_counts_nor_breaks_a_streak),
    RunMutant("a warning is a failure", probes.counts_as, '("success", "warning")', '("success",)',
              asks.test_a_warning_is_a_success_and_the_unknown_a_failure),
    RunMutant("streaks never break", probes.probed, "if worker.last == result else 1", "",
              asks.test_another_outcome_begins_a_new_streak),
    RunMutant("startup goes on probing", probes.probed, 'kind == "startup" or ', "",
              asks.test_startup_holds_after_its_first_decided_result),
    RunMutant("liveness holds after a success", probes.probed, ' and result == "failure")', ")",
              asks.test_liveness_holds_after_a_failure_only),
    RunMutant("a hold outlasts its container", probes.looked, ", on_hold=False)", ")",
              asks.test_a_new_container_starts_over_and_ends_a_hold),
    RunMutant("startup blocks nobody", probes.looked, 'bool(status.started) == (kind == "startup")', "False",
              asks.test_startup_blocks_the_other_probes),
    RunMutant("the initial delay is a second longer", probes.looked, "< probe.initial_delay", "<= probe.initial_delay",
              asks.test_nothing_is_probed_during_the_initial_delay),
    RunMutant("deletion ends readiness too", probes.looked, 'deleted and kind != "readiness"', "deleted",
              asks.test_deletion_ends_liveness_and_startup_with_a_success),
    RunMutant("an old result counts", readiness.results, "(worker.container_id, kind)", '("2", kind)',
              asks.test_a_result_of_an_earlier_container_does_not_count),
    RunMutant("a failed init container is ready", readiness._init, " and status.state.exit_code == 0", "",
              asks.test_an_init_container_is_ready_once_it_succeeded),
    RunMutant("a startup probe that has not run holds nothing back", readiness._is_started,
              '(status.name, "startup") not in workers', "True", asks.test_a_startup_probe_that_has_not_run_holds_back),
    RunMutant("two sandboxes are fine", pod_runtime.sandbox_need, "several or ", "",
              acts.test_two_ready_sandboxes_or_none_with_an_address_call_for_another),
    RunMutant("the host's network needs an address", pod_runtime.sandbox_need, "not host_network and ", "",
              acts.test_two_ready_sandboxes_or_none_with_an_address_call_for_another),
    RunMutant("a pod that never restarts gets another sandbox", actions._in_new_sandbox,
              'run.restart_policy == "Never"', "False", acts.test_a_pod_that_never_restarts_gets_no_second_sandbox),
    RunMutant("init containers are skipped in a new sandbox", actions._in_new_sandbox, "if run.init_containers:",
              "if not run.containers:", acts.test_init_containers_go_first_in_a_new_sandbox),
    RunMutant("sidecars keep a pod alive", actions._with_apps, "kill_pod=True, ", "",
              acts.test_sidecars_do_not_keep_a_pod_alive),
    RunMutant("a changed container follows the policy", actions._app_step, '"), True', '"), again',
              acts.test_a_changed_container_is_restarted_whatever_the_policy),
    RunMutant("a failed probe restarts whatever the policy", actions._app_step,
              '(container.restart_policy or run.restart_policy) != "Never"', "True",
              acts.test_a_failed_probe_kills_for_good_in_a_pod_that_never_restarts),
    RunMutant("who asked for it is removed first", actions._resets, "(*targets, *sources)", "(*sources, *targets)",
              acts.test_restarting_all_removes_those_that_asked_for_it_last),
    RunMutant("ephemeral containers start again", actions.pod_actions, "if container.name not in states)", ")",
              acts.test_an_ephemeral_container_is_started_once),
    RunMutant("a failed init container fails no pod", init_actions._step, "fails=not again", "fails=False",
              acts.test_a_failed_init_container_fails_a_pod_that_never_restarts),
    RunMutant("a sidecar is done before it has started", init_actions._running_sidecar, 'startup != "success"',
              'startup == "failure"', acts.test_a_sidecar_lets_the_next_start_once_it_has_started),
    RunMutant("a sidecar that is gone stays gone", init_actions.init_plan, "later_known and container.is_sidecar:",
              "False:", acts.test_a_sidecar_is_restarted_beside_running_apps),
    RunMutant("a hook has its own time", kills._ending, "left -= min(hook, left)", "left -= 0",
              row(ends.test_how_a_container_ends, ends.CASES, "its hook runs first, within the same grace")),
    RunMutant("no time is left after a long hook", kills._ending, "max(left, MINIMUM_GRACE)", "left",
              row(ends.test_how_a_container_ends, ends.CASES, "a hook that takes too long leaves two seconds")),
    RunMutant("sidecars end with the apps", kills._stopped_before, "if name in sidecars:", "if not name:",
              ends.test_sidecars_end_after_the_apps_the_last_one_first),
    RunMutant("sidecars end first to last", kills._stop_order, "reversed(sidecars)", "sidecars",
              ends.test_sidecars_end_after_the_apps_the_last_one_first),
    RunMutant("a sidecar waits for ever", kills._ending, "min(turn - term_at, left)", "turn - term_at",
              ends.test_a_sidecar_waits_no_longer_than_its_grace),
    RunMutant("a probe's grace beats a deletion's", kills.grace_of, "deletion_grace is not None", "False",
              row(ends.test_how_much_grace_there_is, ends.GRACES, "a deletion's own grace comes first")),
    RunMutant("a crash is not held back", starting.started,
              "is not None:\n        return _failed(work, container, Waiting",
              "is None and False:\n        return _failed(work, container, Waiting",
              lives.test_a_crash_restarts_at_once_and_then_waits),
    RunMutant("restarts are not counted", starting._restarts, "before.restarts + 1", "before.restarts",
              lives.test_the_message_of_a_crash_loop_names_delay_container_and_pod),
    RunMutant("a removed container is counted afresh", starting._restarts, "work.logs is None", "True",
              lives.test_restarting_all_counts_on_from_the_logs),
    RunMutant("all dead containers are kept", starting._but_older, "made.name != name or made is newest",
              "newest or made",
              lives.test_one_dead_container_is_kept),
    RunMutant("a stop waits for ever", processes.killed, "at <= ending.kill_at", "True",
              lives.test_a_container_that_does_not_stop_is_killed_after_its_grace),
    RunMutant("probes run without their period", probing._after, "due_at=now + probe.period", "due_at=now + 1",
              lives.test_a_liveness_probe_that_fails_restarts_its_container),
    RunMutant("an eviction gives all the grace there is", sync._terminating, ", work.ends_within)", ")",
              lives.test_an_eviction_keeps_its_words_to_the_end),
    RunMutant("an eviction has no words", sync._ending_as, "reason=end.reason, ", "",
              lives.test_an_eviction_keeps_its_words_to_the_end),
    RunMutant("containers start without a sandbox", sync._carried_out, "actions.create_sandbox and work.no_sandbox",
              "False", lives.test_without_a_sandbox_nothing_starts),
    RunMutant("a failed start is not tried again", sync._carried_out, "if failed else work", "if False else work",
              lives.test_a_container_that_cannot_be_started_waits_and_says_why),
    RunMutant("who waits for a crash loop is never woken", life.due, "_held(work, now), ", "",
              lives.test_a_crash_restarts_at_once_and_then_waits),
    RunMutant("the deadline is a second late", deadline.is_past, "now >= at", "now > at",
              lives.test_the_deadline_fails_a_pod),
    RunMutant("a deadline says nothing", api_status._with_phase, '"Failed", deadline.REASON, deadline.MESSAGE',
              '"Failed", reason, message', lives.test_the_deadline_fails_a_pod),
    RunMutant("what vanished leaves no trace", container_statuses._unseen, "last=lost, ", "",
              lives.test_a_container_that_vanished_is_reported_lost),
    RunMutant("what ran before is forgotten", container_statuses._seen, "len(made) > 1", "False",
              lives.test_what_ran_before_is_the_last_state),
    RunMutant("containers are reported as they stand", container_statuses.container_statuses,
              'part == "init_containers" else', "True else",
              lives.test_app_containers_are_reported_by_name_and_init_containers_in_order),
    RunMutant("memory is named before cpu", admission._lacking, "for name in _FIRST if",
              "for name in reversed(_FIRST) if", refuses("cpu is named before memory")),
    RunMutant("unknown devices are refused", admission._asking, "if not extended(name) or name in node.allocatable", "",
              refuses("a device that it does not know is somebody else's")),
    RunMutant("static pods heed taints", admission.refusals, "not pod.run.static and ", "",
              admits.test_only_no_execute_taints_refuse_and_not_static_pods),
    RunMutant("all hard taints refuse", admission.refusals, ', ("NoExecute",))', ")",
              admits.test_only_no_execute_taints_refuse_and_not_static_pods),
    RunMutant("every pod is critical", critical.victims, "not is_critical(pod) or ", "",
              admits.test_room_is_made_for_a_critical_pod_alone),
    RunMutant("the first pod goes, near or not", critical._nearest, "best = at", "best = 0",
              admits.test_the_pod_that_comes_nearest_goes),
    RunMutant("equals make room", critical._yields, "to.spec.priority > pod", "to.spec.priority >= pod",
              admits.test_no_room_can_be_made_of_equals),
    RunMutant("a threshold is met at it", eviction.met, "available < _bound", "available <= _bound",
              evicts.test_a_threshold_is_met_below_it),
    RunMutant("the disk comes first", eviction.met, '!= "memory"', '== "memory"',
              evicts.test_memory_is_the_most_urgent),
    RunMutant("priority beats use", eviction.ranked, "not used > asked, pod.spec.priority",
              "pod.spec.priority, not used > asked",
              goes_first("who uses more than it asked for goes first")),
    RunMutant("use alone decides", eviction.ranked, "asked - used)", "-used)",
              goes_first("then who is further over its request")),
    RunMutant("critical pods are evicted", eviction.evicted, "if is_critical(pod):", "if False:",
              evicts.test_critical_pods_stay),
    RunMutant("a share is exact", eviction._bound, "* share", "* threshold.percent / 100",
              evicts.test_a_share_is_a_float_of_go),
    RunMutant("memory pressure refuses all", eviction.refused_under, 'list(conditions) == ["MemoryPressure"]', "False",
              row(evicts.test_who_is_taken_under_pressure, evicts.UNDER, "but not who asked for some")),
    RunMutant("what is there is never pulled", images.should_pull, 'policy == "Always" or ', "",
              partial(pulls.test_which_images_are_pulled, "Always", present=True, pulled=True)),
    RunMutant("a failed pull is tried at once", images.ensured, "waits_since_update(pulls.held, key, now) is not None",
              "waits_since_update(pulls.held, key, now) is now",
              pulls.test_a_pull_that_fails_is_held_back_and_tried_again),
    RunMutant("any handler will do", runtime.handler_of, "handler not in configured", "False",
              calls.test_a_runtime_class_names_a_handler),
    RunMutant("images are pulled whoever has them", runtime.calls, "container.image in pulls", "True",
              calls.test_a_container_that_exited_is_started_again_in_its_sandbox),
    RunMutant("a quota may be nothing", runtime.limits_of, "max(limit * PERIOD // 1000, MIN_QUOTA)",
              "limit * PERIOD // 1000", calls.test_limits_become_quota_and_memory),
    RunMutant("burstable may equal best effort", pod_qos.oom_score_adjustment, "BEST_EFFORT_SCORE - 1)",
              "BEST_EFFORT_SCORE)", calls.test_scores_stay_between_the_classes),
    RunMutant("the limit itself kills", oom.over_limit, "> limit", ">= limit",
              calls.test_who_takes_more_than_its_limit_is_killed_alone),
)  # fmt: skip
