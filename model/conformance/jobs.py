"""The lifecycle golden topics of Jobs: what the model answers to each case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from immutables import Map

from kubeproof.model.conformance import undetermined
from kubeproof.model.controlplane.controllers.job import backoff, failures
from kubeproof.model.controlplane.controllers.job.look import Look
from kubeproof.model.controlplane.controllers.job.sync import sync
from kubeproof.model.objects import job
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.job import (
    Job,
    JobSpec,
    JobStatus,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicy,
    PodFailureRule,
    SuccessPolicy,
    SuccessRule,
)
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, PodStatus, Running, Terminated
from kubeproof.model.objects.template import PodTemplate

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

NOW = 1_700_000_000
"""Cases tell ages, so any clock will do."""


def _job_sync(case: Json) -> Json:
    asked = _job(case)
    pods = tuple(_of_job(raw, at) for at, raw in enumerate(case.get("pods") or ()))
    orders = undetermined.rotations(pods)
    return undetermined.with_others(_synced(asked, pods), (_synced(asked, order) for order in orders))


def _synced(asked: Job, pods: tuple[LivePod, ...]) -> Json:
    plan = sync(Look(asked, pods, NOW))
    status = plan.status
    told: dict[str, Json] = {
        "active": status.active,
        "ready": status.ready,
        "terminating": status.terminating,
        "succeeded": status.succeeded,
        "failed": status.failed,
        "started": status.start_time is not None,
        "completed": status.completion_time is not None,
        "conditions": [_condition(condition) for condition in status.conditions],
        "created": len(plan.created),
        "deleted": sorted(pod.meta.name for pod in plan.deleted),
    }
    if asked.indexed:
        told["createdIndexes"] = sorted(str(new.completion_index) for new in plan.created)
    if status.completed_indexes:
        told["completedIndexes"] = status.completed_indexes
    if status.failed_indexes is not None:
        told["failedIndexes"] = status.failed_indexes
    return told


def _condition(condition: Condition) -> Json:
    told = {"type": condition.type, "status": condition.status, "reason": condition.reason}
    return {**told, "message": condition.message}


def _job(case: Json) -> Job:
    spec = JobSpec(
        parallelism=case["parallelism"],
        completions=case.get("completions"),
        completion_mode=case["completionMode"],
        backoff_limit=case["backoffLimit"],
        backoff_limit_per_index=case.get("backoffLimitPerIndex"),
        max_failed_indexes=case.get("maxFailedIndexes"),
        active_deadline_seconds=case.get("activeDeadlineSeconds"),
        suspend=case["suspend"],
        pod_failure_policy=_failure_policy(case.get("podFailurePolicy")),
        success_policy=_success_policy(case.get("successPolicy")),
        pod_replacement_policy=case["podReplacementPolicy"],
        template=PodTemplate(run=RunSpec((), restart_policy=case["templateRestartPolicy"])),
    )
    status = JobStatus(
        start_time=_ago(case.get("startedSecondsAgo")),
        succeeded=case.get("statusSucceeded", 0),
        failed=case.get("statusFailed", 0),
    )
    return Job(Meta("job", "ns"), spec, status)


def _failure_policy(raw: Json) -> PodFailurePolicy | None:
    return None if raw is None else PodFailurePolicy(tuple(_failure_rule(rule) for rule in raw.get("rules") or ()))


def _failure_rule(raw: Json) -> PodFailureRule:
    codes, patterns = raw.get("onExitCodes"), raw.get("onPodConditions")
    return PodFailureRule(
        raw["action"],
        codes and OnExitCodes(codes["operator"], tuple(codes.get("values") or ()), codes.get("containerName")),
        None if patterns is None else tuple(OnPodCondition(each["type"], each["status"]) for each in patterns),
    )


def _success_policy(raw: Json) -> SuccessPolicy | None:
    if raw is None:
        return None
    rules = (SuccessRule(rule.get("succeededIndexes"), rule.get("succeededCount")) for rule in raw.get("rules") or ())
    return SuccessPolicy(tuple(rules))


def _of_job(raw: Json, at: int) -> LivePod:
    """A pod of a Job with its one container c; the recorder made its pods one after the other."""
    annotations = {job.COMPLETION_INDEX: raw.get("index"), job.INDEX_FAILURE_COUNT: raw.get("indexFailureCount")}
    container = ContainerStatus("c", restarts=raw.get("restartCount", 0))
    if "exitCode" in raw:
        ended = Terminated(raw["exitCode"], finished_at=_ago(raw["finishedSecondsAgo"]))
        container = ContainerStatus("c", ended)
    ready = Condition("Ready", "True" if raw.get("ready") else "False")
    disrupted = (Condition("DisruptionTarget", "True"),) if raw.get("disruptionTarget") else ()
    return LivePod(
        Meta(
            raw["name"],
            "ns",
            uid=raw["name"],
            annotations=Map({key: text for key, text in annotations.items() if text is not None}),
            finalizers=() if raw.get("noFinalizer") else (job.TRACKING_FINALIZER,),
            created_at=NOW + at,
            deleted_at=NOW if raw.get("deleted") else None,
        ),
        RunSpec((Container("c"),)),
        status=PodStatus(raw["phase"], conditions=(ready, *disrupted), containers=(container,)),
    )


def _job_failure_backoff(case: Json) -> Json:
    return {"remainingSeconds": backoff.remaining(case["failures"], NOW - case["secondsSinceLastFailure"], NOW)}


def _job_pod_failure_policy(case: Json) -> Json:
    pod = LivePod(
        Meta("p", "ns"),
        RunSpec(()),
        status=PodStatus(
            "Failed",
            conditions=tuple(Condition(raw["type"], raw["status"]) for raw in case.get("conditions") or ()),
            containers=tuple(_ended(raw) for raw in case.get("containers") or ()),
            init_containers=tuple(_ended(raw) for raw in case.get("initContainers") or ()),
        ),
    )
    said = failures.judged(_failure_policy(case["policy"]), pod)
    told = {"action": said.action, "message": said.message}
    return {
        "countsTowardsBackoff": said.counts,
        **{name: value for name, value in told.items() if value is not None},
    }


def _ended(raw: Json) -> ContainerStatus:
    return ContainerStatus(raw["name"], Terminated(raw["exitCode"]) if "exitCode" in raw else Running())


def _ago(seconds: int | None) -> int | None:
    return None if seconds is None else NOW - seconds


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "job-sync": _job_sync,
    "job-failure-backoff": _job_failure_backoff,
    "job-pod-failure-policy": _job_pod_failure_policy,
}
