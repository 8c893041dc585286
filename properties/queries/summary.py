"""Why all pending pods wait, grouped by cause: one workload's pods, with one event and one core, are one group.

Each pod is asked about alone, as kube-scheduler does; whether all of them fit together is another question (fit).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle, Result
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.why import Why, why
from kubeproof.properties.queries.words import FEW, listed, plural

UNITS = {Result.GATED: "held back", Result.SKIPPED: "not scheduled"}


class Group(msgspec.Struct, frozen=True):
    """Pods of one `workload` ("": made by hand) with one cause. `why` is the answer for the first of them."""

    workload: str
    pods: tuple[str, ...]
    why: Why

    @property
    def fits(self) -> bool:
        """Whether these pods have a node now, each taken alone."""
        return self.why.explanation is None

    @property
    def lines(self) -> Iterator[str]:
        """What is said of the group: who, the event, and why."""
        named = listed(self.pods) if len(self.pods) <= FEW else f"{self.pods[0]} and {len(self.pods) - 1} more"
        of = f" of {self.workload}" if self.workload else ""
        if self.fits:
            feasible, total = self.why.feasible, len(self.why.decision.snapshot.nodes)
            yield f"  {plural(len(self.pods), 'pod')}{of} on {len(feasible)} of {total} nodes: {named}"
            return
        state = UNITS.get(self.why.decision.result, "Pending")
        yield f"  {plural(len(self.pods), 'pod')}{of} {state}: {named}"
        yield f"     {self.why.message}"
        if self.why.explanation:
            yield f"     {self.why.explanation.text}  {self.why.explanation.claim}"


class Summary(Answer, msgspec.Struct, frozen=True):
    """All pending pods: those that cannot be placed, the largest group first, then those that can, each taken alone."""

    groups: tuple[Group, ...]

    @property
    def fits(self) -> bool:
        """Whether every pending pod fits, each taken alone."""
        return all(group.fits for group in self.groups)

    @property
    def text(self) -> str:
        """The groups, each with its event and its reasons."""
        waiting, fitting = self._parts()
        if not self.groups:
            return "No pod is pending."
        said: list[str] = []
        if waiting:
            count = sum(len(group.pods) for group in waiting)
            said += [f"{plural(count, 'pod')} cannot be placed, for {plural(len(waiting), 'cause')}:"]
            said += [line for group in waiting for line in group.lines]
        if fitting:
            count = sum(len(group.pods) for group in fitting)
            said += [f"{plural(count, 'pod')} would find a node now, each looked at alone:"]
            said += [line for group in fitting for line in group.lines]
        return "\n".join(said)

    def data(self) -> dict[str, Any]:
        """The groups as plain data; docs/json.md is its schema."""
        return {
            "groups": [
                {
                    "workload": group.workload,
                    "pods": list(group.pods),
                    "result": group.why.decision.result.value,
                    "message": group.why.message,
                    "explanation": group.why.explanation.text if group.why.explanation else "",
                    "reasons": [r.rule for r in group.why.explanation.reasons] if group.why.explanation else [],
                    "feasible": list(group.why.feasible),
                }
                for group in self.groups
            ]
        }

    def _parts(self) -> tuple[list[Group], list[Group]]:
        return [g for g in self.groups if not g.fits], [g for g in self.groups if g.fits]


def why_all(snapshot: Snapshot, cycle: Cycle | None = None) -> Summary:
    """Every pending pod decided, grouped by cause. Raises NotModelled as `why` does."""
    cycle = cycle or Cycle(snapshot)
    answers: dict[object, Why] = {}
    groups: dict[object, list[Pod]] = {}
    causes: dict[object, Why] = {}
    nominated = any(pod.nominated for pod in snapshot.pending)
    for pod in snapshot.pending:
        # Pods of one template are alike for every rule; where some are nominated, a pod does not wait for itself.
        alike = pod.key if nominated else (pod.namespace, pod.labels, id(pod.spec), pod.deleting)
        if alike not in answers:
            answers[alike] = why(snapshot, pod, cycle)
        answer = answers[alike]
        reasons = answer.explanation.reasons if answer.explanation else ()
        cause = (_workload(pod), answer.message, tuple((reason.plugin, reason.rule) for reason in reasons))
        causes.setdefault(cause, answer)
        groups.setdefault(cause, []).append(pod)
    found = [Group(_workload(pods[0]), tuple(pod.key for pod in pods), causes[cause]) for cause, pods in groups.items()]
    return Summary(tuple(sorted(found, key=lambda group: (group.fits, -len(group.pods), group.pods))))


def _workload(pod: Pod) -> str:
    """'Deployment shop/web': what the pod was made from; "" where a person made it."""
    if pod.origin and pod.origin.template:
        return f"{pod.origin.kind} {pod.origin.namespace or pod.namespace}/{pod.origin.name}"
    kind, slash, name = pod.owner.partition("/")
    return f"{kind} {pod.namespace}/{name}" if slash else ""
