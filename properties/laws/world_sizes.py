"""Laws about what bounds a cluster's size: HorizontalPodAutoscalers and ResourceQuotas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubeproof.model.controlplane import quota as quotas
from kubeproof.model.controlplane.etcd import Key, in_namespace
from kubeproof.model.objects.hpa import HorizontalPodAutoscaler
from kubeproof.model.objects.resource_quota import ResourceQuota
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

_AUTOSCALER = "horizontal-pod-autoscaler"


def _target(world: World, hpa: HorizontalPodAutoscaler) -> Any:
    return world.store.get(Key(hpa.spec.target.kind, hpa.meta.namespace, hpa.spec.target.name))


def _within(hpa: HorizontalPodAutoscaler, replicas: int) -> bool:
    return hpa.spec.min_replicas <= replicas <= hpa.spec.max_replicas


def _scales_within(before: World, events: Sequence[Event], after: World) -> bool:
    for verb in ("update", "status"):
        for event in done(events, verb, by=_AUTOSCALER):
            for hpa in all_of(before, "HorizontalPodAutoscaler", HorizontalPodAutoscaler):
                named = (hpa.spec.target.kind, hpa.meta.namespace, hpa.spec.target.name) == tuple(event.key)
                new: Any = event.after
                if named and not _within(hpa, new.spec.replicas):
                    return False
    return True


def _is_within(world: World) -> bool:
    for hpa in all_of(world, "HorizontalPodAutoscaler", HorizontalPodAutoscaler):
        target = _target(world, hpa)
        if target is None or (target.spec.replicas == 0 and hpa.spec.min_replicas > 0):
            continue
        if not _within(hpa, target.spec.replicas):
            return False
    return True


def _used(world: World, quota: ResourceQuota) -> dict[str, int]:
    """What there is of all that a quota bounds."""
    found = [
        (kind, held)
        for kind in quotas.COUNTED
        if quotas.names_of(kind, quota.spec.hard)
        for held in world.store.bucket(in_namespace(kind, quota.meta.namespace)).values()
    ]
    return dict(quotas.counted(quota, found, world.now))


def _keeps_to_quotas(before: World, events: Sequence[Event], after: World) -> bool:
    spaces = {event.key.namespace for event in done(events, "create")}
    for quota in all_of(before, "ResourceQuota", ResourceQuota):
        if quota.meta.namespace not in spaces or quota.status.hard != quota.spec.hard:
            continue
        was, is_ = _used(before, quota), _used(after, quota)
        if any(amount > max(was.get(name, 0), quota.spec.hard[name]) for name, amount in is_.items()):
            return False
    return True


def _is_counted(world: World) -> bool:
    return all(
        _used(world, quota) == dict(quota.status.used) for quota in all_of(world, "ResourceQuota", ResourceQuota)
    )


OF_AUTOSCALERS: tuple[WorldLaw, ...] = (
    every_step(
        "an autoscaler asks for no size outside of its bounds",
        _scales_within,
        about=there_is("HorizontalPodAutoscaler", lambda hpa: hpa.status.last_scale_time is not None),
    ),
    in_the_end("what an autoscaler scales is within its bounds", _is_within, about=there_is("HorizontalPodAutoscaler")),
)
"""Of clusters with HorizontalPodAutoscalers."""

OF_QUOTAS: tuple[WorldLaw, ...] = (
    every_step("nothing is made that exceeds a quota", _keeps_to_quotas, about=there_is("ResourceQuota")),
    in_the_end("the status of a quota counts what there is", _is_counted, about=there_is("ResourceQuota")),
)
"""Of clusters with ResourceQuotas."""
