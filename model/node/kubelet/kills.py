"""How a container is killed: why, with how much grace, and in what order among the containers of its pod.

Follows killContainer and setTerminationGracePeriod (kuberuntime_container.go) and kuberuntime_termination_order.go
(v1.36). Times are seconds. Left out: how long a preStop hook takes (the caller says), Windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from immutables import Map

from kubeproof.model.objects.container import Container, RunSpec

MINIMUM_GRACE = 2
"""Seconds that a container has at least between SIGTERM and SIGKILL."""

KillReason = Literal["", "StartupProbe", "LivenessProbe", "FailedPostStartHook", "Unknown", "RestartAllContainers"]


class Kill(NamedTuple):
    """One container to be killed. `message` is what its event says."""

    name: str
    id: str
    reason: KillReason
    message: str


class Ending(NamedTuple):
    """How one container ends: when its hook begins, when it gets SIGTERM, when SIGKILL if it still runs.

    `pre_stop_at` is None where it has no hook or no time for one.
    """

    name: str
    pre_stop_at: int | None
    term_at: int
    kill_at: int


def grace_of(run: RunSpec, container: Container, reason: KillReason, deletion_grace: int | None) -> int:
    """Seconds of grace that a container has: its probe's own where that kills it, else the deletion's, else the pod's.

    `deletion_grace` is metadata.deletionGracePeriodSeconds, None while nobody has deleted the pod.
    """
    if deletion_grace is not None:
        return deletion_grace
    probe = {"StartupProbe": container.startup, "LivenessProbe": container.liveness}.get(reason)
    if probe is not None and probe.grace_period is not None:
        return probe.grace_period
    return run.grace_period


def endings(
    run: RunSpec,
    running: Mapping[str, Container],
    now: int,
    grace: Mapping[str, int],
    *,
    hook_takes: Mapping[str, int] = Map(),
    exit_takes: Mapping[str, int] = Map(),
) -> tuple[Ending, ...]:
    """How the running containers of a pod end when all are killed at `now`, the first to be stopped first.

    `grace`: seconds by name. `hook_takes`: seconds that a container's preStop hook takes. `exit_takes`: seconds from
    SIGTERM to its exit; both 0 where nothing is said. Sidecars wait until what was started after them has ended.
    """
    ended: dict[str, int] = {}
    told = []
    for name in _stop_order(run, running):
        waits_for = [ended[after] for after in _stopped_before(run, name) if after in ended]
        ending = _ending(running[name], now, grace[name], hook_takes.get(name, 0), max(waits_for, default=now))
        ended[name] = min(ending.term_at + exit_takes.get(name, 0), ending.kill_at)
        told.append(ending)
    return tuple(told)


def _ending(container: Container, now: int, grace: int, hook: int, turn: int) -> Ending:
    left = grace
    has_hook = container.pre_stop and left > 0
    if has_hook:
        left -= min(hook, left)
    term_at = now + grace - left
    if left > 0 and turn > term_at:
        waited = min(turn - term_at, left)
        left -= waited
        term_at += waited
    return Ending(container.name, now if has_hook else None, term_at, term_at + max(left, MINIMUM_GRACE))


def _sidecars(run: RunSpec) -> tuple[str, ...]:
    return tuple(container.name for container in run.init_containers if container.is_sidecar)


def _stop_order(run: RunSpec, running: Mapping[str, Container]) -> Iterator[str]:
    sidecars = _sidecars(run)
    yield from (name for name in running if name not in sidecars)
    yield from (name for name in reversed(sidecars) if name in running)


def _stopped_before(run: RunSpec, name: str) -> Iterator[str]:
    """Whose end a container waits for: a sidecar for all app containers and the sidecars after it, others for none."""
    sidecars = _sidecars(run)
    if name in sidecars:
        yield from (container.name for container in run.containers)
        yield from sidecars[sidecars.index(name) + 1 :]
