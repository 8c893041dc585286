"""From typed StatefulSets and DaemonSets (lightkube-models) to ours; see typed.py."""

from __future__ import annotations

import msgspec
from lightkube.models import apps_v1

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects import selectors
from kubeproof.model.objects.daemonset import DaemonSet, DaemonSetSpec
from kubeproof.model.objects.statefulset import StatefulSet, StatefulSetSpec
from kubeproof.model.objects.typed_meta import meta, template


def stateful_set(raw: apps_v1.StatefulSet) -> StatefulSet:
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


def daemon_set(raw: apps_v1.DaemonSet) -> DaemonSet:
    """Ours."""
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
