"""Laws about PodDisruptionBudgets and drains: whom an eviction may take, and that a drain ends.

The API server evicts by what a budget's status says, which the disruption controller keeps: an eviction between a
change of pods and that count goes by the old one. So the law about evictions speaks of budgets whose status is up to
date, and another says that in the end it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubeproof.model.controlplane import draining
from kubeproof.model.controlplane.controllers.disruption.status import (
    SCALABLE,
    Scaled,
    Scales,
    SyncFailed,
    expected_pods,
)
from kubeproof.model.controlplane.etcd import in_namespace
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.intstr import BadPercentage
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_seen import all_of, done, pods, there_is
from kubeproof.properties.world_law import WorldLaw, every_step, in_the_end

KIND = "PodDisruptionBudget"


def _guarding(world: World, pod: LivePod) -> Iterator[LiveBudget]:
    for budget in all_of(world, KIND, LiveBudget):
        if budget.guards(pod.meta):
            yield budget


def _healthy(world: World, budget: LiveBudget) -> int:
    """How many of a budget's pods are ready and there to stay."""
    return sum(is_ready(pod) and pod.meta.deleted_at is None for pod in pods(world) if budget.guards(pod.meta))


def _desired(world: World, budget: LiveBudget) -> int | None:
    """How many healthy pods a budget asks for; None where that cannot be found, so that it lets nobody go."""
    own = [pod for pod in pods(world) if budget.guards(pod.meta)]
    try:
        return expected_pods(budget, own, _scales(world, budget.meta.namespace)).healthy
    except (SyncFailed, BadPercentage):
        return None


def _scales(world: World, namespace: str) -> Scales:
    found: dict[tuple[str, str, str], Scaled] = {}
    for kind in SCALABLE:
        held: Any
        for held in world.store.bucket(in_namespace(kind, namespace)).values():
            found[kind, namespace, held.meta.name] = Scaled(held.meta, held.spec.replicas)
    return found


def _evicts_what_it_may(before: World, events: Sequence[Event], after: World) -> bool:
    gone: list[LivePod] = []
    for event in done(events, "evict", "Pod"):
        pod = event.before
        if not isinstance(pod, LivePod) or not is_ready(pod) or pod.meta.deleted_at is not None:
            continue
        for budget in _guarding(before, pod):
            healthy, desired = _healthy(before, budget), _desired(before, budget)
            status = budget.status
            if status.observed_generation == budget.meta.generation and status.current_healthy == healthy:
                left = healthy - sum(budget.guards(one.meta) for one in gone) - 1
                if desired is None or left < desired:
                    return False
        gone.append(pod)
    return True


def _is_told(world: World) -> bool:
    for budget in all_of(world, KIND, LiveBudget):
        healthy, desired = _healthy(world, budget), _desired(world, budget)
        own = any(budget.guards(pod.meta) for pod in pods(world))
        allowed = max(0, healthy - desired) if desired is not None and own else 0
        if budget.status.allowed != allowed or (desired is not None and budget.status.current_healthy != healthy):
            return False
    return True


def drained(world: World) -> bool:
    """Whether no node is being drained any more."""
    return not any(component == draining.NAME for component, _ in world.memory)


OF_BUDGETS: tuple[WorldLaw, ...] = (
    every_step(
        "no eviction takes the healthy pods of a budget below what it asks for, by a status that is up to date",
        _evicts_what_it_may,
        about=there_is("Pod", lambda pod: pod.status.is_true("DisruptionTarget")),
    ),
    in_the_end("the status of a budget tells how many pods may go", _is_told, about=there_is(KIND)),
)
"""Of clusters with PodDisruptionBudgets."""

ENDS = in_the_end("every drain ends", drained, about=lambda world: not drained(world))
"""Of clusters that somebody drains nodes of."""
