"""The CronJob controller as a component: what cronjob/sync.py decides, as requests (cronjob_controllerv2.go, v1.36.2).

A new job's uid, which the status names, is known only once the API server has made it: the look after the creation
finds the job and lists it, by the rule for jobs that an earlier look created.
"""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.cronjob import sync
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.cronjob import CronJob
from kubeproof.model.objects.job import Job


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    cron_job = look.get(key, CronJob)
    if cron_job is None:
        return
    jobs = tuple(job for job in look.owned("Job", cron_job.meta.uid, Job) if _controls(cron_job, job))
    look.within("Job", key.namespace, Job)
    stored = tuple(look.live_within("Job", key.namespace, Job))
    plan = sync.reconcile(sync.Look(cron_job, jobs, look.now, stored, look.live(key, CronJob)))
    for job in plan.deleted:
        yield Write("delete", key_of("Job", job.meta), DeleteOptions(propagation="Background"))
    if plan.created is not None:
        meta = replace(plan.created.meta, created_at=None)  # the API server says when
        yield Write("create", Key("Job", key.namespace, meta.name), replace(plan.created, meta=meta))
    elif plan.changed:
        yield Write("status", key, replace(cron_job, status=plan.status))
    if plan.again_in is not None:
        yield Again(look.now + max(1, int(plan.again_in)))


def _controls(cron_job: CronJob, job: Job) -> bool:
    owner = job.meta.controller
    return owner is not None and owner.uid == cron_job.meta.uid


CRONJOB = Component("cronjob-controller", each("CronJob"), _decide, steady=True)
