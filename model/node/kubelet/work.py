"""What the kubelet holds of one pod: a value that each of its steps takes and gives back.

Everything is here that upstream keeps in caches and managers of its own: the pod as desired, what the runtime has, the
probe workers, why containers were not started (the reason cache), back-off, and the status that the status manager has.
What the processes in the containers do is no part of it: see processes.py. Times are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from immutables import Map

from kubeproof.model.node.kubelet.actions import Actions
from kubeproof.model.node.kubelet.backoff import BackOff
from kubeproof.model.node.kubelet.pod_runtime import PodRuntime
from kubeproof.model.node.kubelet.readiness import Workers
from kubeproof.model.objects.container import Container
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import PodStatus, Waiting

Stage = Literal["sync", "terminating", "killing", "stopped", "terminated"]
"""What the pod's worker does next. "killing": it waits for containers to end; after "terminated" it does nothing."""


class Exit(NamedTuple):
    """How a container that runs will end. `reason` is "" where the exit code says it all."""

    at: int
    code: int
    reason: str = ""


class Work(NamedTuple):
    """One pod on one kubelet.

    `exits`: how running containers will end, by id; without an entry they run until they are killed. `doing`: what was
    decided and waits for kills. `dying`: ids of the containers that are being killed. `made`: how many sandboxes and
    containers were made, so that each has an id of its own; `starts`: how often each container was started. `logs`: the
    highest number among a container's log files, from which its restarts are counted on where the runtime no longer has
    it; None on a node that keeps no logs. `ends_as`: phase, reason, message and conditions with which the kubelet ends
    the pod itself (evicted, preempted), None where it does not; `ends_within`: the seconds of grace that it then has.
    `no_sandbox`: why the runtime makes no sandbox for it, "" where it does. `retry_at`: when a failed sync is
    tried again, None where the last did not fail.
    """

    pod: LivePod
    runtime: PodRuntime = PodRuntime()
    exits: Map[str, Exit] = Map()
    workers: Workers = Map()
    reasons: Map[str, Waiting] = Map()
    held: BackOff = BackOff()
    status: PodStatus | None = None
    stage: Stage = "sync"
    doing: Actions | None = None
    dying: frozenset[str] = frozenset()
    made: int = 0
    starts: Map[str, int] = Map()
    logs: Map[str, int] | None = Map()
    ends_as: PodStatus | None = None
    ends_within: int | None = None
    no_sandbox: str = ""
    retry_at: int | None = None

    @property
    def deleted(self) -> bool:
        """Whether somebody has deleted the pod."""
        return self.pod.meta.deleted_at is not None

    @property
    def known_status(self) -> PodStatus:
        """What the kubelet last said of the pod, else what the API server has of it."""
        return self.pod.status if self.status is None else self.status

    def specs(self) -> Iterator[Container]:
        """All containers that the pod asks for."""
        run = self.pod.run
        yield from run.containers
        yield from run.init_containers
        yield from run.ephemeral_containers
