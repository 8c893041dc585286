"""When a Job that is over is deleted: controller/ttlafterfinished (v1.36.2)."""

from __future__ import annotations

from kubeproof.model.component import Again, Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.job import Job


def expires_at(job: Job) -> int | None:
    """When the Job may be deleted (seconds); None without ttlSecondsAfterFinished or while it goes on."""
    ttl, how = job.spec.ttl_seconds_after_finished, job.finished
    ended = job.status.condition(how) if how else None
    if ttl is None or ended is None or ended.changed_at is None:
        return None
    return ended.changed_at + ttl


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    look.get(key, Job)
    job = look.live(key, Job)
    at = None if job is None or job.meta.deleted_at is not None else expires_at(job)
    if job is None or at is None:
        return
    if look.now < at:
        yield Again(at)
    else:
        options = DeleteOptions(uid=job.meta.uid, propagation="Foreground")
        yield Write("delete", key, options, why="its time after the end is over")


TTL_AFTER_FINISHED = Component("ttl-after-finished-controller", each("Job"), _decide)
