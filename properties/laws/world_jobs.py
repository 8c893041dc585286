"""Laws about Jobs and CronJobs: how many pods there may be at once and in all, and that a Job ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.controlplane.controllers.job.component import JOB
from kubeproof.model.controlplane.etcd import Key, owned_by
from kubeproof.model.objects.cronjob import CronJob
from kubeproof.model.objects.job import COMPLETION_INDEX, JOB_CONTROLLER, Job
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_active
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, is_controlled, pods_of, there_is
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end

KIND = "Job"
_CRONJOB = "cronjob-controller"


def _made(before: World, events: Sequence[Event]) -> Iterator[Job]:
    """The Jobs that a step made pods for, as they were before it."""
    names = {
        Key(KIND, event.key.namespace, owner.name)
        for event in done(events, "create", "Pod", JOB.name)
        if event.after is not None and (owner := event.after.meta.controller) is not None
    }
    for name in sorted(names):
        held = before.store.get(name)
        if isinstance(held, Job):
            yield held


def succeeded(world: World, job: Job) -> int:
    """How many of a Job's pods have succeeded, counted or not."""
    there = {pod.meta.uid for pod in pods_of(world, job.meta.uid) if _counts(pod, "Succeeded")}
    return job.status.succeeded + len(there | set(job.status.uncounted_terminated_pods.succeeded))


def _counts(pod: LivePod, phase: str) -> bool:
    """Whether a pod ended like that and is not in its Job's numbers yet."""
    return pod.status.phase == phase and any("job-tracking" in one for one in pod.meta.finalizers)


def _not_more_at_once(before: World, events: Sequence[Event], after: World) -> bool:
    return all(
        sum(map(is_active, pods_of(after, job.meta.uid))) <= job.spec.parallelism for job in _made(before, events)
    )


def _not_more_in_all(before: World, events: Sequence[Event], after: World) -> bool:
    for job in _made(before, events):
        active = sum(map(is_active, pods_of(after, job.meta.uid)))
        if job.spec.completions is not None and succeeded(before, job) + active > job.spec.completions:
            return False
    return True


def _gives_up(before: World, events: Sequence[Event], after: World) -> bool:
    for job in _made(before, events):
        if job.spec.backoff_limit_per_index is not None or job.spec.pod_failure_policy is not None:
            continue
        there = {pod.meta.uid for pod in pods_of(before, job.meta.uid) if _counts(pod, "Failed")}
        if job.status.failed + len(there | set(job.status.uncounted_terminated_pods.failed)) > job.spec.backoff_limit:
            return False
    return True


def _waits_while_suspended(before: World, events: Sequence[Event], after: World) -> bool:
    return not any(job.spec.suspend or job.finished for job in _made(before, events))


def _one_of_each_index(world: World) -> bool:
    for job in all_of(world, KIND, Job):
        own = [pod for pod in pods_of(world, job.meta.uid) if is_active(pod)] if job.indexed else []
        indexes = [index for pod in own if (index := pod.meta.annotations.get(COMPLETION_INDEX)) is not None]
        if len(indexes) != len(set(indexes)):
            return False
    return True


def _stays_over(before: World, events: Sequence[Event], after: World) -> bool:
    return all(
        event.before.finished == event.after.finished
        for event in events
        if isinstance(event.before, Job) and isinstance(event.after, Job) and event.before.finished
    )


def _is_over(world: World) -> bool:
    """Whether every Job that may go on has ended, and none of its pods is left running."""
    for job in all_of(world, KIND, Job):
        if job.spec.suspend or job.meta.deleted_at is not None or job.spec.managed_by not in (None, JOB_CONTROLLER):
            continue
        if not job.finished or any(map(is_active, pods_of(world, job.meta.uid))):
            return False
    return True


def _is_counted(world: World) -> bool:
    for job in all_of(world, KIND, Job):
        wanted = job.spec.completions
        if job.finished != "Complete" or job.spec.success_policy is not None or wanted is None:
            continue
        if job.status.succeeded < wanted:
            return False
    return True


def _waits_for_the_last(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "create", KIND, _CRONJOB):
        owner = event.after.meta.controller if event.after is not None else None
        held = before.store.get(Key("CronJob", event.key.namespace, owner.name)) if owner is not None else None
        if not isinstance(held, CronJob) or held.spec.concurrency_policy != "Forbid":
            continue
        others = before.store.bucket(owned_by(KIND, held.meta.uid)).values()
        if any(isinstance(job, Job) and is_controlled(job, held.meta.uid) and not job.finished for job in others):
            return False
    return True


OF_JOBS: tuple[WorldLaw, ...] = (
    every_step("a Job has no more pods at once than its parallelism", _not_more_at_once, about=there_is(KIND)),
    every_step(
        "a Job makes no more pods than its completions need",
        _not_more_in_all,
        about=there_is(KIND, lambda job: job.spec.completions is not None),
    ),
    every_step(
        "a Job makes no pod once more have failed than its backoffLimit",
        _gives_up,
        about=there_is("Pod", lambda pod: pod.status.phase == "Failed"),
    ),
    every_step(
        "a Job makes no pod while it is suspended, or once it has ended", _waits_while_suspended, about=there_is(KIND)
    ),
    always(
        "there is at most one active pod of each index of a Job",
        _one_of_each_index,
        about=there_is(KIND, lambda job: job.indexed),
    ),
    every_step(
        "a Job that has ended stays as it ended", _stays_over, about=there_is(KIND, lambda job: bool(job.finished))
    ),
    in_the_end("every Job completes or fails, and leaves no pod running", _is_over, about=there_is(KIND)),
    in_the_end(
        "a Job that is complete has as many successes as it asks for",
        _is_counted,
        about=there_is(KIND, lambda job: job.finished == "Complete"),
    ),
)
"""Of clusters with Jobs, and with CronJobs, which make them."""

OF_CRON_JOBS: tuple[WorldLaw, ...] = (
    every_step(
        "a CronJob that forbids it starts no Job beside another",
        _waits_for_the_last,
        about=there_is("CronJob", lambda held: held.spec.concurrency_policy == "Forbid"),
    ),
)
"""Of clusters with CronJobs."""
