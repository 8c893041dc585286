"""Memory of two pods on one node: each in its cgroup, both on one machine (Kubernetes v1.36: pkg/kubelet/eviction, the
kernel's memory controller).

A container that asks for more than its limit is killed in its own cgroup, and nobody else is touched. When the node
runs short, the kubelet evicts in its order: who uses more than was requested, then the lower priority, then who is
further above the request. If the node is full before that, the kernel kills whoever has the higher oom_score:
Guaranteed pods come last. Amounts are small units of memory: limits, requests and priorities are any. The exact order
is node/kubelet/eviction.py. Not modelled: other resources, soft thresholds, more than two pods.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kubeproof.model.logic.terms import FALSE, Term
from kubeproof.model.machine import ANY, Machine, Plain, Step, between, boolean, one_of


class Fate(Enum):
    """What became of a pod's container."""

    RUNNING = "running"
    OOM_KILLED = "OOMKilled"
    EVICTED = "Evicted"


CAPACITY, THRESHOLD, MOST = 6, 5, 4


class Tenant(NamedTuple):
    """One pod's variables: what it uses, asks for, may use, whether it is important, and what became of it."""

    name: str
    use: Term
    request: Term
    headroom: Term
    important: Term
    fate: Term

    @property
    def runs(self) -> Term:
        """It is running."""
        return self.fate.eq(Fate.RUNNING)

    @property
    def above(self) -> Term:
        """By how much it uses more than it requested; below 0 where it uses less."""
        return self.use - self.request

    @property
    def limit(self) -> Term:
        """The most that its cgroup lets it have."""
        return self.request + self.headroom

    @property
    def guaranteed(self) -> Term:
        """Its QoS class is Guaranteed."""
        return self.headroom.eq(0)


def tenant(name: str) -> Tenant:
    """The variables of a pod of that name."""
    return Tenant(
        name,
        use=between(f"{name}.use", 0, MOST),
        request=between(f"{name}.request", 1, MOST - 1),
        headroom=between(f"{name}.headroom", 0, 1),
        important=boolean(f"{name}.important"),
        fate=one_of(f"{name}.fate", Fate),
    )


a, b = tenant("a"), tenant("b")
used = a.runs.then(a.use, 0) + b.runs.then(b.use, 0)
pressure = used > THRESHOLD


def goes_first(one: Tenant, other: Tenant) -> Term:
    """The kubelet's order under memory pressure puts it no later than the other."""
    return (
        ~other.runs
        | ((one.above > 0) & (other.above <= 0))
        | (
            (one.above > 0).eq(other.above > 0)
            & ((~one.important & other.important) | (one.important.eq(other.important) & (other.above <= one.above)))
        )
    )


def _steps(one: Tenant, other: Tenant) -> tuple[Step, ...]:
    stops: dict[Term, Term | Plain] = {one.use: 0}
    return (
        Step(
            f"{one.name} takes more",
            by="process",
            fair=False,
            when=one.runs & (one.use < one.limit) & (used < CAPACITY),
            sets={one.use: one.use + 1},
        ),
        Step(
            f"{one.name} gives back",
            by="process",
            fair=False,
            when=one.runs & (one.use > 0),
            sets={one.use: one.use - 1},
        ),
        Step(
            f"{one.name} passes its limit",
            by="kernel",
            fair=False,
            when=one.runs & one.use.eq(one.limit),
            sets={one.fate: Fate.OOM_KILLED, **stops},
            why="the allocation fails in its own cgroup",
        ),
        Step(
            f"the node is full: {one.name} is killed",
            by="kernel",
            when=one.runs & used.eq(CAPACITY) & (~one.guaranteed | other.guaranteed | ~other.runs),
            fair=False,
            sets={one.fate: Fate.OOM_KILLED, **stops},
        ),
        Step(
            f"evict {one.name}",
            by="kubelet",
            when=pressure & one.runs & goes_first(one, other),
            sets={one.fate: Fate.EVICTED, **stops},
        ),
        Step(
            f"{one.name} is run again",
            by="kubelet",
            when=one.fate.eq(Fate.OOM_KILLED),
            sets={one.fate: Fate.RUNNING},
        ),
    )


def _start(one: Tenant) -> dict[Term, Plain | tuple[Plain, ...]]:
    return {one.use: 0, one.request: ANY, one.headroom: ANY, one.important: ANY, one.fate: Fate.RUNNING}


MEMORY = Machine(
    name="memory",
    start=_start(a) | _start(b),
    steps=(*_steps(a, b), *_steps(b, a)),
    shows=a.fate,
    ends=FALSE,
    assumes=(f"a node of {CAPACITY} units, evicting above {THRESHOLD}",),
)
