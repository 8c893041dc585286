"""What the API server does to a pod that is created: API defaulting, then admission plugins that change it (v1.34).

In its order: defaults, LimitRanger (limit_ranger.py), RuntimeClass, Priority, DefaultTolerationSeconds, and the
registry's merging of matchLabelKeys into the selectors (objects/label_keys.py).
Claims get the default StorageClass.
Of plugins that only refuse there are LimitRanger's bounds (`refusal`). Left out: pod security, and what webhooks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec
from lightkube.models import core_v1, meta_v1, node_v1, scheduling_v1, storage_v1
from msgspec.structs import replace

from kubeproof.model.controlplane import limit_ranger
from kubeproof.model.errors import BadInput
from kubeproof.model.objects import defaults
from kubeproof.model.objects.label_keys import merge_label_keys

BUILT_IN_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
LOOKED_UP = ("PriorityClass", "RuntimeClass", "LimitRange", "StorageClass")
"""The kinds that admission looks up."""

DEFAULT_CLASS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


class Admission(msgspec.Struct, frozen=True):
    """What admission looks up: the classes by name, the limit ranges by namespace, and the default storage class.

    `toleration_seconds`: --default-not-ready-toleration-seconds, and the same for unreachable nodes.
    """

    priority_classes: Mapping[str, scheduling_v1.PriorityClass]
    runtime_classes: Mapping[str, node_v1.RuntimeClass]
    limit_ranges: Mapping[str, Sequence[core_v1.LimitRange]]
    storage_class: str | None = None
    toleration_seconds: int = defaults.TOLERATION_SECONDS

    def pod(self, raw: core_v1.Pod) -> core_v1.Pod:
        """The pod as it is stored. Raises BadInput, with the path in the pod, where it is refused or a value is bad."""
        assert raw.spec is not None
        given = replace(raw, metadata=raw.metadata or meta_v1.ObjectMeta(), spec=defaults.default_pod(raw.spec))
        for limits in self._limits(given):
            given = limit_ranger.limited(given, limits)
        meta, spec = given.metadata, given.spec
        assert meta is not None
        assert spec is not None
        spec = self._runtime(spec)
        spec = self._priority(spec)
        spec = replace(spec, tolerations=defaults.default_tolerations(spec.tolerations, self.toleration_seconds))
        return replace(raw, metadata=meta, spec=merge_label_keys(spec, meta.labels))

    def refusal(self, stored: core_v1.Pod) -> str:
        """Why plugins that only refuse do not let an admitted pod in, "" where they do."""
        return limit_ranger.refusal(stored, self._limits(stored))

    def _limits(self, pod: core_v1.Pod) -> Sequence[core_v1.LimitRange]:
        return self.limit_ranges.get((pod.metadata and pod.metadata.namespace) or "default", ())

    def claim(self, raw: core_v1.PersistentVolumeClaim) -> core_v1.PersistentVolumeClaim:
        """The claim as it is stored: of the default class, where it names none (DefaultStorageClass)."""
        annotations = (raw.metadata and raw.metadata.annotations) or {}
        unnamed = raw.spec is not None and raw.spec.storageClassName is None
        if self.storage_class is None or not unnamed or "volume.beta.kubernetes.io/storage-class" in annotations:
            return raw
        assert raw.spec is not None
        return replace(raw, spec=replace(raw.spec, storageClassName=self.storage_class))

    def _priority(self, spec: core_v1.PodSpec) -> core_v1.PodSpec:
        """The number of the pod's class, of the default class, or 0 (plugin/pkg/admission/priority)."""
        name = spec.priorityClassName or self._default_priority()
        found = self.priority_classes.get(name)
        if name and found is None and name not in BUILT_IN_PRIORITIES:
            raise BadInput(_missing("PriorityClass", name, self.priority_classes), path="spec.priorityClassName")
        value = (found.value or 0) if found else BUILT_IN_PRIORITIES.get(name, 0)
        policy = (found and found.preemptionPolicy) or "PreemptLowerPriority"
        if spec.priority is not None and spec.priority != value:
            raise BadInput(f"admission refuses {spec.priority}: the class makes it {value}", path="spec.priority")
        if spec.preemptionPolicy is not None and spec.preemptionPolicy != policy:
            raise BadInput(f"admission refuses it: the class says {policy}", path="spec.preemptionPolicy")
        return replace(spec, priorityClassName=name or None, priority=value, preemptionPolicy=policy)

    def _default_priority(self) -> str:
        """The class with globalDefault, of several the one with the lowest value."""
        defaulting = [c for c in self.priority_classes.values() if c.globalDefault]
        lowest = min(defaulting, key=lambda c: c.value or 0, default=None)
        return (lowest and lowest.metadata and lowest.metadata.name) or ""

    def _runtime(self, spec: core_v1.PodSpec) -> core_v1.PodSpec:
        """Overhead, node selector and tolerations of the pod's runtime class (plugin/pkg/admission/runtimeclass)."""
        if not spec.runtimeClassName:
            return spec
        found = self.runtime_classes.get(spec.runtimeClassName)
        if found is None:
            raise BadInput(
                _missing("RuntimeClass", spec.runtimeClassName, self.runtime_classes), path="spec.runtimeClassName"
            )
        if found.overhead and found.overhead.podFixed and not spec.overhead:
            spec = replace(spec, overhead=found.overhead.podFixed)
        where = found.scheduling
        if where is None:
            return spec
        selector = dict(spec.nodeSelector or {})
        for key, value in (where.nodeSelector or {}).items():
            if selector.setdefault(key, value) != value:
                raise BadInput(f"admission refuses it: the RuntimeClass says {value}", path=f"spec.nodeSelector.{key}")
        known = {_identity(t) for t in spec.tolerations or ()}
        added = [t for t in where.tolerations or () if _identity(t) not in known]
        return replace(spec, nodeSelector=selector, tolerations=[*(spec.tolerations or ()), *added])


def of_objects(objects: Mapping[str, Sequence[Any]]) -> Admission:
    """The admission of a cluster with these typed objects, by kind."""
    limits: dict[str, list[core_v1.LimitRange]] = {}
    for one in objects.get("LimitRange", ()):
        limits.setdefault(one.metadata.namespace or "default", []).append(one)
    return Admission(
        priority_classes={c.metadata.name: c for c in objects.get("PriorityClass", ())},
        runtime_classes={c.metadata.name: c for c in objects.get("RuntimeClass", ())},
        limit_ranges=limits,
        storage_class=_default_class(objects.get("StorageClass", ())),
    )


def _default_class(classes: Sequence[storage_v1.StorageClass]) -> str | None:
    """The default storage class: of several the newest, then the first by name."""
    found = []
    for one in classes:
        meta = one.metadata or meta_v1.ObjectMeta()
        if any((meta.annotations or {}).get(key) == "true" for key in DEFAULT_CLASS):
            age = meta.creationTimestamp.timestamp() if meta.creationTimestamp else 0.0
            found.append((-age, meta.name or ""))
    return min(found)[1] if found else None


def _missing(kind: str, name: str, known: Iterable[str]) -> str:
    names = [*known, *(BUILT_IN_PRIORITIES if kind == "PriorityClass" else ())]
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(names)) or 'none'}"
    return f"admission refuses it: there is no {kind} '{name}' ({hint}); add it to the input"


def _identity(t: core_v1.Toleration) -> tuple[object, ...]:
    return t.key or "", t.operator or "", t.value or "", t.effect or "", t.tolerationSeconds
