"""The pods of a StatefulSet by name: ordinals, labels, claims, and how one is made (v1.36.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from immutables import Map
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import creation
from kubeproof.model.controlplane.controllers.history import REVISION_HASH
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import LiveClaim, asked
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.statefulset import StatefulSet
from kubeproof.model.objects.template import PodTemplate

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"

_NAME = re.compile(r"(.*)-([0-9]+)", re.DOTALL)
_MOST = 2**31


def ordinal(pod: LivePod) -> int:
    """The number at the end of the pod's name, -1 where there is none that is an int32 (getOrdinal)."""
    found = _NAME.fullmatch(pod.meta.name)
    number = int(found[2]) if found else -1
    return number if number < _MOST else -1


def is_member(owner: StatefulSet, pod: LivePod) -> bool:
    """Whether the pod's name is one of the set's (isMemberOf)."""
    found = _NAME.fullmatch(pod.meta.name)
    return found is not None and found[1] == owner.meta.name


def revision_of(pod: LivePod) -> str:
    """The name of the revision that the pod is of (getPodRevision)."""
    return pod.meta.labels.get(REVISION_HASH, "")


def made(owner: StatefulSet, template: PodTemplate, revision: str, number: int) -> Write:
    """The request for the pod of an ordinal, of a revision (newStatefulSetPod)."""
    name = f"{owner.meta.name}-{number}"
    labels = {REVISION_HASH: revision, POD_NAME: name, POD_INDEX: str(number)}
    by = creation.controller_of(owner.meta, "apps/v1", "StatefulSet")
    return creation.create_pod(_with_claims(owner, template, name), by, owner.meta.namespace, name, labels)


def claims(owner: StatefulSet, number: int) -> Iterator[Write]:
    """The requests for the claims of the pod of an ordinal (getPersistentVolumeClaims)."""
    pod = f"{owner.meta.name}-{number}"
    selected = {one.key: one.values[0] for one in owner.spec.selector.requirements if one.operator == "="}
    for raw in owner.spec.claims:
        given = msgspec.json.decode(raw)
        own = given.get("metadata") or {}
        name = f"{own.get('name')}-{pod}"
        labels: Map[str, str] = Map({**(own.get("labels") or {}), **selected})
        meta = Meta(name, owner.meta.namespace, labels=labels, annotations=Map(own.get("annotations") or {}))
        spec = msgspec.convert(given.get("spec") or {}, core_v1.PersistentVolumeClaimSpec)
        held = LiveClaim(meta, asked(spec, meta), spec.volumeName or "", msgspec.json.encode(spec, order="sorted"))
        yield Write("create", Key("PersistentVolumeClaim", owner.meta.namespace, name), held)


def identified(owner: StatefulSet, pod: LivePod) -> LivePod:
    """The pod with the labels that its name asks for (updateIdentity); itself where it has them."""
    labels = {POD_NAME: pod.meta.name, POD_INDEX: str(ordinal(pod))}
    if all(pod.meta.labels.get(key) == text for key, text in labels.items()):
        return pod
    return replace(pod, meta=replace(pod.meta, labels=pod.meta.labels.update(labels)))


def _with_claims(owner: StatefulSet, template: PodTemplate, pod: str) -> PodTemplate:
    """The template with a volume for each claim, before its others (updateStorage)."""
    if not owner.spec.claims or not template.manifest:
        return template
    names = [(msgspec.json.decode(raw).get("metadata") or {}).get("name") for raw in owner.spec.claims]
    spec = msgspec.json.decode(template.manifest)
    others = [volume for volume in spec.get("volumes") or () if volume.get("name") not in names]
    added = [{"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{pod}"}} for name in names]
    return replace(template, manifest=msgspec.json.encode({**spec, "volumes": [*added, *others]}))
