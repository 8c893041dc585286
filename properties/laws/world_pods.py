"""Laws about pods: where they are put, who makes room for whom, and how they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.node.kubelet.processes import running
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod import DEFAULT_SCHEDULER
from kubeproof.model.objects.pod_state import is_ready, is_terminal
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import done, is_deleted, is_silent, pods, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

KUBELET, SCHEDULER = "kubelet", "scheduler"


def waits(pod: LivePod) -> bool:
    """Whether a pod waits for kube-scheduler to find a node."""
    looked_for = pod.spec.scheduler == DEFAULT_SCHEDULER and not pod.spec.gates
    return looked_for and not pod.node and not is_deleted(pod) and not is_terminal(pod)


def containers_run(world: World, key: Key, uid: str) -> bool:
    """Whether containers of the pod of this name and uid run, as far as its kubelet knows."""
    work = world.memory.get((KUBELET, key))
    return isinstance(work, Work) and work.pod.meta.uid == uid and bool(running(work))


def _assumed(world: World) -> dict[str, str]:
    """The pods that wait on their node for their claims, by uid, each with the node."""
    known = world.memory.get((SCHEDULER, Key("Scheduler", "", DEFAULT_SCHEDULER)))
    return {uid: one.node for uid, one in known.items()} if isinstance(known, Map) else {}


def _binds_where_it_may(before: World, events: Sequence[Event], after: World) -> bool:
    """A pod that waits for its claims is decided about when it begins to wait, not when it is bound."""
    was, is_ = _assumed(before), _assumed(after)
    bound = {event.key[1:]: event.write.body for event in done(events, "bind")}
    begins = is_.keys() - was.keys()
    if not bound and not begins:
        return True
    snapshot = seen(Look(before.store, before.now))
    asking = {pod.key: pod for pod in snapshot.pods}
    # one that is given up in this look takes no room any more
    was = {uid: node for uid, node in was.items() if uid in is_}
    snapshot = _placed(snapshot, was)
    chosen = [(node, asking.get("/".join(name))) for name, node in bound.items()]
    chosen += [(is_[pod.uid], pod) for pod in asking.values() if pod.uid in begins]
    for node, pod in chosen:
        if pod is None or pod.node:
            return False
        if was.get(pod.uid) != node and Cycle(snapshot).decide(pod).nodes.get(node) is not None:
            return False
        snapshot = _placed(snapshot, {pod.uid: node})
    return True


def _placed(snapshot: Snapshot, nodes: Mapping[str, str]) -> Snapshot:
    """The snapshot with pods, by uid, on nodes."""
    if not nodes:
        return snapshot
    return replace(snapshot, pods=tuple(replace(one, node=nodes.get(one.uid, one.node)) for one in snapshot.pods))


def _nobody_waits_in_vain(world: World) -> bool:
    waiting = [pod for pod in pods(world) if waits(pod)]
    if not waiting:
        return True
    assumed = _assumed(world)
    snapshot = _placed(seen(Look(world.store, world.now)), assumed)
    uids = {pod.meta.uid for pod in waiting} - assumed.keys()
    asked = [pod for pod in snapshot.pods if pod.uid in uids]
    return all(None not in Cycle(snapshot).decide(one).nodes.values() for one in asked)


def _goes_for_the_more_important(before: World, events: Sequence[Event], after: World) -> bool:
    gone = [event.before for event in done(events, "delete", "Pod", SCHEDULER) if isinstance(event.before, LivePod)]
    if not gone:
        return True
    asking = (pod for pod in pods(before) if waits(pod) and pod.spec.preemption_policy != "Never")
    most = max((pod.spec.priority for pod in asking), default=None)
    return most is not None and all(pod.spec.priority < most for pod in gone)


def _changes(events: Sequence[Event]) -> list[tuple[LivePod, LivePod]]:
    """The pods that a step changed, each before and after."""
    return [
        (event.before, event.after)
        for event in events
        if isinstance(event.before, LivePod) and isinstance(event.after, LivePod)
    ]


def _stays(before: World, events: Sequence[Event], after: World) -> bool:
    return all(old.node in ("", new.node) for old, new in _changes(events))


def _is_over(before: World, events: Sequence[Event], after: World) -> bool:
    return all(old.status.phase == new.status.phase for old, new in _changes(events) if is_terminal(old))


def _has_ended(before: World, events: Sequence[Event], after: World) -> bool:
    for event in events:
        if not isinstance(event.before, LivePod) or event.after is not None or event.refused is not None:
            continue
        forced = event.by != KUBELET and getattr(event.write.body, "grace_period", None) == 0
        if not forced and containers_run(after, event.key, event.before.meta.uid):
            return False
    return True


def _silent_are_not_ready(world: World) -> bool:
    return not any(pod.node and is_ready(pod) and is_silent(world, pod.node) for pod in pods(world))


SILENT = in_the_end(
    "no pod of a silent node stays ready",
    _silent_are_not_ready,
    about=lambda world: any(pod.node and is_silent(world, pod.node) for pod in pods(world)),
)
"""Of nodes that were ready before: pods are marked only where the Ready of their node goes from True to Unknown."""

LAWS: tuple[WorldLaw, ...] = (
    every_step(
        "no pod is bound where a filter forbids it",
        _binds_where_it_may,
        about=there_is("Pod", lambda pod: bool(pod.node)),
    ),
    every_step(
        "a pod makes room only for one that is more important",
        _goes_for_the_more_important,
        about=there_is("Pod", lambda pod: bool(pod.nominated)),
    ),
    every_step("a pod stays on its node", _stays, about=there_is("Pod", lambda pod: bool(pod.node))),
    every_step("a pod that has ended stays as it ended", _is_over, about=there_is("Pod", is_terminal)),
    every_step(
        "a pod goes only once its containers have ended, unless it is deleted by force",
        _has_ended,
        about=there_is("Pod", is_deleted),
    ),
    in_the_end(
        "no pod is left waiting that fits on a node",
        _nobody_waits_in_vain,
        about=there_is("Pod", waits),
    ),
    SILENT,
)
"""Of every cluster with pods."""
