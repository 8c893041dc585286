"""What a kubelet may report of a pod next, where its containers do what the world does to them.

What containers do (start, end, become ready) is read off the event and must be possible: a restart must be due, an exit
must have a cause (the pod's deletion, or the `fake/…` annotations by which the simulated kubelets of a recording are
driven). All else (phase, reasons, conditions, what is merged with what) follows by the kubelet's exact functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from msgspec.structs import replace

from kubeproof.model.node.kubelet import admission, conditions, deadline, status_manager
from kubeproof.model.node.kubelet.phase import phase
from kubeproof.model.node.kubelet.restarts import should_restart
from kubeproof.model.objects.container import Container
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerStatus,
    PodStatus,
    Running,
    Terminated,
    is_terminal,
    named,
)
from kubeproof.model.recording.option import Forbidden, Offer, Option

KUBELET = "kubelet"
EXIT, READY_DELAY = "fake/exit.", "fake/ready-delay"
BROKEN, CRASH = "broken", "crash"
SLACK = 2
"""Seconds by which times of whole seconds may seem too early."""


def reports(
    before: LivePod, seen: LivePod, node: LiveNode | None, others: Sequence[LivePod], now: int
) -> Iterator[Offer]:
    """What the kubelet of the pod's node may report, told by what the event says of its containers.

    `others`: the pods on the node that have not ended. Nothing where the pod has no node.
    """
    if node is None or before.node != node.meta.name:
        return
    new = before.status.start_time is None and before.meta.deleted_at is None
    refusals = _refusals(before, node, others) if new else (None,)
    for refused in filter(None, refusals):
        own = tuple(one for one in before.status.conditions if one.type not in status_manager.OWNED)
        for kept in (own, before.status.conditions):
            status = replace(admission.rejected(refused), start_time=now, conditions=kept)
            yield Option(KUBELET, f"refuse the pod: {refused.message}", replace(before, status=status))
    if None not in refusals:
        return
    if guard := next(_impossible(before, seen, now), ""):
        yield Forbidden(KUBELET, "report the pod's status", guard)
        return
    ending = (True, False) if before.meta.deleted_at is not None else (False,)
    generations = dict.fromkeys((before.meta.generation, max(before.meta.generation - 1, 0)))
    for ends, generation in product(ending, generations):
        told = _status(before, seen.status, now, generation, ends=ends)
        if told is None:
            yield Forbidden(
                KUBELET, "report the pod's status", "a container that has ended for good does not run again"
            )
        else:
            yield Option(KUBELET, "report the pod's status", replace(before, status=told))


def _refusals(pod: LivePod, node: LiveNode, others: Sequence[LivePod]) -> Sequence[admission.Refusal | None]:
    """What the kubelet may answer to a new pod: of the pods that it was given beside, nobody knows which it has taken
    already and not told of yet."""
    told = [one for one in others if one.status.start_time is not None]
    rest = sorted((one for one in others if one.status.start_time is None), key=lambda one: one.meta.resource_version)
    counted = ([*told, *rest[:count]] for count in range(len(rest) + 1))
    return tuple(dict.fromkeys(admission.refusal(pod, node.for_scheduler, having) for having in counted))


def _status(pod: LivePod, seen: PodStatus, now: int, generation: int, *, ends: bool) -> PodStatus | None:
    """The status that the kubelet makes of these containers' states; None where it may not follow.

    `ends`: it has stopped the pod for good, if nothing runs.
    """
    run, old = pod.run, pod.status
    statuses = (*seen.init_containers, *seen.containers)
    runs = any(isinstance(one.state, Running) for one in statuses)
    started = any(isinstance(one.state, Running | Terminated) for one in seen.containers)
    new = phase(run, statuses, terminal=ends and not runs, initialized=started)
    if is_terminal(old.phase):
        new = old.phase
    reason, message = (old.reason, old.message) if new == old.phase else ("", "")
    if deadline.is_past(run, old.start_time, now + SLACK) and seen.reason == deadline.REASON:
        new, reason, message = "Failed", deadline.REASON, deadline.MESSAGE
    status = PodStatus(
        new, reason, message, (), seen.containers, seen.init_containers, seen.ephemeral_containers, now, seen.ips
    )
    kept = tuple(one for one in old.conditions if one.type not in status_manager.OWNED)
    sandbox = seen.condition("PodReadyToStartContainers")
    told: tuple[Condition, ...] = (
        conditions.ready_to_start_containers(
            sandbox=runs or (sandbox is not None and sandbox.status == "True"), generation=generation
        ),
        conditions.initialized(run, old, statuses, new, generation=generation),
        conditions.ready(run, kept, statuses, new, generation=generation),
        conditions.containers_ready(run, statuses, new, generation=generation),
        conditions.scheduled(generation=generation),
    )
    updated = status_manager.update(run, old, replace(status, conditions=(*kept, *told)), now)
    if updated is None:
        return None
    return status_manager.merge(old, updated, now, could_run=runs, generation=generation)


def _impossible(before: LivePod, seen: LivePod, now: int) -> Iterator[str]:
    """What of the containers' new states has no cause."""
    asked = {one.name: one for one in (*before.run.init_containers, *before.run.containers)}
    for old, new in _pairs(before.status, seen.status):
        container = asked.get(new.name)
        if container is None:
            yield f"the pod has no container {new.name}"
            continue
        done = container.is_sidecar and all(isinstance(one.state, Terminated) for one in seen.status.containers)
        yield from _without_cause(before, container, old, new, now, done=done)
    if not seen.status.containers and before.status.containers:
        yield "containers that were reported are reported for ever"


def _pairs(before: PodStatus, seen: PodStatus) -> Iterator[tuple[ContainerStatus | None, ContainerStatus]]:
    for new in seen.init_containers:
        yield named(before.init_containers, new.name), new
    for new in seen.containers:
        yield named(before.containers, new.name), new


def _without_cause(
    pod: LivePod, container: Container, old: ContainerStatus | None, new: ContainerStatus, now: int, *, done: bool
) -> Iterator[str]:
    """What of a container's new state has no cause; `done`: it is a sidecar that nobody needs any more."""
    name, state, was = container.name, new.state, old.state if old else None
    restarts = old.restarts if old else 0
    if not restarts <= new.restarts <= restarts + 1:
        yield f"container {name} is restarted one by one: {restarts} restarts, then {new.restarts}"
    if new.restarts > restarts and not isinstance(new.last, Terminated):
        yield f"container {name} is restarted without having ended"
    if isinstance(state, Running):
        if BROKEN in container.image:
            yield f"the image of container {name} cannot be pulled, so it never runs"
        if isinstance(was, Terminated) and not should_restart(container, pod.run.restart_policy, was.exit_code):
            yield f"container {name} has ended for good, and is not started again"
    elif new.ready and not (isinstance(state, Terminated) and state.exit_code == 0):
        yield f"container {name} is ready and does not run"
    if isinstance(state, Terminated) and not isinstance(was, Terminated) and not done:
        yield from _exit(pod, container, new, state)
    if new.ready and not (old and old.ready) and isinstance(state, Running) and container.readiness is not None:
        delay = float(pod.meta.annotations.get(READY_DELAY, container.readiness.initial_delay))
        if state.started_at is not None and state.started_at + delay > now + SLACK:
            yield f"container {name} is probed for the first time {delay:g} s after its start"


def _exit(pod: LivePod, container: Container, new: ContainerStatus, end: Terminated) -> Iterator[str]:
    """Whether anything makes a container end with this code."""
    if pod.meta.deleted_at is not None or pod.run.active_deadline is not None:
        return
    if CRASH in container.image:
        codes = ["1"]
    else:
        codes = [one.split(":")[0] for one in pod.meta.annotations.get(EXIT + container.name, "").split(",") if one]
    if not codes:
        yield f"nothing makes container {container.name} end"
        return
    wanted = codes[min(new.restarts, len(codes) - 1)]
    if str(end.exit_code) != wanted:
        yield f"container {container.name} is to end with code {wanted}, not {end.exit_code}"


def removes(pod: LivePod) -> Iterator[Offer]:
    """That the kubelet takes a deleted pod out of the API once its containers have ended."""
    if is_terminal(pod.status.phase):
        yield Option(KUBELET, "delete the pod for good", None)
    else:
        yield Forbidden(KUBELET, "delete the pod for good", f"its phase is {pod.status.phase}, not an ended one")
