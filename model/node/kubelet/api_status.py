"""The status that the kubelet makes of a pod: generateAPIPodStatus (pkg/kubelet/kubelet_pods.go, v1.36).

Puts together what other files decide: the containers' statuses, the phase, the deadline, readiness, conditions.
Left out: addresses, resources, the QoS class.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from kubeproof.model.node.kubelet import conditions, deadline, restarts
from kubeproof.model.node.kubelet.container_statuses import Part, container_statuses
from kubeproof.model.node.kubelet.phase import phase
from kubeproof.model.node.kubelet.pod_runtime import sandbox_need
from kubeproof.model.node.kubelet.readiness import probed_status
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, Phase, PodStatus

TERMINAL = ("Succeeded", "Failed")
OWN = frozenset(
    {
        "PodScheduled",
        "Ready",
        "Initialized",
        "ContainersReady",
        "PodReadyToStartContainers",
        "PodResizePending",
        "PodResizeInProgress",
        "AllContainersRestarting",
    }
)
"""The conditions that are the kubelet's (PodConditionByKubelet); it leaves all others as the API server has them."""
DISRUPTION = "DisruptionTarget"


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
    if new not in TERMINAL:
        new = next((past.phase for past in (old, api) if past.phase in TERMINAL), new)
    reason, message = ("", "")
    if new == old.phase:
        reason, message = old.reason or api.reason, old.message or api.message
    if deadline.is_past(work.pod.run, old.start_time, now):
        new, reason, message = "Failed", deadline.REASON, deadline.MESSAGE
    if api.phase in TERMINAL:
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
    kept = [condition for condition in work.pod.status.conditions if condition.type not in OWN]
    disruption = old.condition(DISRUPTION)
    if disruption is not None:
        kept = [condition for condition in kept if condition.type != DISRUPTION] + [disruption]
    yield from kept
    need = sandbox_need(work.runtime.sandboxes, host_network=run.host_network)
    yield conditions.ready_to_start_containers(sandbox=not need.changed, generation=generation)
    yield conditions.initialized(run, old, statuses, status.phase, generation=generation)
    yield conditions.ready(run, kept, statuses, status.phase, generation=generation)
    yield conditions.containers_ready(run, statuses, status.phase, generation=generation)
    yield conditions.scheduled(generation=generation)
    if any(rule.action == "RestartAllContainers" for container in work.specs() for rule in container.restart_rules):
        yield conditions.all_containers_restarting(run, work.runtime.latest, old, status.phase)


def terminated_status(work: Work, status: PodStatus, now: int) -> PodStatus:
    from kubeproof.model.objects.pod_status import Terminated, Running, Waiting
    def f(s):
        if isinstance(s.state, Terminated): return s
        return replace(s, state=Terminated(137, "ContainerStatusUnknown"))
    run = work.pod.run
    ini = not run.init_containers or any(isinstance(s.last, Terminated) or not isinstance(s.state, Waiting) for s in status.containers)
    if status.init_containers:
        l = status.init_containers[-1]
        if run.init_containers[-1].is_sidecar: ini = ini or (isinstance(l.state, Running) and bool(l.started))
        else: ini = ini or any(isinstance(x, Terminated) and x.exit_code == 0 for x in (l.last, l.state))
    k = 0
    for i, s in enumerate(status.init_containers):
        if not isinstance(s.state, Waiting) or isinstance(s.last, Terminated): k = i + 1
    k = max(k, 1)
    st = replace(status, containers=tuple(f(s) if ini else s for s in status.containers), init_containers=tuple(f(s) if i < k else s for i, s in enumerate(status.init_containers)))
    if status.phase not in TERMINAL: st = replace(st, phase="Failed")
    return st
