"""Random steps of a script (docs/scripts.md), drawn for the world in which they are taken: all of them can be.

`possible(world)` has one strategy for each kind of step that there is something to do it to; what it draws are the
fields of that step. Targets are those that are there, so that a name is never missed.
Left out: components that see an older store (`RACES`), as most laws are of clusters in which nobody does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeproof.model.cluster import USUAL
from kubeproof.model.component import Look
from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.node.leases import is_silent, lease_key
from kubeproof.model.objects.live_node import LiveLease, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Running
from kubeproof.model.references import written
from kubeproof.model.world import World
from kubeproof.properties.strategies.pod_templates import IMAGES
from kubeproof.properties.strategies.workloads import workloads

Fields = dict[str, Any]
Targets = Callable[[World], SearchStrategy[Fields] | None]

DEDICATED = ("dedicated=yes:NoSchedule", "dedicated=yes:NoExecute", "dedicated=yes:PreferNoSchedule")
LOADS = ("10m", "250m", "1", "4")
LASTS = ("30s", "5s", "2m", "")
"""How long something goes on; "": for good."""

RACES = frozenset({"lag", "miss"})
"""Steps that are not drawn."""

SCALED = ("Deployment", "StatefulSet", "ReplicaSet")
TEMPLATED = (*SCALED, "DaemonSet")
DELETED = ("Pod", *TEMPLATED, "Job", "CronJob", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ResourceQuota")


def possible(world: World) -> dict[str, SearchStrategy[Fields]]:
    """For each kind of step that can be taken now what it may say."""
    return {name: found for name, targets in KINDS.items() if (found := targets(world)) is not None}


def _there(world: World, kinds: Iterable[str]) -> Sequence[Key]:
    return [key for kind in kinds for key in sorted(world.store.bucket(of_kind(kind)))]


def _named(kinds: Sequence[str], **others: SearchStrategy[Any]) -> Targets:
    """An object of one of these kinds, by its name, and other fields."""

    def targets(world: World) -> SearchStrategy[Fields] | None:
        found = [written(key) for key in _there(world, kinds)]
        return st.fixed_dictionaries({"object": st.sampled_from(found), **others}) if found else None

    return targets


def _node(suits: Callable[[World, LiveNode], bool], **others: SearchStrategy[Any]) -> Targets:
    def targets(world: World) -> SearchStrategy[Fields] | None:
        nodes = [world.store.objects[key] for key in _there(world, ("Node",))]
        found = [one.meta.name for one in nodes if isinstance(one, LiveNode) and suits(world, one)]
        return st.fixed_dictionaries({"node": st.sampled_from(found), **others}) if found else None

    return targets


def _pods(suits: Callable[[LivePod], bool], optional: bool = False, **others: SearchStrategy[Any]) -> Targets:
    """Pods: one, or all of a workload."""

    def targets(world: World) -> SearchStrategy[Fields] | None:
        pods = [world.store.objects[key] for key in _there(world, ("Pod",))]
        names = [one.meta.name for one in pods if isinstance(one, LivePod) and suits(one)]
        if not names:
            return None
        alike = sorted({f"{name.partition('-')[0]}-*" for name in names})
        one = st.sampled_from((*alike, *names))
        if optional:
            return one.flatmap(lambda pod: st.fixed_dictionaries({"pod": st.just(pod)}, optional=others))
        return st.fixed_dictionaries({"pod": one, **others})

    return targets


def _always(**fields: SearchStrategy[Any]) -> Targets:
    return lambda world: st.fixed_dictionaries(fields)


def _heard_of(world: World, node: LiveNode) -> bool:
    """Whether the node's machine answers."""
    lease = world.store.get(lease_key(node.meta.name))
    return isinstance(lease, LiveLease) and lease.lease.renewed_at is None


def _silent(world: World, node: LiveNode) -> bool:
    return is_silent(Look(world.store, world.now), node.meta.name)


def _runs(pod: LivePod) -> bool:
    """Whether some container of it runs."""
    return any(isinstance(one.state, Running) for one in (*pod.status.containers, *pod.status.init_containers))


def _anything(world: World, node: LiveNode) -> bool:
    return True


def _tainted(world: World) -> SearchStrategy[Fields] | None:
    nodes = [world.store.objects[key] for key in _there(world, ("Node",))]
    found = [
        {"node": one.meta.name, "taint": f"{taint.key}:{taint.effect}"}
        for one in nodes
        if isinstance(one, LiveNode)
        for taint in one.taints
        if not taint.key.startswith("node.kubernetes.io/")
    ]
    return st.sampled_from(found) if found else None


def _deleted(world: World) -> SearchStrategy[Fields] | None:
    found = _there(world, DELETED)
    if not found:
        return None
    graces = st.sampled_from((0, 1, 30))

    def fields(key: Key) -> SearchStrategy[Fields]:
        more = {"grace": graces} if key.kind == "Pod" else {}
        return st.fixed_dictionaries({"object": st.just(written(key))}, optional=more)

    return st.sampled_from(found).flatmap(fields)


_IMAGES = st.sampled_from(IMAGES)
_ENDS = st.sampled_from((1, 0, 137))
_CONDITIONS = st.sampled_from(("Ready", "MemoryPressure", "DiskPressure", "PIDPressure"))

_COMPONENTS = st.sampled_from([name for name in USUAL if name != "kubelet"])

KINDS: Mapping[str, Targets] = {
    "scale": _named(SCALED, replicas=st.sampled_from((0, 1, 2, 3, 5))),
    "set-image": _named(TEMPLATED, image=_IMAGES),
    "delete": _deleted,
    "cordon": _node(lambda world, node: not node.unschedulable),
    "uncordon": _node(lambda world, node: node.unschedulable),
    "drain": _node(_anything),
    "taint": _node(_anything, taint=st.sampled_from(DEDICATED)),
    "untaint": _tainted,
    "node-lost": _node(_heard_of),
    "node-back": _node(_silent),
    "node-removed": _node(lambda world, node: _heard_of(world, node) or _silent(world, node)),
    "node-condition": _node(_anything, type=_CONDITIONS, status=st.sampled_from(("True", "False", "Unknown"))),
    "exit": _pods(_runs, code=_ENDS),
    "oom": _pods(_runs),
    "probe-fail": _pods(
        _runs, probe=st.sampled_from(("readiness", "liveness", "startup")), lasts=st.sampled_from(LASTS)
    ),
    "image-missing": _always(image=_IMAGES),
    "image-back": _always(image=_IMAGES),
    "runs": _pods(lambda pod: True, lasts=st.sampled_from(LASTS), code=_ENDS),
    "load": _pods(lambda pod: True, cpu=st.sampled_from(LOADS), shared=st.booleans()),
    "restart-controller": _always(component=_COMPONENTS),
    "apply": lambda world: workloads().flatmap(st.sampled_from).map(lambda one: {"manifest": one}),
}
"""The kinds of steps by their names in scripts: what each may say in a world, None where there is nothing for it."""
