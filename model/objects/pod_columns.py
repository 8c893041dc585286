"""The columns READY, STATUS and RESTARTS that `kubectl get pods` shows (v1.36).

Follows printPod in pkg/printers/internalversion/printers.go and HumanDuration in apimachinery's pkg/util/duration.
Left out: AGE and what `-o wide` adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import ContainerStatus, Running, Terminated, Waiting

SCHEDULING_GATED = "SchedulingGated"
NODE_LOST = "NodeLost"

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


class Columns(NamedTuple):
    """What is shown of a pod: "1/2", "CrashLoopBackOff", "3 (5m ago)"."""

    ready: str
    status: str
    restarts: str


class _Shown(NamedTuple):
    status: str
    ready: int
    restarted: list[ContainerStatus]
    """The containers whose restarts are summed up."""


def columns(pod: LivePod, now: int) -> Columns:
    """The columns of a pod at `now` (seconds)."""
    shown = _shown(pod)
    total = len(pod.run.containers) + len(_sidecars(pod))
    return Columns(f"{shown.ready}/{total}", _deleted(pod) or shown.status, _restarts(shown.restarted, now))


def human_duration(seconds: int) -> str:
    """A length of time as kubectl writes it: two units while they say something, one later."""
    if seconds < -1:
        return "<invalid>"
    if seconds < 2 * MINUTE:
        return f"{max(seconds, 0)}s"
    if seconds < 3 * HOUR:
        return _units(seconds, MINUTE, "m", 1, "s", both_below=10 * MINUTE)
    if seconds < 2 * DAY:
        return _units(seconds, HOUR, "h", MINUTE, "m", both_below=8 * HOUR)
    if seconds < 2 * YEAR:
        return _units(seconds, DAY, "d", HOUR, "h", both_below=8 * DAY)
    return _units(seconds, YEAR, "y", DAY, "d", both_below=8 * YEAR)


def _units(seconds: int, big: int, of_big: str, small: int, of_small: str, *, both_below: int) -> str:
    rest = seconds % big // small
    return f"{seconds // big}{of_big}" + (f"{rest}{of_small}" if rest and seconds < both_below else "")


def _shown(pod: LivePod) -> _Shown:
    sidecars = _sidecars(pod)
    status, ready, tried = _summary(pod), 0, list[ContainerStatus]()
    initializing = False
    for index, one in enumerate(pod.status.init_containers):
        tried.append(one)
        if isinstance(one.state, Terminated) and one.state.exit_code == 0:
            continue
        if one.name in sidecars and one.started:
            ready += one.ready
            continue
        status, initializing = _holding_up(one, index, len(pod.run.init_containers)), True
        break
    if initializing and not pod.status.is_true("Initialized"):
        return _Shown(status, ready, tried)
    regular = pod.status.containers
    running = [one for one in regular if one.ready and isinstance(one.state, Running)]
    # The first container in the list has the last word.
    status = next((text for one in regular if (text := _stopped(one))), status)
    if status == "Completed":
        status = _completed(pod, running=bool(running))
    restarted = [one for one in tried if one.name in sidecars] + list(regular)
    return _Shown(status, ready + len(running), restarted)


def _sidecars(pod: LivePod) -> set[str]:
    return {container.name for container in pod.run.init_containers if container.is_sidecar}


def _summary(pod: LivePod) -> str:
    gated = any(one.type == "PodScheduled" and one.reason == SCHEDULING_GATED for one in pod.status.conditions)
    return SCHEDULING_GATED if gated else pod.status.reason or pod.status.phase


def _holding_up(status: ContainerStatus, index: int, total: int) -> str:
    """What an init container says that is not done."""
    match status.state:
        case Terminated():
            return f"Init:{_end(status.state)}"
        case Waiting(reason=reason) if reason and reason != "PodInitializing":
            return f"Init:{reason}"
        case _:
            return f"Init:{index}/{total}"


def _stopped(status: ContainerStatus) -> str:
    """What a regular container says that does not run; "" if it says nothing."""
    match status.state:
        case Terminated():
            return _end(status.state)
        case Waiting():
            return status.state.reason
        case _:
            return ""


def _completed(pod: LivePod, *, running: bool) -> str:
    """What a pod shows whose first container with something to say is completed: others may run, or have failed."""
    if running and pod_state.is_ready(pod):
        return "Running"
    ends = (one.state for one in pod.status.containers if isinstance(one.state, Terminated))
    error = next((_end(end) for end in ends if end.exit_code != 0), "")
    return error or ("NotReady" if running else "Completed")


def _end(end: Terminated) -> str:
    return end.reason or (f"Signal:{end.signal}" if end.signal else f"ExitCode:{end.exit_code}")


def _deleted(pod: LivePod) -> str:
    """What a deletion shows over everything else; "" without one. A pod that has ended does not terminate."""
    if pod.meta.deleted_at is None:
        return ""
    if pod.status.reason == NODE_LOST:
        return "Unknown"
    return "" if pod_state.is_terminal(pod) else "Terminating"


def _restarts(restarted: Iterable[ContainerStatus], now: int) -> str:
    """How often, and how long ago the last time was, if the end before it is known."""
    listed = list(restarted)
    count = sum(one.restarts for one in listed)
    ends = [one.last.finished_at for one in listed if isinstance(one.last, Terminated)]
    last = max((end for end in ends if end is not None), default=None)
    return f"{count} ({human_duration(now - last)} ago)" if count and last is not None else str(count)
