"""Smaller clusters of the same shape: one workload at a time with what it needs, fewer replicas, fewer nodes of a kind.

What goes wrong in a small cluster is told in a short story, and is soon found. That nothing does says nothing of the
whole, and what does may not go wrong in the whole: whoever asks looks there too. Left out of smaller clusters: pods
that belong to workloads (their controllers make them anew), CronJobs, and other workloads' budgets, autoscalers and
Services.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from kubeproof.model.manifests.stated import Input, Stated
from kubeproof.model.objects.selectors import BadSelector, of_label_selector, of_labels
from kubeproof.model.story.shown import shown
from kubeproof.properties.queries.words import plural

LARGEST = 4
"""The most replicas, and nodes of one kind, in a smaller cluster."""

WORKLOADS = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Pod"})
COUNTS = ("replicas", "parallelism", "completions")
TERMS = "requiredDuringSchedulingIgnoredDuringExecution"

Document = dict[str, Any]


class Size(NamedTuple):
    """A cluster as manifests. `name` says how it is smaller than the whole."""

    name: str
    manifests: str


def text(found: Input) -> str:
    """All that was read as YAML documents, nodes of a sketch included."""
    return joined(map(document, (one for one in found.stated if one.raw is not None or one.key.kind == "Node")))


def joined(documents: Iterator[Document] | Sequence[Document]) -> str:
    """Documents as YAML, each a line of JSON."""
    return "\n---\n".join(msgspec.json.encode(one).decode() for one in documents) + "\n"


def document(one: Stated) -> Document:
    """An object as it was read, or as a sketch means it."""
    if one.raw is None or not one.origin.manifest:
        told = shown(one.key, one.live)
        told["metadata"].pop("resourceVersion", None)
        return told
    found: Document = msgspec.json.decode(one.origin.manifest)
    return found


def smaller(found: Input) -> Iterator[Size]:
    """Smaller clusters than the one that was read, the smallest first; each is different from those before."""
    objects = [one for one in found.stated if one.raw is not None or one.key.kind == "Node"]
    there = {hash(text(found))}
    parts = list(_parts(objects))
    for replicas, nodes in ((most, few) for most in range(1, LARGEST + 1) for few in range(1, most + 1)):
        for name, own in parts:
            told = [_capped(document(one), replicas) for one in _few_nodes(own, nodes)]
            manifests = joined(told)
            if hash(manifests) not in there:
                there.add(hash(manifests))
                yield Size(f"{name}{_counts(told)}", manifests)


def _counts(told: Sequence[Document]) -> str:
    nodes = sum(one["kind"] == "Node" for one in told)
    pods = sum(_replicas(one) for one in told if one["kind"] in WORKLOADS)
    return f"{plural(pods, 'pod')}, {plural(nodes, 'node')}"


def _replicas(one: Document) -> int:
    spec = one.get("spec") or {}
    if one["kind"] == "DaemonSet":
        return 0
    given = spec.get("parallelism" if one["kind"] == "Job" else "replicas")
    return given if isinstance(given, int) else 1


def _parts(objects: Sequence[Stated]) -> Iterator[tuple[str, list[Stated]]]:
    """What stands alone: each workload with those that it wants to be near, then all together."""
    workloads = [one for one in objects if one.key.kind in WORKLOADS and not _is_owned(one)]
    beside = [one for one in objects if one.key.kind not in WORKLOADS and one.key.kind != "CronJob"]
    daemons = [one for one in workloads if one.key.kind == "DaemonSet"]
    others = [one for one in workloads if one.key.kind != "DaemonSet"]
    if len(workloads) > 1:
        for one in (*others, *daemons):
            chosen = _near(one, workloads)
            name = one.key.name if one.key.namespace in ("", "default") else f"{one.key.namespace}/{one.key.name}"
            own = [each for each in (*beside, *chosen) if _is_of(each, chosen)]
            more = f" with {', '.join(each.key.name for each in chosen[1:])}" if chosen[1:] else ""
            yield f"{one.key.kind} {name} alone{more}: ", own
    yield "", [*beside, *workloads]


def _is_owned(one: Stated) -> bool:
    return one.live is not None and bool(one.live.meta.owners)


def _near(one: Stated, workloads: Sequence[Stated]) -> list[Stated]:
    """A workload and those that its pods have to be near to, over as many steps as there are."""
    found = [one]
    for each in found:
        spec = _pod_spec(document(each))
        terms = ((spec.get("affinity") or {}).get("podAffinity") or {}).get(TERMS) or []
        for other in workloads:
            if other not in found and any(_selects(term.get("labelSelector"), _labels(other)) for term in terms):
                found.append(other)
    return found


def _is_of(one: Stated, chosen: Sequence[Stated]) -> bool:
    """Whether an object concerns these workloads: budgets, Services and autoscalers of others do not."""
    spec = document(one).get("spec") or {}
    match one.key.kind:
        case "PodDisruptionBudget":
            return any(_same_space(one, each) and _selects(spec.get("selector"), _labels(each)) for each in chosen)
        case "Service":
            wanted = spec.get("selector") or {}
            return any(_same_space(one, each) and of_labels(wanted).matches(_labels(each)) for each in chosen)
        case "HorizontalPodAutoscaler":
            target = spec.get("scaleTargetRef") or {}
            names = (target.get("kind"), target.get("name"))
            return any(_same_space(one, each) and (each.key.kind, each.key.name) == names for each in chosen)
        case _:
            return True


def _same_space(one: Stated, other: Stated) -> bool:
    return one.key.namespace == other.key.namespace


def _pod_spec(told: Document) -> Mapping[str, Any]:
    spec = told.get("spec") or {}
    found: Mapping[str, Any] = spec if told["kind"] == "Pod" else (spec.get("template") or {}).get("spec") or {}
    return found


def _labels(one: Stated) -> Mapping[str, str]:
    told = document(one)
    meta = told.get("metadata") if told["kind"] == "Pod" else (told["spec"].get("template") or {}).get("metadata")
    labels: Mapping[str, str] = (meta or {}).get("labels") or {}
    return labels


def _selects(selector: object, labels: Mapping[str, str]) -> bool:
    from lightkube.models import meta_v1

    try:
        return of_label_selector(msgspec.convert(selector or {}, meta_v1.LabelSelector)).matches(labels)
    except (BadSelector, msgspec.ValidationError):
        return False


def _few_nodes(objects: Sequence[Stated], most: int) -> Iterator[Stated]:
    """The objects with so many nodes of each kind at most."""
    counted: dict[str, int] = {}
    for one in objects:
        if one.key.kind == "Node":
            kind = _kind(document(one))
            counted[kind] = counted.get(kind, 0) + 1
            if counted[kind] > most:
                continue
        yield one


def _kind(node: Document) -> str:
    """What nodes that are alike have in common: all but their names."""
    meta = node["metadata"]
    labels = {name: value for name, value in (meta.get("labels") or {}).items() if value != meta["name"]}
    spec, status = node.get("spec") or {}, node.get("status") or {}
    told = (labels, spec.get("taints"), spec.get("unschedulable"), status.get("allocatable"), status.get("capacity"))
    return msgspec.json.encode(told, order="deterministic").decode()


def _capped(told: Document, most: int) -> Document:
    """An object with so many replicas at most."""
    if told["kind"] not in WORKLOADS:
        return told
    spec = told.get("spec") or {}
    fewer = {name: min(spec[name], most) for name in COUNTS if isinstance(spec.get(name), int)}
    return {**told, "spec": {**spec, **fewer}} if fewer else told
