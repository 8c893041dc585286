"""Pods, nodes and budgets for tests, of which only what matters is said."""

from __future__ import annotations

from typing import Any

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.objects.budget import BudgetStatus, LiveBudget
from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.live_node import READY, LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.pod_status import Condition, Phase, PodStatus, Truth
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.taints import Taint

LABELS = Map({"app": "web"})


def pod(name: str = "p", phase: Phase = "Running", ready: Truth | None = None, **more: Any) -> LivePod:
    """A pod on node n1; `more` are fields of its metadata, or `node` and `reason`."""
    conditions = () if ready is None else (Condition("Ready", ready),)
    status = PodStatus(phase, more.pop("reason", ""), conditions=conditions)
    node = more.pop("node", "n1")
    return LivePod(Meta(name, "shop", **{"labels": LABELS, **more}), RunSpec(()), node=node, status=status)


def owned(name: str, owner: Owner, **more: Any) -> LivePod:
    """A pod that this owner controls."""
    made = pod(name, **more)
    return replace(made, meta=replace(made.meta, owners=(owner,)))


def owner(kind: str, name: str, api_version: str = "apps/v1", uid: str = "") -> Owner:
    """A controller, whose uid is its name unless told otherwise."""
    return Owner(api_version, kind, name, uid or name, controller=True)


def node(name: str = "n1", ready: Truth | None = "True", *taints: Taint, **more: Any) -> LiveNode:
    """A node that said at 0 whether it is ready, or never spoke (None)."""
    said = () if ready is None else (NodeCondition(READY, ready, heard_at=0, changed_at=0),)
    labels = Map(more.pop("labels", {}))
    return LiveNode(Meta(name, labels=labels, created_at=0), taints, conditions=said, **more)


def budget(allowed: int = 0, **status: Any) -> LiveBudget:
    """A budget over the pods; `status` are fields of its status, or of the budget itself."""
    own = {name: status.pop(name) for name in ("min_available", "max_unavailable", "unhealthy") if name in status}
    generation = status.pop("generation", 1)
    whole = BudgetStatus(allowed, **{"observed_generation": 1, **status})
    return LiveBudget(Meta("guard", "shop", generation=generation), of_labels(LABELS), status=whole, **own)
