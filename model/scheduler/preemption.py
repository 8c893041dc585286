"""What preemption can do for a pod that fits nowhere: kube-scheduler's PostFilter plugins (v1.34).

DefaultPreemption takes all lower-priority pods off a node in thought; where the pod would then fit, as many as possible
are let back in, and those that are not are the victims. Every node is tried (kube-scheduler stops after
some when there are many), and DynamicResources says its sentence first.
Left out: extenders, and carrying a preemption out.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from kubeproof.model.logic.column import Column
from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.pod import HostPort, Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Code, Decision, Result, Verdict, at_node, nominated_before
from kubeproof.model.scheduler.dry_run import DryRun, is_local
from kubeproof.model.scheduler.filters.inter_pod_affinity import INTER_POD_AFFINITY
from kubeproof.model.scheduler.findings import Rule
from kubeproof.model.scheduler.message import unavailable

NO_CLAIMS = "no new claims to deallocate"
NO_STATE = "not found"
NEVER = "not eligible due to preemptionPolicy=Never."
TERMINATING = "not eligible due to a terminating pod on the nominated node."
NO_VICTIMS = Verdict("", Code.UNRESOLVABLE, ("No preemption victims found for incoming pod",))
NOT_HELPFUL = "Preemption is not helpful for scheduling"
LOWEST_PRIORITY = -(2**31)


class Outcome(Enum):
    """The status code of PostFilter."""

    SUCCESS = "Success"
    UNSCHEDULABLE = "Unschedulable"
    ERROR = "Error"


class Candidate(NamedTuple):
    """A node that takes the pod once its victims (most important first) are gone; `violations` of them break a PDB."""

    node: str
    victims: tuple[Pod, ...]
    violations: int


class Preemption:
    """What PostFilter answers: `outcome`, and `message`, which the event says after the filters' reasons.

    Which victims would go is found when first asked for.
    """

    def __init__(self, outcome: Outcome, message: str = "", search: _Search | None = None) -> None:
        self.outcome, self.message, self._search = outcome, message, search

    @cached_property
    def statuses(self) -> Mapping[str, Verdict]:
        """Why a node that was tried is no candidate."""
        return self._search.statuses() if self._search else {}

    @cached_property
    def candidates(self) -> Mapping[str, Candidate]:
        """Every node on which preemption helps, by name, in node order."""
        found = self._search.candidates() if self._search else ()
        return {candidate.node: candidate for candidate in found}

    @cached_property
    def nominated(self) -> Sequence[str]:
        """The best nodes; of several, which are equal in all that kube-scheduler compares, it takes any."""
        return pick(self.candidates.values())

    @property
    def victims(self) -> Sequence[Pod] | None:
        """The pods that will go, where it is certain which."""
        return self.candidates[self.nominated[0]].victims if len(self.nominated) == 1 else None


def preempt(decision: Decision, columns: ClusterColumns | None = None) -> Preemption | None:
    """What PostFilter answers to a decision; None where it is not asked (the pod fits, or there are no nodes).

    `columns`: those of the decision's snapshot, where they are at hand.
    """
    if decision.result is not Result.UNSCHEDULABLE or not decision.snapshot.nodes:
        return None
    if decision.whole:
        # DynamicResources looks for what its PreFilter, which was never reached, should have left for it.
        return Preemption(Outcome.ERROR, NO_STATE)
    if reason := _ineligible(decision):
        return _unschedulable(reason)
    search = _Search(decision, columns)
    if any(candidate.victims for candidate in search.tried()):
        return Preemption(Outcome.SUCCESS, "", search)
    total, statuses = len(decision.snapshot.nodes), search.statuses()
    problems = [f'expected at least one victim pod on node "{candidate.node}"' for candidate in search.tried()]
    problems += [
        f'running "{verdict.plugin}" filter plugin: {", ".join(verdict.reasons)}'
        for verdict in statuses.values()
        if verdict.code is Code.ERROR
    ]
    if problems:
        text = problems[0] if len(problems) == 1 else f"[{', '.join(dict.fromkeys(problems))}]"
        return Preemption(Outcome.ERROR, f"preemption: {text}", search)
    reasons = Counter(reason for verdict in statuses.values() for reason in verdict.reasons)
    if len(statuses) < total:
        reasons[NOT_HELPFUL] += total - len(statuses)
    return _unschedulable(unavailable(total, reasons), search)


def _unschedulable(reason: str, search: _Search | None = None) -> Preemption:
    return Preemption(Outcome.UNSCHEDULABLE, f"{NO_CLAIMS}, preemption: {reason}", search)


def _ineligible(decision: Decision) -> str:
    """Why the pod may not preempt at all; "" where it may (PodEligibleToPreemptOthers)."""
    pod = decision.pod
    if pod.spec.preemption_policy == "Never":
        return NEVER
    own = decision.nodes.get(pod.nominated)
    if own and own.code is Code.UNSCHEDULABLE:
        on_it = (other for other in decision.snapshot.bound if other.node == pod.nominated)
        if any(other.preempted and other.spec.priority < pod.spec.priority for other in on_it):
            return TERMINATING
    return ""


def pick(candidates: Iterable[Candidate]) -> Sequence[str]:
    """The best of the candidates, all of those that are equal (pickOneNodeForPreemption)."""
    scored = [(_cost(candidate), _earliest(candidate.victims), candidate.node) for candidate in candidates]
    cheap = min((cost for cost, _, _ in scored), default=())
    left = [(start, node) for cost, start, node in scored if cost == cheap]
    latest = max((start for start, _ in left), default=())
    return [node for start, node in left if start == latest]


def _cost(candidate: Candidate) -> tuple[int, int, int, int]:
    """Budgets broken, the highest priority, the sum of priorities (raised to be at least 0), the number of victims."""
    priorities = [victim.spec.priority for victim in candidate.victims]
    return candidate.violations, max(priorities), sum(p - LOWEST_PRIORITY for p in priorities), len(priorities)


def _earliest(victims: Sequence[Pod]) -> tuple[bool, str]:
    """When the first of the most important victims started (GetEarliestPodStartTime)."""
    highest = max(victim.spec.priority for victim in victims)
    return min(_started(victim) for victim in victims if victim.spec.priority == highest)


def _started(pod: Pod) -> tuple[bool, str]:
    """Sorts by start; a pod that has not started comes last, as if it started now (GetPodStartTime)."""
    return not pod.start_time, pod.start_time


def by_importance(pods: Iterable[Pod]) -> list[Pod]:
    """The most important first: higher priority, then longer running (MoreImportantPod)."""
    return sorted(pods, key=lambda pod: (-pod.spec.priority, _started(pod)))


def broken(pods: Iterable[Pod], budgets: Iterable[Budget]) -> frozenset[str]:
    """The keys of the pods whose eviction breaks a budget, if they go in this order (filterPodsWithPDBViolation)."""
    left = [(budget, itertools.count(budget.allowed, -1)) for budget in budgets]
    return frozenset(pod.key for pod in pods if min((next(n) for b, n in left if b.counts(pod)), default=1) <= 0)


class _Search:
    """The dry run at the nodes that only lack what pods hold (DryRunPreemption, SelectVictimsOnNode)."""

    def __init__(self, decision: Decision, columns: ClusterColumns | None) -> None:
        pod, self._snapshot = decision.pod, decision.snapshot
        if columns is None or pod.node:
            columns = ClusterColumns(decision.snapshot, frozenset({pod.key}))
        self._pod, self._columns, self._asked = pod, columns, _asked(decision)
        self._potential = [
            node for node, verdict in decision.nodes.items() if verdict and verdict.code is Code.UNSCHEDULABLE
        ]
        on: dict[str, list[Pod]] = {node: [] for node in self._potential}
        for other in decision.snapshot.bound:
            if other.node in on and self._goes(other) and other.key != pod.key:
                on[other.node].append(other)
        self._lower = {node: by_importance(pods) for node, pods in on.items() if pods}
        self._beside = nominated_before(pod, decision.snapshot)
        self._verdicts: dict[str, Verdict | None] = {}
        self._candidates: dict[str, Candidate] = {}
        self._local = is_local(self._asked)

    def statuses(self) -> Mapping[str, Verdict]:
        """Why a node that was tried is no candidate."""
        found = {node: self._emptied(node) if node in self._lower else NO_VICTIMS for node in self._potential}
        return {node: verdict for node, verdict in found.items() if verdict}

    def tried(self) -> Iterator[Candidate]:
        """The nodes where the pod fits once all lower-priority pods are gone, one by one; usually each has victims."""
        for node in self._lower:
            if self._emptied(node) is None:
                if node not in self._candidates:
                    self._choose([node])
                yield self._candidates[node]

    def candidates(self) -> Sequence[Candidate]:
        """Every node on which preemption helps."""
        together = [n for n in self._lower if not self._alone(n) and n not in self._candidates and not self._emptied(n)]
        if together:
            self._choose(together)
        return [candidate for candidate in self.tried() if candidate.victims]

    def _goes(self, other: Pod) -> bool:
        return other.spec.priority < self._pod.spec.priority

    def _alone(self, node: str) -> bool:
        """Whether a node needs a dry run of its own."""
        return not self._local or node in self._beside

    def _emptied(self, node: str) -> Verdict | None:
        """The verdict on a node without any of its lower-priority pods."""
        if node not in self._verdicts:
            self._empty([node] if self._alone(node) else [n for n in self._lower if not self._alone(n)])
        return self._verdicts[node]

    def _empty(self, nodes: Sequence[str]) -> None:
        with self._cleared(nodes) as (run, place):
            fits = self._fits(run, place)
            refused = [node for node in nodes if not fits[place[node]]]
            failing = self._failing(run, place, refused)
        self._verdicts.update(dict.fromkeys(nodes))
        self._verdicts.update((node, at_node(self._asked, one)) for node, one in zip(refused, failing, strict=True))

    def _choose(self, nodes: Sequence[str]) -> None:
        """Lets back in what can stay, starting with those whose going breaks a budget; the most important first."""
        breaking = {node: broken(self._lower[node], self._snapshot.budgets) for node in nodes}
        queues = {node: sorted(self._lower[node], key=lambda pod: pod.key not in breaking[node]) for node in nodes}
        victims: dict[str, set[str]] = {node: set() for node in nodes}
        with self._cleared(nodes) as (run, place):
            for turn in range(max(map(len, queues.values()))):
                back = {node: queue[turn] for node, queue in queues.items() if turn < len(queue)}
                for node, pod in back.items():
                    run.move(place[node], [pod], 1)
                fits = self._fits(run, place)
                for node, pod in back.items():
                    if not fits[place[node]]:
                        run.move(place[node], [pod], -1)
                        victims[node].add(pod.key)
        for node in nodes:
            gone = tuple(pod for pod in self._lower[node] if pod.key in victims[node])
            self._candidates[node] = Candidate(node, gone, len(breaking[node] & victims[node]))

    @contextmanager
    def _cleared(self, nodes: Sequence[str]) -> Iterator[tuple[DryRun, Mapping[str, int]]]:
        """A dry run with all lower-priority pods gone from these nodes, and where each of them is in it."""
        index = self._columns.index
        if self._local:
            run = DryRun(self._asked, self._columns, [index[node] for node in nodes], self._held)
            run.clear(self._goes, [self._lower[node] for node in nodes])
            yield run, {node: at for at, node in enumerate(nodes)}
        else:
            (node,) = nodes
            with self._everywhere.passing():
                self._everywhere.move(index[node], self._lower[node], -1)
                yield self._everywhere, {node: index[node]}

    @cached_property
    def _everywhere(self) -> DryRun:
        return DryRun(self._asked, self._columns, range(self._columns.size), self._held)

    @cached_property
    def _held(self) -> Mapping[str, frozenset[HostPort]]:
        """The host ports in use on the nodes where pods will be moved, where the pod asks for any."""
        found: dict[str, frozenset[HostPort]] = {}
        for other in self._snapshot.bound if self._pod.spec.host_ports else ():
            if other.node in self._lower and other.spec.host_ports and other.key != self._pod.key:
                found[other.node] = found.get(other.node, frozenset()) | other.spec.host_ports
        return found

    def _fits(self, run: DryRun, place: Mapping[str, int]) -> Column:
        """Where the pod fits, with the nominated pods and without them (RunFilterPluginsWithNominatedPods)."""
        with run.passing():
            joined = self._join(run, place)
            fits = run.fits()
        return fits & run.fits() if joined else fits

    def _failing(self, run: DryRun, place: Mapping[str, int], nodes: Sequence[str]) -> Sequence[Sequence[int]]:
        places = [place[node] for node in nodes]
        with run.passing():
            joined = self._join(run, place)
            failing = run.failing(places)
        return run.failing(places) if joined and not all(failing) else failing

    def _join(self, run: DryRun, place: Mapping[str, int]) -> bool:
        """Puts the pods that are nominated to these nodes on them; says whether there are any."""
        joining = {node: self._beside[node] for node in place if node in self._beside}
        for node, pods in joining.items():
            run.move(place[node], pods, 1)
        return bool(joining)


def _asked(decision: Decision) -> Sequence[Rule]:
    """The rules that the dry run asks: without InterPodAffinity where its PreFilter saw nothing to do (Skip).

    Then the filter stays out even when a nominated pod is put on a node whose anti-affinity would refuse this one.
    """
    rules, spec = decision.findings.rules, decision.pod.spec
    failing = {rules[at].plugin.name for found in decision.findings.classes for at in found.failing}
    if spec.affinity or spec.anti_affinity or INTER_POD_AFFINITY.name in failing:
        return rules
    return [rule for rule in rules if rule.plugin.name != INTER_POD_AFFINITY.name]
