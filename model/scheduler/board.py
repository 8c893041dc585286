"""A cluster while its scheduler works: what is on its nodes now, and one pod's attempt to get onto one (v1.34).

`Board` is the one changing thing of a scheduling run: columns and facts are made once and kept up to date. An `Attempt`
is a value: what one scheduling cycle decided. Pods that come later are told from the start (`coming`), as what they
ask of other pods is a fact; nodes that come or go have everything read anew.
Left out: the queue (run.py), time, sampling of nodes, and binding claims of several pods together (NotModelled).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import Enum

import msgspec
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.claims import bound_together
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.kinds import Kinds, kind_of
from kubeproof.model.scheduler.message import message
from kubeproof.model.scheduler.preemption import Preemption, preempt
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.ranking import Ranking, rank

Pick = Callable[[Sequence[str]], str]
"""Which of several nodes that are equally good: kube-scheduler takes any."""


class Outcome(Enum):
    """How one attempt to schedule a pod ends."""

    SCHEDULED = "Scheduled"
    PREEMPTING = "Preempting"
    UNSCHEDULABLE = "Unschedulable"
    GATED = "Gated"
    SKIPPED = "Skipped"


_ENDS = {
    Result.FITS: Outcome.SCHEDULED,
    Result.UNSCHEDULABLE: Outcome.UNSCHEDULABLE,
    Result.GATED: Outcome.GATED,
    Result.SKIPPED: Outcome.SKIPPED,
}


class Attempt(msgspec.Struct, frozen=True):
    """One scheduling cycle of a pod.

    `node`: where it goes, or which one it is nominated to. `best`: the nodes that are equally good for that; the
    choice among them is open. `fits`: on how many nodes it fits. `score`: the best total, None where nothing was to be
    ranked (one node fits, or none). `victims`: who has to go for it, the most important first. `refused`: the plugins
    that refuse it somewhere. `message`: the event's text, "" where the pod is scheduled. `at`: when that was, in
    seconds since the run began.
    `decision` and `ranking` tell all of it, where that was asked for.
    """

    pod: Pod
    outcome: Outcome
    node: str = ""
    best: Sequence[str] = ()
    fits: int = 0
    score: int | None = None
    victims: Sequence[Pod] = ()
    refused: frozenset[str] = frozenset()
    message: str = ""
    at: float = 0
    decision: Decision | None = None
    ranking: Ranking | None = None


class Board:
    """A cluster that changes as its pods are scheduled; `snapshot` is how it stands.

    `whole`: whether `ways` has told all so far (it tries only so many orders of equally important pods).
    """

    def __init__(self, snapshot: Snapshot, profile: Profile | None = None, coming: Iterable[Pod] = ()) -> None:
        self.profile, self._coming = profile or Profile(), tuple(coming)
        self.whole = True
        self._start(snapshot)

    def _start(self, snapshot: Snapshot) -> None:
        self._cycle = Cycle(snapshot, self.profile.filters, self._coming)
        self._kinds = Kinds(self._cycle.facts, self.profile, self._cycle.columns)
        self._pods = {pod.key: pod for pod in snapshot.pods}
        self._nominated = {pod.key for pod in snapshot.pending if pod.nominated}
        self._changed = False
        self._refusals: dict[Hashable, Attempt] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The cluster as it stands."""
        if self._changed:
            self._cycle.snapshot = replace(self._cycle.snapshot, pods=tuple(self._pods.values()))
            self._cycle.nominates, self._changed = bool(self._nominated), False
        return self._cycle.snapshot

    @property
    def facts(self) -> Facts:
        """What is known of the cluster whatever its pods do."""
        return self._cycle.facts

    def pod(self, key: str) -> Pod | None:
        """The pod as it stands; None where it is gone."""
        return self._pods.get(key)

    def attempt(self, key: str, pick: Pick, *, detail: bool = False) -> Attempt:
        """What one scheduling cycle decides about a pending pod; nothing is changed. Raises NotModelled."""
        attempt, _ = self._tried(key, pick, quick=not detail)
        return attempt if detail else _bare(attempt)

    def ways(self, key: str) -> Sequence[Attempt]:
        """Every attempt that may come of a pod's turn: each best node; where it preempts, each node and its victims.

        Also over each order of victims that are equally important; of which so many are tried (victims.ORDERS).
        Raises NotModelled.
        """
        attempt, found = self._tried(key, _first, quick=True)
        attempt = _bare(attempt)
        if found and attempt.outcome is Outcome.PREEMPTING:
            ways, whole = found.ways
            self.whole &= whole
            nodes = list(dict.fromkeys(way.node for way in ways))
            return [replace(attempt, node=way.node, best=nodes, victims=way.victims) for way in ways]
        return [replace(attempt, node=node) for node in attempt.best] or [attempt]

    def _tried(self, key: str, pick: Pick, *, quick: bool) -> tuple[Attempt, Preemption | None]:
        """An attempt, and what preemption said where it was asked; `quick`: a decision need not be at hand."""
        pod = self._pods[key]
        if not quick or self._nominated:
            return self._whole(pod, self.snapshot, pick)
        kind = kind_of(pod)
        if kind in self._refusals:
            return replace(self._refusals[kind], pod=pod), None
        asked = self._kinds.of(pod)
        if asked.plain and (found := asked.look()).places.size:
            return _scheduled(pod, found, pick), None
        attempt, preemption = self._whole(pod, self.snapshot, pick)
        if asked.plain and attempt.outcome is Outcome.UNSCHEDULABLE:
            self._refusals[kind] = _bare(attempt)  # it stands for all pods of the kind, until something changes
        return attempt, preemption

    def _whole(self, pod: Pod, snapshot: Snapshot, pick: Pick) -> tuple[Attempt, Preemption | None]:
        cycle = self._cycle
        decision = cycle.decide(pod)
        if decision.result is Result.FITS:
            return _scheduled(pod, rank(decision, cycle, self.profile), pick, decision), None
        verdicts = (decision.whole, *decision.nodes.values())
        refused = frozenset(verdict.plugin for verdict in verdicts if verdict)
        found = preempt(decision, cycle.columns, self.profile.post_filters)
        text = message(decision, found.message if found else "")
        if found and found.candidates:
            node = pick(found.nominated)
            victims = found.candidates[node].victims
            attempt = Attempt(
                pod,
                Outcome.PREEMPTING,
                node,
                found.nominated,
                victims=victims,
                refused=refused,
                message=text,
                decision=decision,
            )
            return attempt, found
        if found and found.searched:
            pod = replace(pod, nominated="")
        return Attempt(pod, _ENDS[decision.result], refused=refused, message=text, decision=decision), found

    def bind(self, attempt: Attempt, start_time: str = "") -> None:
        """Puts a pod on its node. Raises NotModelled where that would bind claims in a way that others depend on."""
        pod = attempt.pod
        if pod.spec.volumes and (unsure := bound_together([pod], self.snapshot)):
            path, _, why = unsure.rpartition(": ")
            raise NotModelled(path, why)
        self._change([replace(pod, node=attempt.node, nominated="", start_time=start_time)])

    def nominate(self, attempt: Attempt) -> None:
        """Writes a pod's nomination to a node, or that it has lost the one that it had.

        Pods of lower priority that were nominated to the node lose that (prepareCandidate).
        """
        pod = replace(attempt.pod, nominated=attempt.node or attempt.pod.nominated)
        lower = [
            replace(other, nominated="")
            for other in map(self._pods.__getitem__, sorted(self._nominated))
            if attempt.node and other.nominated == attempt.node and other.spec.priority < pod.spec.priority
        ]
        if lower or pod != self._pods[pod.key]:
            self._change([pod, *lower])

    def with_nodes(self, nodes: Iterable[Node]) -> None:
        """Nodes are new (or changed)."""
        self._start(self.snapshot.with_nodes(nodes))

    def without_node(self, name: str) -> Sequence[Pod]:
        """A node is gone, and the pods on it, which are the answer."""
        before = self.snapshot
        self._start(before.without_nodes([name]))
        return [pod for pod in before.pods if pod.node == name]

    def preempt(self, attempt: Attempt) -> None:
        """Has the victims of an attempt go, and nominates the pod."""
        self.terminate(attempt.victims)
        self.nominate(attempt)

    def terminate(self, victims: Iterable[Pod]) -> None:
        """Victims of preemption are being deleted: they are on their nodes until they have ended."""
        self._change([replace(pod, deleting=True, preempted=True) for pod in victims])

    def remove(self, pods: Iterable[Pod]) -> None:
        """Takes pods out of the cluster."""
        for pod in pods:
            self._move(self._pods.pop(pod.key), -1)
            self._nominated.discard(pod.key)
        self._touched()

    def put(self, pod: Pod) -> None:
        """Has a pod be as it is told here, pending or on a node, also one that was gone, or is new.

        A new one was told as coming, unless it asks nothing of other pods.
        """
        self._change([pod])

    def _change(self, pods: Iterable[Pod]) -> None:
        for pod in pods:
            if before := self._pods.get(pod.key):
                self._move(before, -1)
            self._move(pod, 1)
            self._pods[pod.key] = pod
            (self._nominated.add if pod.nominated and not pod.node else self._nominated.discard)(pod.key)
        self._touched()

    def _touched(self) -> None:
        self._changed = True
        self._refusals.clear()

    def _move(self, pod: Pod, times: int) -> None:
        columns = self._cycle.columns
        if pod.node in columns.index:
            columns.place(pod, pod.node, times)
            self._kinds.moved(columns.index[pod.node])


def _bare(attempt: Attempt) -> Attempt:
    return replace(attempt, decision=None, ranking=None)


def _first(best: Sequence[str]) -> str:
    return best[0]


def _scheduled(pod: Pod, ranking: Ranking, pick: Pick, decision: Decision | None = None) -> Attempt:
    """A pod that fits: of one node there is nothing to rank."""
    best, fits = ranking.best, len(ranking.places)
    score = int(ranking.totals.max()) if fits > 1 else None
    return Attempt(
        pod, Outcome.SCHEDULED, pick(best), best, fits, score, decision=decision, ranking=ranking if decision else None
    )
