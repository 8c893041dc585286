"""What a cluster autoscaler remembers from one scan to the next."""

from __future__ import annotations

from typing import NamedTuple


class Booting(NamedTuple):
    """A machine that was asked for: of which group, what its node will be called, and when it is there."""

    group: str
    node: str
    due: int


class Since(NamedTuple):
    """A node that has been in some state since a time."""

    node: str
    since: int


class Memory(NamedTuple):
    """`due`: when it scans next; `unneeded` and `draining`: nodes, the first to be drained some day, the second now;
    `added_at`, `failed_at`: when it last asked for nodes, and when a drain last failed (None: never)."""

    due: int = 0
    booting: tuple[Booting, ...] = ()
    unneeded: tuple[Since, ...] = ()
    draining: tuple[Since, ...] = ()
    added_at: int | None = None
    failed_at: int | None = None
