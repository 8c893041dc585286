"""The status that the kubelet makes of a pod: generateAPIPodStatus (pkg/kubelet/kubelet_pods.go, v1.36).

Puts together what other files decide: the containers' statuses, the phase, the deadline, readiness, conditions.
Left out: addresses, resources, the QoS class.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from kubeproof.model.node.kubelet import conditions, deadline, restarts, status_manager
from kubeproof.model.node.kubelet.container_statuses import Part, container_statuses
from kubeproof.model.node.kubelet.phase import phase
from kubeproof.model.node.kubelet.pod_runtime import sandbox_need
from kubeproof.model.node.kubelet.readiness import probed_status
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, PodStatus, is_terminal


def api_status(work: Work, now: int, *, terminal: bool) -> PodStatus:
    """The status of a pod at `now`. `terminal`: its containers have been stopped for good."""
    run, states, old = work.pod.run, work.runtime.latest, work.known_status
    restarting = restarts.should_all_restart(run, states, old)

    def told(part: Part, before: tuple[ContainerStatus, ...]) -> tuple[ContainerStatus, ...]:
        return container_statuses(
            run, part, work.runtime, before, work.reasons, deleted=work.deleted, all_restarting=restarting
        )

    status = PodStatus(
        containers=told("containers", old.containers),
        init_containers=told("init_containers", old.init_containers),
        ephemeral_containers=told("ephemeral_containers", old.ephemeral_containers),
        start_time=old.start_time if old.start_time is not None else now,
    )
    status = probed_status(run, _with_phase(work, status, now, terminal=terminal), work.workers)
    return replace(status, conditions=tuple(_conditions(work, status)))


def _with_phase(work: Work, status: PodStatus, now: int, *, terminal: bool) -> PodStatus:
    """The status with phase, reason and message: what was terminal stays so, and a deadline or the API server wins."""
    old, api = work.known_status, work.pod.status
    new = phase(
        work.pod.run,
        (*status.containers, *status.init_containers),
        terminal=terminal,
        initialized=_any_app_started(work),
    )
    if not is_terminal(new):
        new = next((past.phase for past in (old, api) if is_terminal(past.phase)), new)
    reason, message = ("", "")
    if new == old.phase:
        reason, message = old.reason or api.reason, old.message or api.message
    if deadline.is_past(work.pod.run, old.start_time, now):
        new, reason, message = "Failed", deadline.REASON, deadline.MESSAGE
    if is_terminal(api.phase):
        new = api.phase
    return replace(status, phase=new, reason=reason, message=message)


def _any_app_started(work: Work) -> bool:
    """Whether an app container runs or has ended in the pod's present sandbox (HasAnyActiveRegularContainerStarted)."""
    active = next((sandbox.id for sandbox in work.runtime.sandboxes[:1] if sandbox.ready), None)
    names = {container.name for container in work.pod.run.containers}
    return any(
        made.name in names and made.state.state in ("running", "exited")
        for made in work.runtime.containers
        if made.sandbox == active
    )


def _conditions(work: Work, status: PodStatus) -> Iterator[Condition]:
    run, old, generation = work.pod.run, work.known_status, work.pod.meta.generation
    statuses = (*status.init_containers, *status.containers)
    kept = [condition for condition in work.pod.status.conditions if condition.type not in status_manager.OWNED]
    disruption = old.condition(status_manager.DISRUPTION_TARGET)
    if disruption is not None:
        kept = [condition for condition in kept if condition.type != status_manager.DISRUPTION_TARGET] + [disruption]
    yield from kept
    need = sandbox_need(work.runtime.sandboxes, host_network=run.host_network)
    yield conditions.ready_to_start_containers(sandbox=not need.changed, generation=generation)
    yield conditions.initialized(run, old, statuses, status.phase, generation=generation)
    yield conditions.ready(run, kept, statuses, status.phase, generation=generation)
    yield conditions.containers_ready(run, statuses, status.phase, generation=generation)
    yield conditions.scheduled(generation=generation)
    if restarts.could_all_restart(run):
        yield conditions.all_containers_restarting(run, work.runtime.latest, old, status.phase)
