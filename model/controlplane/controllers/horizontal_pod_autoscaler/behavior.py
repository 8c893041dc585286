"""How fast the size may change: recommendations that are stabilised, and limits (horizontal.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from kubeproof.model.objects.hpa import Behavior, HpaSpec, Rules

DOWNSCALE_WINDOW = 300
"""Seconds for which a workload without a behavior keeps what was recommended (horizontal-pod-autoscaler-downscale-
stabilization)."""


class Change(NamedTuple):
    """A recommendation, or by how much a size was changed, and when."""

    replicas: int
    at: int


class Memory(NamedTuple):
    """What is remembered of an autoscaler: recommendations, and changes up and down; when it is looked at next."""

    recommended: tuple[Change, ...] = ()
    ups: tuple[Change, ...] = ()
    downs: tuple[Change, ...] = ()
    due: int | None = None


class Said(NamedTuple):
    """What a condition says."""

    holds: bool
    reason: str
    message: str


class Normal(NamedTuple):
    """The size that may be asked for now, what AbleToScale and ScalingLimited say, and what is remembered."""

    replicas: int
    able: Said
    limited: Said
    memory: Memory


_READY = Said(True, "ReadyForNewScale", "recommended size matches current size")
_HIGHER = "recent recommendations were higher than current one, applying the highest recent recommendation"
_LOWER = "recent recommendations were lower than current one, applying the lowest recent recommendation"
_WITHIN = Said(False, "DesiredWithinRange", "the desired count is within the acceptable range")
_TOO_FAST = "the desired replica count is increasing faster than the maximum scale rate"
_TOO_FAST_DOWN = "the desired replica count is decreasing faster than the maximum scale rate"
_TOO_MANY = Said(True, "TooManyReplicas", "the desired replica count is more than the maximum replica count")
_TOO_FEW = Said(True, "TooFewReplicas", "the desired replica count is less than the minimum replica count")


def normalised(spec: HpaSpec, memory: Memory, current: int, wanted: int, now: int) -> Normal:
    """The size that a recommendation comes to (normalizeDesiredReplicas, …WithBehaviors)."""
    if spec.behavior is None:
        return _without_behavior(spec, memory, current, wanted, now)
    stable = stabilised(spec.behavior, memory, current, wanted, now)
    able = _READY
    if stable != wanted:
        up = wanted >= current
        able = Said(True, "ScaleUpStabilized", _LOWER) if up else Said(True, "ScaleDownStabilized", _HIGHER)
    replicas, limited = _limited(spec, memory, current, stable, now)
    window = max(spec.behavior.up.window, spec.behavior.down.window)
    return Normal(replicas, able, limited, _remembered(memory, wanted, window, now))


def stabilised(behavior: Behavior, memory: Memory, current: int, wanted: int, now: int) -> int:
    """Up to the least that was recommended lately, down to the most (stabilizeRecommendationWithBehaviors)."""
    least = min([wanted, *_since(memory.recommended, now - behavior.up.window)])
    most = max([wanted, *_since(memory.recommended, now - behavior.down.window)])
    return min(max(current, least), most)


def with_change(memory: Memory, behavior: Behavior | None, before: int, after: int, now: int) -> Memory:
    """The memory after a change of size (storeScaleEvent); without a behavior nobody asks."""
    if behavior is None:
        return memory
    change = Change(abs(after - before), now)
    longest = max((one.period for one in (*behavior.up.policies, *behavior.down.policies)), default=0)
    ups, downs = (tuple(one for one in past if one.at >= now - longest) for past in (memory.ups, memory.downs))
    if after > before:
        return memory._replace(ups=(*ups, change), downs=downs)
    return memory._replace(ups=ups, downs=(*downs, change))


def up_limit(rules: Rules, memory: Memory, current: int, now: int) -> int:
    """To how many it may grow now (calculateScaleUpLimitWithScalingRules)."""
    if rules.select == "Disabled":
        return current
    limits = []
    for policy in rules.policies:
        start = _at_start(memory, current, now - policy.period)
        limits.append(start + policy.value if policy.type == "Pods" else ceil(start * (1 + policy.value / 100)))
    return min(limits) if rules.select == "Min" else max(limits)


def down_limit(rules: Rules, memory: Memory, current: int, now: int) -> int:
    """To how many it may shrink now (calculateScaleDownLimitWithBehaviors)."""
    if rules.select == "Disabled":
        return current
    limits = []
    for policy in rules.policies:
        start = _at_start(memory, current, now - policy.period)
        limits.append(start - policy.value if policy.type == "Pods" else int(start * (1 - policy.value / 100)))
    return max(limits) if rules.select == "Min" else min(limits)


def _at_start(memory: Memory, current: int, since: int) -> int:
    """How many there were at the beginning of a policy's period."""
    return current - sum(_since(memory.ups, since)) + sum(_since(memory.downs, since))


def _since(past: Iterable[Change], cutoff: int) -> list[int]:
    return [one.replicas for one in past if one.at > cutoff]


def _limited(spec: HpaSpec, memory: Memory, current: int, wanted: int, now: int) -> tuple[int, Said]:
    """The size within the limits (convertDesiredReplicasWithBehaviorRate)."""
    behavior = spec.behavior or Behavior()
    if wanted > current:
        limit = max(current, up_limit(behavior.up, memory, current, now))
        most, why = spec.max_replicas, _TOO_MANY
        if most > limit:
            most, why = limit, Said(True, "ScaleUpLimit", _TOO_FAST)
        return (most, why) if wanted > most else (wanted, _WITHIN)
    if wanted < current:
        limit = min(current, down_limit(behavior.down, memory, current, now))
        least, why = spec.min_replicas, _TOO_FEW
        if least < limit:
            least, why = limit, Said(True, "ScaleDownLimit", _TOO_FAST_DOWN)
        return (least, why) if wanted < least else (wanted, _WITHIN)
    return wanted, _WITHIN


def _without_behavior(spec: HpaSpec, memory: Memory, current: int, wanted: int, now: int) -> Normal:
    """The most that was recommended within five minutes, at most twice as many as there are, or four."""
    stable = max([wanted, *(one.replicas for one in memory.recommended if one.at >= now - DOWNSCALE_WINDOW)])
    able = _READY if stable == wanted else Said(True, "ScaleDownStabilized", _HIGHER)
    limit = max(2 * current, 4)
    most, why = spec.max_replicas, _TOO_MANY
    if most > limit:
        most, why = limit, Said(True, "ScaleUpLimit", _TOO_FAST)
    replicas, limited = stable, _WITHIN
    if stable < spec.min_replicas:
        replicas, limited = spec.min_replicas, _TOO_FEW
    elif stable > most:
        replicas, limited = most, why
    return Normal(replicas, able, limited, _remembered(memory, wanted, DOWNSCALE_WINDOW, now))


def _remembered(memory: Memory, wanted: int, window: int, now: int) -> Memory:
    """The memory with one more recommendation, as it was before it was stabilised; too old ones are forgotten."""
    kept = tuple(one for one in memory.recommended if one.at >= now - window)
    return memory._replace(recommended=(*kept, Change(wanted, now)))
