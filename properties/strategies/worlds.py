"""Random worlds: workloads as manifests, and nodes among which they nearly do not fit.

`worlds()` draws what to begin with, `rooms` nodes for manifests of one's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeproof.model.objects import quantity
from kubeproof.properties.strategies.pod_templates import ZONES
from kubeproof.properties.strategies.workloads import NAMES, Manifest, pod_spec_of, quotas, workloads

_SLACK = st.sampled_from((0, -250, 250, 0, -500, 500, -1000, 4000))
"""Millicores by which a node is larger than an equal share of all that is asked for: mostly none or nearly so."""

_TAINTS = ("dedicated=yes:NoSchedule", "dedicated=yes:NoExecute", "dedicated=yes:PreferNoSchedule")


class Begin(NamedTuple):
    """What a world begins with: nodes as a sketch (`kp.world(nodes=…)`), and manifests that are applied to it."""

    nodes: str
    manifests: tuple[Manifest, ...]


@st.composite
def worlds(draw: st.DrawFn, max_workloads: int = 2) -> Begin:
    """One workload or several of different kinds, seldom a quota, and nodes among which they nearly do not fit."""
    kinds = draw(st.lists(st.sampled_from(tuple(NAMES)), min_size=1, max_size=max_workloads, unique=True))
    found: dict[tuple[str, str], Manifest] = {}
    for kind in kinds:
        for one in draw(workloads((kind,))):
            found.setdefault((one["kind"], one["metadata"]["name"]), one)
    if draw(_rarely()):
        found["ResourceQuota", "limit"] = draw(quotas())
    manifests = tuple(found.values())
    return Begin(draw(rooms(manifests)), manifests)


@st.composite
def rooms(draw: st.DrawFn, manifests: Sequence[Manifest], max_nodes: int = 4) -> str:
    """A sketch of one to four nodes that have, together, about as much cpu as the manifests' pods ask for."""
    count = draw(st.integers(1, max_nodes))
    share = -(-asked(manifests) // count)
    return "; ".join(_node(draw, number, share) for number in range(1, count + 1))


def _node(draw: st.DrawFn, number: int, share: int) -> str:
    cpu = max(100, share + draw(_SLACK))
    words = [f"n{number}", f"cpu={cpu}m", "memory=4Gi"]
    if draw(_mostly()):
        words.append(f"zone={draw(st.sampled_from(ZONES))}")
    if draw(_rarely()):
        words.append("pods=2")
    if draw(_rarely()):
        words.append(f"taint={draw(st.sampled_from(_TAINTS))}")
    return " ".join(words)


def asked(manifests: Sequence[Manifest]) -> int:
    """Millicores that the pods of these manifests ask for all together; of a DaemonSet or Job one pod counts."""
    total = 0
    for one in manifests:
        spec = pod_spec_of(one)
        wanted = one.get("spec", {}).get("replicas", 1) or 1
        for container in spec.get("containers", ()):
            cpu = container.get("resources", {}).get("requests", {}).get("cpu", "0")
            total += wanted * int(quantity.parse(cpu).milli_value())
    return total


@cache
def _mostly() -> SearchStrategy[bool]:
    return st.sampled_from((True, True, True, False))


@cache
def _rarely() -> SearchStrategy[bool]:
    return st.sampled_from((False,) * 7 + (True,))
