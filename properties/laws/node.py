"""What holds of a node's health and its taints, and what does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.machine import after
from kubeproof.model.machines.node import (
    NODE,
    Guest,
    Ready,
    Role,
    Taint,
    alive,
    all_down,
    cause,
    cordoned,
    exists,
    fresh,
    guest,
    healthy,
    no_execute,
    no_schedule,
    ready,
    role,
)
from kubeproof.properties.law import always, every_step, leads_to, sometimes

arrives = ~guest.eq(Guest.RUNNING) & after(guest).eq(Guest.RUNNING) & guest.eq(Guest.NONE)

LAWS = (
    every_step("a cordoned node gets no new pod", NODE, ~cordoned, when=arrives),
    every_step("a tainted node gets no pod that tolerates nothing", NODE, no_schedule.eq(Taint.NONE), when=arrives),
    every_step("a control-plane node gets no pod that tolerates nothing", NODE, role.eq(Role.WORKER), when=arrives),
    every_step(
        "only a silent node becomes Unknown",
        NODE,
        ~fresh,
        when=~ready.eq(Ready.UNKNOWN) & after(ready).eq(Ready.UNKNOWN),
    ),
    every_step(
        "a pod is evicted only from a node with a NoExecute taint",
        NODE,
        ~no_execute.eq(Taint.NONE),
        when=~guest.eq(Guest.EVICTED) & after(guest).eq(Guest.EVICTED),
    ),
    every_step(
        "an evicted pod ends on a node that is there, or is collected",
        NODE,
        alive | ~exists,
        when=guest.eq(Guest.EVICTED) & ~after(guest).eq(Guest.EVICTED),
    ),
    every_step(
        "a taint is what the condition causes",
        NODE,
        after(no_schedule).eq(cause),
        when=~after(no_schedule).eq(no_schedule),
    ),
    every_step(
        "while all zones are down, nobody is marked for eviction anew",
        NODE,
        after(no_execute).eq(Taint.NONE),
        when=all_down & ~after(no_execute).eq(no_execute),
    ),
    every_step("a node that is gone stays gone", NODE, ~after(exists), when=~exists),
    leads_to(
        "a node that is lost for good becomes Unknown, or comes back",
        NODE,
        exists & ~alive,
        ready.eq(Ready.UNKNOWN) | alive | ~exists,
    ),
    leads_to(
        "a node that is well becomes Ready", NODE, exists & alive & healthy, ready.eq(Ready.TRUE) | ~alive | ~healthy
    ),
    leads_to("taints follow the condition", NODE, exists & ~no_schedule.eq(cause), no_schedule.eq(cause) | ~exists),
    leads_to("a pod on a node that is gone is collected", NODE, ~exists, guest.eq(Guest.NONE)),
    sometimes(
        "an eviction can be taken back",
        NODE,
        guest.eq(Guest.RUNNING) & no_execute.eq(Taint.NONE) & ~ready.eq(Ready.TRUE),
    ),
    sometimes("a pod can be evicted and still be there", NODE, guest.eq(Guest.EVICTED) & ~alive),
)

STUDIES = (
    always(
        "a node that is not ready has a taint",
        NODE,
        ~no_schedule.eq(Taint.NONE),
        when=~ready.eq(Ready.TRUE),
        note="the controller taints it a moment later",
    ),
    always(
        "a node that is ready has no taint",
        NODE,
        no_schedule.eq(Taint.NONE),
        when=ready.eq(Ready.TRUE),
        note="the taint goes a moment later",
    ),
    leads_to(
        "an evicted pod goes",
        NODE,
        guest.eq(Guest.EVICTED),
        guest.eq(Guest.NONE),
        note="only its own kubelet can end it, and that may never come back",
    ),
    leads_to(
        "a lost node's pods are evicted",
        NODE,
        exists & ~alive & guest.eq(Guest.RUNNING),
        ~guest.eq(Guest.RUNNING) | alive,
        note="not while all zones are down",
    ),
)
