"""What a descheduler sees in one pass: the nodes it works on, and the pods on them (v0.34).

A pass sees the cluster as it was when it began, but for the pods that it has evicted itself: those are being deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from kubeproof.model.component import Look
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_node import READY, LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.selectors import Selector

Accepts = Callable[[LivePod], bool]


class View(NamedTuple):
    """One pass. `nodes`: the ready ones that the policy selects, by name; `ready`: all that are."""

    look: Look
    nodes: tuple[LiveNode, ...]
    ready: tuple[LiveNode, ...]

    def pods(self, node: str, accepts: Accepts = lambda pod: True) -> Sequence[LivePod]:
        """The pods on a node that have not ended (ListPodsOnANode), by name."""
        return [one for one in self.look.pods_on(node) if not pod_state.is_terminal(one) and accepts(one)]


def view(look: Look, selector: Selector) -> View:
    """The nodes that are ready, whether or not pods may be put on them (ReadyNodes)."""
    ready = tuple(one for one in look.all("Node", LiveNode) if _is_ready(one))
    return View(look, tuple(one for one in ready if selector.matches(one.meta.labels)), ready)


def _is_ready(node: LiveNode) -> bool:
    """Whether it does not say that it is not ready (IsReady): one that says nothing is."""
    return all(one.status == "True" for one in node.conditions if one.type == READY)
