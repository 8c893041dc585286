"""Laws that some runs break, and a controller that is wrong: they stand here so that a program can name them."""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.world import Event, World
from kubeproof.properties.world_law import always, every_step, in_the_end, sometimes


def _pods(world: World) -> list[LivePod]:
    return [one for one in world.store.bucket(of_kind("Pod")).values() if isinstance(one, LivePod)]


def _deletes_no_ready_pod(before: World, events: Sequence[Event], after: World) -> bool:
    return not any(
        event.write.verb == "delete" and isinstance(event.before, LivePod) and is_ready(event.before)
        for event in events
        if event.by == "replicaset-controller"
    )


def _misses_the_last(look: Look, key: Key, pick: Pick) -> Plan:
    """A ReplicaSet controller that also deletes the first pod it finds whenever there are three."""
    yield from REPLICASET.decide(look, key, pick)
    pods = look.within("Pod", key.namespace, LivePod)
    if len(pods) == 3:
        yield Write("delete", Key("Pod", key.namespace, pods[0].meta.name))


FORGETFUL = Component("replicaset-controller", each("ReplicaSet"), _misses_the_last)

FEW = always("there are at most two pods", lambda world: len(_pods(world)) <= 2)
ALONE = every_step("ready pods are not deleted by their controller", _deletes_no_ready_pod)
PLACED = in_the_end("in the end every pod has a node", lambda world: all(pod.node for pod in _pods(world)))
SHOWN = sometimes("there is a pod that is ready", lambda world: any(map(is_ready, _pods(world))))
VOID = always(
    "daemons are never ready", lambda world: False, about=lambda world: bool(world.store.bucket(of_kind("Job")))
)
LAWS = (FEW, ALONE, PLACED, SHOWN, VOID)
