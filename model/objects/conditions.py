"""How a condition is written into a list of conditions: the rules of pods and of every other kind (v1.36).

Pods: podutil.UpdatePodCondition. Everybody else: apimachinery's meta.SetStatusCondition. Times are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition, PodStatus

DISRUPTION_TARGET = "DisruptionTarget"


def find(conditions: Iterable[Condition], type_: str) -> Condition | None:
    """The first condition of a type, None where there is none."""
    return next((condition for condition in conditions if condition.type == type_), None)


def updated(status: PodStatus, new: Condition, now: int) -> PodStatus:
    """The pod's status with the condition in it: the time of change is kept while its status stays.

    The status itself comes back where that changes neither status, reason, message nor time: nothing is written then.
    """
    old = status.condition(new.type)
    if old is None:
        return replace(status, conditions=(*status.conditions, replace(new, changed_at=now)))
    new = replace(new, changed_at=old.changed_at if new.status == old.status else now)
    if replace(new, observed_generation=0) == replace(old, observed_generation=0):
        return status
    return replace(status, conditions=tuple(new if one is old else one for one in status.conditions))


def disrupted(pod: LivePod, reason: str, message: str, now: int) -> PodStatus:
    """The pod's status once somebody says that it is about to be deleted: the condition DisruptionTarget is True."""
    said = Condition(DISRUPTION_TARGET, "True", reason, message, observed_generation=pod.meta.generation)
    return updated(pod.status, said, now)


def with_condition(conditions: tuple[Condition, ...], new: Condition, now: int) -> tuple[Condition, ...]:
    """The conditions of an object that is no pod, with this one in place of the first of its type, or at the end."""
    old = find(conditions, new.type)
    if old is None:
        return (*conditions, replace(new, changed_at=now if new.changed_at is None else new.changed_at))
    since = old.changed_at
    if new.status != old.status:
        since = now if new.changed_at is None else new.changed_at
    return tuple(replace(new, changed_at=since) if one is old else one for one in conditions)
