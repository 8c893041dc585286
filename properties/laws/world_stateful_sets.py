"""Laws about StatefulSets: one pod of each ordinal, one after the other, and what an update leaves alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.controlplane.controllers.statefulset.component import STATEFULSET
from kubeproof.model.controlplane.controllers.statefulset.identity import ordinal, revision_of
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.node.kubelet.processes import running
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_available, is_terminal
from kubeproof.model.objects.statefulset import StatefulSet
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_pods import KUBELET
from kubeproof.properties.laws.world_seen import all_of, done, pods, pods_of, there_is
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end

KIND = "StatefulSet"


def _one_of_each_ordinal(world: World) -> bool:
    """Pods of a StatefulSet are told apart by name, of which the store has one: so no ordinal may have two names."""
    names = [
        (pod.meta.namespace, owner.name, pod.meta.name.rpartition("-")[2])
        for pod in pods(world)
        if (owner := pod.meta.controller) is not None and owner.kind == KIND
    ]
    return len(names) == len(set(names))


def _made(before: World, events: Sequence[Event]) -> Iterator[tuple[StatefulSet, LivePod]]:
    """The pods that a step made for StatefulSets, each with its set as it was."""
    for event in done(events, "create", "Pod"):
        if isinstance(event.after, LivePod) and (owner := _owner(before, event.after)) is not None:
            yield owner, event.after


def _ended(before: World, events: Sequence[Event]) -> Iterator[tuple[StatefulSet, LivePod]]:
    """The pods that the StatefulSet controller ended in a step while they were there to stay, each with its set."""
    for event in done(events, "delete", "Pod", STATEFULSET.name):
        pod = event.before
        if isinstance(pod, LivePod) and not is_terminal(pod) and (owner := _owner(before, pod)) is not None:
            yield owner, pod


def _owner(world: World, pod: LivePod) -> StatefulSet | None:
    by = pod.meta.controller
    held = world.store.get(Key(KIND, pod.meta.namespace, by.name)) if by is not None and by.kind == KIND else None
    return held if isinstance(held, StatefulSet) else None


def _one_runs_of_each_name(before: World, events: Sequence[Event], after: World) -> bool:
    for _, pod in _made(before, events):
        work = after.memory.get((KUBELET, Key("Pod", pod.meta.namespace, pod.meta.name)))
        if isinstance(work, Work) and work.pod.meta.uid != pod.meta.uid and running(work):
            return False
    return True


def _stands(owner: StatefulSet, pod: LivePod, now: int) -> bool:
    """Whether a pod is there to stay and available."""
    return pod.meta.deleted_at is None and is_available(pod, owner.spec.min_ready_seconds, now)


def _in_order(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, pod in _made(before, events):
        if owner.spec.policy != "OrderedReady":
            continue
        standing = {ordinal(one) for one in pods_of(before, owner.meta.uid) if _stands(owner, one, before.now)}
        if not standing.issuperset(range(owner.spec.start, ordinal(pod))):
            return False
    return True


def _none_beyond(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, pod in _made(before, events):
        if ordinal(pod) not in range(owner.spec.start, owner.spec.start + owner.spec.replicas):
            return False
    return True


def _from_the_top(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, pod in _ended(before, events):
        end = owner.spec.start + owner.spec.replicas
        if owner.spec.policy != "OrderedReady" or ordinal(pod) < end:
            continue
        if any(ordinal(one) > ordinal(pod) for one in pods_of(before, owner.meta.uid)):
            return False
    return True


def _updates_one_at_a_time(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, pod in _ended(before, events):
        last = owner.spec.start + owner.spec.replicas - 1
        if not owner.spec.start <= ordinal(pod) <= last or not _stands(owner, pod, before.now):
            continue
        if owner.spec.max_unavailable is not None:
            continue
        going = {one.meta.uid for _, one in _ended(before, events)}
        own = [one for one in pods_of(before, owner.meta.uid) if revision_of(one) != revision_of(pod)]
        above = [one for one in own if ordinal(pod) < ordinal(one) <= last]
        standing = [one for one in above if _stands(owner, one, before.now) and one.meta.uid not in going]
        if len(standing) < last - ordinal(pod):
            return False
    return True


def _partition_stays(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, pod in _ended(before, events):
        stays = min(owner.spec.partition or 0, owner.spec.replicas)  # a smaller set loses them all the same
        if owner.spec.start <= ordinal(pod) < owner.spec.start + stays:
            return False
    return True


def _is_whole(world: World) -> bool:
    """Whether every set has all its pods available, of its newest revision as far as it is to have them."""
    return all(_complete(world, owner) for owner in all_of(world, KIND, StatefulSet) if owner.meta.deleted_at is None)


def _complete(world: World, owner: StatefulSet) -> bool:
    spec, own = owner.spec, pods_of(world, owner.meta.uid)
    if {ordinal(pod) for pod in own} != set(range(spec.start, spec.start + spec.replicas)):
        return False
    newest = owner.status.update_revision
    rolls = spec.strategy == "RollingUpdate"
    first = spec.start + (spec.partition or 0)
    return all(
        _stands(owner, pod, world.now) and (not rolls or ordinal(pod) < first or revision_of(pod) == newest)
        for pod in own
    )


_there = there_is(KIND)

ONE_OF_EACH = always("there is at most one pod of each ordinal of a StatefulSet", _one_of_each_ordinal, about=_there)
"""What a StatefulSet is for."""

BY_FORCE = every_step(
    "no pod of a StatefulSet is made while containers of one of its name run, by force or not",
    _one_runs_of_each_name,
    about=_there,
)
"""Broken where a pod is deleted by force: Kubernetes does not wait for its containers then."""

LAWS: tuple[WorldLaw, ...] = (
    ONE_OF_EACH,
    BY_FORCE,
    every_step(
        "a StatefulSet makes a pod only once all before it are available, unless Parallel", _in_order, about=_there
    ),
    every_step("a StatefulSet makes no pod beyond its replicas", _none_beyond, about=_there),
    every_step(
        "a StatefulSet that becomes smaller loses its last pod first, unless Parallel", _from_the_top, about=_there
    ),
    every_step(
        "a StatefulSet updates a pod only once all behind it are updated and available",
        _updates_one_at_a_time,
        about=_there,
    ),
    every_step(
        "a StatefulSet leaves the pods below its partition alone",
        _partition_stays,
        about=there_is(KIND, lambda held: bool(held.spec.partition)),
    ),
    in_the_end("every StatefulSet has all its pods available, of its newest template", _is_whole, about=_there),
)
"""Of clusters with StatefulSets."""
