"""Does all that runs find a place again when a node is lost, or all nodes of a zone? A joint placement for each loss.

Lost with its nodes, a pod that a controller makes again is pending, and is placed with the others of that loss beside
what stays where it is (fit/). Pods of DaemonSets and static pods are of their node; a pod without a controller is gone.
Where machines only fall `silent`, their nodes stay, tainted as unreachable, and so do their pods, being deleted: those
of a StatefulSet are not made again meanwhile, and empty domains and anti-affinity count.
What is pending before any loss is scheduled first; what stays pending then is left out of every loss.
Left out: time (how long until the pods are made again), preemption, and how many losses come at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from kubeproof.model.errors import BadInput
from kubeproof.model.objects.defaults import UNREACHABLE
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, Taint, tolerates
from kubeproof.model.scheduler.profile import Profile
from kubeproof.properties.queries.aligned import aligned
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.fit import Answer as Fits
from kubeproof.properties.queries.fit import Fit, fit
from kubeproof.properties.queries.placed import place
from kubeproof.properties.queries.words import FEW, SHORT, listed, plural

OF_THEIR_NODE = frozenset({"DaemonSet", "Node"})
"""Kinds of owners whose pods are of one node, and are not made again elsewhere."""

SILENT = tuple(Taint(UNREACHABLE, effect=effect) for effect in (NO_SCHEDULE, NO_EXECUTE))
"""The taints of a node whose machine is not heard of."""

KEYS: Mapping[str, str] = {name: key for key, name in SHORT.items()}
"""Labels by which nodes can be lost together, by their short names."""


class Loss(msgspec.Struct, frozen=True):
    """One loss: `name` of the node or of the label's value, its `nodes`, how many pods have to `move` (None found: none
    has to), which are `gone` for good, and which `wait` for their node's object to go."""

    name: str
    nodes: tuple[str, ...]
    moves: int
    gone: tuple[str, ...]
    wait: tuple[str, ...] = ()
    found: Fit | None = None

    @property
    def fits(self) -> Fits:
        """Whether all that has to move finds a place."""
        return Fits.YES if self.found is None else self.found.answer

    @property
    def why(self) -> str:
        """Why not, or why that is not known; "" where it fits."""
        if self.found is None or self.fits is Fits.YES:
            return ""
        if self.fits is Fits.UNKNOWN:
            return self.found.why
        return "; ".join(reason.text for reason in self.found.reasons)


class Survival(Answer, msgspec.Struct, frozen=True):
    """What comes of each loss, in node order. `of`: what is lost; `waiting`: the pods that were pending before."""

    of: str
    pods: int
    nodes: int
    losses: tuple[Loss, ...]
    waiting: tuple[str, ...] = ()

    @property
    def fits(self) -> Fits:
        """NO where a loss is not survived, else UNKNOWN where one is not known, else YES."""
        found = {loss.fits for loss in self.losses}
        return next((one for one in (Fits.NO, Fits.UNKNOWN) if one in found), Fits.YES)

    @property
    def text(self) -> str:
        """The answer in words: a line a loss."""
        bad = [loss.name for loss in self.losses if loss.fits is Fits.NO]
        open_ = [loss.name for loss in self.losses if loss.fits is Fits.UNKNOWN]
        match self.fits:
            case Fits.YES:
                head = f"Yes: whichever {self.of} is lost, all its pods find a place again"
            case Fits.NO:
                head = f"No: not all pods find a place again when {_one(bad)} is lost"
            case Fits.UNKNOWN:
                head = f"Unknown whether all pods find a place again when {_one(open_)} is lost"
        rows = [("LOST", "PODS THAT MOVE", "FIT", ""), *(_row(loss) for loss in self.losses)]
        lines = [f"{head} ({plural(self.pods, 'pod')} on {plural(self.nodes, 'node')}).", "", aligned(rows)]
        gone = [pod for loss in self.losses for pod in loss.gone]
        if gone:
            lines += ["", f"Gone for good with their nodes, as no controller makes them again: {_few(gone)}."]
        if wait := [pod for loss in self.losses for pod in loss.wait]:
            lines += ["", f"Made again only once their node's object is gone, as of StatefulSets: {_few(wait)}."]
        if self.waiting:
            lines += ["", f"Pending before any loss, and left out: {_few(self.waiting)}."]
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """The answer as plain data; docs/json.md is its schema."""
        return {
            "answer": self.fits.value,
            "of": self.of,
            "pods": self.pods,
            "nodes": self.nodes,
            "pending": list(self.waiting),
            "losses": [
                {
                    "lost": loss.name,
                    "nodes": list(loss.nodes),
                    "moves": loss.moves,
                    "gone": list(loss.gone),
                    "wait": list(loss.wait),
                    "answer": loss.fits.value,
                    "fit": None if loss.found is None else loss.found.data(),
                }
                for loss in self.losses
            ],
        }


def _one(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of {listed(names)}"


def _few(pods: Sequence[str]) -> str:
    return listed(pods) if len(pods) <= FEW else f"{', '.join(pods[:FEW])} and {len(pods) - FEW} more"


def _row(loss: Loss) -> tuple[str, ...]:
    return loss.name, str(loss.moves), loss.fits.value, loss.why


def survive(
    snapshot: Snapshot,
    lose: str = "node",
    profile: Profile | None = None,
    *,
    silent: bool = False,
    timeout: float = 30.0,
    on_progress: Callable[[int, int], None] | None = None,
) -> Survival:
    """What comes of each loss of a node, or (`lose`: zone, region, or a label's key) of all nodes with one value.

    `silent`: the machines fall silent, and the nodes stay. `timeout`: in seconds, for all of it; what was not asked
    then is UNKNOWN. Raises BadInput where no node has the label, and NotModelled where a pod asks for what no rule here
    knows.
    """
    end, used = time.monotonic() + timeout, profile or Profile()
    groups = _groups(snapshot, lose)
    if snapshot.pending:
        snapshot = place(snapshot, used).snapshot
    waiting = tuple(pod.key for pod in snapshot.pending)
    settled = snapshot.without_pods(waiting)
    losses: list[Loss] = []
    for name, nodes in groups.items():
        lost = (_silent if silent else _removed)(settled, name, nodes)
        losses.append(lost.asked(used, max(0.0, end - time.monotonic())))
        if on_progress is not None:
            on_progress(len(losses), len(groups))
    of = lose if lose in ("node", *KEYS) else f"value of {lose}"
    return Survival(of, len(settled.pods), len(settled.nodes), tuple(losses), waiting)


def _groups(snapshot: Snapshot, lose: str) -> Mapping[str, tuple[str, ...]]:
    """The nodes that are lost together, by the name of the loss."""
    if lose == "node":
        return {node.name: (node.name,) for node in snapshot.nodes}
    key, found = KEYS.get(lose, lose), dict[str, tuple[str, ...]]()
    for node in snapshot.nodes:
        if key in node.labels:
            found[node.labels[key]] = (*found.get(node.labels[key], ()), node.name)
    if not found:
        known = sorted({one for node in snapshot.nodes for one in node.labels})
        raise BadInput(f"no node has the label {key!r}; there are: {', '.join(known) or 'none'}", file="--lose")
    return found


class _Lost(NamedTuple):
    """A cluster after a loss: what is `moving` is among its pods, pending."""

    loss: Loss
    left: Snapshot
    moving: Sequence[Pod]

    def asked(self, profile: Profile, seconds: float) -> Loss:
        """The loss with what comes of it."""
        if not self.moving:
            return self.loss
        left = self.left.with_pods(self.moving)
        found = fit(left, pods=self.moving, timeout=seconds, plugins=profile.filters)
        return replace(self.loss, moves=len(self.moving), found=found)


def _removed(snapshot: Snapshot, name: str, nodes: tuple[str, ...]) -> _Lost:
    """The nodes are no more, and neither is what was on them."""
    on = [pod for pod in snapshot.bound if pod.node in nodes]
    gone = tuple(pod.key for pod in on if not pod.owner)
    moving = [_pending(pod) for pod in on if _is_made_again(pod)]
    return _Lost(Loss(name, nodes, 0, gone), snapshot.without_nodes(nodes), moving)


def _silent(snapshot: Snapshot, name: str, nodes: tuple[str, ...]) -> _Lost:
    """The nodes are there, tainted; pods that do not tolerate that for good are being deleted on them for ever."""
    evicted = [pod for pod in snapshot.bound if pod.node in nodes and not _stays(pod)]
    gone = tuple(pod.key for pod in evicted if not pod.owner)
    again = [pod for pod in evicted if _is_made_again(pod)]
    wait = tuple(pod.key for pod in again if _kind(pod) == "StatefulSet")
    moving = [_pending(replace(pod, name=f"{pod.name}-again")) for pod in again if _kind(pod) != "StatefulSet"]
    tainted = [replace(node, taints=(*node.taints, *SILENT)) for node in snapshot.nodes if node.name in nodes]
    left = snapshot.with_nodes(tainted).with_pods(replace(pod, deleting=True) for pod in evicted)
    return _Lost(Loss(name, nodes, 0, gone, wait), left, moving)


def _stays(pod: Pod) -> bool:
    return any(tolerates(one, SILENT[1]) and one.seconds is None for one in pod.spec.tolerations)


def _is_made_again(pod: Pod) -> bool:
    return bool(pod.owner) and _kind(pod) not in OF_THEIR_NODE and not pod.deleting


def _kind(pod: Pod) -> str:
    return pod.owner.partition("/")[0]


def _pending(pod: Pod) -> Pod:
    return replace(pod, node="", nominated="", phase="Pending", start_time="")
