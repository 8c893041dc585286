"""Broken copies of what bounds pods and how many there may be, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model import component, world
from kubeproof.model.controlplane import apiserver, limit_ranger, quota
from kubeproof.model.controlplane.controllers import creation, replicaset, resource_quota
from kubeproof.model.controlplane.controllers.job import component as job
from tests.model.controlplane import test_limit_ranger as limits
from tests.model.scheduler.mutants.runs import RunMutant, columns
from tests.model.world import test_quota as quotas


def refused(sentence: str) -> Callable[[], None]:
    """The test of one row of what LimitRanges refuse."""
    return partial(limits.test_who_breaks_a_bound_is_refused, sentence, *columns(limits.REFUSED, sentence))


def exceeded(sentence: str) -> Callable[[], None]:
    """The test of one row of what quotas refuse."""
    return partial(quotas.test_who_is_refused_once_there_is_a_pod, sentence, *columns(quotas.REFUSED, sentence))


def refused_at(kind: str) -> Callable[[], None]:
    """The test of when a kind's pods are refused in a full namespace."""
    return partial(
        quotas.test_in_a_full_namespace_one_pod_is_asked_for_ever_later, kind, *columns(quotas.REFUSED_AT, kind)
    )


MUTANTS = (
    RunMutant("a LimitRange's first breach is the only one", limit_ranger.refusal, "len(broken) == 1", "True",
              refused("all breaches of one LimitRange are told together")),
    RunMutant("init containers have no bounds", limit_ranger._broken, "(spec.initContainers or ())", "()",
              refused("init containers have the same bounds")),
    RunMutant("a limit as high as the maximum is too high", limit_ranger._maximum, "most > greatest",
              "most >= greatest", limits.test_what_is_at_a_bound_is_let_in),
    RunMutant("a full quota lets one more in", quota.charged, "> hard[name]", "> hard[name] + 1",
              exceeded("one pod too many")),
    RunMutant("the last place is not given away", quota.charged, "> hard[name]", ">= hard[name]",
              quotas.test_what_is_created_is_counted_at_once_and_what_is_exactly_enough_is_let_in),
    RunMutant("a quota binds before anybody has counted", quota.charged, "names_of(key.kind, quota.status.hard)",
              "names_of(key.kind, quota.spec.hard)", quotas.test_a_quota_that_nobody_has_looked_at_bounds_nothing),
    RunMutant("nobody has to name what is bounded", quota._undemanded, "if name in names", "if name == names",
              exceeded("who names nothing of what is bounded is not counted but refused")),
    RunMutant("a pod that has ended takes room", quota.usage, "not is_terminal(held) and (", "(",
              quotas.test_a_pod_that_is_gone_or_has_ended_makes_room),
    RunMutant("a pod that should have ended takes room", quota.usage, "now <= over", "True",
              quotas.test_a_pod_that_should_have_ended_long_ago_makes_room),
    RunMutant("nobody counts again when a pod should have ended", resource_quota._decide, "yield Again(soonest + 1)",
              "yield Again(10**9)", quotas.test_a_pod_that_should_have_ended_long_ago_makes_room),
    RunMutant("sidecars do not run beside init containers", quota._limits, "beside = moment", "pass",
              quotas.test_limits_of_init_containers_count_where_they_are_larger),
    RunMutant("nobody hears of a refusal", world.Runner._look, "look.refused.append(event.refused)", "pass",
              quotas.test_a_replica_set_says_that_its_pods_were_refused_and_goes_on_once_there_is_room),
    RunMutant("a failure stays for ever", replicaset.status_of, "failed, creating, now", "failed or 'x', creating, now",
              quotas.test_a_replica_set_says_that_its_pods_were_refused_and_goes_on_once_there_is_room),
    RunMutant("refusals do not stop batches", creation.slow_start, "break", "pass",
              quotas.test_after_a_batch_with_a_refusal_no_more_is_asked_for),
    RunMutant("who is refused asks again every second", component.BackOff.after,
              "self.first * 2.0 ** min(refusals - 1, 64)", "self.first", refused_at("ReplicaSet")),
    RunMutant("all pods are asked for, whatever is refused", creation.slow_start, "if failure(look.refused[before:]):",
              "if False:", refused_at("DaemonSet")),
    RunMutant("pods that were refused are active", job._carried_out,
              "len(plan.created) - asked + len(look.refused) - refused", "0",
              quotas.test_pods_that_are_refused_are_not_active),
    RunMutant("a refusal is forgotten at once", world.Runner._back_off,
              "if at != self.world.now:\n            self._re", "if True:\n            self._re", refused_at("Job")),
    RunMutant("LimitRanges that are there do nothing", apiserver.Server._with_limits, "(*given, *found)", "given",
              quotas.test_a_limit_range_acts_from_its_creation_on_until_it_goes),
    RunMutant("a namespace that goes is a failure", creation.failure, "one.cause != TERMINATING", "True",
              quotas.test_in_a_namespace_that_goes_a_refusal_is_no_failure),
)  # fmt: skip
