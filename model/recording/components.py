"""The components that a recording is followed with: all controllers that there are; the scheduler and the kubelets are
followed in files of their own."""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.component import Component, Look
from kubeproof.model.controlplane.controllers.cronjob.component import CRONJOB
from kubeproof.model.controlplane.controllers.daemonset.component import DAEMONSET
from kubeproof.model.controlplane.controllers.deployment.component import DEPLOYMENT
from kubeproof.model.controlplane.controllers.disruption.component import DISRUPTION
from kubeproof.model.controlplane.controllers.endpoint_slice import ENDPOINT_SLICE
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.controllers.job.component import JOB
from kubeproof.model.controlplane.controllers.pod_gc import POD_GC
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.controllers.resource_quota import RESOURCE_QUOTA
from kubeproof.model.controlplane.controllers.statefulset.component import STATEFULSET
from kubeproof.model.controlplane.controllers.taint_eviction import TAINT_EVICTION
from kubeproof.model.controlplane.controllers.ttl_after_finished import TTL_AFTER_FINISHED
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.typed import LIVE
from kubeproof.model.recording.upkeep import NODE_LABELS, NODE_TTL

CLUSTER: tuple[Component, ...] = (
    DEPLOYMENT, REPLICASET, STATEFULSET, DAEMONSET, JOB, CRONJOB, TTL_AFTER_FINISHED, DISRUPTION, TAINT_EVICTION,
    POD_GC, GARBAGE_COLLECTOR, ENDPOINT_SLICE, RESOURCE_QUOTA, NODE_TTL, NODE_LABELS,
)  # fmt: skip
"""What runs in every cluster."""


class _Any:
    """An object of which a list shows no more than that it is there."""

    meta = Meta("x", "x")


def looked_at(components: Sequence[Component]) -> frozenset[str]:
    """The kinds whose objects some component looks at one by one: what happens to others nobody here explains."""
    kinds = {"ControllerRevision", "EndpointSlice", "ConfigMap"}
    for kind in LIVE:
        look = Look(Store().put(Key(kind, "x", "x"), _Any()), 0)
        for component in components:
            kinds |= {key.kind for key in component.objects(look) if key.kind == kind}
    return frozenset(kinds)
