"""A cluster while its scheduler works: what is on its nodes now, and one pod's attempt to get onto one (v1.34).

`Board` is the one changing thing of a scheduling run: columns and facts are made once and kept up to date. An `Attempt`
is a value: what one scheduling cycle decided. The pods to be tried belong to the cluster from the start, pending.
Left out: the queue (run.py), time, sampling of nodes, and binding claims of several pods together (NotModelled).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum

import msgspec
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.claims import bound_together
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
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
    choice among them is open. `ranking`: None where nothing was to be ranked (one node fits, or none). `victims`: who
    has to go for it, the most important first. `message`: the event's text, "" where the pod is scheduled.
    """

    pod: Pod
    outcome: Outcome
    decision: Decision
    node: str = ""
    best: Sequence[str] = ()
    ranking: Ranking | None = None
    victims: Sequence[Pod] = ()
    message: str = ""


class Board:
    """A cluster that changes as its pods are scheduled; `snapshot` is how it stands."""

    def __init__(self, snapshot: Snapshot, profile: Profile | None = None) -> None:
        self.profile = profile or Profile()
        self._cycle = Cycle(snapshot, self.profile.filters)
        self._pods = {pod.key: pod for pod in snapshot.pods}
        self._nominated = {pod.key for pod in snapshot.pending if pod.nominated}

    @property
    def snapshot(self) -> Snapshot:
        """The cluster as it stands."""
        return self._cycle.snapshot

    def pod(self, key: str) -> Pod | None:
        """The pod as it stands; None where it is gone."""
        return self._pods.get(key)

    def attempt(self, key: str, pick: Pick) -> Attempt:
        """What one scheduling cycle decides about a pending pod; nothing is changed. Raises NotModelled."""
        pod = self._pods[key]
        decision = self._cycle.decide(pod)
        if decision.result is Result.FITS:
            feasible = decision.feasible
            ranking = rank(decision, self._cycle, self.profile) if len(feasible) > 1 else None
            best = ranking.best if ranking else feasible
            return Attempt(pod, Outcome.SCHEDULED, decision, pick(best), best, ranking)
        found = preempt(decision, self._cycle.columns, self.profile.post_filters)
        if found and found.candidates:
            return _preempting(pod, decision, found, pick)
        if found and found.searched:
            pod = replace(pod, nominated="")
        text = message(decision, found.message if found else "")
        return Attempt(pod, _ENDS[decision.result], decision, message=text)

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
        self._change([pod, *lower])

    def terminate(self, victims: Iterable[Pod]) -> None:
        """Victims of preemption are being deleted: they are on their nodes until they have ended."""
        self._change([replace(pod, deleting=True, preempted=True) for pod in victims])

    def remove(self, pods: Iterable[Pod]) -> None:
        """Takes pods out of the cluster."""
        for pod in pods:
            self._move(self._pods.pop(pod.key), -1)
            self._nominated.discard(pod.key)
        self._settle()

    def _change(self, pods: Iterable[Pod]) -> None:
        for pod in pods:
            self._move(self._pods[pod.key], -1)
            self._move(pod, 1)
            self._pods[pod.key] = pod
            (self._nominated.add if pod.nominated and not pod.node else self._nominated.discard)(pod.key)
        self._settle()

    def _move(self, pod: Pod, times: int) -> None:
        if pod.node in self._cycle.columns.index:
            self._cycle.columns.place(pod, pod.node, times)

    def _settle(self) -> None:
        self._cycle.nominates = bool(self._nominated)
        self._cycle.snapshot = replace(self._cycle.snapshot, pods=tuple(self._pods.values()))


def _preempting(pod: Pod, decision: Decision, found: Preemption, pick: Pick) -> Attempt:
    node = pick(found.nominated)
    victims = found.candidates[node].victims
    return Attempt(
        pod, Outcome.PREEMPTING, decision, node, found.nominated, None, victims, message(decision, found.message)
    )
