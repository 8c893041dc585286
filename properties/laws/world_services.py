"""Laws about Services: who gets their traffic.

Between a change of a pod and its endpoint lies one step, a look of the EndpointSlice controller: until then traffic
goes where it went. The law about traffic asks once everybody has looked: when time goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.controlplane.etcd import Key, owned_by
from kubeproof.model.objects.endpoint_slice import EndpointSlice
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready, is_terminal
from kubeproof.model.objects.service import Service
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, pods, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

KIND = "Service"


def _sent_to(world: World, service: Service) -> set[str]:
    """The uids of the pods that a Service's slices call ready."""
    slices = world.store.bucket(owned_by("EndpointSlice", service.meta.uid)).values()
    return {
        one.uid for held in slices if isinstance(held, EndpointSlice) for one in held.endpoints if one.conditions.ready
    }


def _may_have(world: World, service: Service) -> set[str]:
    """The uids of the pods that a Service may send to: ready, there to stay, and on a node that is there."""
    return {pod.meta.uid for pod in pods(world) if service.selects(pod.meta) and _serves(world, pod)}


def _serves(world: World, pod: LivePod) -> bool:
    there = isinstance(world.store.get(Key("Node", "", pod.node)), LiveNode)
    return there and is_ready(pod) and not is_terminal(pod) and pod.meta.deleted_at is None and bool(pod.status.ips)


def _services(world: World) -> list[Service]:
    """The Services that send to ready pods alone."""
    found = all_of(world, KIND, Service)
    return [one for one in found if one.selects_pods and not one.publish_not_ready and one.meta.deleted_at is None]


def _only_ready(before: World, events: Sequence[Event], after: World) -> bool:
    if before.now == after.now:
        return True
    return all(_sent_to(before, service) <= _may_have(before, service) for service in _services(before))


def _all_ready(world: World) -> bool:
    return all(_sent_to(world, service) == _may_have(world, service) for service in _services(world))


LAWS: tuple[WorldLaw, ...] = (
    every_step(
        "no traffic goes to a pod that is not ready, once the EndpointSlice controller has looked",
        _only_ready,
        about=there_is(KIND),
    ),
    in_the_end("a Service sends to all its ready pods, and to no other", _all_ready, about=there_is(KIND)),
)
"""Of clusters with Services."""
