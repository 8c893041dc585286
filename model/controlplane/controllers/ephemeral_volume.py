"""The claims of generic ephemeral volumes: one for each, named after its pod, which owns it.

Follows pkg/controller/volume/ephemeral (v1.36). A claim of that name that somebody else owns is left alone: the
scheduler says so to the pod.
"""

from __future__ import annotations

import msgspec
from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import creation
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects import live_storage
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import CLAIM, LiveClaim
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.volumes import Claim


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    pod = look.get(key, LivePod)
    if pod is None or pod.meta.deleted_at is not None or is_terminal(pod):
        return
    if not any(isinstance(one, Claim) and one.ephemeral for one in pod.spec.volumes):
        return
    spec = msgspec.json.decode(pod.manifest, type=core_v1.PodSpec)
    for one in spec.volumes or ():
        told = one.ephemeral and one.ephemeral.volumeClaimTemplate
        at = Key(CLAIM, key.namespace, f"{key.name}-{one.name}")
        if not told or look.get(at, LiveClaim) is not None:
            continue
        own = told.metadata or meta_v1.ObjectMeta()
        named = meta_v1.ObjectMeta(name=at.name, namespace=at.namespace, labels=own.labels, annotations=own.annotations)
        made = live_storage.claim(core_v1.PersistentVolumeClaim(metadata=named, spec=told.spec))
        owner = creation.controller_of(pod.meta, "v1", "Pod")
        yield Write("create", at, replace(made, meta=replace(made.meta, owners=(owner,))))


EPHEMERAL_VOLUMES = Component("ephemeral-volume-controller", each("Pod"), _decide)
