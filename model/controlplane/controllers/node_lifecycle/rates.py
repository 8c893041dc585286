"""How fast nodes get their NoExecute taints: a queue and a token bucket for each zone, as values (v1.36).

Follows nodelifecycle/scheduler/rate_limited_queue.go and client-go's flowcontrol. Times are seconds, and may have
fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from kubeproof.model.component import Pick, first

RETRY = 0.05
"""Seconds until a node is tried again that could not be tainted."""


class Limiter(msgspec.Struct, frozen=True):
    """A token bucket that holds one token; `rate` is tokens a second, 0 gives none. `at`: when `tokens` was counted."""

    rate: float
    tokens: float = 1.0
    at: float = 0.0

    @property
    def reported(self) -> float:
        """The rate that it tells: one that gives nothing says 1, as Go's fakeNeverRateLimiter does."""
        return self.rate if self.rate > 0 else 1.0

    def take(self, now: float) -> tuple[bool, Limiter]:
        """Whether there is a token, and the bucket after it was asked (TryAccept)."""
        if self.rate <= 0:
            return False, self
        tokens = min(1.0, self.tokens + max(now - self.at, 0.0) * self.rate)
        return (
            (True, Limiter(self.rate, tokens - 1.0, now)) if tokens >= 1.0 else (False, Limiter(self.rate, tokens, now))
        )


class Waiting(NamedTuple):
    """A node that waits for its taint, and from when on it may be tried."""

    node: str
    due: float


class Queue(msgspec.Struct, frozen=True):
    """The nodes of a zone that wait for their taint, the first due first; `seen` are those that are not taken twice."""

    limiter: Limiter
    waiting: tuple[Waiting, ...] = ()
    seen: frozenset[str] = frozenset()

    def add(self, node: str, now: float) -> Queue:
        """With the node in it, unless it was seen since it was last removed."""
        if node in self.seen:
            return self
        return replace(self, waiting=_by_due((*self.waiting, Waiting(node, now))), seen=self.seen | {node})

    def remove(self, node: str) -> Queue:
        """Without the node, which may be added again."""
        return replace(self, waiting=_others(self.waiting, node), seen=self.seen - {node})

    def at_rate(self, rate: float, now: float) -> Queue:
        """At another rate (SwapLimiter); an empty bucket is followed by an empty one.

        Where the rate is 1, one that was stopped stays so: it says that its rate is 1 already.
        """
        if self.limiter.reported == rate:
            return self
        new = Limiter(rate, at=now)
        if rate > 0 and not self.limiter.take(now)[0]:
            new = new.take(now)[1]
        return replace(self, limiter=new)


def drain(queue: Queue, now: float, can: Callable[[str], bool], pick: Pick = first) -> tuple[tuple[str, ...], Queue]:
    """The nodes whose turn it is, and the queue after them (Try). `can` is false for one to be tried again later.

    Each look at the queue costs a token, also where the first node is not due yet. The nodes of one round are looked at
    side by side, so `pick` says which of them came first.
    """
    taken: list[str] = []
    while queue.waiting:
        soonest = queue.waiting[0].due
        there, limiter = queue.limiter.take(now)
        queue = replace(queue, limiter=limiter)
        if not there or now < soonest:
            break
        equal = [one.node for one in queue.waiting if one.due == soonest]
        node = pick(equal) if len(equal) > 1 else equal[0]
        waiting = _others(queue.waiting, node)
        if can(node):
            taken.append(node)
        else:
            waiting = _by_due((*waiting, Waiting(node, now + RETRY)))
        queue = replace(queue, waiting=waiting)
    return tuple(taken), queue


def _by_due(waiting: tuple[Waiting, ...]) -> tuple[Waiting, ...]:
    return tuple(sorted(waiting, key=lambda one: one.due))


def _others(waiting: tuple[Waiting, ...], node: str) -> tuple[Waiting, ...]:
    return tuple(one for one in waiting if one.node != node)
