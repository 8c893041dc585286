"""What the container runtime says of a container: the latest one that it made under that name, if any.

Follows kubecontainer.Status (pkg/kubelet/container/runtime.go, v1.36). A container that the runtime does not know has
no entry, so "none" is no state. Left out: sandboxes, images, and older containers of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

State = Literal["created", "running", "exited", "unknown"]


class RuntimeState(msgspec.Struct, frozen=True):
    """The latest container of a name; times in seconds.

    `exit_code`, `finished_at`, `reason` and `message` are of one that exited. `restarts`: how many came before it.
    `spec_changed`: it was made from a specification that the pod no longer has (the hashes differ).
    """

    state: State
    exit_code: int = 0
    created_at: int | None = None
    started_at: int | None = None
    finished_at: int | None = None
    restarts: int = 0
    spec_changed: bool = False
    reason: str = ""
    message: str = ""
    id: str = ""


RuntimeStates = Mapping[str, RuntimeState]
"""The containers that the runtime knows, by name."""
