"""A pod's life on its node, from event to event on a virtual clock.

`settled` runs a pod's worker until it has nothing to do at a time; `due` is when it has again; `life` goes from one to
the next. An ideal node: the kubelet sees every change at once (an ideal PLEG), the API server has each status at once,
and nothing takes time but what the containers do. Times are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.node.kubelet import deadline
from kubeproof.model.node.kubelet.probing import next_probe, probed_round
from kubeproof.model.node.kubelet.processes import Processes, exited, killed, running
from kubeproof.model.node.kubelet.readiness import results
from kubeproof.model.node.kubelet.starting import held_until
from kubeproof.model.node.kubelet.sync import Report, stepped
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.pod_status import PodStatus

ROUNDS = 1000
"""Steps of a worker at one time, after which it is taken to go on for ever."""


class Told(NamedTuple):
    """A status that was reported, and when."""

    at: int
    report: Report


class Settled(NamedTuple):
    """A worker with nothing left to do at a time, and what it reported until then."""

    work: Work
    reports: tuple[Report, ...]


def settled(work: Work, now: int, does: Processes) -> Settled:
    """A pod's worker after everything that is due at `now`; its reports are those whose status is a new one.

    Raises NotModelled where that never ends: containers that exit at once and restart all each time know no back-off.
    """
    reports: list[Report] = []
    work = probed_round(exited(work, now), now, does)
    for _ in range(ROUNDS):
        told = work.status
        after, report = stepped(work, now, does)
        if report is not None and report.status != told:
            reports.append(report)
            after = after._replace(pod=replace(after.pod, status=report.status))
        after = probed_round(exited(after, now), now, does)
        if _is_quiet(work, after):
            return Settled(after, tuple(reports))
        work = after
    raise NotModelled("spec.containers[].restartPolicyRules", "containers that restart without end in no time")


def due(work: Work, now: int, does: Processes) -> int | None:
    """When a pod's worker has something to do next, if nobody else does anything; None where never."""
    if work.stage == "terminated":
        return None
    times = [exit_.at for exit_ in work.exits.values()]
    times.extend(at for at in (_held(work, now), next_probe(work, now, does), work.retry_at) if at is not None)
    limit = deadline.due(work.pod.run, work.known_status.start_time)
    if limit is not None and work.stage == "sync":
        times.append(limit)
    return min((at for at in times if at > now), default=None)


def deleted(work: Work, now: int, grace: int | None = None) -> Work:
    """The work after somebody deleted the pod at `now`, with that much grace or the pod's own."""
    period = work.pod.run.grace_period if grace is None else grace
    meta = replace(work.pod.meta, deleted_at=now + period, grace_period=period)
    return work._replace(pod=replace(work.pod, meta=meta))


def hurried(work: Work, grace: int | None, now: int, does: Processes) -> Work:
    """The work after somebody shortened the grace that a pod had to end in (it was `grace`): its containers are killed
    again, with what is left (UpdatePod)."""
    period = work.pod.meta.grace_period
    if work.stage != "killing" or grace is None or period is None or period >= grace:
        return work
    return killed(work, running(work), now, does)


def ended(work: Work, status: PodStatus, grace: int | None = None) -> Work:
    """The work after the kubelet decided to end the pod itself, with this status (see eviction.py, critical.py)."""
    return work if work.stage != "sync" else work._replace(ends_as=status, ends_within=grace)


def life(work: Work, does: Processes, *, until: int, delete_at: int | None = None) -> Iterator[Told]:
    """What is reported of a pod from second 0 until it is over, at most until a time; it may be deleted on the way."""
    now: int | None = 0
    while now is not None and now <= until and work.stage != "terminated":
        if delete_at is not None and now >= delete_at and not work.deleted:
            work = deleted(work, now)
        work, reports = settled(work, now, does)
        yield from (Told(now, report) for report in reports)
        now = min((at for at in (due(work, now, does), _later(delete_at, now)) if at is not None), default=None)


def _later(at: int | None, now: int) -> int | None:
    return at if at is not None and at > now else None


def _held(work: Work, now: int) -> int | None:
    """When the first container that is held back may be started."""
    if work.stage != "sync" or not work.reasons:
        return None
    waiting = (container for container in work.specs() if container.name in work.reasons)
    return min(
        (at for container in waiting if (at := held_until(work, container, work.runtime, now)) is not None),
        default=None,
    )


def _is_quiet(before: Work, after: Work) -> bool:
    return (
        before.stage == after.stage
        and before.status == after.status
        and before.doing is after.doing
        and before.reasons == after.reasons
        and before.runtime == after.runtime
        and results(before.workers) == results(after.workers)
    )
