"""Which pods would have to go, node by node: the dry run of kube-scheduler's DefaultPreemption (v1.34).

All lower-priority pods are taken off a node in thought. Where the pod would then fit, as many of them as possible are
let back in; those that are not are the victims. Left out: stopping after some nodes, as kube-scheduler may among many.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import Column
from kubeproof.model.objects.budget import Budget
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.cycle import Code, Decision, Verdict, at_node, held_ports, nominated_before, skipped
from kubeproof.model.scheduler.dry_run import DryRun, is_local, is_separable
from kubeproof.model.scheduler.findings import Rule

NO_VICTIMS = Verdict("", Code.UNRESOLVABLE, ("No preemption victims found for incoming pod",))


ORDERS = 120
"""So many orders of equally important pods are tried on a node."""


class Candidate(NamedTuple):
    """A node that takes the pod once its victims (most important first) are gone; `violations` of them break a PDB."""

    node: str
    victims: tuple[Pod, ...]
    violations: int


def started(pod: Pod) -> tuple[bool, str]:
    """Sorts by start; a pod that has not started comes last, as if it started now (GetPodStartTime)."""
    return not pod.start_time, pod.start_time


def by_importance(pods: Iterable[Pod]) -> list[Pod]:
    """The most important first: higher priority, then longer running (MoreImportantPod)."""
    return sorted(pods, key=lambda pod: (-pod.spec.priority, started(pod)))


def orders(pods: Iterable[Pod], budgets: Sequence[Budget]) -> Iterator[Sequence[Pod]]:
    """The pods by importance, in every order of those that are equally important; pods that look alike stay in one."""
    groups = itertools.groupby(by_importance(pods), key=lambda pod: (pod.spec.priority, started(pod)))
    return (
        list(itertools.chain.from_iterable(parts))
        for parts in itertools.product(*([*_arranged(list(group), budgets)] for _, group in groups))
    )


def _arranged(pods: Sequence[Pod], budgets: Sequence[Budget]) -> Iterator[Sequence[Pod]]:
    """The arrangements of pods that look different, one after the other, up to one more than `ORDERS`."""
    alike: dict[Hashable, list[Pod]] = {}
    for pod in pods:
        alike.setdefault(look(pod, budgets), []).append(pod)

    def rest(used: tuple[int, ...]) -> Iterator[list[Pod]]:
        if sum(used) == len(pods):
            yield []
        for at, group in enumerate(alike.values()):
            if used[at] < len(group):
                for after in rest((*used[:at], used[at] + 1, *used[at + 1 :])):
                    yield [group[used[at]], *after]

    return itertools.islice(rest((0,) * len(alike)), ORDERS + 1)


def look(pod: Pod, budgets: Iterable[Budget]) -> Hashable:
    """All of a pod that decides about it and about what its going costs; its name and its node do not."""
    guards = tuple(budget.counts(pod) for budget in budgets)
    return pod.namespace, pod.labels, pod.spec, pod.start_time, pod.deleting, pod.preempted, guards


def _costing(candidate: Candidate, budgets: Sequence[Budget]) -> Hashable:
    return frozenset(Counter(look(pod, budgets) for pod in candidate.victims).items()), candidate.violations


def broken(pods: Iterable[Pod], budgets: Iterable[Budget]) -> frozenset[str]:
    """The keys of the pods whose eviction breaks a budget, if they go in this order (filterPodsWithPDBViolation)."""
    left = [(budget, itertools.count(budget.allowed, -1)) for budget in budgets]
    return frozenset(pod.key for pod in pods if min((next(n) for b, n in left if b.counts(pod)), default=1) <= 0)


class Search:
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
        self._lower = {node: pods for node, pods in on.items() if pods}
        self._beside = nominated_before(pod, decision.snapshot)
        self._verdicts: dict[str, Verdict | None] = {}
        self._candidates: dict[str, Candidate] = {}
        self._wide = {rule.plugin.name for rule in self._asked if not is_local([rule])}
        self._local = not self._wide
        self._separable = is_separable(self._asked)
        self._held = held_ports(pod, decision.snapshot, self._lower)

    def statuses(self) -> Mapping[str, Verdict]:
        """Why a node that was tried is no candidate."""
        found = {node: self._emptied(node) if node in self._lower else NO_VICTIMS for node in self._potential}
        return {node: verdict for node, verdict in found.items() if verdict}

    def tried(self) -> Iterator[Candidate]:
        """The nodes on which preemption helps, one by one.

        Each has victims: with all pods let back in the node would be as it was when the pod did not fit.
        """
        for node in self._lower:
            if self._emptied(node) is None:
                if node not in self._candidates:
                    self._candidates.update(self._choose({node: by_importance(self._lower[node])}))
                yield self._candidates[node]

    def candidates(self) -> Sequence[Candidate]:
        """Every node on which preemption helps."""
        together = [n for n in self._lower if not self._alone(n) and n not in self._candidates and not self._emptied(n)]
        if together:
            self._candidates.update(self._choose({node: by_importance(self._lower[node]) for node in together}))
        return list(self.tried())

    def options(self) -> tuple[Mapping[str, Sequence[Candidate]], bool]:
        """For each node on which preemption helps every candidate, and whether these are all.

        Pods that are equally important, as those that have not started are, stand in any order (sort.Slice): each
        order that differs is tried, up to `ORDERS` on a node.
        """
        found: dict[str, Sequence[Candidate]] = {}
        whole, budgets = True, self._snapshot.budgets
        for candidate in self.candidates():
            node = candidate.node
            several = list(itertools.islice(orders(self._lower[node], budgets), ORDERS + 1))
            whole &= len(several) <= ORDERS
            if len(several) > 1:
                every = [self._choose({node: order})[node] for order in several[:ORDERS]]
                found[node] = list({_costing(one, budgets): one for one in every}.values())
            else:
                found[node] = [candidate]
        return found, whole

    def _goes(self, other: Pod) -> bool:
        return other.spec.priority < self._pod.spec.priority

    def _alone(self, node: str) -> bool:
        """Whether a node needs a dry run of its own."""
        return not self._separable or node in self._beside

    def _emptied(self, node: str) -> Verdict | None:
        """The verdict on a node without any of its lower-priority pods."""
        if not self._verdicts:
            self._sieve()
        if node not in self._verdicts:
            with self._cleared([node]) as (run, place):
                self._verdicts[node] = at_node(self._asked, self._failing(run, place))
        return self._verdicts[node]

    def _sieve(self) -> None:
        """The verdicts on all nodes at once, by the plugins that come before those that look at other nodes too."""
        nodes = [node for node in self._lower if node not in self._beside]
        early = list(itertools.takewhile(lambda rule: rule.plugin.name not in self._wide, self._asked))
        run = self._run(early, nodes)
        refused = np.flatnonzero(~run.fits()).tolist()
        if self._local:
            self._verdicts.update(dict.fromkeys(nodes))
        for at, failing in zip(refused, run.failing(refused), strict=True):
            self._verdicts[nodes[at]] = at_node(early, failing)
        left = [node for node in nodes if node not in self._verdicts] if self._separable else []
        if left:
            with self._cleared(left) as (whole, place):
                for node, failing in zip(left, whole.failing(list(place.values())), strict=True):
                    self._verdicts[node] = at_node(self._asked, failing)

    def _choose(self, ordered: Mapping[str, Sequence[Pod]]) -> Mapping[str, Candidate]:
        """Lets back in what can stay, starting with those whose going breaks a budget; the most important first."""
        breaking = {node: broken(pods, self._snapshot.budgets) for node, pods in ordered.items()}
        queues = {node: sorted(pods, key=lambda pod: pod.key not in breaking[node]) for node, pods in ordered.items()}
        victims: dict[str, set[str]] = {node: set() for node in ordered}
        with self._cleared(list(ordered)) as (run, place):
            for turn in range(max(map(len, queues.values()))):
                back = {node: queue[turn] for node, queue in queues.items() if turn < len(queue)}
                for node, pod in back.items():
                    run.move(place[node], [pod], 1)
                fits = self._fits(run, place)
                for node, pod in back.items():
                    if not fits[place[node]]:
                        run.move(place[node], [pod], -1)
                        victims[node].add(pod.key)
        return {
            node: Candidate(
                node,
                tuple(pod for pod in pods if pod.key in victims[node]),
                len(breaking[node] & victims[node]),
            )
            for node, pods in ordered.items()
        }

    def _run(self, asked: Sequence[Rule], nodes: Sequence[str]) -> DryRun:
        """A dry run of these nodes alone, all lower-priority pods gone from them."""
        run = DryRun(asked, self._columns, [self._columns.index[node] for node in nodes], self._held, self._goes)
        run.clear({place: self._lower[node] for place, node in enumerate(nodes)})
        return run

    @contextmanager
    def _cleared(self, nodes: Sequence[str]) -> Iterator[tuple[DryRun, Mapping[str, int]]]:
        """A dry run with all lower-priority pods gone from these nodes, and where each of them is in it."""
        if self._local:
            yield self._run(self._asked, nodes), {node: at for at, node in enumerate(nodes)}
        elif self._separable and not any(node in self._beside for node in nodes):
            place = {node: self._columns.index[node] for node in nodes}
            every = range(self._columns.size)
            run = DryRun(self._asked, self._columns, every, self._held, self._goes, apart=True)
            run.clear({place[node]: self._lower[node] for node in nodes})
            yield run, place
        else:
            (node,) = nodes
            at = self._columns.index[node]
            with self._everywhere.passing([at]):
                self._everywhere.clear({at: self._lower[node]})
                yield self._everywhere, {node: at}

    @cached_property
    def _everywhere(self) -> DryRun:
        return DryRun(self._asked, self._columns, range(self._columns.size), self._held, self._goes)

    def _fits(self, run: DryRun, place: Mapping[str, int]) -> Column:
        """Where the pod fits, with the nominated pods and without them (RunFilterPluginsWithNominatedPods)."""
        fits = run.fits()
        with self._joined(run, place) as joined:
            return fits & run.fits() if joined else fits

    def _failing(self, run: DryRun, place: Mapping[str, int]) -> Sequence[int]:
        """The rules that fail at the one node of `place`: beside the nominated pods, else without them."""
        at = list(place.values())
        with self._joined(run, place) as joined:
            failing = run.failing(at)[0] if joined else ()
        return failing or run.failing(at)[0]

    @contextmanager
    def _joined(self, run: DryRun, place: Mapping[str, int]) -> Iterator[bool]:
        """Within, the pods that are nominated to these nodes are on them; says whether there are any."""
        joining = {place[node]: self._beside[node] for node in place if node in self._beside}
        with run.passing(joining):
            for at, pods in joining.items():
                run.move(at, pods, 1)
            yield bool(joining)


def _asked(decision: Decision) -> Sequence[Rule]:
    """The rules that the dry run asks: without those of the filters whose PreFilter saw nothing to do.

    They stay out even when a nominated pod is put on a node that would then be refused.
    """
    out = skipped(decision.pod, decision.findings)
    return [rule for rule in decision.findings.rules if rule.plugin.name not in out]
