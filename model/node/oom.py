"""What the kernel does to a container that uses more memory than it may: it is killed, its neighbours are not.

A container's limit is its cgroup's memory.max, with memory.oom.group set, so all its processes end together
(pkg/kubelet/kuberuntime/kuberuntime_container_linux.go, v1.36). Amounts: bytes. Left out: a node that runs out as a
whole, where the kernel picks by score (kubelet/pod_qos.py); limits of pods.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubeproof.model.node.kubelet.processes import SIGKILLED
from kubeproof.model.node.kubelet.work import Exit, Work

OOM_KILLED = "OOMKilled"


def over_limit(work: Work, usage: Mapping[str, int]) -> tuple[str, ...]:
    """The names of the running containers that use more memory than their limit; `usage` in bytes by name."""
    limits = {container.name: container.limits.get("memory") for container in work.specs()}
    return tuple(
        made.name
        for made in work.runtime.containers
        if made.state.state == "running"
        and (limit := limits.get(made.name)) is not None
        and usage.get(made.name, 0) > limit
    )


def oom_killed(work: Work, usage: Mapping[str, int], now: int) -> Work:
    """The work in which those containers end now, by SIGKILL and for that reason; all others run on."""
    names = frozenset(over_limit(work, usage))
    exits = work.exits
    for made in work.runtime.containers:
        if made.name in names and made.state.state == "running":
            exits = exits.set(made.state.id, Exit(now, SIGKILLED, OOM_KILLED))
    return work._replace(exits=exits)
