"""Which pods of a Job failed, and what its podFailurePolicy makes of them (job/pod_failure_policy.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kubeproof.model.controlplane.controllers.job.indexes import failure_count
from kubeproof.model.objects.job import Job, OnExitCodes, PodFailurePolicy, PodFailureRule
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import ContainerStatus, Terminated

ACTIONS = ("Ignore", "FailIndex", "Count", "FailJob")


class Judged(NamedTuple):
    """What a policy says of a failed pod. `action` is None where no rule matched; `message` is of a FailJob."""

    action: str | None = None
    counts: bool = True
    message: str | None = None


def judged(policy: PodFailurePolicy | None, pod: LivePod) -> Judged:
    """What the first matching rule makes of a failed pod; without one it counts (matchPodFailurePolicy)."""
    for index, rule in enumerate(policy.rules if policy else ()):
        cause = _cause(rule, pod)
        if cause is None or rule.action not in ACTIONS:
            continue
        message = f"{cause} matching FailJob rule at index {index}" if rule.action == "FailJob" else None
        return Judged(rule.action, rule.action != "Ignore", message)
    return Judged()


def _cause(rule: PodFailureRule, pod: LivePod) -> str | None:
    """Why the rule matches, in Kubernetes' words, or None. A rule with exit codes looks at nothing else."""
    name = f"{pod.meta.namespace}/{pod.meta.name}"
    if rule.on_exit_codes is not None:
        for status in (*pod.status.containers, *pod.status.init_containers):
            code = _failed_with(status)
            if code is not None and _matches(rule.on_exit_codes, status.name, code):
                return f"Container {status.name} for pod {name} failed with exit code {code}"
        return None
    wanted = {(pattern.type, pattern.status) for pattern in rule.on_pod_conditions or ()}
    for condition in pod.status.conditions:
        if (condition.type, condition.status) in wanted:
            return f"Pod {name} has condition {condition.type}"
    return None


def _failed_with(status: ContainerStatus) -> int | None:
    """The exit code of a container that ended badly."""
    return status.state.exit_code or None if isinstance(status.state, Terminated) else None


def _matches(asked: OnExitCodes, container: str, code: int) -> bool:
    if asked.container_name not in (None, container):
        return False
    if asked.operator == "In":
        return code in asked.values
    return asked.operator == "NotIn" and code not in asked.values


def only_replaces_failed(job: Job) -> bool:
    """Whether a pod that is being deleted is replaced only once it has ended (onlyReplaceFailedPods)."""
    return job.spec.pod_replacement_policy == "Failed" or job.spec.pod_failure_policy is not None


def is_failed(job: Job, pod: LivePod) -> bool:
    """Whether the pod counts as failed (isPodFailed): a deleted one at once, unless only failed ones are replaced."""
    if pod.status.phase == "Failed":
        return True
    if only_replaces_failed(job):
        return False
    return pod.meta.deleted_at is not None and pod.status.phase != "Succeeded"


def is_index_failed(job: Job, pod: LivePod) -> bool:
    """Whether the pod ends the tries of its index (isIndexFailed)."""
    if not is_failed(job, pod):
        return False
    said = judged(job.spec.pod_failure_policy, pod)
    if said.action == "FailIndex":
        return True
    return said.counts and failure_count(pod) >= (job.spec.backoff_limit_per_index or 0)


def fail_job_message(job: Job, pods: Iterable[LivePod]) -> str | None:
    """Why the policy fails the whole Job, by the first failed pod that it fails for, or None (getFailJobMessage)."""
    return next((judged(job.spec.pod_failure_policy, pod).message for pod in that_fail_job(job, pods)), None)


def that_fail_job(job: Job, pods: Iterable[LivePod]) -> Iterator[LivePod]:
    """The failed pods for which the policy fails the whole Job."""
    policy = job.spec.pod_failure_policy
    return (pod for pod in pods if is_failed(job, pod) and judged(policy, pod).message is not None)


def past_backoff_limit_on_failure(job: Job, pods: Iterable[LivePod]) -> bool:
    """Whether containers restarted in place reach the limit: only of pods that run or wait, under OnFailure.

    A limit of 0 is passed by the first restart (pastBackoffLimitOnFailure).
    """
    if job.spec.template.run.restart_policy != "OnFailure":
        return False
    restarts = sum(
        status.restarts
        for pod in pods
        if pod.status.phase in ("Running", "Pending")
        for status in (*pod.status.init_containers, *pod.status.containers)
    )
    return restarts >= max(1, job.spec.backoff_limit)
