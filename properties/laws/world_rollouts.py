"""Laws about Deployments: between which numbers a rollout moves, and that it ends.

What a rollout allows is asked of what its controller sees and does: the sizes that it gives its ReplicaSets, and what
those last said is available. Left out are steps in which the Deployment itself gets another size: its ReplicaSets then
share it in proportion, whatever is available.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.controlplane.controllers.deployment.component import DEPLOYMENT
from kubeproof.model.controlplane.controllers.deployment.new_replicaset import same_template
from kubeproof.model.controlplane.etcd import Key, owned_by
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec
from kubeproof.model.objects.intstr import BadPercentage, scaled
from kubeproof.model.objects.pod_state import is_active, is_available, is_terminal
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.selectors import Selector
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, is_controlled, pods, pods_of, there_is
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end

DESIRED = "deployment.kubernetes.io/desired-replicas"
"""The annotation by which a ReplicaSet was told of its Deployment's size."""


def replica_sets(world: World, owner: Deployment) -> list[ReplicaSet]:
    """The ReplicaSets that a Deployment controls."""
    found = world.store.bucket(owned_by("ReplicaSet", owner.meta.uid)).values()
    return [one for one in found if isinstance(one, ReplicaSet) and is_controlled(one, owner.meta.uid)]


def bounds(spec: DeploymentSpec) -> tuple[int, int] | None:
    """At least so many pods are available, and at most so many there, while a rollout moves; None where it does not
    say."""
    try:
        surge = scaled(spec.max_surge, spec.replicas, round_up=True)
        fewer = scaled(spec.max_unavailable, spec.replicas, round_up=False)
    except BadPercentage:
        return None
    if spec.strategy == "Recreate":
        return 0, spec.replicas
    return spec.replicas - (1 if surge == fewer == 0 else fewer), spec.replicas + surge


def _resized(before: World, events: Sequence[Event]) -> Iterator[Deployment]:
    """The Deployments whose controller gave ReplicaSets their sizes in a step, as they were before it."""
    owners = {
        (owner.kind, event.key.namespace, owner.name)
        for verb in ("create", "update")
        for event in done(events, verb, "ReplicaSet", DEPLOYMENT.name)
        if isinstance(event.after, ReplicaSet) and (owner := event.after.meta.controller) is not None
    }
    for name in sorted(owners):
        held = before.store.get(Key(*name))
        if isinstance(held, Deployment):
            yield held


def _is_rescaled(world: World, owner: Deployment) -> bool:
    """Whether a Deployment's ReplicaSets have not been told of its size yet, or are told of it alone."""
    told = {one.meta.annotations.get(DESIRED) for one in replica_sets(world, owner) if one.spec.replicas}
    return owner.spec.paused or bool(told - {str(owner.spec.replicas)})


def _enough_stay(before: World, events: Sequence[Event], after: World) -> bool:
    for owner in _resized(before, events):
        limits = bounds(owner.spec)
        if limits is None or _is_rescaled(before, owner):
            continue
        sizes = {one.meta.uid: one.spec.replicas for one in replica_sets(after, owner)}
        there = [(one.status.available_replicas, sizes.get(one.meta.uid, 0)) for one in replica_sets(before, owner)]
        available = sum(count for count, _ in there)
        if sum(min(count, size) for count, size in there) < min(available, limits[0]):
            return False
    return True


def _not_too_many(before: World, events: Sequence[Event], after: World) -> bool:
    """Request by request: what is made larger before something else is made smaller counts, too."""
    for owner in _resized(before, events):
        limits = bounds(owner.spec)
        sizes = {one.meta.uid: one.spec.replicas for one in replica_sets(before, owner)}
        most = was = sum(sizes.values())
        for event in events:
            if isinstance(event.after, ReplicaSet) and is_controlled(event.after, owner.meta.uid):
                sizes[event.after.meta.uid] = event.after.spec.replicas
                most = max(most, sum(sizes.values()))
        if limits is not None and most > max(was, limits[1]):
            return False
    return True


def _old_ones_first(before: World, events: Sequence[Event], after: World) -> bool:
    """Recreate: while pods of another template have not ended, none of the newest is asked for."""
    for owner in _resized(before, events):
        if owner.spec.strategy != "Recreate" or owner.spec.paused or _is_rescaled(before, owner):
            continue
        old = [one for one in replica_sets(before, owner) if not same_template(owner.spec.template, one.spec.template)]
        run = any(not is_terminal(pod) for one in old for pod in pods_of(before, one.meta.uid))
        sizes = {one.meta.uid: one.spec.replicas for one in replica_sets(before, owner)}
        grown = any(one.spec.replicas > sizes.get(one.meta.uid, 0) for one in replica_sets(after, owner))
        if run and grown:
            return False
    return True


def _paused_ones_stay(before: World, events: Sequence[Event], after: World) -> bool:
    """While a Deployment is paused, none of its ReplicaSets is made or gets another size, unless it does itself."""
    for owner in _resized(before, events):
        told = {one.meta.annotations.get(DESIRED) for one in replica_sets(before, owner) if one.spec.replicas}
        if owner.spec.paused and told <= {str(owner.spec.replicas)}:
            was = {one.meta.uid: one.spec.replicas for one in replica_sets(before, owner)}
            if was != {one.meta.uid: one.spec.replicas for one in replica_sets(after, owner)}:
                return False
    return True


def _deployments_are_told(world: World) -> bool:
    for owner in all_of(world, "Deployment", Deployment):
        own, status = replica_sets(world, owner), owner.status
        counts = (
            sum(one.status.replicas for one in own),
            sum(one.status.ready_replicas for one in own),
            sum(one.status.available_replicas for one in own),
        )
        if counts != (status.replicas, status.ready_replicas, status.available_replicas):
            return False
    return True


def whole(world: World) -> bool:
    """Every Deployment that is neither paused nor being deleted has as many available pods as it asks for, all of its
    newest template."""
    return all(map(_is_whole, all_of(world, "Deployment", Deployment)))


def whole_of(key: Key) -> WorldLaw:
    """What whoever applied a Deployment hopes for, of that one alone."""

    def condition(world: World) -> bool:
        held = world.store.get(key)
        return not isinstance(held, Deployment) or _is_whole(held)

    name = key.name if key.namespace in ("", "default") else f"{key.namespace}/{key.name}"
    said = f"in the end Deployment {name} has all its pods available, of its newest template"
    return in_the_end(said, condition, about=lambda world: key in world.store.objects)


def _is_whole(held: Deployment) -> bool:
    status = held.status
    if held.spec.paused or held.meta.deleted_at is not None:
        return True
    return status.updated_replicas == status.available_replicas == status.replicas == held.spec.replicas


def never_fewer_available(name: str, least: int, namespace: str = "default", kind: str = "Deployment") -> WorldLaw:
    """In every world so many pods of a workload are available, from the first on: what its rollout allows."""

    def condition(world: World) -> bool:
        held: object = world.store.get(Key(kind, namespace, name))
        spec = getattr(held, "spec", None)
        selector = getattr(spec, "selector", None)
        if not isinstance(selector, Selector):
            return True
        seconds: int = getattr(spec, "min_ready_seconds", 0)
        own = [pod for pod in pods(world) if selector.matches(pod.meta.labels) and is_active(pod)]
        return sum(is_available(pod, seconds, world.now) for pod in own) >= least

    return always(f"{kind} {name} never has fewer than {least} pods available", condition)


def _rolls(world: World) -> bool:
    """Whether a Deployment has pods of two templates."""
    return any(
        sum(bool(one.spec.replicas) for one in replica_sets(world, owner)) > 1
        for owner in all_of(world, "Deployment", Deployment)
    )


WHOLE = in_the_end(
    "in the end every Deployment has all its pods available, of its newest template",
    whole,
    about=there_is("Deployment"),
)
"""What whoever applied a Deployment hopes for: every rollout ends."""

LAWS: tuple[WorldLaw, ...] = (
    every_step("a rollout leaves as many pods available as maxUnavailable asks for", _enough_stay, about=_rolls),
    every_step("a rollout makes no more pods than maxSurge allows", _not_too_many, about=_rolls),
    every_step(
        "a Deployment that recreates its pods makes none before all old ones have ended",
        _old_ones_first,
        about=there_is("Deployment", lambda held: held.spec.strategy == "Recreate"),
    ),
    every_step(
        "a Deployment that is paused is not rolled out",
        _paused_ones_stay,
        about=there_is("Deployment", lambda held: held.spec.paused),
    ),
    in_the_end("the status of a Deployment counts its pods", _deployments_are_told, about=there_is("Deployment")),
    WHOLE,
)
"""Of clusters with Deployments."""
