"""What a look at a StatefulSet's pods comes to: updateStatefulSet (stateful_set_control.go, v1.36.2).

OrderedReady: one pod at a time, each only once its predecessors are ready. That holds for a rollback, too: a pod that
never gets ready is waited for, whatever the template says by now. Parallel: all at once, but updates still one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.statefulset import identity
from kubeproof.model.controlplane.controllers.statefulset.revisions import Revisions
from kubeproof.model.controlplane.etcd import key_of
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.intstr import scaled
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.statefulset import StatefulSet, StatefulSetStatus


class Updated(NamedTuple):
    """What is to be done, in this order, and the status then."""

    writes: tuple[Write, ...]
    status: StatefulSetStatus


class _Pods(NamedTuple):
    """The set's pods: by ordinal (None where there is none), and those beyond the last, highest first."""

    owner: StatefulSet
    revisions: Revisions
    replicas: tuple[LivePod | None, ...]
    condemned: tuple[LivePod, ...]
    now: int

    def available(self, pod: LivePod) -> bool:
        return pod_state.is_available(pod, self.owner.spec.min_ready_seconds, self.now)

    def unavailable(self, pod: LivePod | None) -> bool:
        return pod is None or not self.available(pod) or pod.meta.deleted_at is not None

    @property
    def first_unhealthy(self) -> LivePod | None:
        """The unavailable pod of the lowest ordinal, if it is not one that is still to be made."""
        everyone = (*self.replicas, *reversed(self.condemned))
        return next((pod for pod in everyone if self.unavailable(pod)), None)


def update(owner: StatefulSet, revisions: Revisions, pods: Sequence[LivePod], now: int) -> Updated:
    """What follows from a look at the set's pods."""
    seen = _sorted(owner, revisions, pods, now)
    status = status_of(owner, revisions, pods, now)
    if owner.meta.deleted_at is not None:
        return Updated((), status)
    ordered = owner.spec.policy == "OrderedReady"
    writes: list[Write] = []
    for at, pod in enumerate(seen.replicas):
        done, stop = _replica(seen, at + owner.spec.start, pod)
        writes.extend(done)
        if stop and ordered:
            return Updated(tuple(writes), status)
    for pod in seen.condemned:
        done, stop = _condemned(seen, pod, ordered)
        writes.extend(done)
        if stop and ordered:
            return Updated(tuple(writes), status)
    replaced = tuple(_replaced(seen)) if owner.spec.strategy == "RollingUpdate" else ()
    status = replace(status, current_replicas=status.current_replicas - len(replaced))
    return Updated((*writes, *replaced), status)


def status_of(owner: StatefulSet, revisions: Revisions, pods: Iterable[LivePod], now: int) -> StatefulSetStatus:
    """The counts over the set's pods, and its revisions (updateStatus)."""
    everyone = tuple(pods)
    ready = [pod for pod in everyone if pod.status.phase == "Running" and pod_state.is_ready(pod)]
    staying = [identity.revision_of(pod) for pod in everyone if pod.meta.deleted_at is None]
    return StatefulSetStatus(
        replicas=len(everyone),
        ready_replicas=len(ready),
        available_replicas=sum(pod_state.is_available(pod, owner.spec.min_ready_seconds, now) for pod in ready),
        current_replicas=staying.count(revisions.current.meta.name),
        updated_replicas=staying.count(revisions.update.meta.name),
        current_revision=revisions.current.meta.name,
        update_revision=revisions.update.meta.name,
        collision_count=revisions.collisions,
        observed_generation=owner.meta.generation,
    )


def completed(owner: StatefulSet, status: StatefulSetStatus) -> StatefulSetStatus:
    """The status of a rolling update that is complete: it now stands at the newer revision (completeRollingUpdate)."""
    want = owner.spec.replicas
    counts = (status.updated_replicas, status.ready_replicas, status.replicas)
    if owner.spec.strategy != "RollingUpdate" or counts != (want, want, want):
        return status
    return replace(status, current_replicas=status.updated_replicas, current_revision=status.update_revision)


def _sorted(owner: StatefulSet, revisions: Revisions, pods: Sequence[LivePod], now: int) -> _Pods:
    spec = owner.spec
    numbers = range(spec.start, spec.start + spec.replicas)
    by_number = {identity.ordinal(pod): pod for pod in pods}
    beyond = [pod for pod in pods if identity.ordinal(pod) >= 0 and identity.ordinal(pod) not in numbers]
    condemned = sorted(beyond, key=identity.ordinal, reverse=True)
    return _Pods(owner, revisions, tuple(by_number.get(number) for number in numbers), tuple(condemned), now)


def _replica(seen: _Pods, number: int, pod: LivePod | None) -> tuple[list[Write], bool]:
    """What to do about the pod of an ordinal, and whether those after it have to wait for it (processReplica)."""
    owner = seen.owner
    if pod is None:
        return [*identity.claims(owner, number), _new(seen, number)], True
    if pod_state.is_terminal(pod):
        # whatever its exit code, it has to run; its successor needs its name
        return [] if pod.meta.deleted_at is not None else [_delete(pod, "it has ended")], True
    if pod.meta.deleted_at is not None:
        return _identified(owner, pod), True
    ready = pod.status.phase == "Running" and pod_state.is_ready(pod)
    if not (ready and seen.available(pod)):
        return [] if owner.spec.policy == "OrderedReady" else _identified(owner, pod), True
    return _identified(owner, pod), False


def _identified(owner: StatefulSet, pod: LivePod) -> list[Write]:
    right = identity.identified(owner, pod)
    return (
        [] if right is pod else [Write("update", key_of("Pod", pod.meta), right, why="its labels do not tell its name")]
    )


def _condemned(seen: _Pods, pod: LivePod, ordered: bool) -> tuple[list[Write], bool]:
    """What to do about a pod beyond the last, and whether lower ones have to wait for it (processCondemned)."""
    if pod.meta.deleted_at is not None:
        return [], True
    ready = pod.status.phase == "Running" and pod_state.is_ready(pod) and seen.available(pod)
    if ordered and not ready and pod is not seen.first_unhealthy:
        return [], True
    return [_delete(pod, "the set has become smaller")], True


def _replaced(seen: _Pods) -> Iterator[Write]:
    """The pods that go because they are of another revision than the newest, from the highest ordinal down."""
    spec, newest = seen.owner.spec, seen.revisions.update.meta.name
    least = spec.partition or 0
    if spec.max_unavailable is not None:
        yield from _replaced_together(seen, least, newest)
        return
    for at in range(len(seen.replicas) - 1, least - 1, -1):
        pod = seen.replicas[at]
        if pod is None:
            return
        if identity.revision_of(pod) != newest and pod.meta.deleted_at is None:
            yield _delete(pod, "it is of another revision")
            return
        if seen.unavailable(pod):
            return


def _replaced_together(seen: _Pods, least: int, newest: str) -> Iterator[Write]:
    """As many as may be unavailable at a time (updateStatefulSetAfterInvariantEstablished)."""
    spec = seen.owner.spec
    most = max(1, scaled(spec.max_unavailable or 0, spec.replicas, round_up=False))
    room = most - sum(map(seen.unavailable, seen.replicas))
    for pod in reversed(seen.replicas[least:]):
        if room > 0 and pod is not None and identity.revision_of(pod) != newest and not seen.unavailable(pod):
            room -= 1
            yield _delete(pod, "it is of another revision")


def _new(seen: _Pods, number: int) -> Write:
    """The pod of an ordinal: below the partition of the current revision (newVersionedStatefulSetPod)."""
    owner, revisions = seen.owner, seen.revisions
    name = _revision_needed(seen, number)
    template = (revisions.current if name == revisions.current.meta.name else revisions.update).template
    return identity.made(owner, template, name, number)


def _revision_needed(seen: _Pods, number: int) -> str:
    """The revision of a pod that is made now."""
    spec, status = seen.owner.spec, seen.owner.status
    below = status.current_replicas if spec.partition is None else spec.partition
    if spec.strategy == "OnDelete" and spec.partition is None:
        below = 0
    return (seen.revisions.current if number < spec.start + below else seen.revisions.update).meta.name


def _delete(pod: LivePod, why: str) -> Write:
    return Write("delete", key_of("Pod", pod.meta), why=why)
