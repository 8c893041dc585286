"""A node's health, as its lease, its conditions and the taints that they cause (Kubernetes v1.36:
pkg/controller/nodelifecycle; 50 s without news make a node's conditions Unknown).

The kubelet renews the node's lease and posts Ready as true or false; without either for the grace period the node
controller makes Ready Unknown. A condition brings its taint: NotReady or unreachable, with NoSchedule at once and with
NoExecute unless all zones are down (`all_down`: then the controller stops evicting). A pod on it that tolerates the
NoExecute taint for a while is evicted when that time is over. Roles differ in their taints alone. The exact functions
are controlplane/controllers/node_lifecycle.py and taint_eviction.py. Not modelled: pressure conditions, rate limits,
zones.
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.machine import ANY, Machine, Step, boolean, one_of


class Ready(Enum):
    """The condition Ready."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Taint(Enum):
    """The taint that the condition has caused, by key."""

    NONE = "none"
    NOT_READY = "not-ready"
    UNREACHABLE = "unreachable"


class Role(Enum):
    """What the node is for."""

    WORKER = "worker"
    CONTROL_PLANE = "control-plane"


class Guest(Enum):
    """A pod on the node that tolerates not-ready and unreachable for 300 s."""

    NONE = "none"
    RUNNING = "running"
    LEAVING = "to be evicted"
    EVICTED = "evicted"


role, ready = one_of("role", Role), one_of("Ready", Ready)
no_schedule, no_execute = one_of("NoSchedule", Taint), one_of("NoExecute", Taint)
alive, healthy, fresh = boolean("alive"), boolean("healthy"), boolean("fresh")
cordoned, all_down = boolean("cordoned"), boolean("allZonesDown")
guest, exists = one_of("guest", Guest), boolean("exists")

cause = ready.eq(Ready.TRUE).then(Taint.NONE, ready.eq(Ready.FALSE).then(Taint.NOT_READY, Taint.UNREACHABLE))
"""The taint that belongs to the condition as it is."""

wanted_no_execute = all_down.then(Taint.NONE, cause)
schedulable = exists & ~cordoned & no_schedule.eq(Taint.NONE) & role.eq(Role.WORKER)
"""Open to a pod that tolerates nothing."""

NODE = Machine(
    name="node",
    start={
        role: ANY,
        exists: True,
        alive: True,
        healthy: True,
        fresh: True,
        ready: Ready.UNKNOWN,
        no_schedule: Taint.NOT_READY,
        no_execute: Taint.NONE,
        cordoned: False,
        all_down: False,
        guest: Guest.NONE,
    },
    steps=(
        Step(
            "post Ready",
            by="kubelet",
            when=exists & alive & healthy & ~(ready.eq(Ready.TRUE) & fresh),
            sets={ready: Ready.TRUE, fresh: True},
        ),
        Step(
            "post NotReady",
            by="kubelet",
            when=exists & alive & ~healthy & ~(ready.eq(Ready.FALSE) & fresh),
            sets={ready: Ready.FALSE, fresh: True},
        ),
        Step("be silent for the grace period", by="clock", when=exists & ~alive & fresh, sets={fresh: False}),
        Step(
            "make it Unknown",
            by="node-controller",
            when=exists & ~fresh & ~ready.eq(Ready.UNKNOWN),
            sets={ready: Ready.UNKNOWN},
        ),
        Step("taint NoSchedule", by="node-controller", when=exists & ~no_schedule.eq(cause), sets={no_schedule: cause}),
        Step(
            "taint NoExecute",
            by="node-controller",
            when=exists & ~no_execute.eq(wanted_no_execute),
            sets={no_execute: wanted_no_execute},
        ),
        Step(
            "see all zones down",
            by="node-controller",
            fair=False,
            when=exists & ~ready.eq(Ready.TRUE) & ~all_down,
            sets={all_down: True},
        ),
        Step("see a zone come back", by="node-controller", fair=False, when=all_down, sets={all_down: False}),
        Step("lose contact", by="failure", fair=False, when=exists & alive, sets={alive: False}),
        Step("come back", by="failure", fair=False, when=exists & ~alive, sets={alive: True}),
        Step("fall ill", by="failure", fair=False, when=exists & alive & healthy, sets={healthy: False}),
        Step("recover", by="failure", fair=False, when=exists & alive & ~healthy, sets={healthy: True}),
        Step("cordon", by="user", fair=False, when=exists & ~cordoned, sets={cordoned: True}),
        Step("uncordon", by="user", fair=False, when=exists & cordoned, sets={cordoned: False}),
        Step(
            "get a pod",
            by="scheduler",
            fair=False,
            when=schedulable & guest.eq(Guest.NONE),
            sets={guest: Guest.RUNNING},
        ),
        Step(
            "plan its eviction",
            by="taint-eviction",
            when=exists & ~no_execute.eq(Taint.NONE) & guest.eq(Guest.RUNNING),
            sets={guest: Guest.LEAVING},
        ),
        Step(
            "cancel its eviction",
            by="taint-eviction",
            when=no_execute.eq(Taint.NONE) & guest.eq(Guest.LEAVING),
            sets={guest: Guest.RUNNING},
        ),
        Step(
            "evict it",
            by="taint-eviction",
            when=~no_execute.eq(Taint.NONE) & guest.eq(Guest.LEAVING),
            sets={guest: Guest.EVICTED},
            why="its tolerationSeconds are over",
        ),
        Step("end it", by="kubelet", when=alive & guest.eq(Guest.EVICTED), sets={guest: Guest.NONE}),
        Step("lose its instance", by="cloud", fair=False, when=exists & ~alive & ~fresh, sets={exists: False}),
        Step("collect its pods", by="pod-gc", when=~exists & ~guest.eq(Guest.NONE), sets={guest: Guest.NONE}),
    ),
    shows=ready,
    ends=~exists & guest.eq(Guest.NONE),
)
