"""How long the kubelet waits before it tries again: crash-loop back-off, and back-off of image pulls (v1.36).

One rule upstream (client-go util/flowcontrol/backoff.go): a delay per key that doubles up to a limit and is forgotten
after a quiet time. Two users: doBackOff (kuberuntime_manager.go) and the image manager (images/image_manager.go).
Times and delays are whole seconds. Left out: jitter (the kubelet has none), the feature gate that shortens the decay.
"""

from __future__ import annotations

from typing import NamedTuple

from immutables import Map

FIRST_DELAY = 10
LONGEST_DELAY = 300
QUIET = 600
"""Seconds after which a container that ran is no longer held back for its earlier crashes: strictly more than these."""

Key = tuple[str, ...]
"""What is held back: for a container its pod's uid, its name and image; for a pull the pod's uid and the image."""


class Entry(NamedTuple):
    """The delay that a key has reached, and when it last grew."""

    delay: int
    updated_at: int


class BackOff(NamedTuple):
    """All delays of one kind. `quiet`: seconds after which an entry no longer counts."""

    first: int = FIRST_DELAY
    longest: int = LONGEST_DELAY
    quiet: int = QUIET
    entries: Map[Key, Entry] = Map()


def crash_loop(max_restart_period: int | None = None) -> BackOff:
    """The back-off of containers that exit; `max_restart_period`: the node's maxContainerRestartPeriod.

    A limit below the first delay lowers that too. The quiet time stays ten minutes (kubelet.go newCrashLoopBackOff).
    """
    longest = LONGEST_DELAY if max_restart_period is None else max_restart_period
    return BackOff(min(FIRST_DELAY, longest), longest)


def image_pulls() -> BackOff:
    """The back-off of image pulls that failed: forgotten after twice the longest delay, as client-go has it."""
    return BackOff(quiet=2 * LONGEST_DELAY)


def delay_of(backoff: BackOff, key: Key) -> int:
    """Seconds that a key is held back for; 0 where it never was."""
    entry = backoff.entries.get(key)
    return 0 if entry is None else entry.delay


def waits_until(backoff: BackOff, key: Key, event: int, now: int) -> int | None:
    """When a key may be tried again after what happened at `event`; None where it may be now (IsInBackOffSince)."""
    entry = backoff.entries.get(key)
    if entry is None or _is_forgotten(backoff, entry, event) or now - event >= entry.delay:
        return None
    return event + entry.delay


def waits_since_update(backoff: BackOff, key: Key, now: int) -> int | None:
    """When a key may be tried again, counted from when its delay last grew (IsInBackOffSinceUpdate)."""
    entry = backoff.entries.get(key)
    if entry is None or _is_forgotten(backoff, entry, now) or now - entry.updated_at >= entry.delay:
        return None
    return entry.updated_at + entry.delay


def grown(backoff: BackOff, key: Key, event: int, now: int) -> BackOff:
    """The back-off after a key is tried again at `now` because of `event`: its delay doubled, or begun (Next)."""
    entry = backoff.entries.get(key)
    fresh = entry is None or _is_forgotten(backoff, entry, event)
    delay = backoff.first if entry is None or fresh else min(2 * entry.delay, backoff.longest)
    return backoff._replace(entries=backoff.entries.set(key, Entry(delay, now)))


def swept(backoff: BackOff, now: int) -> BackOff:
    """The back-off without the entries that no longer count (GC, at every clean-up)."""
    kept = {key: entry for key, entry in backoff.entries.items() if not _is_forgotten(backoff, entry, now)}
    return backoff._replace(entries=Map(kept))


def _is_forgotten(backoff: BackOff, entry: Entry, event: int) -> bool:
    return event - entry.updated_at > backoff.quiet
