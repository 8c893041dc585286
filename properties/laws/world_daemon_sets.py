"""Laws about DaemonSets: a pod on each node, and on how many nodes an update may leave none that is available."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kubeproof.model.controlplane.controllers.daemonset import pod as daemon
from kubeproof.model.controlplane.controllers.daemonset.component import DAEMONSET
from kubeproof.model.controlplane.controllers.daemonset.eligibility import ShouldRun
from kubeproof.model.controlplane.controllers.daemonset.nodes import daemons
from kubeproof.model.controlplane.controllers.history import REVISION_HASH
from kubeproof.model.controlplane.etcd import Key, owned_by
from kubeproof.model.objects.controller_revision import ControllerRevision
from kubeproof.model.objects.daemonset import DaemonSet
from kubeproof.model.objects.intstr import scaled
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_active, is_available
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, is_silent, nodes, pods_of, there_is
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end

KIND = "DaemonSet"


def _should(world: World, owner: DaemonSet) -> Mapping[str, ShouldRun]:
    """What should be on each node."""
    return daemons(owner, sorted(nodes(world), key=lambda node: node.meta.name), (), "", world.now).should


def _wanted(world: World, owner: DaemonSet) -> set[str]:
    """The nodes that should have a pod."""
    return {name for name, should in _should(world, owner).items() if should.run}


def _place(pod: LivePod) -> str:
    return daemon.place(pod.node, pod.spec)


def _covered(world: World, owner: DaemonSet) -> set[str]:
    """The nodes that have a pod which is there to stay and available."""
    return {
        _place(pod)
        for pod in pods_of(world, owner.meta.uid)
        if is_active(pod) and is_available(pod, owner.spec.min_ready_seconds, world.now)
    }


def _one_a_node(world: World) -> bool:
    for owner in all_of(world, KIND, DaemonSet):
        most = 1 if owner.spec.max_surge in (0, "0%") else 2
        there = Counter(_place(pod) for pod in pods_of(world, owner.meta.uid) if is_active(pod))
        if any(count > most for count in there.values()):
            return False
    return True


def _enough_stay(before: World, events: Sequence[Event], after: World) -> bool:
    touched = {
        event.before.meta.controller.name: event.key.namespace
        for event in done(events, "delete", "Pod", DAEMONSET.name)
        if isinstance(event.before, LivePod) and event.before.meta.controller is not None
    }
    for name, namespace in touched.items():
        owner = before.store.get(Key(KIND, namespace, name))
        if not isinstance(owner, DaemonSet):
            continue
        wanted = _wanted(before, owner)
        none_before, none_after = wanted - _covered(before, owner), wanted - _covered(after, owner)
        if len(none_after) > max(len(none_before), _most_unavailable(owner, len(wanted))):
            return False
    return True


def _most_unavailable(owner: DaemonSet, wanted: int) -> int:
    surge = scaled(owner.spec.max_surge, wanted, round_up=True)
    most = scaled(owner.spec.max_unavailable, wanted, round_up=True)
    return 1 if surge == most == 0 else most


def _is_whole(world: World) -> bool:
    """Whether every node that should have a pod, and is heard of, has one that is available, all newest."""
    for owner in all_of(world, KIND, DaemonSet):
        own = [pod for pod in pods_of(world, owner.meta.uid) if is_active(pod)]
        if owner.meta.deleted_at is not None:
            continue
        should = _should(world, owner)
        heard_of = {node for node, one in should.items() if one.run and not is_silent(world, node)}
        may_stay = {node for node, one in should.items() if one.stay}
        if not heard_of <= _covered(world, owner) or {_place(pod) for pod in own} - may_stay:
            return False
        newest = _newest(world, owner)
        if owner.spec.strategy == "RollingUpdate" and {pod.meta.labels.get(REVISION_HASH) for pod in own} - {newest}:
            return False
    return True


def _newest(world: World, owner: DaemonSet) -> str | None:
    found = world.store.bucket(owned_by("ControllerRevision", owner.meta.uid)).values()
    newest = max(
        (one for one in found if isinstance(one, ControllerRevision)), key=lambda one: one.revision, default=None
    )
    return newest.meta.labels.get(REVISION_HASH) if newest is not None else None


LAWS: tuple[WorldLaw, ...] = (
    always("a DaemonSet has one pod on a node, or two where it may surge", _one_a_node, about=there_is(KIND)),
    every_step(
        "an update of a DaemonSet leaves no more nodes without an available pod than maxUnavailable allows",
        _enough_stay,
        about=there_is(KIND),
    ),
    in_the_end(
        "every DaemonSet has a pod available on each of its nodes that is heard of, of its newest template",
        _is_whole,
        about=there_is(KIND),
    ),
)
"""Of clusters with DaemonSets."""
