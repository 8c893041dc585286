"""Small machines for tests of what people see: a lift that can get stuck, and a parcel with many states."""

import sys
from enum import Enum
from types import ModuleType

import pytest

from kubeproof.model import machines
from kubeproof.model.logic.terms import TRUE, Term
from kubeproof.model.machine import ANY, Machine, Step, after, between, boolean, one_of
from kubeproof.properties.law import always, every_step, leads_to, sometimes


class Door(Enum):
    OPEN = "Open"
    CLOSED = "Closed"
    STUCK = "Stuck"
    MISSING = "Missing"


door, floor, key, broken = one_of("door", Door), between("floor", 0, 2), boolean("key"), boolean("broken")
closed = door.eq(Door.CLOSED)

LIFT = Machine(
    "lift",
    start={door: Door.OPEN, floor: 0, key: ANY, broken: False},
    steps=(
        Step("close", by="guest", when=door.eq(Door.OPEN), sets={door: Door.CLOSED}),
        Step("open", by="guest", when=closed & (floor.one_of(0, 2) | key), sets={door: Door.OPEN}),
        Step("go up", by="motor", when=closed & (floor < 2), sets={floor: floor + 1}),
        Step("go down", by="motor", when=closed & (floor > 0), sets={floor: floor - 1}),
        Step("jam", by="dust", when=closed & ~key, sets={door: Door.STUCK, broken: True}, fair=False),
        Step("ring", by="guest", when=~broken, sets={}, fair=False),
    ),
    ends=door.eq(Door.STUCK),
    assumes=("nobody repairs it",),
)

LAWS = (
    always("a stuck door means a broken lift", LIFT, broken, when=door.eq(Door.STUCK)),
    every_step("it moves one floor at a time", LIFT, after(floor) <= floor + 1),
    sometimes("it reaches the top", LIFT, floor.eq(2)),
)
STUDIES = (
    always("a lift with a broken door is on the ground", LIFT, floor.eq(0), when=broken, note="dust is everywhere"),
    leads_to("a closed door opens again", LIFT, closed, door.eq(Door.OPEN), note="it may jam"),
    every_step("a door that closes stays closed", LIFT, closed, when=closed & ~key, note="guests want to get out"),
)


class Stage(Enum):
    ORDERED = "Ordered"
    PAID = "Paid"
    PACKED = "Packed"
    LABELLED = "Labelled"
    COLLECTED = "Collected"
    SORTED = "Sorted"
    ON_THE_WAY = "OnTheWay"
    AT_THE_DOOR = "AtTheDoor"
    WITH_A_NEIGHBOUR = "WithANeighbour"
    DELIVERED = "Delivered"
    RETURNED = "Returned"
    LOST = "Lost"


stage, tries, insured = one_of("stage", Stage), between("tries", 0, 3), boolean("insured")


def _go(name: str, by: str, source: Stage, target: Stage, when: Term = TRUE, *, tried: Term = tries) -> Step:
    return Step(name, by=by, when=stage.eq(source) & when, sets={stage: target, tries: tried})


PARCEL = Machine(
    "parcel",
    start={stage: Stage.ORDERED, tries: 0, insured: ANY},
    steps=(
        _go("pay", "buyer", Stage.ORDERED, Stage.PAID),
        _go("pack", "shop", Stage.PAID, Stage.PACKED),
        _go("print the label", "shop", Stage.PACKED, Stage.LABELLED),
        _go("collect", "carrier", Stage.LABELLED, Stage.COLLECTED),
        _go("sort", "depot", Stage.COLLECTED, Stage.SORTED),
        _go("load", "carrier", Stage.SORTED, Stage.ON_THE_WAY, when=tries < 3),
        _go("arrive", "carrier", Stage.ON_THE_WAY, Stage.AT_THE_DOOR),
        _go("hand over", "carrier", Stage.AT_THE_DOOR, Stage.DELIVERED),
        _go("leave with a neighbour", "carrier", Stage.AT_THE_DOOR, Stage.WITH_A_NEIGHBOUR, when=~insured),
        _go("fetch", "buyer", Stage.WITH_A_NEIGHBOUR, Stage.DELIVERED),
        _go("nobody is there", "carrier", Stage.AT_THE_DOOR, Stage.SORTED, when=tries < 3, tried=tries + 1),
        _go("give up", "depot", Stage.SORTED, Stage.RETURNED, when=tries.eq(3)),
        _go("refuse", "buyer", Stage.AT_THE_DOOR, Stage.RETURNED),
        _go("send back", "buyer", Stage.DELIVERED, Stage.RETURNED, when=insured),
        _go("send again", "shop", Stage.RETURNED, Stage.LABELLED),
        _go("label torn", "depot", Stage.COLLECTED, Stage.PACKED),
        _go("take back", "shop", Stage.LABELLED, Stage.PACKED),
        _go("lose at the depot", "depot", Stage.SORTED, Stage.LOST),
        _go("lose on the way", "carrier", Stage.ON_THE_WAY, Stage.LOST),
        _go("lose in the shop", "shop", Stage.PACKED, Stage.LOST),
        _go("lose at the neighbour's", "buyer", Stage.WITH_A_NEIGHBOUR, Stage.LOST),
        _go("find it", "depot", Stage.LOST, Stage.SORTED, when=insured),
        _go("replace it", "shop", Stage.LOST, Stage.PAID, when=insured),
        _go("turn round", "carrier", Stage.ON_THE_WAY, Stage.SORTED, when=tries > 0),
        _go("call off", "buyer", Stage.PAID, Stage.ORDERED),
        _go("skip the depot", "carrier", Stage.COLLECTED, Stage.ON_THE_WAY, when=insured),
        _go("bring it back", "buyer", Stage.WITH_A_NEIGHBOUR, Stage.AT_THE_DOOR),
        _go("rewrap", "shop", Stage.RETURNED, Stage.PACKED),
        _go("collect again", "carrier", Stage.RETURNED, Stage.COLLECTED),
        _go("deliver to the shop", "carrier", Stage.ON_THE_WAY, Stage.RETURNED, when=tries.eq(3) & ~insured),
        Step("insure", by="buyer", when=~insured, sets={insured: True}),
    ),
    ends=stage.one_of(Stage.DELIVERED, Stage.LOST),
)


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the lift a machine like any other, for one test."""
    lift, laws = ModuleType("lift"), ModuleType("lift")
    vars(lift).update(LIFT=LIFT)
    vars(laws).update(LAWS=LAWS, STUDIES=STUDIES)
    monkeypatch.setitem(sys.modules, "kubeproof.model.machines.lift", lift)
    monkeypatch.setitem(sys.modules, "kubeproof.properties.laws.lift", laws)
    monkeypatch.setattr(machines, "MACHINES", {**machines.MACHINES, "lift": "LIFT"})
    monkeypatch.setattr("kubeproof.machines.MACHINES", machines.MACHINES)
