"""A container as the kubelet sees it: when it is run again, how it is probed and ended, what it may use.

The pod's own part of that is `RunSpec`. Left out: what only the scheduler reads (pod.py), commands and environments.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from immutables import Map

RestartPolicy = Literal["Always", "OnFailure", "Never"]
ProbeKind = Literal["startup", "liveness", "readiness"]


class RestartRule(msgspec.Struct, frozen=True):
    """One of a container's restartPolicyRules: what to do when it exits with one of (or none of) these codes."""

    action: Literal["Restart", "RestartAllContainers"]
    operator: Literal["In", "NotIn"]
    values: tuple[int, ...]


class Probe(msgspec.Struct, frozen=True):
    """How a container is probed; times in seconds. `grace_period`: of its own, None where the pod's counts."""

    initial_delay: int = 0
    period: int = 10
    timeout: int = 1
    success_threshold: int = 1
    failure_threshold: int = 3
    grace_period: int | None = None


class Container(msgspec.Struct, frozen=True):
    """One container. `restart_policy` and `restart_rules` are its own; "" where the pod's policy counts.

    `requests` and `limits`: cpu in millicores, everything else in units (bytes, devices).
    """

    name: str
    image: str = ""
    restart_policy: RestartPolicy | Literal[""] = ""
    restart_rules: tuple[RestartRule, ...] = ()
    startup: Probe | None = None
    liveness: Probe | None = None
    readiness: Probe | None = None
    post_start: bool = False
    pre_stop: bool = False
    requests: Map[str, int] = Map()
    limits: Map[str, int] = Map()

    @property
    def is_sidecar(self) -> bool:
        """Whether it is a sidecar if it stands among the init containers (IsRestartableInitContainer)."""
        return self.restart_policy == "Always"


class RunSpec(msgspec.Struct, frozen=True):
    """How a pod is run on its node: its containers in order, and the pod's own policies (times in seconds)."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[Container, ...] = ()
    restart_policy: RestartPolicy = "Always"
    grace_period: int = 30
    active_deadline: int | None = None
    readiness_gates: tuple[str, ...] = ()
    runtime_class: str = ""
    host_network: bool = False
    static: bool = False
    os: str = ""
