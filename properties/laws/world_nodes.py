"""Laws about nodes: when one is given up, which taints it gets, and how long pods stay on it then.

The law about a silent node leaves out what a zone or a cluster does that has lost most of its nodes: it stops evicting
(rates 0), or lets go of all taints.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.controlplane.controllers.node_lifecycle.health import PATIENT
from kubeproof.model.controlplane.controllers.node_lifecycle.tainting import NOT_READY, UNREACHABLE
from kubeproof.model.controlplane.controllers.taint_eviction import (
    REASON,
    TAINT_EVICTION,
    Scheduled,
    no_execute,
    tolerated_for,
)
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.node.leases import lease_key
from kubeproof.model.objects.live_node import READY, LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.taints import NO_EXECUTE
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_pods import KUBELET
from kubeproof.properties.laws.world_seen import done, is_silent, nodes, pods, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

MOST_LOST = 2
"""Silent nodes up to which a zone is never partly disrupted (zones.py)."""

_NODE_LIFECYCLE = "node-lifecycle-controller"


def _node_of(world: World, pod: LivePod) -> LiveNode | None:
    held = world.store.get(Key("Node", "", pod.node))
    return held if isinstance(held, LiveNode) else None


def _tainted_away(world: World) -> bool:
    """Whether no pod is left where a taint ends its stay."""
    for pod in pods(world):
        node = _node_of(world, pod)
        if node is None or pod.meta.deleted_at is not None or is_terminal(pod):
            continue
        if tolerated_for(node.taints, pod.spec.tolerations) is not None:
            return False
    return True


def _never_early(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "delete", "Pod", TAINT_EVICTION.name):
        pod = event.before
        if isinstance(pod, LivePod) and not _may_go(before, event.key, pod):
            return False
    return True


def _may_go(world: World, key: Key, pod: LivePod) -> bool:
    """Whether the time is over for which a pod tolerates the taints of its node: since they were first met, or not at
    all."""
    given = [one.seconds for one in pod.spec.tolerations if one.seconds is not None and one.effect in ("", NO_EXECUTE)]
    met = world.memory.get((TAINT_EVICTION.name, key))
    if isinstance(met, tuple) and met[0] == pod.meta.uid and isinstance(met[1], Scheduled):
        return world.now - met[1].since >= min(given, default=0)
    node = _node_of(world, pod)
    return node is not None and tolerated_for(node.taints, pod.spec.tolerations) == 0


def _given_up_in_time(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "status", "Node", _NODE_LIFECYCLE):
        was, is_ = event.before, event.after
        if not isinstance(was, LiveNode) or not isinstance(is_, LiveNode):
            continue
        said, says = was.condition(READY), is_.condition(READY)
        if said is None or says is None or said.status == "Unknown" or says.status != "Unknown":
            continue
        lease = before.store.get(lease_key(event.key.name))
        last = lease.lease.renewed_at if isinstance(lease, LiveLease) else said.heard_at
        if last is None or before.now - last <= PATIENT.monitor:
            return False
    return True


def _given_up(world: World) -> bool:
    """Whether all silent nodes are known as such; where too many are silent nobody is asked for more."""
    silent = [node for node in nodes(world) if is_silent(world, node.meta.name)]
    if len(silent) > MOST_LOST or not any(node.ready for node in nodes(world)):
        return True
    for node in silent:
        says = node.condition(READY)
        tainted = any(taint.key == UNREACHABLE for taint in no_execute(node.taints))
        if says is None or says.status != "Unknown" or not tainted:
            return False
    return True


def _says_nothing(before: World, events: Sequence[Event], after: World) -> bool:
    """No kubelet asks for anything of the pods of a machine that is lost."""
    return not any(
        event.by == KUBELET and isinstance(event.before, LivePod) and is_silent(before, event.before.node)
        for event in events
    )


def _taken_back(world: World) -> bool:
    return not any(
        taint.key in (NOT_READY, UNREACHABLE) for node in nodes(world) if node.ready for taint in node.taints
    )


def _is_tainted(world: World) -> bool:
    return any(no_execute(node.taints) for node in nodes(world))


def _was_evicted(pod: LivePod) -> bool:
    said = pod.status.condition("DisruptionTarget")
    return said is not None and said.reason == REASON


LAWS: tuple[WorldLaw, ...] = (
    in_the_end(
        "no pod stays on a node with a NoExecute taint that it does not tolerate", _tainted_away, about=_is_tainted
    ),
    every_step(
        "a taint evicts a pod only when the time is over for which the pod tolerates it",
        _never_early,
        about=there_is("Pod", _was_evicted),
    ),
    every_step(
        f"no node is given up that was heard of within {PATIENT.monitor} s",
        _given_up_in_time,
        about=lambda world: any(is_silent(world, node.meta.name) for node in nodes(world)),
    ),
    every_step(
        "nothing is heard of a machine that is lost",
        _says_nothing,
        about=lambda world: any(is_silent(world, node.meta.name) for node in nodes(world)),
    ),
    in_the_end(
        "a node that stays silent is Unknown and unreachable",
        _given_up,
        about=lambda world: any(is_silent(world, node.meta.name) for node in nodes(world)),
    ),
    in_the_end("a node that is ready has no taint of one that is not", _taken_back, about=there_is("Node")),
)
"""Of every cluster with nodes."""
