"""When NoExecute taints evict a pod: the taint eviction controller (pkg/controller/tainteviction, v1.36).

`decide` is processPodOnNode with its timers as a value: what is scheduled for the pod goes in and comes out.
`TAINT_EVICTION` is the component that does it. Times are seconds. Left out: worker queues and the ten retries of a
write that was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects import conditions
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import PodStatus
from kubeproof.model.objects.taints import NO_EXECUTE, Taint, Toleration, matching_tolerations

FOR_EVER = 2**63 - 1
"""The tolerationSeconds that Go takes for no limit."""

REASON = "DeletionByTaintManager"
MESSAGE = "Taint manager: deleting due to NoExecute taint"


class Scheduled(NamedTuple):
    """An eviction to come: decided first at `since`, due at `at`."""

    since: int
    at: int


class Decision(NamedTuple):
    """Whether the pod goes now, and what is scheduled for it from now on."""

    evict: bool
    scheduled: Scheduled | None = None


def no_execute(taints: Iterable[Taint]) -> tuple[Taint, ...]:
    """The taints that evict, in their order (getNoExecuteTaints)."""
    return tuple(taint for taint in taints if taint.effect == NO_EXECUTE)


def tolerated_for(taints: Iterable[Taint], tolerations: Sequence[Toleration]) -> int | None:
    """For how many seconds the pod may stay on a node with these taints, None for ever; what is not tolerated is 0.

    Of each taint the first toleration counts, of those the least time. 0 and less is not at all.
    """
    evicting = no_execute(taints)
    if not evicting:
        return None
    used = matching_tolerations(evicting, tolerations)
    return 0 if used is None else least_time(used)


def least_time(tolerations: Iterable[Toleration]) -> int | None:
    """The least tolerationSeconds of these, None where no one sets a limit; without any it is 0 (getMinTolerationTime).

    Go counts nanoseconds in 64 bits: a time that does not fit wraps, and a negative one is for ever, too.
    """
    given = [toleration.seconds for toleration in tolerations]
    times = [seconds for seconds in given if seconds is not None]
    if not given or any(seconds <= 0 for seconds in times):
        return 0
    least = min(times, default=FOR_EVER)
    if least == FOR_EVER:
        return None
    nanoseconds = (least * 10**9 + 2**63) % 2**64 - 2**63
    return None if nanoseconds < 0 else nanoseconds // 10**9


def decide(
    scheduled: Scheduled | None, taints: Iterable[Taint], tolerations: Sequence[Toleration], now: int
) -> Decision:
    """What becomes of a pod on a node with these taints, given what is scheduled for it (processPodOnNode).

    Without taints that evict, what was scheduled is cancelled, as when the pod may stay for ever. Otherwise a schedule
    that was made earlier is kept, however long or short the pod is tolerated now.
    """
    evicting = no_execute(taints)
    if not evicting:
        return Decision(False)
    used = matching_tolerations(evicting, tolerations)
    if used is None:
        return Decision(True)
    seconds = least_time(used)
    if seconds is None:
        return Decision(False)
    since = now if scheduled is None else scheduled.since
    if scheduled is not None and since < now:
        return Decision(False, scheduled)
    return Decision(False, Scheduled(since, now + seconds)) if now + seconds > since else Decision(True)


def marked(pod: LivePod, now: int) -> PodStatus:
    """The status that is written before the pod is deleted (addConditionAndDeletePod); equal where it is there."""
    return conditions.disrupted(pod, REASON, MESSAGE, now)


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    """One look at a pod. A timer that is due fires whatever has become of the node; one that has fired stays, so that
    it is not set again."""
    pod = look.get(key, LivePod)
    if pod is None or not pod.node:
        yield Remember(None)
        return
    scheduled = cast("tuple[str, Scheduled] | None", look.memory)
    timer = scheduled[1] if scheduled is not None and scheduled[0] == pod.meta.uid else None
    node = look.get(Key("Node", "", pod.node), LiveNode)
    if timer is not None and look.now >= timer.at:
        decided = Decision(True, timer)
    elif node is None:
        decided = Decision(False, timer)
    else:
        decided = decide(timer, node.taints, pod.spec.tolerations, look.now)
    yield Remember(None if decided.scheduled is None else (pod.meta.uid, decided.scheduled))
    if decided.evict:
        yield Write("status", key, replace(pod, status=marked(pod, look.now)), when_stale="merged")
        yield Write("delete", key, why="its node has a taint that it does not tolerate (any longer)")
    elif decided.scheduled is not None:
        yield Again(decided.scheduled.at)


TAINT_EVICTION = Component("taint-eviction-controller", each("Pod"), _decide, steady=True)
