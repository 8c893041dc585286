"""What the kubelet is doing about one pod: its pod worker (Kubernetes v1.36: pkg/kubelet/pod_workers.go).

A worker syncs, then terminates, then has terminated, and never goes back; each of the three phases is one loop with its
own work. A kubelet that restarts forgets its workers: it finds the pod again from the API server (a running pod is
synced again, one that ended is finished at once), and what it finds running without a pod it stops. A pod that is
deleted by force is gone from the API while its containers still run. Not modelled: static and mirror pods, what a sync
does (sandbox.py, container.py).
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.machine import Machine, Step, between, boolean, one_of


class Worker(Enum):
    """Which loop the pod is in."""

    NONE = "none"
    SYNCING = "syncing"
    TERMINATING = "terminating"
    TERMINATED = "terminated"
    FINISHED = "finished"


RESTARTS = 1

worker = one_of("worker", Worker)
in_api, deleted, ended = boolean("inAPI"), boolean("deleted"), boolean("phaseTerminal")
running, cleaned, up = boolean("containers"), boolean("volumesCleaned"), boolean("kubeletUp")
evicted, restarts = boolean("evicted"), between("restartsLeft", 0, RESTARTS)

to_end = deleted | ended | evicted | ~in_api

POD_WORKER = Machine(
    name="pod worker",
    start={
        worker: Worker.NONE,
        in_api: True,
        deleted: False,
        ended: False,
        evicted: False,
        running: False,
        cleaned: True,
        up: True,
        restarts: RESTARTS,
    },
    steps=(
        Step(
            "see the pod",
            by="kubelet",
            when=up & worker.eq(Worker.NONE) & in_api & ~to_end,
            sets={worker: Worker.SYNCING},
        ),
        Step(
            "see a pod to be ended",
            by="kubelet",
            when=up & worker.eq(Worker.NONE) & in_api & to_end,
            sets={worker: (running | ~ended).then(Worker.TERMINATING, Worker.TERMINATED)},
        ),
        Step(
            "find containers without a pod",
            by="kubelet",
            when=up & worker.eq(Worker.NONE) & ~in_api & running,
            sets={worker: Worker.TERMINATING},
        ),
        Step(
            "run its containers",
            by="kubelet",
            when=up & worker.eq(Worker.SYNCING) & ~running & ~to_end,
            sets={running: True, cleaned: False},
        ),
        Step("its containers end", by="process", fair=False, when=running, sets={running: False}),
        Step(
            "see that it is over",
            by="kubelet",
            fair=False,
            when=up & worker.eq(Worker.SYNCING) & ~running & ~ended & ~cleaned,
            sets={ended: True},
        ),
        Step(
            "turn to terminating",
            by="kubelet",
            when=up & worker.eq(Worker.SYNCING) & to_end,
            sets={worker: Worker.TERMINATING},
        ),
        Step(
            "stop its containers",
            by="kubelet",
            when=up & worker.eq(Worker.TERMINATING) & running,
            sets={running: False},
        ),
        Step(
            "turn to terminated",
            by="kubelet",
            when=up & worker.eq(Worker.TERMINATING) & ~running,
            sets={worker: Worker.TERMINATED, ended: True},
        ),
        Step("clean up", by="kubelet", when=up & worker.eq(Worker.TERMINATED) & ~cleaned, sets={cleaned: True}),
        Step("finish", by="kubelet", when=up & worker.eq(Worker.TERMINATED) & cleaned, sets={worker: Worker.FINISHED}),
        Step(
            "ask for its removal",
            by="kubelet",
            when=up & worker.eq(Worker.FINISHED) & deleted & in_api,
            sets={in_api: False},
        ),
        Step("forget it", by="kubelet", when=up & worker.eq(Worker.FINISHED) & ~in_api, sets={worker: Worker.NONE}),
        Step("delete", by="user", fair=False, when=in_api & ~deleted, sets={deleted: True}),
        Step("delete by force", by="user", fair=False, when=in_api, sets={deleted: True, in_api: False}),
        Step("evict", by="kubelet", fair=False, when=up & worker.eq(Worker.SYNCING) & ~evicted, sets={evicted: True}),
        Step(
            "the kubelet stops",
            by="failure",
            fair=False,
            when=up & (restarts > 0),
            sets={up: False, worker: Worker.NONE, evicted: False, restarts: restarts - 1},
        ),
        Step("the kubelet starts", by="node", when=~up, sets={up: True}),
    ),
    shows=worker,
    ends=~in_api & ~running & worker.eq(Worker.NONE),
    assumes=(f"the kubelet restarts at most {RESTARTS} times",),
)
