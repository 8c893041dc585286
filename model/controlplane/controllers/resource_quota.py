"""What the resource-quota controller does: it counts what there is of all that a quota bounds.

Follows pkg/controller/resourcequota (v1.36); what counts is controlplane/quota.py. Upstream counts anew when something
is deleted or a quota changes, and every five minutes; between those the API server keeps the count: that is the same.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, each
from kubeproof.model.controlplane import quota as quotas
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.resource_quota import ResourceQuota, ResourceQuotaStatus


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    quota = look.get(key, ResourceQuota)
    if quota is None:
        return
    kinds = [kind for kind in quotas.COUNTED if quotas.names_of(kind, quota.spec.hard)]
    found: list[tuple[str, Any]] = [(kind, held) for kind in kinds for held in look.within(kind, key.namespace, object)]
    used = quotas.counted(quota, found, look.now)
    yield Write("status", key, replace(quota, status=ResourceQuotaStatus(quota.spec.hard, used)))
    ends = [over for _, held in found if isinstance(held, LivePod) and (over := quotas.over_at(held)) is not None]
    if (soonest := min((at for at in ends if at >= look.now), default=None)) is not None:
        yield Again(soonest + 1)


RESOURCE_QUOTA = Component("resourcequota-controller", each(quotas.KIND), _decide)
