"""The disruption controller as a component: budgets' status, and DisruptionTarget that nobody followed up (v1.36).

What a status says is status.py's. Left out: that of several budgets over one pod upstream keeps only one up to date,
whichever its cache has first.
"""

from __future__ import annotations

from typing import Any, cast

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.disruption.status import (
    SCALABLE,
    Scaled,
    Scales,
    stale_at,
    sync,
    taken_back,
)
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_pod import LivePod


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    return _pod(look, key) if key.kind == "Pod" else _budget(look, key)


def _budget(look: Look, key: Key) -> Plan:
    budget = look.get(key, LiveBudget)
    if budget is None:
        return
    synced = sync(budget, look.within("Pod", key.namespace, LivePod), _scales(look, key.namespace), look.now)
    if synced.status is not None:
        yield Write("status", key, replace(budget, status=synced.status), why=synced.failed)
    if synced.recheck_at is not None:
        yield Again(synced.recheck_at)


def _scales(look: Look, namespace: str) -> Scales:
    """All of a namespace that have a scale, as far as the world has such kinds."""
    return {
        (kind, namespace, held.meta.name): Scaled(held.meta, held.spec.replicas)
        for kind in sorted(SCALABLE)
        for held in look.within(kind, namespace, cast("type[Any]", object))
    }


def _pod(look: Look, key: Key) -> Plan:
    pod = look.get(key, LivePod)
    at = None if pod is None else stale_at(pod)
    if pod is None or at is None:
        return
    if look.now < at:
        yield Again(at)
    else:
        yield Write("status", key, replace(pod, status=taken_back(pod, look.now)), why="nobody deleted it")


DISRUPTION = Component(
    "disruption-controller", lambda look: (*look.keys("PodDisruptionBudget"), *look.keys("Pod")), _decide, steady=True
)
