"""The objects of an input as a world holds them, each with where it stands: `stated`.

What load.py is for questions about one moment, this is for a world, whose controllers make pods themselves. Statuses in
the input are left out: what was running starts anew. Kinds that nothing turns into an object of a world are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane import admission
from kubeproof.model.controlplane.admission import Admission
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.manifests import accepted, lines, owners, read, schema, sketch, typed
from kubeproof.model.manifests.names import Names
from kubeproof.model.manifests.placed import placed
from kubeproof.model.manifests.read import Found
from kubeproof.model.objects import node
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.pod_status import is_terminal
from kubeproof.model.objects.typed import LIVE, READY_NODE
from kubeproof.model.objects.typed_meta import meta

TEMPLATES: Mapping[str, tuple[str, ...]] = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}
"""Where the pod's own metadata and spec are in a kind; in others at spec.template."""

NEEDS_SPEC = frozenset({"Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"})
"""Kinds that say nothing without a spec."""


class Stated(NamedTuple):
    """One object: its name, as a world holds it (None: no rule makes it one), as it was typed, and where it stands.

    Of what is only a part of an object, to be applied on the server's side, there is neither.
    """

    key: Key
    live: Any
    raw: Any
    origin: Origin

    @property
    def partial(self) -> bool:
        """Whether it is only a part of an object."""
        return self.live is None and self.raw is None

    @property
    def place(self) -> str:
        """File and line."""
        line = lines.locate(self.origin, "kind")
        return f"{self.origin.file}:{line}" if line else self.origin.file


class Input(NamedTuple):
    """What was read. `typed`: all objects by kind; `unread`: the kinds that are not read, and how many of each."""

    stated: tuple[Stated, ...]
    typed: Mapping[str, Sequence[Any]]
    unread: Mapping[str, int]
    warnings: tuple[str, ...] = ()


def stated(
    sources: Iterable[str],
    *,
    nodes: str = "",
    namespace: str = "default",
    strict: bool = False,
    known: Sequence[Input] = (),
    partial: bool = False,
) -> Input:
    """The objects of files, folders and standard input ('-'), and the nodes of a sketch. Raises BadInput.

    `known`: what was applied before, whose classes count too. `partial`: parts of objects will do, and what the API
    server makes of them is its own business.
    """
    reading = _Reading(namespace, strict, partial, tuple(known))
    return _read(read.read(sources), nodes, reading)


def stated_text(
    text: str, *, file: str = "", namespace: str = "default", known: Sequence[Input] = (), partial: bool = False
) -> Input:
    """The objects of a YAML (or JSON) text. Raises BadInput."""
    return _read(read.documents(text, file), "", _Reading(namespace, False, partial, tuple(known)))


def of_cluster(objects: Mapping[str, Sequence[Any]], nodes: Iterable[Node], pods: Iterable[Pod]) -> Input:
    """The objects of a cluster that was loaded (load.py): its pods that are not of workloads need their manifests.

    Raises NotModelled for a pod that was read without its text, as of a dump.
    """
    listed = [_sketched(node) for node in nodes]
    for kind, kept in objects.items():
        listed += [_typed(kind, raw, Origin("", kind=kind)) for raw in kept]
    for pod in pods:
        if pod.origin is not None and pod.origin.kind != "Pod":
            continue
        if pod.origin is None or not pod.origin.manifest:
            raise NotModelled(f"pod {pod.key}", "a pod without its manifest in a world (read the files with kp.world)")
        listed.append(_typed("Pod", msgspec.json.decode(pod.origin.manifest, type=core_v1.Pod), pod.origin))
    typed_ = {**objects, "Pod": [one.raw for one in listed if one.key.kind == "Pod"]}
    return Input(tuple(listed), typed_, {})


def admission_of(inputs: Iterable[Input]) -> Admission:
    """How an API server admits pods to which these inputs were applied, of two classes of one name the later one."""
    listed = tuple(inputs)
    kinds = {kind: [one for found in listed for one in found.typed.get(kind, ())] for kind in admission.LOOKED_UP}
    return admission.of_objects(kinds)


class _Reading(NamedTuple):
    """How an input is read."""

    namespace: str
    strict: bool
    partial: bool
    known: tuple[Input, ...]


class _Bare(msgspec.Struct):
    """What every object has."""

    metadata: meta_v1.ObjectMeta | None = None


def _read(found: Iterable[Found], nodes: str, how: _Reading) -> Input:
    names, listed, warnings, strict = Names(how.namespace), list[Stated](), list[str](), how.strict
    objects: dict[str, list[Any]] = {}
    unread: dict[str, int] = {}
    for one in found:
        try:
            raw: Any = typed.typed(one)
        except BadInput:
            if not how.partial:
                raise
            listed.append(_partly(one, names))
            continue
        if raw is None:
            problem = typed.unknown_kind(one)
            if problem is not None and (strict or not (one.kind and one.api_version)):
                raise problem
            unread[one.kind] = unread.get(one.kind, 0) + 1
            continue
        if not names.meta(raw, one).uid:
            for problem in typed.unknown_fields(one):
                if strict:
                    raise problem
                warnings.append(str(problem))
        if one.kind == "Pod" and raw.status and is_terminal(raw.status.phase or ""):
            warnings.append(f"{typed.bad(one, '').file}: Pod {raw.metadata.name} has ended: left out")
            continue
        objects.setdefault(one.kind, []).append(raw)
        listed.append(_stated(one, raw))
    listed += [_sketched(one) for one in sketch.nodes(nodes)]
    _once(listed)
    admit = admission_of((*how.known, Input(tuple(listed), objects, unread)))
    for each in listed:
        _admissible(each, admit)
        if each.live and not each.live.meta.uid and not how.partial:
            accepted.unasked(each.origin)
    return Input(tuple(_owned(listed, warnings)), objects, unread, tuple(warnings))


def _owned(listed: Iterable[Stated], warnings: list[str]) -> Iterator[Stated]:
    """The objects, with the owners that they name (owners.py)."""
    by_name = {one.key: one for one in listed}
    new = owners.completed({key: one.live for key, one in by_name.items() if one.live is not None})
    added = [key for key in new if key not in by_name]
    if added:
        about = f"{added[0].namespace}/{added[0].name}" + (f" and {len(added) - 1} more" if len(added) > 1 else "")
        warnings.append(f"ReplicaSet {about}: not in the input, taken to be of the Deployment's template")
    for key in added:
        yield Stated(key, new[key], None, Origin("", kind=key.kind, namespace=key.namespace, name=key.name))
    for key, one in by_name.items():
        yield one._replace(live=new.get(key, one.live))


def _admissible(one: Stated, admit: Admission) -> None:
    """Nothing, where the API server would admit the pods of an object."""
    spec = pod_spec(one)
    if spec is not None and not (one.live and one.live.meta.uid):
        with placed(one.origin):
            own = meta_v1.ObjectMeta(name=one.key.name, namespace=one.key.namespace)
            admit.pod(core_v1.Pod(metadata=own, spec=spec))


def pod_spec(one: Stated) -> core_v1.PodSpec | None:
    """The spec of the pod that an object is, or of those that it makes; None where it makes none."""
    found: Any = one.raw
    for step in (*one.origin.template, "spec"):
        found = getattr(found, step, None)
    return found if isinstance(found, core_v1.PodSpec) else None


def _stated(found: Found, raw: Any) -> Stated:
    if found.kind in NEEDS_SPEC and raw.spec is None:
        raise typed.bad(found, f"the {found.kind} has no spec", "spec")
    place = Origin(found.file, found.document, found.item, found.kind, manifest=bytes(found.json), line=found.line)
    return _typed(found.kind, raw, place)


def _partly(found: Found, names: Names) -> Stated:
    """A part of an object: its name is all that is read of it."""
    own = names.meta(typed.decoded(found, _Bare), found)
    key = Key(found.kind, "" if found.kind in schema.CLUSTER_WIDE else own.namespace or "default", own.name or "")
    place = Origin(found.file, found.document, found.item, found.kind, manifest=bytes(found.json), line=found.line)
    return Stated(key, None, None, replace(place, namespace=key.namespace, name=key.name))


def _typed(kind: str, raw: Any, place: Origin) -> Stated:
    own, template = raw.metadata, TEMPLATES.get(kind, ("spec", "template"))
    key = Key(kind, "" if kind in schema.CLUSTER_WIDE else own.namespace or "default", own.name or "")
    place = replace(place, namespace=key.namespace, name=key.name, template=template)
    rule = LIVE.get(kind)
    if rule is None:
        return Stated(key, None, raw, place)
    with placed(place):
        live = rule(node.defaulted(raw) if kind == "Node" else raw)
    if kind == "Pod" and raw.status and raw.status.phase and not live.meta.uid:
        live = replace(live, meta=replace(live.meta, uid=f"pod-{key.namespace}-{key.name}"))  # it was admitted before
    return Stated(key, live, raw, place)


def _sketched(one: Node) -> Stated:
    own = meta(meta_v1.ObjectMeta(name=one.name, labels=dict(one.labels)), namespaced=False)
    live = LiveNode(own, one.taints, one.unschedulable, (READY_NODE,), one.allocatable, one.images)
    return Stated(Key("Node", "", one.name), live, None, Origin(sketch.FILE, kind="Node", name=one.name))


def _once(listed: Iterable[Stated]) -> None:
    """A node of the sketch is no node of the files."""
    there = set[Key]()
    for one in listed:
        if one.key in there:
            raise BadInput(f"the node {one.key.name} stands twice", file=sketch.FILE)
        there.add(one.key)
