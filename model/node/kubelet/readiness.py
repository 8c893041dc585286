"""How what probes say reaches a pod's status: whether each container has started and is ready.

Follows the probe manager's UpdatePodStatus (pkg/kubelet/prober/prober_manager.go, v1.36). Left out: what differs for
containers that ran before the kubelet was restarted.
"""

from __future__ import annotations

from collections.abc import Mapping

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.node.kubelet.init_actions import Results
from kubeproof.model.node.kubelet.probes import KINDS, Worker, probe_of
from kubeproof.model.objects.container import ProbeKind, RunSpec
from kubeproof.model.objects.pod_status import ContainerStatus, PodStatus, Running, Terminated

Workers = Map[tuple[str, ProbeKind], Worker]
"""The probe workers of a pod, by the container's name and the kind of probe; one that ended has no entry."""


def added(workers: Workers, run: RunSpec) -> Workers:
    """The workers with one for each probe of the pod's containers and sidecars that has none (AddPod)."""
    for container in (*run.containers, *(each for each in run.init_containers if each.is_sidecar)):
        for kind in KINDS:
            if probe_of(container, kind) is not None and (container.name, kind) not in workers:
                workers = workers.set((container.name, kind), Worker())
    return workers


def without_kinds(workers: Workers, kinds: frozenset[ProbeKind], names: frozenset[str]) -> Workers:
    """The workers without those of these kinds for these containers (StopLivenessAndStartup, RemovePod)."""
    kept = {key: worker for key, worker in workers.items() if key[0] not in names or key[1] not in kinds}
    return Map(kept)


def results(workers: Workers) -> Results:
    """What all workers say, by the container's id."""
    return {
        (worker.container_id, kind): worker.result for (_, kind), worker in workers.items() if worker.result is not None
    }


def probed_status(run: RunSpec, status: PodStatus, workers: Workers) -> PodStatus:
    """A pod's status with `started` and `ready` filled in for app and init containers."""
    sidecars = frozenset(container.name for container in run.init_containers if container.is_sidecar)
    said = results(workers)
    return replace(
        status,
        containers=tuple(_probed(each, said, workers) for each in status.containers),
        init_containers=tuple(
            _probed(each, said, workers) if each.name in sidecars else _init(each, said, workers)
            for each in status.init_containers
        ),
    )


def _init(status: ContainerStatus, said: Results, workers: Workers) -> ContainerStatus:
    succeeded = isinstance(status.state, Terminated) and status.state.exit_code == 0
    return replace(status, started=_is_started(status, said, workers), ready=status.ready or succeeded)


def _probed(status: ContainerStatus, said: Results, workers: Workers) -> ContainerStatus:
    if not _is_started(status, said, workers):
        return replace(status, started=False)
    passed = said.get((status.container_id, "readiness")) == "success"
    return replace(status, started=True, ready=passed or (status.name, "readiness") not in workers)


def _is_started(status: ContainerStatus, said: Results, workers: Mapping[tuple[str, ProbeKind], Worker]) -> bool:
    if not isinstance(status.state, Running):
        return False
    result = said.get((status.container_id, "startup"))
    if result is not None:
        return result == "success"
    # What had started before has started, whoever asks; else a startup probe that has not run yet holds it back.
    return bool(status.started) or (status.name, "startup") not in workers
