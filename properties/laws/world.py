"""Laws that hold of every cluster, whatever runs in it, and laws that a workload's own numbers ask for."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.controlplane.scheduling import seen
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_active, is_available
from kubeproof.model.objects.selectors import Selector
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.world import Event, World
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end


def _binds_where_it_may(before: World, events: Sequence[Event], after: World) -> bool:
    bound = [event for event in events if event.write.verb == "bind" and event.refused is None]
    if not bound:
        return True
    snapshot = seen(Look(before.store, before.now))
    for event in bound:
        one = next((pod for pod in snapshot.pods if (pod.namespace, pod.name) == event.key[1:]), None)
        if one is None or one.node:
            return False
        if Cycle(snapshot).decide(one).nodes.get(event.write.body) is not None:
            return False
        snapshot = replace(
            snapshot, pods=tuple(replace(pod, node=event.write.body) if pod is one else pod for pod in snapshot.pods)
        )
    return True


def _one_of_each_ordinal(world: World) -> bool:
    """Pods of a StatefulSet are told apart by name, of which the store has one: so no ordinal may have two names."""
    names = [
        (pod.meta.namespace, owner.name, pod.meta.name.rpartition("-")[2])
        for pod in _pods(world)
        if (owner := pod.meta.controller) is not None and owner.kind == "StatefulSet"
    ]
    return len(names) == len(set(names))


def _no_orphans(world: World) -> bool:
    uids = {held.meta.uid for held in world.store.objects.values()}
    return all(
        not held.meta.owners or any(owner.uid in uids for owner in held.meta.owners)
        for held in world.store.objects.values()
    )


def _only_grow(before: World, events: Sequence[Event], after: World) -> bool:
    old = before.store.objects
    return before.store.revision <= after.store.revision and all(
        held.meta.resource_version > old[key].meta.resource_version
        for key, held in after.store.objects.items()
        if key in old and old[key] is not held
    )


def _pods(world: World) -> Sequence[LivePod]:
    return [pod for pod in world.store.bucket(of_kind("Pod")).values() if isinstance(pod, LivePod)]


STANDARD: tuple[WorldLaw, ...] = (
    every_step("no pod is bound where a filter forbids it", _binds_where_it_may),
    always("there is at most one pod of each ordinal of a StatefulSet", _one_of_each_ordinal),
    every_step("revisions only grow", _only_grow),
    in_the_end("nothing is left whose owners are all gone", _no_orphans),
)
"""Laws of every cluster."""


def whole(world: World) -> bool:
    """Every Deployment has as many available pods as it asks for, all of its newest template."""
    deployments = world.store.bucket(of_kind("Deployment")).values()
    return all(_is_whole(held) for held in deployments if isinstance(held, Deployment))


def whole_in_the_end(key: Key) -> WorldLaw:
    """What whoever applied a Deployment hopes for."""

    def condition(world: World) -> bool:
        held = world.store.get(key)
        return not isinstance(held, Deployment) or _is_whole(held)

    name = key.name if key.namespace in ("", "default") else f"{key.namespace}/{key.name}"
    return in_the_end(f"in the end Deployment {name} has all its pods available, of its newest template", condition)


def _is_whole(held: Deployment) -> bool:
    status = held.status
    return status.updated_replicas == status.available_replicas == status.replicas == held.spec.replicas


COMES_TO_REST = in_the_end("the cluster comes to rest")
WHOLE = in_the_end("in the end every Deployment has all its pods available, of its newest template", whole)
"""What whoever applied a Deployment hopes for."""


def never_fewer_available(name: str, least: int, namespace: str = "default", kind: str = "Deployment") -> WorldLaw:
    """In every world so many pods of a workload are available, from the first on: what its rollout allows."""

    def condition(world: World) -> bool:
        held: object = world.store.get(Key(kind, namespace, name))
        spec = getattr(held, "spec", None)
        selector = getattr(spec, "selector", None)
        if not isinstance(selector, Selector):
            return True
        seconds: int = getattr(spec, "min_ready_seconds", 0)
        pods = [pod for pod in _pods(world) if selector.matches(pod.meta.labels) and is_active(pod)]
        return sum(is_available(pod, seconds, world.now) for pod in pods) >= least

    return always(f"{kind} {name} never has fewer than {least} pods available", condition)
