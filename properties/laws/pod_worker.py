"""What holds of the kubelet's work on one pod, and what does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.machine import after
from kubeproof.model.machines.pod_worker import POD_WORKER, Worker, cleaned, deleted, in_api, running, up, worker
from kubeproof.properties.law import always, every_step, leads_to, sometimes

ends = worker.one_of(Worker.TERMINATING, Worker.TERMINATED, Worker.FINISHED)

LAWS = (
    every_step("a worker that terminates never syncs again", POD_WORKER, ~after(worker).eq(Worker.SYNCING), when=ends),
    every_step(
        "a worker finishes only after it terminated",
        POD_WORKER,
        worker.eq(Worker.TERMINATED),
        when=~worker.eq(Worker.FINISHED) & after(worker).eq(Worker.FINISHED),
    ),
    always(
        "where a worker has terminated, no container runs",
        POD_WORKER,
        ~running,
        when=worker.one_of(Worker.TERMINATED, Worker.FINISHED),
    ),
    always("what is finished is cleaned up", POD_WORKER, cleaned, when=worker.eq(Worker.FINISHED)),
    every_step(
        "nothing is started for a pod that is being deleted", POD_WORKER, running, when=deleted & after(running)
    ),
    leads_to("a deleted pod is gone in the end", POD_WORKER, deleted, ~in_api),
    leads_to("no container outlives its pod for ever", POD_WORKER, ~in_api, ~running),
    sometimes(
        "a pod can be picked up again after the kubelet restarted", POD_WORKER, running & worker.eq(Worker.NONE) & up
    ),
)

STUDIES = (
    always(
        "containers run only while the API has their pod",
        POD_WORKER,
        in_api,
        when=running,
        note="a pod deleted by force is gone before its containers are",
    ),
    always(
        "running containers have a worker",
        POD_WORKER,
        ~worker.eq(Worker.NONE),
        when=running,
        note="a kubelet that restarts finds them first",
    ),
)
