"""Whether edits place a pod, by running the filters again on what they make of the pod and the cluster.

What the edits leave as it is is not found again: edits of the pod alone, and pods that go, share the cycle's columns.
Work is bounded by counts, so that an answer never depends on the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.cycle import Cycle, Result
from kubeproof.properties.queries.edits import Edit, changed, changed_nodes, edited

CHECKS = 200
"""So many candidates are run at most."""

WORK = 100_000
"""So many nodes, and in a changed cluster pods too, are looked at in all the runs."""


class OutOfWork(Exception):
    """No run is left for this candidate; it is neither refuted nor found."""


class Recheck:
    """Runs candidates for one pod."""

    def __init__(self, cycle: Cycle, pod: Pod, checks: int = CHECKS, work: int = WORK) -> None:
        self.cycle, self.pod = cycle, pod
        self.checks, self.work = checks, work
        self._plain = not any(True for _ in cycle.beside_nominated(pod))

    def node(self, edits: Sequence[Edit]) -> str | None:
        """A node on which the pod fits with the edits made, "" where it needs none; None where it fits nowhere.

        Raises OutOfWork.
        """
        if any(edit.settled for edit in edits):
            return ""
        pod, snapshot = edited(self.pod, edits), self.cycle.snapshot
        gone = [pod for edit in edits for pod in edit.gone]
        if gone and not self._plain:  # nominated pods are looked at in the snapshot, which must be without them too
            self._spend(len(snapshot.nodes) + len(snapshot.pods))
            return _found(Cycle(changed(snapshot, edits), self.cycle.plugins), pod)
        self._spend(len(snapshot.nodes))
        nodes = changed_nodes(snapshot, edits)
        cycle = self.cycle.with_nodes(nodes) if nodes else self.cycle
        with _without(cycle, gone):
            return _found(cycle, pod)

    def resettled(self, edits: Sequence[Edit], node: str) -> dict[str, str]:
        """Where the pods that go would fit once this pod is on `node`: nodes by pod key, of those that fit somewhere.

        One is put down before the next is asked for. Nothing is said where pods are nominated, or where the cluster
        does not hold the waiting pod yet: what it refuses is then not known to the cycle.
        """
        gone = [pod for edit in edits for pod in edit.gone]
        cycle, pod = self.cycle, edited(self.pod, edits)
        if not gone or cycle.nominates or all(other.key != pod.key for other in cycle.snapshot.pods):
            return {}
        nodes = changed_nodes(cycle.snapshot, edits)
        cycle = cycle.with_nodes(nodes) if nodes else cycle
        placed, found = [(pod, node)], dict[str, str]()
        with _without(cycle, gone):
            cycle.columns.place(pod, node)
            for other in gone:
                if there := _found(cycle, msgspec.structs.replace(other, node="")):
                    found[other.key] = there
                    placed.append((other, there))
                    cycle.columns.place(other, there)
            for other, there in placed:
                cycle.columns.place(other, there, -1)
        return found

    def _spend(self, work: int) -> None:
        if not self.checks or work > self.work:
            raise OutOfWork
        self.checks -= 1
        self.work -= work


def _found(cycle: Cycle, pod: Pod) -> str | None:
    decision = cycle.decide(pod)
    return decision.feasible[0] if decision.result is Result.FITS else None


@contextmanager
def _without(cycle: Cycle, pods: Sequence[Pod]) -> Iterator[None]:
    """The cycle's columns without some pods, as long as this lasts."""
    for pod in pods:
        cycle.columns.place(pod, pod.node, -1)
    try:
        yield
    finally:
        for pod in pods:
            cycle.columns.place(pod, pod.node, 1)
