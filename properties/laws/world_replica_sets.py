"""Laws about ReplicaSets: as many pods as they ask for, and which go first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_active, is_available, is_ready
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, pods_of, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

KIND = "ReplicaSet"


def _of_replica_sets(before: World, events: Sequence[Event]) -> Iterator[tuple[ReplicaSet, list[LivePod], int]]:
    """The ReplicaSets whose controller made or ended pods in a step, with those it ended and how many it made."""
    made: dict[Key, int] = {}
    ended: dict[Key, list[LivePod]] = {}
    for verb in ("create", "delete"):
        for event in done(events, verb, "Pod", REPLICASET.name):
            pod = event.after if verb == "create" else event.before
            by = pod.meta.controller if isinstance(pod, LivePod) else None
            if by is None or not isinstance(pod, LivePod):
                continue
            key = Key(KIND, event.key.namespace, by.name)
            made[key] = made.get(key, 0) + (verb == "create")
            ended.setdefault(key, []).extend([pod] if verb == "delete" else [])
    for key, count in made.items():
        held = before.store.get(key)
        if isinstance(held, ReplicaSet):
            yield held, ended.get(key, []), count


def _as_many_as_asked(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, ended, made in _of_replica_sets(before, events):
        there = sum(map(is_active, pods_of(after, owner.meta.uid)))
        if (made and there > owner.spec.replicas) or (ended and there < owner.spec.replicas):
            return False
    return True


def _unready_first(before: World, events: Sequence[Event], after: World) -> bool:
    for owner, ended, _ in _of_replica_sets(before, events):
        left = [pod for pod in pods_of(after, owner.meta.uid) if is_active(pod)]
        if any(map(is_ready, ended)) and not all(map(is_ready, left)):
            return False
    return True


def _all_there(world: World) -> bool:
    """Whether every ReplicaSet has the pods that it asks for, or says why it cannot."""
    for owner in all_of(world, KIND, ReplicaSet):
        says = any(one.type == "ReplicaFailure" for one in owner.status.conditions)
        there = sum(map(is_active, pods_of(world, owner.meta.uid)))
        if owner.meta.deleted_at is None and not says and there != owner.spec.replicas:
            return False
    return True


def _is_told(world: World) -> bool:
    for owner in all_of(world, KIND, ReplicaSet):
        status, own = owner.status, [pod for pod in pods_of(world, owner.meta.uid) if is_active(pod)]
        available = sum(is_available(pod, owner.spec.min_ready_seconds, world.now) for pod in own)
        counts = len(own), sum(map(is_ready, own)), available
        if counts != (status.replicas, status.ready_replicas, status.available_replicas):
            return False
    return True


LAWS: tuple[WorldLaw, ...] = (
    every_step("a ReplicaSet makes and ends no more pods than it has to", _as_many_as_asked, about=there_is(KIND)),
    every_step("a ReplicaSet ends pods that are not ready before others", _unready_first, about=there_is(KIND)),
    in_the_end("a ReplicaSet has as many pods as it asks for, or says why not", _all_there, about=there_is(KIND)),
    in_the_end("the status of a ReplicaSet counts its pods", _is_told, about=there_is(KIND)),
)
"""Of clusters with ReplicaSets, and with Deployments, which make them."""
