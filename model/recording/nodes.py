"""What a kubelet may report of its own node: that it is well, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.recording.option import Offer, Option

KUBELET = "kubelet"
WELL = {"Ready": "True", "MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False"}


def reports(before: LiveNode, seen: Any) -> Iterator[Offer]:
    """The conditions that it may report: whatever is true of the node, but never Unknown, which others say of it."""
    if all(one.status != "Unknown" for one in seen.conditions):
        yield Option(KUBELET, "report the node's conditions", replace(before, conditions=seen.conditions))
