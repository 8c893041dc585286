"""How a zone fares, and how fast its nodes may lose their pods then (ComputeZoneState, handleDisruption; v1.36)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from immutables import Map

from kubeproof.model.objects.live_node import NodeCondition

ZoneState = Literal["Initial", "Normal", "PartialDisruption", "FullDisruption"]
EXCLUDED = "node.kubernetes.io/exclude-disruption"
"""A node with this label does not count for its zone."""

_ZONES = ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone")
_REGIONS = ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region")


class Rates(NamedTuple):
    """How many nodes a second may get a NoExecute taint: in a zone that fares well, and in a large one that does not.

    `large`: how many nodes a zone has at most to be small; a small one that is disrupted in part stops.
    `unhealthy`: which share of a zone has to be not ready for that.
    """

    normal: float = 0.1
    reduced: float = 0.01
    large: int = 50
    unhealthy: float = 0.55


USUAL = Rates()


class Disruption(NamedTuple):
    """The zones' states from now on, the rates that change, and whether the cluster lost or regained all its nodes."""

    states: Map[str, ZoneState]
    rates: Mapping[str, float]
    turn: Literal["", "enter", "leave"] = ""


def zone_of(labels: Mapping[str, str]) -> str:
    """The region and zone of a node as one text, "" without either; the beta labels come first (GetZoneKey)."""
    zone, region = (next((labels[key] for key in keys if key in labels), "") for keys in (_ZONES, _REGIONS))
    return f"{region}:\0:{zone}" if region or zone else ""


def zone_state(ready: Iterable[NodeCondition | None], unhealthy: float = USUAL.unhealthy) -> ZoneState:
    """How a zone with these Ready conditions fares; a node that never reported is not ready.

    One or two nodes that are not ready are no partial disruption, whatever their share.
    """
    are = [condition is not None and condition.status == "True" for condition in ready]
    bad = are.count(False)
    if bad and bad == len(are):
        return "FullDisruption"
    if bad > 2 and _float32(bad / len(are)) >= _float32(unhealthy):
        return "PartialDisruption"
    return "Normal"


def _float32(number: float) -> float:
    """The number as Go's float32 holds it."""
    return ctypes.c_float(number).value


def disruption(
    states: Map[str, ZoneState], found: Mapping[str, ZoneState], sizes: Mapping[str, int], rates: Rates = USUAL
) -> Disruption:
    """What follows where zones were in these states and are found in those; sizes in nodes (handleDisruption).

    If every zone has lost all its nodes, the fault is taken to be the control plane's, and no more pods are evicted.
    """
    all_now: bool = all(state == "FullDisruption" for state in found.values())
    before: dict[str, ZoneState] = {zone: states.get(zone, "Initial") for zone in found}
    all_before = all(state == "FullDisruption" for state in before.values())
    if all_now and all_before:
        return Disruption(Map(before), {})
    if all_now:
        return Disruption(Map(found), dict.fromkeys(before, 0.0), "enter")
    changed = [zone for zone, state in before.items() if all_before or state != found[zone]]
    new = {zone: rate_of(found[zone], sizes[zone], rates) for zone in changed}
    return Disruption(Map(found), new, "leave" if all_before else "")


def rate_of(state: ZoneState, nodes: int, rates: Rates) -> float:
    """How many nodes a second a zone in this state may taint (setLimiterInZone); one that is wholly lost as usual."""
    if state != "PartialDisruption":
        return rates.normal
    return rates.reduced if nodes > rates.large else 0.0
