"""What becomes of a namespace that is deleted: all that is in it goes first (pkg/controller/namespace, v1.36).

Everything in it is deleted, pods with the grace that they ask for. Where something is left, it is looked at again after
half the longest grace of its pods, and one second. Left out: the conditions that say what is left.
"""

from __future__ import annotations

from typing import Any, cast

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.kinds import NAMESPACED
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import without_finalizer
from kubeproof.model.objects.namespace import KUBERNETES, Namespace

FINALIZERS_TAKE = 15
"""Seconds that objects with finalizers are given (finalizerEstimateSeconds)."""


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    namespace = look.get(key, Namespace)
    if namespace is None or namespace.meta.deleted_at is None or KUBERNETES not in namespace.meta.finalizers:
        yield Remember(None)
        return
    waits = cast("int | None", look.memory)
    if waits is not None and look.now < waits:
        yield Again(waits)
        return
    left: list[Any] = []
    for kind in NAMESPACED:
        look.within(kind, key.name, object)
        held = list(look.live_within(kind, key.name, cast("type[Any]", object)))
        for one in held:
            yield Write("delete", Key(kind, key.name, one.meta.name), why="its namespace is being deleted")
        left += held
    if not left:
        final = replace(namespace, meta=without_finalizer(namespace.meta, KUBERNETES))
        yield Write("update", key, final, when_stale="merged")
    else:
        again = look.now + max(map(_takes, left)) // 2 + 1
        yield Remember(again)
        yield Again(again)


def _takes(held: Any) -> int:
    """How many seconds an object is expected to be there yet."""
    if isinstance(held, LivePod):
        return held.run.grace_period if held.meta.grace_period is None else held.meta.grace_period
    return FINALIZERS_TAKE if held.meta.finalizers else 0


NAMESPACES = Component("namespace-controller", each("Namespace"), _decide)
