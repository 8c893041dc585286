"""The next step of a rolling update of a DaemonSet: daemon/update.go, rollingUpdate (v1.36.2).

Nodes are gone through by name, where upstream goes through a map in any order: of equal ones `pick` takes any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from kubeproof.model.component import Pick, first
from kubeproof.model.controlplane.controllers.daemonset.manage import Change
from kubeproof.model.controlplane.controllers.daemonset.nodes import Daemons
from kubeproof.model.objects.intstr import scaled
from kubeproof.model.objects.live_pod import LivePod

T = TypeVar("T")


class Limits(NamedTuple):
    """On how many nodes there may be two pods, or none that is available."""

    surge: int
    unavailable: int


class _OnNode(NamedTuple):
    """A node's pod of the newest revision, and of an older one."""

    name: str
    new: LivePod | None
    old: LivePod | None


def limits(seen: Daemons) -> Limits:
    """Both, of the nodes that should have a pod; percentages are rounded up (updatedDesiredNodeCounts)."""
    spec = seen.owner.spec
    wanted = sum(should.run for should in seen.should.values())
    rolling = spec.strategy == "RollingUpdate"
    surge = scaled(spec.max_surge, wanted, round_up=True) if rolling else 0
    unavailable = scaled(spec.max_unavailable, wanted, round_up=True) if rolling else 0
    return Limits(surge, 1 if wanted > 0 and surge == 0 and unavailable == 0 else unavailable)


def rolling_update(seen: Daemons, pick: Pick = first) -> Change:
    """The pods that go, or with maxSurge the nodes that get a new one first."""
    most = limits(seen)
    nodes = dict.fromkeys(sorted((*seen.pods, *(name for name, should in seen.should.items() if should.run))))
    found = [_on_node(seen, name) for name in nodes]
    return _surged(seen, found, most.surge, pick) if most.surge else _replaced(seen, found, most.unavailable, pick)


def _picked(options: Sequence[T], count: int, pick: Pick) -> tuple[T, ...]:
    """So many of the options, one after the other; all where there are fewer."""
    left, taken = list(options), []
    for _ in range(min(count, len(left))):
        taken.append(pick(left))
        left.remove(taken[-1])
    return tuple(taken)


def _on_node(seen: Daemons, name: str) -> _OnNode | None:
    """The pods of a node; None where there are several of a kind (findUpdatedPodsOnNode)."""
    staying = [pod for pod in seen.pods.get(name, ()) if pod.meta.deleted_at is None]
    new = [pod for pod in staying if seen.updated(pod)]
    old = [pod for pod in staying if not seen.updated(pod)]
    if len(new) > 1 or len(old) > 1:
        return None
    return _OnNode(name, new[0] if new else None, old[0] if old else None)


def _replaced(seen: Daemons, found: list[_OnNode | None], most: int, pick: Pick) -> Change:
    """Old pods that are not available go at once, others as far as enough stay available (since v1.31 of all nodes)."""
    unavailable = 0
    broken: list[LivePod] = []
    candidates: list[LivePod] = []
    for node in found:
        if node is None or (node.old is None) == (node.new is None):
            unavailable += 1
        elif node.new is not None:
            unavailable += not seen.available(node.new)
        elif node.old is not None:
            if not seen.available(node.old):
                broken.append(node.old)
                unavailable += 1
            else:
                candidates.append(node.old)
    return Change(deleted=(*broken, *_picked(candidates, most - unavailable, pick)))


def _surged(seen: Daemons, found: list[_OnNode | None], most: int, pick: Pick) -> Change:
    """New pods come before old ones go, on so many nodes at a time; an old one goes once its successor is available."""
    surging = 0
    broken: list[str] = []
    candidates: list[str] = []
    gone: list[LivePod] = []
    for node in found:
        if node is None:
            surging += 1
        elif node.old is None:
            continue
        elif node.new is None:
            if not seen.available(node.old):
                broken.append(node.name)
            else:
                candidates.append(node.name)
        elif seen.available(node.new):
            gone.append(node.old)
        else:
            surging += 1
    return Change((*broken, *_picked(candidates, most - surging, pick)), tuple(gone))
