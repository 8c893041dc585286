"""From typed Jobs and CronJobs (lightkube-models) to ours, with the API server's defaults; see typed.py."""

from __future__ import annotations

from typing import Literal, cast

from lightkube.models import batch_v1

from kubeproof.model.objects import selectors
from kubeproof.model.objects.cronjob import CronJob, CronJobSpec, JobTemplate
from kubeproof.model.objects.job import (
    Job,
    JobSpec,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicy,
    PodFailureRule,
    SuccessPolicy,
    SuccessRule,
)
from kubeproof.model.objects.typed_meta import meta, template

_NO_LIMIT = 2**31 - 1


def _job_spec(raw: batch_v1.JobSpec, namespace: str) -> JobSpec:
    indexed, per_index = raw.completionMode == "Indexed", raw.backoffLimitPerIndex is not None
    alone = raw.completions is None and raw.parallelism is None
    failures, enough = raw.podFailurePolicy, raw.successPolicy
    policy = raw.podReplacementPolicy or ("Failed" if raw.podFailurePolicy else "TerminatingOrFailed")
    return JobSpec(
        parallelism=1 if raw.parallelism is None else raw.parallelism,
        completions=1 if alone else raw.completions,
        completion_mode="Indexed" if indexed else raw.completionMode or "NonIndexed",
        backoff_limit=(_NO_LIMIT if per_index else 6) if raw.backoffLimit is None else raw.backoffLimit,
        backoff_limit_per_index=raw.backoffLimitPerIndex,
        max_failed_indexes=raw.maxFailedIndexes,
        active_deadline_seconds=raw.activeDeadlineSeconds,
        ttl_seconds_after_finished=raw.ttlSecondsAfterFinished,
        suspend=bool(raw.suspend),
        pod_failure_policy=None if failures is None else PodFailurePolicy(tuple(map(_rule, failures.rules))),
        success_policy=None if enough is None else SuccessPolicy(tuple(map(_success_rule, enough.rules))),
        pod_replacement_policy=cast("Literal['TerminatingOrFailed', 'Failed']", policy),
        managed_by=raw.managedBy,
        selector=selectors.of_label_selector(raw.selector),
        template=template(raw.template, namespace),
    )


def _rule(raw: batch_v1.PodFailurePolicyRule) -> PodFailureRule:
    codes, patterns = raw.onExitCodes, raw.onPodConditions
    return PodFailureRule(
        raw.action,
        None if codes is None else OnExitCodes(codes.operator, tuple(codes.values), codes.containerName),
        tuple(OnPodCondition(one.type, one.status or "True") for one in patterns) if patterns else None,
    )


def _success_rule(raw: batch_v1.SuccessPolicyRule) -> SuccessRule:
    return SuccessRule(raw.succeededIndexes, raw.succeededCount)


def job(raw: batch_v1.Job) -> Job:
    """Ours, its selector aside: the API server makes it."""
    own = meta(raw.metadata)
    assert raw.spec is not None
    return Job(own, _job_spec(raw.spec, own.namespace))


def cron_job(raw: batch_v1.CronJob) -> CronJob:
    """Ours."""
    own, spec = meta(raw.metadata), raw.spec
    assert spec is not None
    assert spec.jobTemplate.spec is not None
    jobs = meta(spec.jobTemplate.metadata)
    return CronJob(
        own,
        CronJobSpec(
            spec.schedule,
            spec.timeZone,
            spec.startingDeadlineSeconds,
            cast("Literal['Allow', 'Forbid', 'Replace']", spec.concurrencyPolicy or "Allow"),
            bool(spec.suspend),
            3 if spec.successfulJobsHistoryLimit is None else spec.successfulJobsHistoryLimit,
            1 if spec.failedJobsHistoryLimit is None else spec.failedJobsHistoryLimit,
            JobTemplate(jobs.labels, jobs.annotations, _job_spec(spec.jobTemplate.spec, own.namespace)),
        ),
    )
