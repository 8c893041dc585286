"""A cluster from input: `load` reads, types, admits, expands workloads, normalises, and says what is odd.

Left out: how text becomes objects (read.py, typed.py), what the API server and controllers do (model/controlplane).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import msgspec
from immutables import Map
from lightkube.models import core_v1, meta_v1, policy_v1
from msgspec.structs import replace

from kubeproof.model.controlplane import admission, templates
from kubeproof.model.errors import BadInput, KubeproofError
from kubeproof.model.manifests import read, references, schema, sketch, typed
from kubeproof.model.manifests.names import Names
from kubeproof.model.manifests.placed import explained, find, placed, subject
from kubeproof.model.manifests.read import Found
from kubeproof.model.manifests.selects import selecting_of
from kubeproof.model.objects import budget, storage
from kubeproof.model.objects import node as nodes_of
from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.namespace import ALWAYS_THERE, NAME_LABEL
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Normaliser, Pod
from kubeproof.model.objects.snapshot import Snapshot

_PROGRESS_EVERY = 1000

_STORAGE = {
    "volumes": "PersistentVolume",
    "claims": "PersistentVolumeClaim",
    "classes": "StorageClass",
    "csi_nodes": "CSINode",
    "csi_drivers": "CSIDriver",
    "capacities": "CSIStorageCapacity",
    "attachments": "VolumeAttachment",
}


class Loaded(msgspec.Struct, frozen=True):
    """What was read: the cluster, what to warn of (one line each), and the typed objects other than pods by kind."""

    snapshot: Snapshot
    warnings: tuple[str, ...] = ()
    objects: Mapping[str, Sequence[Any]] = {}


def load(
    sources: Iterable[str],
    *,
    nodes: str = "",
    strict: bool = False,
    context: str | None = None,
    namespace: str = "default",
    on_progress: Callable[[int], None] | None = None,
) -> Loaded:
    """The cluster that files, folders, standard input ('-'), a live cluster (`context`) and a sketch of nodes describe.

    `namespace` is that of objects which name none; `on_progress` is told how many objects were read, now and then.
    Raises BadInput; with `strict` also for what would otherwise be a warning about a kind or a field.
    """
    sources = tuple(sources)
    with _no_collector():
        loading = _Loading(strict, namespace, frozenset(sources))
        found = read.read(sources)
        if context is not None:
            from kubeproof.model.manifests import live

            found = chain(found, live.read_context(context, lambda problem: loading.warn([problem])))
        for count, one in enumerate(found, 1):
            loading.take(one)
            if on_progress is not None and count % _PROGRESS_EVERY == 0:
                on_progress(count)
        for node in sketch.nodes(nodes):
            loading.add_node(node)
        return loading.finish()


def load_text(text: str, namespace: str = "default") -> Loaded:
    """The cluster that a YAML text describes. Raises BadInput."""
    loading = _Loading(False, namespace, frozenset({""}))
    for found in read.documents(text, ""):
        loading.take(found)
    return loading.finish()


def add(
    snapshot: Snapshot,
    manifest: Mapping[str, Any] | str,
    *,
    objects: Mapping[str, Sequence[Any]] = Map(),
    namespace: str = "default",
) -> Snapshot:
    """The cluster with the pods of a manifest too (a mapping, or YAML text): pods, or workloads as the pods they get.

    `objects` are those that the cluster was loaded with: admission looks up classes there. A pod of the same name is
    replaced. Raises BadInput.
    """
    text = manifest if isinstance(manifest, str) else msgspec.json.encode(manifest).decode()
    loading = _Loading(False, namespace, frozenset({""}))
    loading.objects = {kind: list(objects.get(kind, ())) for kind in admission.LOOKED_UP}
    for node in snapshot.nodes:
        loading.add_node(node)
    for found in read.documents(text, ""):
        loading.take(found)
    new = loading.finish().snapshot
    joined = snapshot.with_pods(new.pods)
    selecting = snapshot.selecting.joined(new.selecting)
    return replace(joined, namespaces=new.namespaces.update(snapshot.namespaces), selecting=selecting)


@contextmanager
def _no_collector() -> Iterator[None]:
    """No search for cycles while many small values are made, none of which is part of one."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Waiting(msgspec.Struct, frozen=True):
    """A pod that is not admitted yet: the classes that admission looks up may still follow."""

    raw: core_v1.Pod
    origin: Origin


class _Loading:
    """What has been read so far."""

    def __init__(self, strict: bool, namespace: str, named: frozenset[str]) -> None:
        self.strict, self.names, self.named = strict, Names(namespace), named
        self.normaliser = Normaliser()
        self.nodes: dict[str, Node] = {}
        self.pods: list[Pod | _Waiting] = []
        self.objects: dict[str, list[Any]] = {}
        self.origins: dict[tuple[str, str, str], Origin] = {}
        self.warnings: list[BadInput] = []
        self.unknown: dict[tuple[str, str], tuple[BadInput, int]] = {}

    def take(self, found: Found) -> None:
        """Adds one object."""
        raw = typed.typed(found)
        if raw is None:
            self._unknown(found)
            return
        meta = self.names.meta(raw, found)
        if not meta.uid:
            self.warn(typed.unknown_fields(found))
        if found.kind == "Pod":
            self._pod(raw, meta, found)
        elif found.kind == "Node":
            self.node(raw, self._origin(found, meta, manifest=not meta.uid), found.json)
        else:
            self.objects.setdefault(found.kind, []).append(raw)
            self.origins[found.kind, meta.namespace or "", meta.name or ""] = self._origin(found, meta)

    def _unknown(self, found: Found) -> None:
        """Leaves out what is of no kind that is read: one warning for each kind, which counts."""
        problem, count = self.unknown.get((found.api_version, found.kind), (None, 0))
        if problem is None and (problem := typed.unknown_kind(found)) is None:
            return
        if self.strict or (found.file in self.named and not (found.kind and found.api_version)):
            raise problem  # a folder may hold other YAML; a file that a person names may not
        self.unknown[found.api_version, found.kind] = problem, count + 1

    def warn(self, problems: Iterable[BadInput]) -> None:
        """Notes problems that do not stop a person, unless they want them to."""
        for problem in problems:
            if self.strict:
                raise problem
            self.warnings.append(problem)

    def node(self, raw: Any, origin: Origin, json: bytes | msgspec.Raw) -> None:
        """Adds a node."""
        try:
            self.add_node(nodes_of.normalise(nodes_of.defaulted(raw), origin))
        except KubeproofError as error:
            raise explained(error, origin, json) from error

    def add_node(self, node: Node) -> None:
        """Adds a node that is ours already."""
        if node.name in self.nodes:
            raise self.names.twice(("Node", "", node.name), node.origin.file if node.origin else "")
        self.nodes[node.name] = node

    def finish(self) -> Loaded:
        """The whole: pods admitted, workloads expanded, references checked."""
        admit = admission.of_objects(self.objects)
        pods = [pod if isinstance(pod, Pod) else self._admitted(pod.raw, pod.origin, admit) for pod in self.pods]
        self.objects["PersistentVolumeClaim"] = [admit.claim(c) for c in self.objects.get("PersistentVolumeClaim", ())]
        pods += self._expanded(pods, admit)
        snapshot = Snapshot(
            nodes=tuple(self.nodes.values()),
            pods=tuple(pod for pod in pods if not pod.terminal),
            namespaces=self._namespaces(pods),
            storage=self._storage(),
            budgets=tuple(self._budget(raw) for raw in self.objects.get("PodDisruptionBudget", ())),
            selecting=selecting_of(self.objects, self.origins),
        )
        warnings = [f"{one}{f' (and {n - 1} more)' if n > 1 else ''}" for one, n in self.unknown.values()]
        warnings += map(str, (*self.warnings, *references.problems(snapshot, self.objects)))
        return Loaded(snapshot, tuple(warnings), {k: tuple(v) for k, v in self.objects.items()})

    def _origin(self, found: Found, meta: meta_v1.ObjectMeta, *, manifest: bool = True) -> Origin:
        namespace = "" if found.kind in schema.CLUSTER_WIDE else meta.namespace or ""
        text = bytes(found.json) if manifest else b""
        return Origin(
            found.file, found.document, found.item, found.kind, namespace, meta.name or "", (), text, found.line
        )

    def _pod(self, raw: Any, meta: meta_v1.ObjectMeta, found: Found) -> None:
        """Pods that an API server stored are as they are; of those that run, the text is not kept."""
        if raw.spec is None:
            raise typed.bad(found, "the Pod has no spec", "spec")
        origin = self._origin(found, meta, manifest=not (meta.uid and raw.spec.nodeName))
        if meta.uid or (raw.status and raw.status.phase):
            try:  # not `placed`: a context manager for each pod of a large dump takes its time
                self.pods.append(self.normaliser.pod(raw, origin))
            except (KubeproofError, OverflowError) as error:
                raise explained(error, origin, found.json) from error
        else:
            self.pods.append(_Waiting(raw, origin))

    def _admitted(self, raw: core_v1.Pod, origin: Origin, admit: admission.Admission) -> Pod:
        with placed(origin):
            return self.normaliser.pod(admit.pod(raw), origin)

    def _expanded(self, pods: Sequence[Pod], admit: admission.Admission) -> list[Pod]:
        """The pods that workloads would still get; claims that come with them are added to the objects."""
        if not any(self.objects.get(kind) for kind in templates.WORKLOADS):
            return []
        around = templates.Around(tuple(self.nodes.values()), pods, self.objects)
        claims = {(c.metadata.namespace, c.metadata.name) for c in self.objects["PersistentVolumeClaim"]}
        found: list[Pod] = []
        for kind in templates.WORKLOADS:
            for workload in self.objects.get(kind, ()):
                origin = self.origins[kind, workload.metadata.namespace or "", workload.metadata.name]
                with placed(origin):
                    made = list(templates.missing(workload, kind, around))
                before: templates.Made | None = None
                for one in made:
                    if before is not None and _alike(before.pod, one.pod):
                        found.append(replace(found[-1], name=(one.pod.metadata and one.pod.metadata.name) or ""))
                    else:
                        found.append(self._admitted(one.pod, replace(origin, template=one.template), admit))
                    before = one
                    for claim in one.claims:
                        key = (claim.metadata and claim.metadata.namespace, claim.metadata and claim.metadata.name)
                        if key not in claims:
                            claims.add(key)
                            self.objects["PersistentVolumeClaim"].append(admit.claim(claim))
        return found

    def _namespaces(self, pods: Iterable[Pod]) -> Map[str, Map[str, str]]:
        given = {n.metadata.name: n.metadata.labels or {} for n in self.objects.get("Namespace", ())}
        names = dict.fromkeys((*given, *ALWAYS_THERE, *(pod.namespace for pod in pods)))
        return Map({name: self.normaliser.labels({**given.get(name, {}), NAME_LABEL: name}) for name in names})

    def _budget(self, raw: policy_v1.PodDisruptionBudget) -> Budget:
        meta = raw.metadata or meta_v1.ObjectMeta()
        origin = self.origins["PodDisruptionBudget", meta.namespace or "", meta.name or ""]
        with placed(origin):
            return budget.normalise(raw, origin)

    def _storage(self) -> storage.Storage:
        try:
            return storage.normalise(**{name: self.objects.get(kind, ()) for name, kind in _STORAGE.items()})
        except KubeproofError as error:
            text = subject(error)
            origins = (origin for (kind, _, _), origin in self.origins.items() if kind in _STORAGE.values())
            for origin in origins:
                if find(origin.manifest, lambda value: value == text) is not None:
                    raise explained(error, origin, origin.manifest) from error
            raise


def _alike(one: core_v1.Pod, other: core_v1.Pod) -> bool:
    """Whether two pods are copies of one: what is decided for the first holds for the second, its name apart."""
    assert one.metadata is not None
    assert other.metadata is not None
    same = one.spec is other.spec and one.metadata.labels is other.metadata.labels
    return same and one.spec is not None and not any(volume.ephemeral for volume in one.spec.volumes or ())
