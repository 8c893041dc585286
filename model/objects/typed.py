"""From typed API objects (lightkube-models) to those that a world holds: one rule a kind, found by `LIVE`.

Left out: statuses, which a world makes itself; fields that no component reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

import msgspec
from immutables import Map
from lightkube.models import apps_v1, coordination_v1, core_v1, policy_v1

from kubeproof.model.objects import live_storage, node, resources, selectors, typed_autoscaler, typed_jobs, typed_sets
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec
from kubeproof.model.objects.limit_range import limit_range
from kubeproof.model.objects.live_node import Lease, LiveLease, LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.namespace import Namespace
from kubeproof.model.objects.plain import Plain
from kubeproof.model.objects.pod import normalise
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.resource_quota import ResourceQuota, ResourceQuotaSpec, measured
from kubeproof.model.objects.run_spec import run_spec
from kubeproof.model.objects.service import Service, ServicePort, ServiceType, TrafficPolicy
from kubeproof.model.objects.typed_meta import meta, template

READY_NODE = NodeCondition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
"""What the kubelet says of a node that does well."""


def _pod(raw: core_v1.Pod) -> LivePod:
    assert raw.spec is not None
    seen = normalise(raw)
    return LivePod(
        meta(raw.metadata),
        run_spec(raw.spec),
        seen.spec,
        raw.spec.nodeName or "",
        manifest=msgspec.json.encode(raw.spec, order="sorted"),
    )


def _node(raw: core_v1.Node) -> LiveNode:
    seen = node.normalise(raw)
    told = (raw.status and raw.status.conditions) or ()
    conditions = tuple(
        NodeCondition(
            one.type, cast("Literal['True', 'False', 'Unknown']", one.status), one.reason or "", one.message or ""
        )
        for one in told
    )
    return LiveNode(
        meta(raw.metadata, namespaced=False),
        seen.taints,
        seen.unschedulable,
        conditions or (READY_NODE,),
        seen.allocatable,
        seen.images,
    )


def _replica_set(raw: apps_v1.ReplicaSet) -> ReplicaSet:
    own, spec = meta(raw.metadata), raw.spec
    assert spec is not None
    return ReplicaSet(
        own,
        ReplicaSetSpec(
            replicas=1 if spec.replicas is None else spec.replicas,
            min_ready_seconds=spec.minReadySeconds or 0,
            selector=selectors.of_label_selector(spec.selector),
            template=template(spec.template, own.namespace),
        ),
    )


def _deployment(raw: apps_v1.Deployment) -> Deployment:
    own, spec = meta(raw.metadata), raw.spec
    assert spec is not None
    strategy = spec.strategy or apps_v1.DeploymentStrategy()
    rolling = strategy.rollingUpdate or apps_v1.RollingUpdateDeployment()
    return Deployment(
        own,
        DeploymentSpec(
            replicas=1 if spec.replicas is None else spec.replicas,
            strategy="Recreate" if strategy.type == "Recreate" else "RollingUpdate",
            max_surge="25%" if rolling.maxSurge is None else rolling.maxSurge,
            max_unavailable="25%" if rolling.maxUnavailable is None else rolling.maxUnavailable,
            min_ready_seconds=spec.minReadySeconds or 0,
            revision_history_limit=10 if spec.revisionHistoryLimit is None else spec.revisionHistoryLimit,
            progress_deadline_seconds=600 if spec.progressDeadlineSeconds is None else spec.progressDeadlineSeconds,
            paused=bool(spec.paused),
            selector=selectors.of_label_selector(spec.selector),
            template=template(spec.template, own.namespace),
        ),
    )


def _budget(raw: policy_v1.PodDisruptionBudget) -> LiveBudget:
    spec = raw.spec or policy_v1.PodDisruptionBudgetSpec()
    return LiveBudget(
        meta(raw.metadata),
        selectors.of_label_selector(spec.selector),
        spec.minAvailable,
        spec.maxUnavailable,
        cast("Literal['', 'IfHealthyBudget', 'AlwaysAllow']", spec.unhealthyPodEvictionPolicy or ""),
    )


def _quota(raw: core_v1.ResourceQuota) -> ResourceQuota:
    spec = raw.spec or core_v1.ResourceQuotaSpec()
    selected = (spec.scopeSelector and spec.scopeSelector.matchExpressions) or ()
    scopes = (*(spec.scopes or ()), *(one.scopeName for one in selected))
    return ResourceQuota(meta(raw.metadata), ResourceQuotaSpec(bounds(spec.hard), scopes))


def bounds(raw: Mapping[str, Any] | None) -> Map[str, int]:
    """The amounts of a quota, by their names. Raises BadInput."""
    found = resources.amounts(raw, "spec.hard")
    return Map({n: one.milli_value() if measured(n) == "cpu" else one.value() for n, one in found.items()})


def _service(raw: core_v1.Service) -> Service:
    spec = raw.spec or core_v1.ServiceSpec()
    type_ = cast("ServiceType", spec.type or "ClusterIP")
    given = [one.ip or one.hostname or "" for one in _ingress(raw.status)]
    stays = spec.sessionAffinityConfig and spec.sessionAffinityConfig.clientIP
    return Service(
        meta(raw.metadata),
        Map(spec.selector or {}),
        tuple(_service_port(one) for one in spec.ports or ()),
        type_,
        "" if type_ == "ExternalName" else spec.clusterIP or "",
        bool(spec.publishNotReadyAddresses),
        ((stays and stays.timeoutSeconds) or 10800) if spec.sessionAffinity == "ClientIP" else None,
        cast("TrafficPolicy", spec.internalTrafficPolicy or "Cluster"),
        cast("TrafficPolicy", spec.externalTrafficPolicy or "Cluster"),
        tuple(spec.externalIPs or ()),
        spec.loadBalancerClass or "",
        spec.allocateLoadBalancerNodePorts is not False,
        spec.trafficDistribution or "",
        tuple(given),
    )


def _ingress(status: core_v1.ServiceStatus | None) -> Sequence[core_v1.LoadBalancerIngress]:
    return (status and status.loadBalancer and status.loadBalancer.ingress) or ()


def _service_port(raw: core_v1.ServicePort) -> ServicePort:
    target = raw.port if raw.targetPort is None else raw.targetPort
    return ServicePort(raw.port, target, raw.name or "", raw.protocol or "TCP", raw.nodePort or 0)


def _namespace(raw: core_v1.Namespace) -> Namespace:
    return Namespace(meta(raw.metadata, namespaced=False))


def _lease(raw: coordination_v1.Lease) -> LiveLease:
    own = meta(raw.metadata)
    return LiveLease(own, Lease(own.name))


def _plain(raw: core_v1.ConfigMap | core_v1.Secret) -> Plain:
    return Plain(meta(raw.metadata))


LIVE: Mapping[str, Callable[[Any], Any]] = {
    "Pod": _pod,
    "Node": _node,
    "ReplicaSet": _replica_set,
    "Deployment": _deployment,
    "StatefulSet": typed_sets.stateful_set,
    "DaemonSet": typed_sets.daemon_set,
    "HorizontalPodAutoscaler": typed_autoscaler.autoscaler,
    "Job": typed_jobs.job,
    "CronJob": typed_jobs.cron_job,
    "PodDisruptionBudget": _budget,
    "ResourceQuota": _quota,
    "LimitRange": limit_range,
    "Service": _service,
    "Namespace": _namespace,
    "Lease": _lease,
    "PersistentVolumeClaim": live_storage.claim,
    "PersistentVolume": live_storage.volume,
    "StorageClass": live_storage.storage_class,
    "CSINode": live_storage.csi_node,
    "CSIDriver": live_storage.csi_driver,
    "CSIStorageCapacity": live_storage.csi_capacity,
    "VolumeAttachment": live_storage.attachment,
    "ConfigMap": _plain,
    "Secret": _plain,
}
"""How a typed object of each kind becomes one of a world. Raises BadInput where a value of it is bad."""
