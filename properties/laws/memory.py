"""What isolation holds between pods that share a node's memory, and what does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.logic.terms import all_of
from kubeproof.model.machine import after
from kubeproof.model.machines.memory import CAPACITY, MEMORY, Fate, Tenant, a, b, pressure, used
from kubeproof.properties.law import Law, always, every_step, leads_to, sometimes


def _of(one: Tenant, other: Tenant) -> tuple[Law, ...]:
    untouched = all_of(after(part).eq(part) for part in (other.use, other.fate))
    killed = one.runs & after(one.fate).eq(Fate.OOM_KILLED)
    evicted = one.runs & after(one.fate).eq(Fate.EVICTED)
    return (
        always(f"{one.name} never uses more than its limit", MEMORY, one.use <= one.limit),
        every_step(f"when {one.name} is killed for memory, its neighbour is untouched", MEMORY, untouched, when=killed),
        every_step(
            f"{one.name} is killed only at its limit, or on a full node",
            MEMORY,
            one.use.eq(one.limit) | used.eq(CAPACITY),
            when=killed,
        ),
        every_step(f"{one.name} is evicted only under pressure", MEMORY, pressure, when=evicted),
        every_step(
            f"{one.name} is not evicted for the sake of one that uses more than it requested",
            MEMORY,
            (other.above <= 0) | ~other.runs,
            when=evicted & (one.above <= 0),
        ),
        every_step(
            f"of two that keep to their requests, {one.name} goes only if it is no more important",
            MEMORY,
            ~one.important | other.important,
            when=evicted & other.runs & (one.above <= 0) & (other.above <= 0),
        ),
        every_step(
            f"{one.name} is not run again where it was evicted",
            MEMORY,
            after(one.fate).eq(Fate.EVICTED),
            when=one.fate.eq(Fate.EVICTED),
        ),
        leads_to(f"{one.name} is run again after it was out of memory", MEMORY, one.fate.eq(Fate.OOM_KILLED), one.runs),
    )


LAWS = (
    *_of(a, b),
    *_of(b, a),
    always("the node is never more than full", MEMORY, used <= CAPACITY),
    leads_to("pressure ends", MEMORY, pressure, ~pressure),
    sometimes(
        "the more important pod can be evicted, where it uses more than it requested",
        MEMORY,
        a.important & ~b.important & a.runs & b.runs & after(a.fate).eq(Fate.EVICTED),
    ),
)

STUDIES = (
    every_step(
        "a container is killed for memory only at its own limit",
        MEMORY,
        a.use.eq(a.limit),
        when=a.runs & after(a.fate).eq(Fate.OOM_KILLED),
        note="a node that fills faster than the kubelet evicts kills whom the kernel picks",
    ),
    every_step(
        "a pod that keeps to its request is never evicted",
        MEMORY,
        a.above > 0,
        when=a.runs & after(a.fate).eq(Fate.EVICTED),
        note="where requests leave the node no reserve, somebody has to go",
    ),
)
