"""A replay in words: how full the cluster was in each slice of its time, who waited for how long, and who in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from kubeproof.model.scheduler.levels import Levels
from kubeproof.model.scheduler.replay import Replay, Stay
from kubeproof.properties.queries.aligned import Row, aligned
from kubeproof.properties.queries.words import plural

DAY, HOUR, MINUTE = 86_400, 3_600, 60
SHOWN = 10
"""Pods that waited longest, and reasons of those that never got a node, that are told."""


def text(found: Replay, resources: Mapping[str, str], slices: int = 12) -> str:
    """All of it. `resources`: those of which use is told, each with its heading."""
    return "\n".join((aligned(use(found, resources, slices)), "", *waits(found)))


def use(found: Replay, resources: Mapping[str, str], slices: int) -> list[Row]:
    """The header, a row for each slice of the time, and one for all of it: mean and highest use, pods on nodes and not.

    Use is the share of what the nodes have that the pods on them ask for.
    """
    headings = [f"{heading} {what}" for heading in resources.values() for what in ("mean", "most")]
    rows: list[Row] = [("from day", *headings, "running", "waiting")]
    if not found.end:
        return rows
    levels = [(found.used(resource), found.there(resource)) for resource in resources]
    running, waiting = found.running, found.waiting
    edges = [found.end * at / slices for at in range(slices + 1)]
    for start, end in (*pairwise(edges), (0, found.end)):
        cells = [cell for used, there in levels for cell in _shares(used, there, start, end)]
        rows.append((f"{start / DAY:.0f}", *cells, str(running.most(start, end)), str(waiting.most(start, end))))
    return [*rows[:-1], ("all", *rows[-1][1:])]


def waits(found: Replay) -> Iterator[str]:
    """How many waited, the longest waits, and each reason of those that never got a node with how many it kept out."""
    own = len(found.stays) - len(found.passed_over) - len(found.set_aside)
    waited, never = sorted(found.waited, key=lambda stay: -stay.waited(found.end)), found.never
    yield f"{own - len(waited) - len(never)} of {plural(own, 'pod')} got a node at once, {len(waited)} waited for one."
    if waited:
        times = [stay.waited(found.end) for stay in waited]
        yield f"They waited {duration(median(times))} (median), at most {duration(times[0])}; the longest:"
        yield from (f"    {_waited(stay, found.end)}" for stay in waited[:SHOWN])
    yield f"{plural(len(never), 'pod')} never got a node{':' if never else '.'}"
    reasons: dict[str, list[Stay]] = {}
    for stay in never:
        reasons.setdefault(stay.message or "it was not tried", []).append(stay)
    common = sorted(reasons.items(), key=lambda one: -len(one[1]))
    for reason, stays in common[:SHOWN]:
        more = f" and {len(stays) - 1} more" if len(stays) > 1 else ""
        yield f"    {stays[0].key}{more}: {reason}"
    if rest := common[SHOWN:]:
        yield f"    and {sum(len(stays) for _, stays in rest)} more for {plural(len(rest), 'other reason')}"
    if found.set_aside:
        yield f"{plural(len(found.set_aside), 'pod')} set aside; the others were scheduled as if they were not there:"
        yield from (f"    {key}: {why}" for key, why in found.set_aside.items())


def duration(seconds: float) -> str:
    """In the two largest units, as `3 d 4 h` or `12 s`."""
    parts = []
    rest = round(seconds)
    for name, size in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1)):
        if rest >= size:
            parts.append(f"{rest // size} {name}")
            rest %= size
    return " ".join(parts[:2]) or "0 s"


def _shares(used: Levels, there: Levels, start: float, end: float) -> Sequence[str]:
    """Mean and highest use, in percent; `-` where there is nothing."""
    have = there.mean(start, end)
    if not have:
        return ("-", "-")
    most = max(100 * used.at(t) / there.at(t) for t in _moments(used, there, start, end) if there.at(t))
    return (f"{100 * used.mean(start, end) / have:.1f} %", f"{most:.1f} %")


def _moments(used: Levels, there: Levels, start: float, end: float) -> Sequence[float]:
    """The times at which either changes, and the start."""
    return [start, *(t for t in (*used.times.tolist(), *there.times.tolist()) if start < t < end)]


def _waited(stay: Stay, until: float) -> str:
    return f"{stay.key}: {duration(stay.waited(until))}, then {stay.node}; {stay.message}"
