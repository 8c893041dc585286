"""The Job controller as a component: what job/sync.py decides, as requests (job_controller.go, v1.36.2).

As upstream, what happens to pods is gathered for a second before it is looked at (SyncJobBatchPeriod); a new
generation of the Job is looked at at once. Left out: slow start; uids of pods that wait for their finalizer to be seen
gone, for no look begins before its view shows what earlier ones wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from msgspec.structs import replace

from kubeproof.model.component import Again, BackOff, Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import claiming, creation
from kubeproof.model.controlplane.controllers.job import look as seen
from kubeproof.model.controlplane.controllers.job.backoff import BackoffRecord
from kubeproof.model.controlplane.controllers.job.failures import that_fail_job
from kubeproof.model.controlplane.controllers.job.parallelism import NewPod
from kubeproof.model.controlplane.controllers.job.sync import Plan as Synced
from kubeproof.model.controlplane.controllers.job.sync import sync
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects import job as j
from kubeproof.model.objects.job import TRACKING_FINALIZER, Job, JobStatus
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import without_finalizer

BATCH = 1
"""Seconds for which what happens to pods is gathered."""
LONGEST_PREFIX = 58
"""Characters of a generateName that are kept (maxGeneratedNameLength)."""


class Memory(NamedTuple):
    """What is remembered of a Job: the back-off, its generation when it was last looked at, when that is due again."""

    backoff: BackoffRecord = BackoffRecord()
    generation: int | None = None
    due: int | None = None


def _objects(look: Look) -> Iterable[Key]:
    yield from look.keys("Job")
    yield from look.keys("Pod")


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    if key.kind == "Pod":
        yield from _without_job(look, key)
        return
    job = look.get(key, Job)
    if job is None:
        yield Remember(None)
        return
    owner = creation.controller_of(job.meta, "batch/v1", "Job")
    claims = claiming.pods_of(look, owner, job.meta, job.spec.selector, finalizer=TRACKING_FINALIZER)
    before = cast("Memory | None", look.memory) or Memory()
    due = look.now + BATCH if before.due is None else min(before.due, look.now + BATCH)
    if not job.finished and before.generation == job.meta.generation and look.now < due:
        yield Remember(before._replace(due=due))
        yield Again(due)
        return
    if claims.denied:
        return
    yield from claims.writes
    plan = sync(seen.Look(job, as_listed(job, claims.pods, pick), look.now, before.backoff, look.fresh))
    before_these = len(look.refused)
    yield from _carried_out(look, job, plan)
    again_at = None if plan.again_in is None else look.now + max(1, math.ceil(plan.again_in))
    if creation.failure(look.refused[before_these:]):
        yield Remember(Memory(plan.backoff, job.meta.generation, look.now + BATCH))  # tried again as the queue has it
        return
    yield Remember(Memory(plan.backoff, job.meta.generation, again_at))
    if again_at is not None:
        yield Again(again_at)


def as_listed(job: Job, pods: tuple[LivePod, ...], pick: Pick) -> tuple[LivePod, ...]:
    """The pods in an order in which the cache may list them: of those that each fail the Job any may be the first."""
    failing = [] if job.status.condition("FailureTarget") else list(that_fail_job(job, pods))
    if len(failing) < 2:
        return pods
    foremost = pick(failing)
    return (foremost, *(pod for pod in pods if pod is not foremost))


def _carried_out(look: Look, job: Job, plan: Synced) -> Iterator[Write]:
    """The requests of a sync. A pod that goes while the Job goes on is not counted, so it loses its finalizer first.

    Pods whose creation is refused, or not asked for after that, are not active.
    """
    counted = {pod.meta.uid for pod in plan.released}
    for pod in plan.deleted:
        if pod.meta.uid not in counted:
            yield from _released(pod)
        yield Write("delete", key_of("Pod", pod.meta), why="the Job has no use for it any more")
    asked, refused = 0, len(look.refused)
    for write in creation.slow_start(look, [_pod(job, new) for new in plan.created]):
        yield write
        asked += 1
    missing = len(plan.created) - asked + len(look.refused) - refused
    if plan.flushed is not None:
        yield _status(job, replace(plan.flushed, active=plan.flushed.active - missing))
    for pod in plan.released:
        yield from _released(pod)
    if plan.written:
        yield _status(job, replace(plan.status, active=plan.status.active - missing))


def _pod(job: Job, new: NewPod) -> Write:
    """The request for a pod of the Job, of an index if it has one (podGenerateNameWithIndex)."""
    template, labels, name = job.spec.template, {}, ""
    annotations = template.annotations
    if new.completion_index is not None:
        index = str(new.completion_index)
        labels[j.COMPLETION_INDEX] = index
        annotations = annotations.set(j.COMPLETION_INDEX, index)
        name = f"{job.meta.name[: LONGEST_PREFIX - len(index) - 2]}-{index}-"
    if new.failures is not None:
        annotations = annotations.set(j.INDEX_FAILURE_COUNT, str(new.failures))
        if new.ignored:
            annotations = annotations.set(j.INDEX_IGNORED_FAILURE_COUNT, str(new.ignored))
    held = replace(template, annotations=annotations, finalizers=(*template.finalizers, TRACKING_FINALIZER))
    owner = creation.controller_of(job.meta, "batch/v1", "Job")
    return creation.create_pod(held, owner, job.meta.namespace, name, labels)


def _released(pod: LivePod) -> Iterator[Write]:
    if TRACKING_FINALIZER in pod.meta.finalizers:
        released = replace(pod, meta=without_finalizer(pod.meta, TRACKING_FINALIZER))
        yield Write("update", key_of("Pod", pod.meta), released, when_stale="merged")


def _without_job(look: Look, key: Key) -> Plan:
    """A pod that waits to be counted by a Job that is gone, or is no longer its own, waits no more (syncOrphanPod)."""
    pod = look.get(key, LivePod)
    if pod is None or TRACKING_FINALIZER not in pod.meta.finalizers:
        return
    owner = pod.meta.controller
    job = None if owner is None or owner.kind != "Job" else look.get(Key("Job", key.namespace, owner.name), Job)
    if owner is None or job is None or job.meta.uid != owner.uid:
        yield from _released(pod)


def _status(job: Job, status: JobStatus) -> Write:
    return Write("status", key_of("Job", job.meta), replace(job, status=status))


API_BACK_OFF = BackOff(1, 60)
"""How long it waits after a refusal (DefaultJobApiBackOff, MaxJobApiBackOff)."""

JOB = Component("job-controller", _objects, _decide, API_BACK_OFF, reads_own_writes=True)
