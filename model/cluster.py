"""A whole cluster as a world: which components there are, which of them run, and what they leave out.

`COMPONENTS` is the one list of components by their names; `CONTROLLED_BY` says which of them a kind needs to come to
life. A kind that nobody controls here is told (`not_modelled`), never left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from random import Random
from typing import Any, NamedTuple, TypeVar

from kubeproof.model.component import Component, Pick, first
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.metrics import Load
from kubeproof.model.errors import BadInput
from kubeproof.model.extras import NONE, Extras
from kubeproof.model.manifests import claimed
from kubeproof.model.manifests.stated import Input, Stated, admission_of, pod_spec
from kubeproof.model.node.kubelet.component import Does
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import DEFAULT_SCHEDULER
from kubeproof.model.scheduler.profile import Profile

T = TypeVar("T")


class Settings(NamedTuple):
    """What the components of a cluster are told: which scheduler it has, what the processes in its pods do, what pods
    use as a metrics server would tell it, and what the optional components are told."""

    profile: Profile | None = None
    does: Does = lambda pod: {}
    load: Load = lambda pods, resource, now: {}
    extras: Extras = NONE


class Part(NamedTuple):
    """Where a component is: a module, and the name in it of the component or (`made`) of what makes it of settings.
    `usual`: every cluster has it; the others only run where they are asked for."""

    module: str
    name: str
    made: Callable[[Any, Settings], Component] = lambda found, settings: found
    usual: bool = True

    def load(self, settings: Settings) -> Component:
        """The component; its module is imported when it is first asked for."""
        return self.made(getattr(import_module(f"kubeproof.model.{self.module}"), self.name), settings)


COMPONENTS: Mapping[str, Part] = {
    "deployment-controller": Part("controlplane.controllers.deployment.component", "DEPLOYMENT"),
    "replicaset-controller": Part("controlplane.controllers.replicaset", "REPLICASET"),
    "statefulset-controller": Part("controlplane.controllers.statefulset.component", "STATEFULSET"),
    "daemonset-controller": Part("controlplane.controllers.daemonset.component", "DAEMONSET"),
    "job-controller": Part("controlplane.controllers.job.component", "JOB"),
    "cronjob-controller": Part("controlplane.controllers.cronjob.component", "CRONJOB"),
    "horizontal-pod-autoscaler": Part(
        "controlplane.controllers.horizontal_pod_autoscaler.component",
        "horizontal_pod_autoscaler",
        lambda make, settings: make(settings.load),
    ),
    "ttl-after-finished-controller": Part("controlplane.controllers.ttl_after_finished", "TTL_AFTER_FINISHED"),
    "disruption-controller": Part("controlplane.controllers.disruption.component", "DISRUPTION"),
    "endpointslice-controller": Part("controlplane.controllers.endpoint_slice", "ENDPOINT_SLICE"),
    "node-lifecycle-controller": Part(
        "controlplane.controllers.node_lifecycle.component", "node_lifecycle", lambda make, settings: make()
    ),
    "taint-eviction-controller": Part("controlplane.controllers.taint_eviction", "TAINT_EVICTION"),
    "pod-garbage-collector-controller": Part("controlplane.controllers.pod_gc", "POD_GC"),
    "garbage-collector-controller": Part("controlplane.controllers.garbage_collector", "GARBAGE_COLLECTOR"),
    "resourcequota-controller": Part("controlplane.controllers.resource_quota", "RESOURCE_QUOTA"),
    "persistentvolume-binder-controller": Part(
        "controlplane.controllers.persistent_volume.component", "PERSISTENT_VOLUMES"
    ),
    "ephemeral-volume-controller": Part("controlplane.controllers.ephemeral_volume", "EPHEMERAL_VOLUMES"),
    "persistentvolumeclaim-protection-controller": Part("controlplane.controllers.volume_protection", "CLAIMS"),
    "persistentvolume-protection-controller": Part("controlplane.controllers.volume_protection", "VOLUMES"),
    "csi-provisioner": Part("controlplane.csi_provisioner", "CSI_PROVISIONER"),
    "namespace-controller": Part("controlplane.controllers.namespace", "NAMESPACES"),
    "scheduler": Part("controlplane.scheduling", "scheduler", lambda make, settings: make(settings.profile)),
    "drain": Part("controlplane.draining", "DRAIN"),
    "kubelet-node-status": Part("node.kubelet.node_status", "NODE_STATUS"),
    "kubelet": Part("node.kubelet.component", "kubelet", lambda make, settings: make(settings.does)),
    "cloud-node-controller": Part("controlplane.cloud", "INITIALIZER", usual=False),
    "cloud-node-lifecycle-controller": Part("controlplane.cloud", "NODE_REMOVAL", usual=False),
    "route-controller": Part("controlplane.cloud", "ROUTES", usual=False),
    "service-lb-controller": Part("controlplane.cloud", "LOAD_BALANCERS", usual=False),
    "descheduler": Part(
        "descheduler.component", "descheduler", lambda make, settings: make(settings.extras.descheduler), usual=False
    ),
    "gitops": Part("gitops", "gitops", lambda make, settings: make(settings.extras.gitops), usual=False),
    "second-scheduler": Part(
        "controlplane.scheduling",
        "second_scheduler",
        lambda make, settings: make(settings.extras.second_scheduler),
        usual=False,
    ),
    "cluster-autoscaler": Part(
        "cluster_autoscaler.component",
        "cluster_autoscaler",
        lambda make, settings: make(settings.extras.cluster_autoscaler, settings.profile),
        usual=False,
    ),
}
"""All components by their names, in the order in which they look."""

USUAL = tuple(name for name, part in COMPONENTS.items() if part.usual)
"""Those that run unless others are asked for."""

CONTROLLED_BY: Mapping[str, str] = {
    "Deployment": "deployment-controller",
    "ReplicaSet": "replicaset-controller",
    "StatefulSet": "statefulset-controller",
    "DaemonSet": "daemonset-controller",
    "Job": "job-controller",
    "CronJob": "cronjob-controller",
    "PodDisruptionBudget": "disruption-controller",
    "ReplicationController": "replicationcontroller",
    "HorizontalPodAutoscaler": "horizontal-pod-autoscaler",
    "PersistentVolumeClaim": "persistentvolume-binder-controller",
    "PersistentVolume": "persistentvolume-binder-controller",
    "ResourceQuota": "resourcequota-controller",
    "Service": "endpointslice-controller",
}
"""The component of kube-controller-manager that a kind waits for."""

NEEDS_NOBODY = frozenset(
    {"Pod", "Node", "Namespace", "PriorityClass", "RuntimeClass", "LimitRange", "StorageClass"}
    | {"CSIDriver", "CSINode", "CSIStorageCapacity", "VolumeAttachment"}
)
"""Kinds that are looked at, but that no component of their own moves."""

BESIDE = frozenset({"Service"})
"""Kinds without whose controller pods live all the same."""


class Note(NamedTuple):
    """Something of an input that no component here acts on. `decides`: Kubernetes would end up elsewhere; else only
    something beside the pods is missing."""

    text: str
    decides: bool = True


def components(names: Iterable[str] = USUAL, settings: Settings | None = None) -> tuple[Component, ...]:
    """These components. Raises BadInput for a name that is none of COMPONENTS."""
    chosen = set(names)
    for name in sorted(chosen - set(COMPONENTS)):
        raise BadInput(f"there is no component {name!r}; there are: {', '.join(COMPONENTS)}")
    used = settings or Settings()
    return tuple(part.load(used) for name, part in COMPONENTS.items() if name in chosen)


def not_modelled(
    found: Input, names: Iterable[str] = USUAL, schedulers: Collection[str] | None = None
) -> Iterator[Note]:
    """What of an input nobody acts on: kinds without their controller, claims, kinds that are not read, and pods of a
    scheduler that is none of `schedulers` (None: of any)."""
    chosen, by_kind = set(names), dict[str, list[Stated]]()
    for one in found.stated:
        by_kind.setdefault(one.key.kind, []).append(one)
    for kind, listed in by_kind.items():
        controller = CONTROLLED_BY.get(kind, "")
        unknown = listed[0].live is None and not listed[0].partial
        if kind not in NEEDS_NOBODY and (controller not in chosen or unknown):
            yield Note(_about(listed, f"not modelled: {controller}, so that nothing acts on it"), kind not in BESIDE)
    for name, named in _by_scheduler(found, schedulers).items():
        yield Note(_about(named, f"no scheduler {name!r} runs, so that its pods stay Pending"), decides=False)
    by_words: dict[tuple[str, bool], list[Stated]] = {}
    for point in claimed.open_points(found, admission_of([found])):
        by_words.setdefault((point.words, point.decides), []).append(point.one)
    for (words, decides), listed in by_words.items():
        yield Note(_about(listed, words), decides)
    there = {one.live.meta.uid for one in found.stated if one.live is not None}
    orphans = [one for one in found.stated if one.live is not None and _is_orphan(one.live.meta, there)]
    if orphans:
        yield Note(_about(orphans, "the owner is not in the input, so that it is collected as garbage"), decides=False)
    for kind, count in sorted(found.unread.items()):
        yield Note(f"{count} {kind or 'object without a kind'}: not read; nothing here rests on it", decides=False)


def _about(listed: Sequence[Stated], words: str) -> str:
    one = listed[0]
    name = one.key.name if one.key.namespace in ("", "default") else f"{one.key.namespace}/{one.key.name}"
    more = f" and {len(listed) - 1} more" if len(listed) > 1 else ""
    place = f"{one.place}: " if one.place else ""
    return f"{place}{one.key.kind} {name}{more}: {words}"


def _is_orphan(meta: Meta, there: set[str]) -> bool:
    """Whether none of its owners is there."""
    return bool(meta.owners) and not any(owner.uid in there for owner in meta.owners)


def _by_scheduler(found: Input, schedulers: Collection[str] | None) -> Mapping[str, Sequence[Stated]]:
    """What names schedulers that do not run, by their names."""
    named: dict[str, list[Stated]] = {}
    if schedulers is None:
        return named
    for one in found.stated:
        spec = pod_spec(one)
        name = (spec and spec.schedulerName) or DEFAULT_SCHEDULER
        if spec is not None and not spec.nodeName and name not in schedulers:
            named.setdefault(name, []).append(one)
    return named


def to_apply(found: Input) -> Sequence[Stated]:
    """The objects that a user applies to a world with the input's nodes, in the input's order."""
    return [one for one in found.stated if one.live is not None and one.key.kind != "Node"]


def picking(seed: int | None) -> Pick:
    """How equal options are chosen among: by a seed, or the first without one."""
    if seed is None:
        return first
    random = Random(seed)

    def choose(options: Sequence[T]) -> T:
        return options[random.randrange(len(options))]

    return choose
