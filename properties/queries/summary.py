"""Why all pending pods wait, grouped by cause: pods with one event and the same reasons are one group.

Each pod is asked about alone, as kube-scheduler does; whether all of them fit together is another question (fit).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.profile import POST_FILTERS
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.why import Why, why
from kubeproof.properties.queries.words import FEW, STATES, listed, plural


class Group(msgspec.Struct, frozen=True):
    """Pods with one cause, whatever they were made from. `why` is the answer for the first of them.

    `workloads`: what the pods were made from, each once. Where a pod asks for what is not modelled, `why` is None and
    `unknown` says what that is.
    """

    pods: tuple[str, ...]
    workloads: tuple[str, ...]
    why: Why | None
    unknown: str = ""

    @property
    def fits(self) -> bool:
        """Whether these pods have a node now, each taken alone."""
        return self.why is not None and self.why.explanation is None

    @property
    def lines(self) -> Iterator[str]:
        """What is said of the group: who, the event, and why."""
        named = listed(self.pods) if len(self.pods) <= FEW else f"{self.pods[0]} and {len(self.pods) - 1} more"
        many = plural(len(self.pods), "pod")
        if self.workloads:
            one = len(self.workloads) == 1
            many += f" of {self.workloads[0] if one else plural(len(self.workloads), 'workload')}"
        if self.why is None:
            yield f"  {many} not decided: {named}"
            yield f"     {self.unknown}"
        elif self.fits:
            yield f"  {many}: {named}"
        else:
            yield f"  {many} {STATES[self.why.decision.result]}: {named}"
            yield f"     {self.why.message}"
            if self.why.explanation:
                yield f"     {self.why.explanation.text}  {self.why.explanation.claim}"

    def data(self) -> dict[str, Any]:
        """The group as plain data."""
        explanation = self.why and self.why.explanation
        return {
            "workloads": list(self.workloads),
            "pods": list(self.pods),
            "result": self.why.decision.result.value if self.why else "",
            "message": self.why.message if self.why else "",
            "explanation": explanation.text if explanation else "",
            "reasons": [reason.rule for reason in explanation.reasons] if explanation else [],
            "unknown": self.unknown,
        }


class Summary(Answer, msgspec.Struct, frozen=True):
    """All pending pods: those that cannot be placed, then those undecided, then those that fit, each taken alone."""

    groups: tuple[Group, ...]

    @property
    def fits(self) -> bool:
        """Whether every pending pod fits, each taken alone."""
        return all(group.fits for group in self.groups)

    @property
    def waiting(self) -> Sequence[Group]:
        """The groups that cannot be placed."""
        return [group for group in self.groups if group.why and not group.fits]

    @property
    def text(self) -> str:
        """The groups, each with its event and its reasons."""
        if not self.groups:
            return "No pod is pending."
        said: list[str] = []
        unknown = [group for group in self.groups if group.why is None]
        fitting = [group for group in self.groups if group.fits]
        for groups, head in (
            (self.waiting, f"cannot be placed, for {plural(len(self.waiting), 'cause')}:"),
            (unknown, "could not be decided:"),
            (fitting, "would find a node now, each looked at alone:"),
        ):
            if groups:
                said.append(f"{plural(sum(len(group.pods) for group in groups), 'pod')} {head}")
                said += [line for group in groups for line in group.lines]
        return "\n".join(said)

    def data(self) -> dict[str, Any]:
        """The groups as plain data; docs/json.md is its schema."""
        return {"groups": [group.data() for group in self.groups]}


def why_all(snapshot: Snapshot, cycle: Cycle | None = None, post_filters: Collection[str] = POST_FILTERS) -> Summary:
    """Every pending pod decided, grouped by cause; what is not modelled is a cause of its own."""
    cycle = cycle or Cycle(snapshot)
    answers: dict[object, Why | NotModelled] = {}
    groups: dict[object, list[Pod]] = {}
    causes: dict[object, Why | NotModelled] = {}
    nominated = any(pod.nominated for pod in snapshot.pending)
    for pod in snapshot.pending:
        # Pods of one template are alike for every rule; where some are nominated, a pod does not wait for itself.
        alike = pod.key if nominated else (pod.namespace, pod.labels, id(pod.spec), pod.deleting)
        if alike not in answers:
            answers[alike] = _asked(snapshot, pod, cycle, post_filters)
        cause = _cause(answers[alike])
        causes.setdefault(cause, answers[alike])
        groups.setdefault(cause, []).append(pod)
    found = [_group(pods, causes[cause]) for cause, pods in groups.items()]
    return Summary(
        tuple(sorted(found, key=lambda group: (group.fits, group.why is None, -len(group.pods), group.pods)))
    )


def _asked(snapshot: Snapshot, pod: Pod, cycle: Cycle, post_filters: Collection[str]) -> Why | NotModelled:
    try:
        return why(snapshot, pod, cycle, post_filters)
    except NotModelled as unknown:
        return unknown


def _cause(answer: Why | NotModelled) -> tuple[object, ...]:
    """What the pods of one group have in common."""
    if isinstance(answer, NotModelled):
        return (str(answer),)
    reasons = answer.explanation.reasons if answer.explanation else ()
    return answer.message, tuple((reason.plugin, reason.rule) for reason in reasons)


def _group(pods: Sequence[Pod], answer: Why | NotModelled) -> Group:
    workloads = tuple(dict.fromkeys(filter(None, map(_workload, pods))))
    keys = tuple(pod.key for pod in pods)
    return (
        Group(keys, workloads, None, str(answer)) if isinstance(answer, NotModelled) else Group(keys, workloads, answer)
    )


def _workload(pod: Pod) -> str:
    """'Deployment shop/web': what the pod was made from; "" where a person made it."""
    if pod.origin and pod.origin.template:
        return f"{pod.origin.kind} {pod.origin.namespace or pod.namespace}/{pod.origin.name}"
    kind, slash, name = pod.owner.partition("/")
    return f"{kind} {pod.namespace}/{name}" if slash else ""
