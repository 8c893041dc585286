"""From typed metadata and pod templates (lightkube-models) to ours: what every kind shares; see typed.py."""

from __future__ import annotations

import msgspec
from immutables import Map
from lightkube.models import core_v1, meta_v1

from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod import normalise
from kubeproof.model.objects.run_spec import run_spec
from kubeproof.model.objects.template import PodTemplate


def meta(raw: meta_v1.ObjectMeta | None, *, namespaced: bool = True) -> Meta:
    """Ours for typed metadata; times that the API server gives are left out."""
    found = raw or meta_v1.ObjectMeta()
    return Meta(
        name=found.name or found.generateName or "",
        namespace=(found.namespace or "default") if namespaced else "",
        uid=found.uid or "",
        labels=Map(found.labels or {}),
        annotations=Map(found.annotations or {}),
        owners=tuple(_owner(one) for one in found.ownerReferences or ()),
        finalizers=tuple(found.finalizers or ()),
    )


def _owner(raw: meta_v1.OwnerReference) -> Owner:
    return Owner(raw.apiVersion, raw.kind, raw.name, raw.uid, bool(raw.controller), bool(raw.blockOwnerDeletion))


def template(raw: core_v1.PodTemplateSpec | None, namespace: str) -> PodTemplate:
    """Ours for the template of a workload in that namespace. Raises BadInput where a value of it is bad."""
    if raw is None or raw.spec is None:
        return PodTemplate()
    own = meta(raw.metadata)
    pod = core_v1.Pod(
        metadata=meta_v1.ObjectMeta(name="template", namespace=namespace, labels=dict(own.labels)), spec=raw.spec
    )
    return PodTemplate(
        labels=own.labels,
        annotations=own.annotations,
        finalizers=own.finalizers,
        run=run_spec(raw.spec),
        spec=normalise(pod).spec,
        manifest=msgspec.json.encode(raw.spec, order="sorted"),
    )
