"""What is reported of a pod that runs: phase, conditions, and the state of each container (status of core/v1 Pod).

Times are whole seconds on the clock of whoever reports them. An empty state (`None`) is an entry that says nothing.
"""

from __future__ import annotations

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

    @property
    def ready(self) -> bool:
        """Whether the pod's condition Ready is True (podutil.IsPodReady)."""
        said = self.condition("Ready")
        return said is not None and said.status == "True"

    @property
    def terminal(self) -> bool:
        """Whether the pod has ended for good (podutil.IsPodPhaseTerminal)."""
        return self.phase in ("Succeeded", "Failed")

    def condition(self, type_: str) -> Condition | None:
        """The first condition of a type, None where there is none."""
        return next((condition for condition in self.conditions if condition.type == type_), None)
