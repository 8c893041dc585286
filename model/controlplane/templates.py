"""The pods that controllers would still create: one rule for each kind of workload (v1.34).

Names are short so that they can be typed, where Kubernetes would add random letters: web-1 … web-6 for the
Deployment web, log-agent-node1 for a DaemonSet's pod on node1; a StatefulSet's own names are already such. Pods that
are there count: only what is missing is made. Labels, owners and tolerations are those that the controllers set; label
values that controllers draw from hashes and uids are drawn from the template, so the same input gives the same pods.
Left out: rollouts (surge, old replica sets), back-off and failures; what a controller would delete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any, NamedTuple

import msgspec
from lightkube.models import apps_v1, autoscaling_v2, batch_v1, core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.daemonset import eligibility
from kubeproof.model.controlplane.controllers.daemonset import pod as daemon
from kubeproof.model.errors import BadInput
from kubeproof.model.objects import pod
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.values import ClusterValues

TEMPLATE = ("spec", "template")
MOST_PODS = 200_000
"""How many pods are made for one workload; Kubernetes is built for 150,000 in a cluster."""

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_HASH_LETTERS = frozenset(_ALPHABET)


class Made(NamedTuple):
    """A pod that a controller would create, where in its workload the template stands, and the claims it comes with."""

    pod: core_v1.Pod
    template: tuple[str, ...] = TEMPLATE
    claims: tuple[core_v1.PersistentVolumeClaim, ...] = ()


class Around:
    """What controllers see beside their workloads: nodes, pods and the other workloads. Gives every new name once."""

    def __init__(self, nodes: Sequence[Node], pods: Iterable[Pod], objects: Mapping[str, Sequence[Any]]) -> None:
        self.nodes, self.objects = nodes, objects
        self._owned: dict[tuple[str, str], list[Pod]] = {}
        self._names: dict[str, set[str]] = {}
        self._sets: dict[tuple[str, str], list[str]] = {}
        for one in pods:
            self._owned.setdefault((one.namespace, one.owner), []).append(one)
            self._names.setdefault(one.namespace, set()).add(one.name)
        for namespace, owner in self._owned:
            kind, _, name = owner.partition("/")
            deployment, _, tag = name.rpartition("-")
            if kind == "ReplicaSet" and not set(tag) - _HASH_LETTERS:
                self._sets.setdefault((namespace, deployment), []).append(owner)
        own = [_meta(one) for one in objects.get("ReplicaSet", ())]
        self._deployed = {
            (_ns(meta), o.name)
            for meta in own
            for o in meta.ownerReferences or ()
            if o.controller and o.kind == "Deployment"
        }

    def has(self, namespace: str, owner: str, name: str) -> bool:
        """Whether an owner has a pod of this name, whatever its state."""
        return any(one.name == name for one in self._owned.get((namespace, owner), ()))

    def alive(self, namespace: str, owner: str) -> list[Pod]:
        """The pods of an owner ('Kind/name') that run or wait, and are not being deleted."""
        return [one for one in self._owned.get((namespace, owner), ()) if not (one.terminal or one.deleting)]

    def alive_of_deployment(self, meta: meta_v1.ObjectMeta) -> list[Pod]:
        """The pods of replica sets that are not in the input, but are named as a Deployment names its own."""
        owners = self._sets.get((_ns(meta), meta.name or ""), ())
        return [one for owner in owners for one in self.alive(_ns(meta), owner) if "pod-template-hash" in one.labels]

    def has_replica_sets(self, meta: meta_v1.ObjectMeta) -> bool:
        """Whether replica sets of this Deployment are in the input."""
        return (_ns(meta), meta.name or "") in self._deployed

    def new_name(self, meta: meta_v1.ObjectMeta, ordinals: Iterator[int]) -> str:
        """The workload's name with the next of these numbers that is free."""
        taken = self._names.setdefault(_ns(meta), set())
        name = next(n for n in (f"{meta.name}-{number}" for number in ordinals) if n not in taken)
        taken.add(name)
        return name


def missing(workload: Any, kind: str, around: Around) -> Iterator[Made]:
    """The pods that the controller of this typed workload would still create."""
    rule = _RULES.get(kind)
    if rule is not None and workload.spec is not None and workload.metadata.deletionTimestamp is None:
        yield from rule(workload, around)


def hashed(template: object) -> str:
    """A template's hash, of the same shape as Kubernetes' (fnv32a, SafeEncodeString), though not of the same value."""
    number = 0x811C9DC5
    for byte in msgspec.json.encode(template):
        number = (number ^ byte) * 0x01000193 % 2**32
    return "".join(_ALPHABET[ord(digit) % len(_ALPHABET)] for digit in str(number))


def _deployment(raw: apps_v1.Deployment, around: Around) -> Iterator[Made]:
    """The pods of the one replica set that it would make; where it has replica sets, they speak for themselves."""
    meta, spec = _meta(raw), raw.spec
    assert spec is not None
    if around.has_replica_sets(meta):
        return
    tag = hashed(spec.template)
    owner = _owner("ReplicaSet", f"{meta.name}-{tag}", "apps/v1")
    first = _pod(meta, spec.template, "", owner, {"pod-template-hash": tag})
    yield from _copies(
        first, meta, _replicas(spec.replicas, "Deployment", meta, around), around.alive_of_deployment(meta), around
    )


def _replica_set(raw: apps_v1.ReplicaSet, around: Around) -> Iterator[Made]:
    meta, spec = _meta(raw), raw.spec
    assert spec is not None
    if spec.template is None:
        return
    by = next((o for o in meta.ownerReferences or () if o.controller and o.kind == "Deployment"), None)
    first = _pod(meta, spec.template, "", _owner("ReplicaSet", meta.name or "", "apps/v1", meta.uid), {})
    alive = around.alive(_ns(meta), f"ReplicaSet/{meta.name}")
    named = replace(meta, name=by.name) if by else meta
    yield from _copies(first, named, _replicas(spec.replicas, "ReplicaSet", meta, around), alive, around)


def _replication_controller(raw: core_v1.ReplicationController, around: Around) -> Iterator[Made]:
    meta, spec = _meta(raw), raw.spec
    if spec is None or spec.template is None:
        return
    first = _pod(meta, spec.template, "", _owner("ReplicationController", meta.name or "", "v1", meta.uid), {})
    alive = around.alive(_ns(meta), f"ReplicationController/{meta.name}")
    yield from _copies(first, meta, _replicas(spec.replicas, "ReplicationController", meta, around), alive, around)


def _stateful_set(raw: apps_v1.StatefulSet, around: Around) -> Iterator[Made]:
    """Pods by ordinal from `start`, each with its labels and claims; all of them, though it makes one at a time."""
    meta, spec = _meta(raw), raw.spec
    assert spec is not None
    start = (spec.ordinals and spec.ordinals.start) or 0
    owner = _owner("StatefulSet", meta.name or "", "apps/v1", meta.uid)
    revision = f"{meta.name}-{hashed(spec.template)}"
    for ordinal in range(start, start + _replicas(spec.replicas, "StatefulSet", meta, around)):
        name = f"{meta.name}-{ordinal}"
        if around.has(_ns(meta), f"StatefulSet/{meta.name}", name):
            continue
        labels = {
            "apps.kubernetes.io/pod-index": str(ordinal),
            "controller-revision-hash": revision,
            "statefulset.kubernetes.io/pod-name": name,
        }
        made = _pod(meta, spec.template, name, owner, labels)
        claims = tuple(_claim(c, meta, spec, name) for c in spec.volumeClaimTemplates or ())
        yield Made(_with_claims(made, claims, spec), TEMPLATE, claims)


def _daemon_set(raw: apps_v1.DaemonSet, around: Around) -> Iterator[Made]:
    """A pod, pinned to its node, for each node that should run one and has none (daemon.NodeShouldRunDaemonPod)."""
    meta, spec = _meta(raw), raw.spec
    assert spec is not None
    owner = _owner("DaemonSet", meta.name or "", "apps/v1", meta.uid)
    labels = {"controller-revision-hash": hashed(spec.template), "pod-template-generation": "1"}
    wanted = _pod(meta, spec.template, meta.name or "", owner, labels)
    assert wanted.spec is not None
    wanted = replace(wanted, spec=daemon.tolerating(wanted.spec))
    ours = pod.normalise(wanted)
    covered = {daemon.place(p.node, p.spec) for p in around.alive(_ns(meta), f"DaemonSet/{meta.name}")}
    for at in ClusterValues(Snapshot(tuple(around.nodes))).nodes:
        if at.node.name not in covered and eligibility.should_run(ours, at).run:
            yield Made(_daemon(wanted, at.node.name))


def _job(raw: batch_v1.Job, around: Around) -> Iterator[Made]:
    """As many pods as may run at once and are still needed (job.manageJob); the lowest open indexes first."""
    meta, spec = _meta(raw), raw.spec
    assert spec is not None
    ended = any(
        c.type in ("Complete", "Failed") and c.status == "True" for c in (raw.status and raw.status.conditions) or ()
    )
    if spec.suspend or ended:
        return
    yield from _job_pods(meta, spec, raw.status, around, TEMPLATE)


def _cron_job(raw: batch_v1.CronJob, around: Around) -> Iterator[Made]:
    """The pods of one run; of a cron job that lives in a cluster none, for its jobs speak for themselves."""
    meta, spec = _meta(raw), raw.spec
    assert spec is not None
    if spec.suspend or meta.uid or spec.jobTemplate.spec is None or spec.jobTemplate.spec.suspend:
        return
    yield from _job_pods(meta, spec.jobTemplate.spec, None, around, ("spec", "jobTemplate", "spec", "template"))


def _job_pods(
    meta: meta_v1.ObjectMeta,
    spec: batch_v1.JobSpec,
    status: batch_v1.JobStatus | None,
    around: Around,
    template: tuple[str, ...],
) -> Iterator[Made]:
    alive = around.alive(_ns(meta), f"Job/{meta.name}")
    parallelism = _within(
        1 if spec.parallelism is None else spec.parallelism, ".".join((*template[:-1], "parallelism"))
    )
    done = (status and status.succeeded) or 0
    left = parallelism if spec.completions is None else min(parallelism, spec.completions - done)
    if spec.completions is None and done:
        left = 0  # a work queue of which one pod has succeeded takes no new ones
    owner = _owner("Job", meta.name or "", "batch/v1", meta.uid)
    labels = {
        "batch.kubernetes.io/job-name": meta.name or "",
        "job-name": meta.name or "",
        "batch.kubernetes.io/controller-uid": owner.uid,
        "controller-uid": owner.uid,
    }
    if spec.completionMode != "Indexed":
        for made in _copies(_pod(meta, spec.template, "", owner, labels), meta, left, alive, around):
            yield made._replace(template=template)
        return
    key = "batch.kubernetes.io/job-completion-index"
    running = {one.labels.get(key) for one in alive}
    done_indexes = _ranges((status and status.completedIndexes) or "")
    open_indexes = (
        index
        for index in range(spec.completions or 0)
        if str(index) not in running and not any(first <= index <= last for first, last in done_indexes)
    )
    for index in islice(open_indexes, max(0, left - len(alive))):
        yield Made(_pod(meta, spec.template, f"{meta.name}-{index}", owner, {**labels, key: str(index)}), template)


def _copies(
    first: core_v1.Pod, meta: meta_v1.ObjectMeta, wanted: int, alive: Sequence[Pod], around: Around
) -> Iterator[Made]:
    """The missing ones of `wanted` equal pods, numbered after those that are there."""
    assert first.metadata is not None
    ordinals = count(len(alive) + 1)
    for _ in range(wanted - len(alive)):
        yield Made(replace(first, metadata=replace(first.metadata, name=around.new_name(meta, ordinals))))


def _pod(
    meta: meta_v1.ObjectMeta,
    template: core_v1.PodTemplateSpec,
    name: str,
    owner: meta_v1.OwnerReference,
    labels: Mapping[str, str],
) -> core_v1.Pod:
    own = template.metadata or meta_v1.ObjectMeta()
    if template.spec is None:
        raise BadInput("the pod template has no spec", path="spec.template.spec")
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(
            name=name,
            namespace=meta.namespace,
            labels={**(own.labels or {}), **labels},
            annotations=own.annotations,
            ownerReferences=[owner],
        ),
        spec=template.spec,
    )


def _owner(kind: str, name: str, api_version: str, uid: str | None = None) -> meta_v1.OwnerReference:
    """The reference to a controller; one that no API server has named yet gets a uid drawn from its name."""
    return meta_v1.OwnerReference(
        apiVersion=api_version,
        kind=kind,
        name=name,
        uid=uid or f"{kind.lower()}-{hashed([kind, name])}",
        controller=True,
    )


def _replicas(given: int | None, kind: str, meta: meta_v1.ObjectMeta, around: Around) -> int:
    """The wanted number: 1 where none is given; within an autoscaler's bounds, which 0 switches off."""
    wanted = 1 if given is None else given
    for hpa in around.objects.get("HorizontalPodAutoscaler", ()):
        if wanted and _scales(hpa, kind, meta):
            least = 1 if hpa.spec.minReplicas is None else hpa.spec.minReplicas
            wanted = min(max(wanted, least), hpa.spec.maxReplicas)
    return _within(wanted, "spec.replicas")


def _within(wanted: int, path: str) -> int:
    """The number, unless it is of more pods than a cluster holds."""
    if wanted > MOST_PODS:
        raise BadInput(f"{wanted} pods of one workload: at most {MOST_PODS} are made", path=path)
    return wanted


def _scales(hpa: autoscaling_v2.HorizontalPodAutoscaler, kind: str, meta: meta_v1.ObjectMeta) -> bool:
    target = hpa.spec.scaleTargetRef
    return (target.kind, target.name) == (kind, meta.name) and _ns(_meta(hpa)) == _ns(meta)


def _claim(
    raw: core_v1.PersistentVolumeClaim, meta: meta_v1.ObjectMeta, spec: apps_v1.StatefulSetSpec, name: str
) -> core_v1.PersistentVolumeClaim:
    """A StatefulSet's claim for one pod: <template>-<pod>, with the set's own labels (getPersistentVolumeClaims)."""
    own = raw.metadata or meta_v1.ObjectMeta()
    labels = {**(own.labels or {}), **(spec.selector.matchLabels or {})}
    named = replace(own, name=f"{own.name}-{name}", namespace=meta.namespace, labels=labels)
    return replace(raw, metadata=named)


def _with_claims(
    made: core_v1.Pod, claims: Sequence[core_v1.PersistentVolumeClaim], spec: apps_v1.StatefulSetSpec
) -> core_v1.Pod:
    """The pod with a volume for each claim; it replaces one of the template of the same name (updateStorage)."""
    assert made.spec is not None
    names = [_meta(c).name or "" for c in spec.volumeClaimTemplates or ()]
    own = [v for v in made.spec.volumes or () if v.name not in names]
    added = [
        core_v1.Volume(
            name=name,
            persistentVolumeClaim=core_v1.PersistentVolumeClaimVolumeSource(claimName=_meta(claim).name or ""),
        )
        for name, claim in zip(names, claims, strict=True)
    ]
    return replace(made, spec=replace(made.spec, volumes=[*added, *own]))


def _daemon(made: core_v1.Pod, node: str) -> core_v1.Pod:
    assert made.spec is not None
    assert made.metadata is not None
    named = replace(made.metadata, name=f"{made.metadata.name}-{node}")
    return replace(made, metadata=named, spec=daemon.pinned(made.spec, node))


def _ranges(text: str) -> list[tuple[int, int]]:
    """The first and last numbers of each part of a text such as '1,3-5'; other parts say nothing."""
    parts = (re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part) for part in text.split(","))
    return [(int(part[1]), int(part[2] or part[1])) for part in parts if part]


def _meta(raw: Any) -> meta_v1.ObjectMeta:
    found: meta_v1.ObjectMeta = raw.metadata or meta_v1.ObjectMeta()
    return found


def _ns(meta: meta_v1.ObjectMeta) -> str:
    return meta.namespace or "default"


_RULES: Mapping[str, Callable[[Any, Around], Iterator[Made]]] = {
    "Deployment": _deployment,
    "ReplicaSet": _replica_set,
    "ReplicationController": _replication_controller,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "CronJob": _cron_job,
}
WORKLOADS = tuple(_RULES)
"""The kinds whose pods are made here."""
