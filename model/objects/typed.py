"""From typed API objects (lightkube-models) to those that a world holds: one rule a kind, found by `LIVE`.

Left out: statuses, which a world makes itself; fields that no component reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

import msgspec
from immutables import Map
from lightkube.models import apps_v1, batch_v1, coordination_v1, core_v1, meta_v1, policy_v1

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects import node, selectors
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.cronjob import CronJob, CronJobSpec, JobTemplate
from kubeproof.model.objects.daemonset import DaemonSet, DaemonSetSpec
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec
from kubeproof.model.objects.job import (
    Job,
    JobSpec,
    OnExitCodes,
    OnPodCondition,
    PodFailurePolicy,
    PodFailureRule,
    SuccessPolicy,
    SuccessRule,
)
from kubeproof.model.objects.live_node import Lease, LiveLease, LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.namespace import Namespace
from kubeproof.model.objects.plain import Plain
from kubeproof.model.objects.pod import normalise
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.run_spec import run_spec
from kubeproof.model.objects.service import Service, ServicePort, ServiceType, TrafficPolicy
from kubeproof.model.objects.statefulset import StatefulSet, StatefulSetSpec
from kubeproof.model.objects.template import PodTemplate

READY_NODE = NodeCondition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
"""What the kubelet says of a node that does well."""


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
        manifest=msgspec.json.encode(raw.spec),
    )


def _pod(raw: core_v1.Pod) -> LivePod:
    assert raw.spec is not None
    seen = normalise(raw)
    return LivePod(
        meta(raw.metadata),
        run_spec(raw.spec),
        seen.spec,
        raw.spec.nodeName or "",
        manifest=msgspec.json.encode(raw.spec),
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


def _stateful_set(raw: apps_v1.StatefulSet) -> StatefulSet:
    """Ours; maxUnavailable is dropped as the API server drops it while its feature gate is off."""
    own, spec = meta(raw.metadata), raw.spec
    assert spec is not None
    kept = spec.persistentVolumeClaimRetentionPolicy
    if kept is not None and "Delete" in (kept.whenDeleted, kept.whenScaled):
        raise NotModelled("spec.persistentVolumeClaimRetentionPolicy", "claims are never deleted with their pods")
    strategy = spec.updateStrategy or apps_v1.StatefulSetUpdateStrategy()
    rolling = strategy.rollingUpdate or apps_v1.RollingUpdateStatefulSetStrategy()
    on_delete = strategy.type == "OnDelete"
    return StatefulSet(
        own,
        StatefulSetSpec(
            replicas=1 if spec.replicas is None else spec.replicas,
            start=(spec.ordinals and spec.ordinals.start) or 0,
            policy="Parallel" if spec.podManagementPolicy == "Parallel" else "OrderedReady",
            strategy="OnDelete" if on_delete else "RollingUpdate",
            partition=None if on_delete else rolling.partition or 0,
            min_ready_seconds=spec.minReadySeconds or 0,
            revision_history_limit=10 if spec.revisionHistoryLimit is None else spec.revisionHistoryLimit,
            selector=selectors.of_label_selector(spec.selector),
            template=template(spec.template, own.namespace),
            claims=tuple(msgspec.json.encode(claim) for claim in spec.volumeClaimTemplates or ()),
        ),
    )


def _daemon_set(raw: apps_v1.DaemonSet) -> DaemonSet:
    own, spec = meta(raw.metadata), raw.spec
    assert spec is not None
    strategy = spec.updateStrategy or apps_v1.DaemonSetUpdateStrategy()
    rolling = strategy.rollingUpdate or apps_v1.RollingUpdateDaemonSet()
    return DaemonSet(
        own,
        DaemonSetSpec(
            strategy="OnDelete" if strategy.type == "OnDelete" else "RollingUpdate",
            max_surge=0 if rolling.maxSurge is None else rolling.maxSurge,
            max_unavailable=1 if rolling.maxUnavailable is None else rolling.maxUnavailable,
            min_ready_seconds=spec.minReadySeconds or 0,
            revision_history_limit=10 if spec.revisionHistoryLimit is None else spec.revisionHistoryLimit,
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


def _job_spec(raw: batch_v1.JobSpec, namespace: str) -> JobSpec:
    indexed, per_index = raw.completionMode == "Indexed", raw.backoffLimitPerIndex is not None
    alone = raw.completions is None and raw.parallelism is None
    failures, enough = raw.podFailurePolicy, raw.successPolicy
    policy = raw.podReplacementPolicy or ("Failed" if raw.podFailurePolicy else "TerminatingOrFailed")
    return JobSpec(
        parallelism=1 if raw.parallelism is None else raw.parallelism,
        completions=1 if alone else raw.completions,
        completion_mode="Indexed" if indexed else raw.completionMode or "NonIndexed",
        backoff_limit=(_NO_LIMIT if per_index else 6) if raw.backoffLimit is None else raw.backoffLimit,
        backoff_limit_per_index=raw.backoffLimitPerIndex,
        max_failed_indexes=raw.maxFailedIndexes,
        active_deadline_seconds=raw.activeDeadlineSeconds,
        ttl_seconds_after_finished=raw.ttlSecondsAfterFinished,
        suspend=bool(raw.suspend),
        pod_failure_policy=None if failures is None else PodFailurePolicy(tuple(map(_rule, failures.rules))),
        success_policy=None if enough is None else SuccessPolicy(tuple(map(_success_rule, enough.rules))),
        pod_replacement_policy=cast("Literal['TerminatingOrFailed', 'Failed']", policy),
        managed_by=raw.managedBy,
        selector=selectors.of_label_selector(raw.selector),
        template=template(raw.template, namespace),
    )


def _rule(raw: batch_v1.PodFailurePolicyRule) -> PodFailureRule:
    codes, patterns = raw.onExitCodes, raw.onPodConditions
    return PodFailureRule(
        raw.action,
        None if codes is None else OnExitCodes(codes.operator, tuple(codes.values), codes.containerName),
        tuple(OnPodCondition(one.type, one.status or "True") for one in patterns) if patterns else None,
    )


def _success_rule(raw: batch_v1.SuccessPolicyRule) -> SuccessRule:
    return SuccessRule(raw.succeededIndexes, raw.succeededCount)


def _job(raw: batch_v1.Job) -> Job:
    own = meta(raw.metadata)
    assert raw.spec is not None
    return Job(own, _job_spec(raw.spec, own.namespace))


def _cron_job(raw: batch_v1.CronJob) -> CronJob:
    own, spec = meta(raw.metadata), raw.spec
    assert spec is not None
    assert spec.jobTemplate.spec is not None
    jobs = meta(spec.jobTemplate.metadata)
    return CronJob(
        own,
        CronJobSpec(
            spec.schedule,
            spec.timeZone,
            spec.startingDeadlineSeconds,
            cast("Literal['Allow', 'Forbid', 'Replace']", spec.concurrencyPolicy or "Allow"),
            bool(spec.suspend),
            3 if spec.successfulJobsHistoryLimit is None else spec.successfulJobsHistoryLimit,
            1 if spec.failedJobsHistoryLimit is None else spec.failedJobsHistoryLimit,
            JobTemplate(jobs.labels, jobs.annotations, _job_spec(spec.jobTemplate.spec, own.namespace)),
        ),
    )


_NO_LIMIT = 2**31 - 1

LIVE: Mapping[str, Callable[[Any], Any]] = {
    "Pod": _pod,
    "Node": _node,
    "ReplicaSet": _replica_set,
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "CronJob": _cron_job,
    "PodDisruptionBudget": _budget,
    "Service": _service,
    "Namespace": _namespace,
    "Lease": _lease,
    "ConfigMap": _plain,
    "Secret": _plain,
}
"""How a typed object of each kind becomes one of a world. Raises BadInput where a value of it is bad."""
