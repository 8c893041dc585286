"""What is reported of a pod that runs: phase, conditions, and the state of each container (status of core/v1 Pod).

Times are whole seconds on the clock of whoever reports them. An empty state (`None`) is an entry that says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Phase = Literal["", "Pending", "Running", "Succeeded", "Failed", "Unknown"]
Truth = Literal["True", "False", "Unknown"]


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """Not started yet, or not again."""

    reason: str = ""
    message: str = ""


class Running(msgspec.Struct, frozen=True, tag="running"):
    """Running since `started_at`."""

    started_at: int | None = None


class Terminated(msgspec.Struct, frozen=True, tag="terminated"):
    """Ended: with an exit code, or by a signal, for a reason."""

    exit_code: int
    reason: str = ""
    message: str = ""
    signal: int = 0
    started_at: int | None = None
    finished_at: int | None = None
    container_id: str = ""


ContainerState = Waiting | Running | Terminated


class ContainerStatus(msgspec.Struct, frozen=True):
    """One entry of containerStatuses. `started` is None where nothing was reported."""

    name: str
    state: ContainerState | None = None
    last: ContainerState | None = None
    ready: bool = False
    started: bool | None = None
    restarts: int = 0
    container_id: str = ""


def named(statuses: Iterable[ContainerStatus], name: str) -> ContainerStatus | None:
    """The first status of a container, None where there is none (GetContainerStatus)."""
    return next((status for status in statuses if status.name == name), None)


def is_terminal(phase: Phase) -> bool:
    """Whether a pod of this phase has ended for good (IsPodPhaseTerminal)."""
    return phase in ("Succeeded", "Failed")


class Condition(msgspec.Struct, frozen=True):
    """One entry of status.conditions; `changed_at` is lastTransitionTime in seconds."""

    type: str
    status: Truth
    reason: str = ""
    message: str = ""
    changed_at: int | None = None
    observed_generation: int = 0


class PodStatus(msgspec.Struct, frozen=True):
    """The status of a pod. Entries are in the order in which they are reported; `ips` are podIPs."""

    phase: Phase = ""
    reason: str = ""
    message: str = ""
    conditions: tuple[Condition, ...] = ()
    containers: tuple[ContainerStatus, ...] = ()
    init_containers: tuple[ContainerStatus, ...] = ()
    ephemeral_containers: tuple[ContainerStatus, ...] = ()
    start_time: int | None = None
    ips: tuple[str, ...] = ()

    def condition(self, type_: str) -> Condition | None:
        """The first condition of a type, None where there is none."""
        return next((condition for condition in self.conditions if condition.type == type_), None)

    def is_true(self, type_: str) -> bool:
        """Whether the first condition of a type is there, and True."""
        condition = self.condition(type_)
        return condition is not None and condition.status == "True"
