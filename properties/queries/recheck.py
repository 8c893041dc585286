"""Whether edits place a pod, by running the filters again on what they make of the pod and the cluster.

What the edits leave as it is is not found again: edits of the pod alone, and pods that go, share the cycle's columns.
Work is bounded by counts, so that an answer never depends on the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.cycle import Cycle, Result
from kubeproof.properties.queries.edits import Edit, changed, edited

CHECKS = 400
"""So many candidates are run at most."""

WORK = 400_000
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
        shared = all(edit.of_pod or edit.gone for edit in edits) and (
            self._plain or not any(edit.gone for edit in edits)
        )
        snapshot = self.cycle.snapshot
        self._spend(len(snapshot.nodes) + (0 if shared else len(snapshot.pods)))
        pod = edited(self.pod, edits)
        if shared:
            with self._without([gone for edit in edits for gone in edit.gone]):
                decision = self.cycle.decide(pod)
        else:
            decision = Cycle(changed(snapshot, edits), self.cycle.plugins).decide(pod)
        return decision.feasible[0] if decision.result is Result.FITS else None

    def _spend(self, work: int) -> None:
        if not self.checks or work > self.work:
            raise OutOfWork
        self.checks -= 1
        self.work -= work

    @contextmanager
    def _without(self, pods: Sequence[Pod]) -> Iterator[None]:
        """The cycle's columns without some pods, as long as this lasts."""
        for pod in pods:
            self.cycle.columns.place(pod, pod.node, -1)
        try:
            yield
        finally:
            for pod in pods:
                self.cycle.columns.place(pod, pod.node, 1)
