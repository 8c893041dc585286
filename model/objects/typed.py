"""From typed API objects (lightkube-models) to those that a world holds: one rule a kind, found by `LIVE`.

Left out: statuses, which a world makes itself; fields that no component reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, cast

import msgspec
from lightkube.models import apps_v1, core_v1, policy_v1

from kubeproof.model.objects import node, selectors, typed_autoscaler, typed_jobs, typed_sets
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec
from kubeproof.model.objects.live_node import LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod import normalise
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.run_spec import run_spec
from kubeproof.model.objects.typed_meta import meta, template


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
    ready = NodeCondition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
    return LiveNode(
        meta(raw.metadata, namespaced=False),
        seen.taints,
        seen.unschedulable,
        conditions or (ready,),
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
}
"""How a typed object of each kind becomes one of a world. Raises BadInput where a value of it is bad."""
