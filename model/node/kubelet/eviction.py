"""Which pod the kubelet ends when the node runs low, and in what words (pkg/kubelet/eviction, v1.36).

Thresholds that are met become node conditions; the most urgent decides what is short, and pods are ranked by how far
they use more of it than they asked for. One pod is ended at a time. Amounts: bytes, inodes, process ids; times in
whole seconds. Left out: what garbage collection frees first, soft thresholds' own clocks, emptyDir and per-container
disk limits.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from immutables import Map

from kubeproof.model.node.kubelet.admission import Refusal, is_critical
from kubeproof.model.node.kubelet.pod_qos import qos_of
from kubeproof.model.objects.container import Container
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Condition, PodStatus
from kubeproof.model.objects.quantity import Format, Quantity
from kubeproof.model.objects.taints import Taint, tolerates

Signal = Literal[
    "memory.available",
    "allocatableMemory.available",
    "nodefs.available",
    "nodefs.inodesFree",
    "imagefs.available",
    "imagefs.inodesFree",
    "pid.available",
]
Resource = Literal["memory", "ephemeral-storage", "inodes", "pids"]
Pressure = Literal["MemoryPressure", "DiskPressure", "PIDPressure"]

RESOURCES: Mapping[Signal, Resource] = {
    "memory.available": "memory",
    "allocatableMemory.available": "memory",
    "nodefs.available": "ephemeral-storage",
    "imagefs.available": "ephemeral-storage",
    "nodefs.inodesFree": "inodes",
    "imagefs.inodesFree": "inodes",
    "pid.available": "pids",
}
"""What is short when a signal is low."""

PRESSURES: Mapping[Signal, Pressure] = {
    signal: "MemoryPressure" if resource == "memory" else "PIDPressure" if resource == "pids" else "DiskPressure"
    for signal, resource in RESOURCES.items()
}
"""Which node condition a low signal is."""

TAINTS: Mapping[Pressure, Taint] = {
    "MemoryPressure": Taint("node.kubernetes.io/memory-pressure", "", "NoSchedule"),
    "DiskPressure": Taint("node.kubernetes.io/disk-pressure", "", "NoSchedule"),
    "PIDPressure": Taint("node.kubernetes.io/pid-pressure", "", "NoSchedule"),
}
"""The taint that the node controller makes of a condition."""

REASON = "Evicted"
TRANSITION_PERIOD = 300
"""Seconds for which a condition stays True after its threshold was last met."""
IMMEDIATELY = 1
"""Seconds of grace that a pod has which is ended for a hard threshold."""


class Threshold(NamedTuple):
    """A signal is low below this: an amount, or a share of the capacity in percent. `grace`: None where it is hard."""

    signal: Signal
    amount: int | None = None
    percent: float | None = None
    grace: int | None = None


DEFAULT_THRESHOLDS = (
    Threshold("memory.available", amount=100 * 2**20),
    Threshold("nodefs.available", percent=10),
    Threshold("nodefs.inodesFree", percent=5),
    Threshold("imagefs.available", percent=15),
    Threshold("imagefs.inodesFree", percent=5),
)
"""The hard thresholds of a kubelet that is told none."""


class Observation(NamedTuple):
    """How much of a signal is left, of how much."""

    available: int
    capacity: int


class Usage(NamedTuple):
    """What a pod uses, by container for memory and disk; `processes` of the whole pod."""

    memory: Map[str, int] = Map()
    disk: Map[str, int] = Map()
    inodes: int = 0
    processes: int = 0


class Eviction(NamedTuple):
    """A pod that is ended, with how much grace, and the status that says why."""

    pod: LivePod
    grace: int
    status: PodStatus


def met(thresholds: Iterable[Threshold], seen: Mapping[Signal, Observation]) -> tuple[Threshold, ...]:
    """The thresholds that are met, the most urgent first: memory before all others, then as they stand."""
    low = [each for each in thresholds if each.signal in seen and seen[each.signal].available < _bound(each, seen)]
    return tuple(sorted(low, key=lambda each: RESOURCES[each.signal] != "memory"))


def pressures(
    low: Iterable[Threshold], last_met: Mapping[Pressure, int], now: int, period: int = TRANSITION_PERIOD
) -> Map[Pressure, int]:
    """The node's conditions, each with when its threshold was last met; one lasts for `period` after that."""
    conditions: dict[Pressure, int] = {pressure: at for pressure, at in last_met.items() if now - at < period}
    conditions.update((PRESSURES[each.signal], now) for each in low)
    return Map(conditions)


def taints_of(conditions: Iterable[Pressure]) -> tuple[Taint, ...]:
    """The taints of a node with these conditions."""
    return tuple(TAINTS[each] for each in conditions)


def refused_under(pod: LivePod, conditions: Sequence[Pressure]) -> Refusal | None:
    """Why a pod is not taken by a node under pressure, None where it is (the eviction manager's Admit)."""
    if not conditions or is_critical(pod):
        return None
    if list(conditions) == ["MemoryPressure"]:
        memory = TAINTS["MemoryPressure"]
        if qos_of(pod.run) != "BestEffort" or any(tolerates(each, memory) for each in pod.spec.tolerations):
            return None
    return Refusal(REASON, f"The node had condition: [{' '.join(conditions)}]. ")


def ranked(pods: Iterable[LivePod], resource: Resource, usages: Mapping[str, Usage]) -> tuple[LivePod, ...]:
    """The pods in the order in which they are ended; `usages` by the pods' uid, one without comes first.

    Memory and disk: those over their requests, then by priority, then by how far over. Process ids: by priority, then
    by how many.
    """

    def key(pod: LivePod) -> tuple[object, ...]:
        usage = usages.get(pod.meta.uid)
        if resource == "pids":
            return (pod.spec.priority, usage is not None, -(usage.processes if usage else 0))
        if usage is None:
            return (False, False, pod.spec.priority, 0)
        used, asked = _used(usage, resource), _asked(pod, resource)
        return (True, not used > asked, pod.spec.priority, asked - used)

    return tuple(sorted(pods, key=key))


def evicted(
    pods: Iterable[LivePod],
    low: Sequence[Threshold],
    seen: Mapping[Signal, Observation],
    usages: Mapping[str, Usage],
    *,
    longest_grace: int = 0,
) -> Eviction | None:
    """The one pod that is ended for the most urgent threshold; None where none is met or no pod may be ended.

    `longest_grace`: seconds that a pod has at most where the threshold is a soft one (evictionMaxPodGracePeriod).
    """
    if not low:
        return None
    threshold = low[0]
    resource = RESOURCES[threshold.signal]
    for pod in ranked(pods, resource, usages):
        if is_critical(pod):
            continue
        grace = IMMEDIATELY if threshold.grace is None else min(longest_grace, pod.run.grace_period)
        message = message_of(pod, resource, low, seen, usages.get(pod.meta.uid))
        disruption = Condition("DisruptionTarget", "True", "TerminationByKubelet", message)
        return Eviction(pod, grace, PodStatus(phase="Failed", reason=REASON, message=message, conditions=(disruption,)))
    return None


def message_of(
    pod: LivePod,
    resource: Resource,
    low: Iterable[Threshold],
    seen: Mapping[Signal, Observation],
    usage: Usage | None,
) -> str:
    """Why a pod was ended: what was short, by how much, and which containers used more of it than they asked for."""
    said = [f"The node was low on resource: {resource}. "]
    threshold = next((each for each in low if RESOURCES[each.signal] == resource), None)
    if threshold is not None:
        bound, left = _bound(threshold, seen), seen[threshold.signal].available
        said.append(f"Threshold quantity: {_text(resource, bound)}, available: {_text(resource, left)}. ")
    for container in (*pod.run.containers, *pod.run.init_containers):
        used = None if usage is None else _container_used(usage, resource, container)
        asked = container.requests.get(resource, 0)
        if used is not None and used > asked:
            use = f"Container {container.name} was using {_text(resource, used)}, request is {_text(resource, asked)}"
            said.append(f"{use}, has larger consumption of {resource}. ")
    return "".join(said)


def _bound(threshold: Threshold, seen: Mapping[Signal, Observation]) -> int:
    if threshold.percent is not None:
        # Go keeps the share as a float32: a tenth is a little more than a tenth.
        (share,) = struct.unpack("f", struct.pack("f", threshold.percent / 100))
        return int(seen[threshold.signal].capacity * share)
    return threshold.amount or 0


def _text(resource: Resource, amount: int) -> str:
    counted = resource in ("inodes", "pids")
    return str(Quantity(amount, 0, Format.DECIMAL_SI if counted else Format.BINARY_SI, wide=True))


def _container_used(usage: Usage, resource: Resource, container: Container) -> int | None:
    if resource == "memory":
        return usage.memory.get(container.name)
    return usage.disk.get(container.name) if resource == "ephemeral-storage" else None


def _used(usage: Usage, resource: Resource) -> int:
    if resource == "inodes":
        return usage.inodes
    return sum((usage.memory if resource == "memory" else usage.disk).values())


def _asked(pod: LivePod, resource: Resource) -> int:
    return pod.spec.requests.get(resource, 0)
