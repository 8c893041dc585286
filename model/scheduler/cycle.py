"""One scheduling cycle up to filtering: kube-scheduler's PreEnqueue, PreFilter and Filter (v1.34, findNodesThatFitPod).

Left out: scores, sampling of nodes (every node is looked at), extenders, Permit and binding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import HostPort, Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.constraint import Constraint, Says, Stage
from kubeproof.model.scheduler.dry_run import DryRun
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import Findings, Rule, by_columns, rules
from kubeproof.model.scheduler.profile import DEFAULT


class Code(Enum):
    """kube-scheduler's status codes for a refusal."""

    UNSCHEDULABLE = "Unschedulable"
    UNRESOLVABLE = "UnschedulableAndUnresolvable"
    ERROR = "Error"


class Verdict(NamedTuple):
    """A refusal: by which plugin ("" for a node that was narrowed away), with which code and reasons."""

    plugin: str
    code: Code
    reasons: tuple[str, ...]


class Result(Enum):
    """How a cycle ends."""

    FITS = "Scheduled"
    UNSCHEDULABLE = "Unschedulable"
    GATED = "Gated"
    SKIPPED = "Skipped"


class Decision(NamedTuple):
    """What filtering decided about a pod.

    `whole`: a refusal of the pod as such (PreEnqueue or PreFilter); then `nodes` is empty. `nodes`: for each node that
    was looked at a refusal, or None where the pod fits. `findings` says which rules fail where, nominated pods apart.
    """

    pod: Pod
    snapshot: Snapshot
    result: Result
    findings: Findings
    whole: Verdict | None
    nodes: Mapping[str, Verdict | None]

    @property
    def feasible(self) -> Sequence[str]:
        """The nodes that fit, in node order."""
        return [name for name, verdict in self.nodes.items() if verdict is None]


class Cycle:
    """Scheduling cycles over one snapshot: what pods have in common (facts, columns) is found once."""

    def __init__(self, snapshot: Snapshot, plugins: Sequence[Constraint] = DEFAULT, coming: Iterable[Pod] = ()) -> None:
        """`coming`: pods that will be added to the snapshot; what they may ask of others is known from the start."""
        self.snapshot, self.plugins = snapshot, plugins
        self.facts = Facts(snapshot, coming)

    @cached_property
    def columns(self) -> ClusterColumns:
        """The snapshot as columns."""
        return ClusterColumns(self.snapshot)

    @cached_property
    def nominates(self) -> bool:
        """Whether any pod is nominated to a node."""
        return any(pod.nominated and not pod.node for pod in self.snapshot.pods)

    def with_nodes(self, nodes: Iterable[Node]) -> Cycle:
        """A cycle of the same cluster with these nodes too (see Snapshot.with_nodes); what pods amount to is kept."""
        new = Cycle(self.snapshot.with_nodes(nodes), self.plugins)
        new.facts.anti_affinity, new.nominates = self.facts.anti_affinity, self.nominates
        new.columns = self.columns.with_nodes(new.snapshot)
        return new

    def findings(self, pod: Pod) -> Findings:
        """Which rules fail where for a pod; the pod itself, if it is bound in the snapshot, is not seen."""
        return by_columns(rules(pod, self.facts, self.plugins), self.columns_for(pod))

    def columns_for(self, pod: Pod) -> ClusterColumns:
        """The snapshot as a pod sees it: without itself, if it is bound."""
        return ClusterColumns(self.snapshot, frozenset({pod.key})) if pod.node else self.columns

    def beside_nominated(self, pod: Pod) -> Iterator[tuple[str, Sequence[Pod], Sequence[int]]]:
        """For each node to which pods are nominated that go before this one: the node, those pods, and the rules that
        fail there with them on it, as if they ran there already (RunFilterPluginsWithNominatedPods).
        """
        before = nominated_before(pod, self.snapshot) if self.nominates else {}
        if not before:
            return
        alone = self.findings(pod)
        asked, out = alone.rules, skipped(pod, alone)
        columns = self.columns_for(pod)
        run = DryRun(asked, columns, range(columns.size), held=held_ports(pod, self.snapshot, before))
        for node, nominated in before.items():
            place = columns.index[node]
            with run.passing([place]):
                run.move(place, nominated, 1)
                (failing,) = run.failing([place])
            yield node, nominated, [at for at in failing if asked[at].plugin.name not in out]

    def decide(self, pod: Pod) -> Decision:
        """The verdict on every node. Raises NotModelled where the pod asks for what no rule here knows."""
        if pod.spec.resource_claims:
            raise NotModelled("spec.resourceClaims", "dynamic resource allocation (kube-scheduler's DynamicResources)")
        found = self.findings(pod)
        decide = _Deciding(self, pod, found)
        if gate := refusal(found.rules, list(_staged(found.rules, Stage.ENQUEUE))):
            return decide.whole(Result.GATED, gate)  # a gated pod never leaves the queue, not even to be skipped
        if pod.deleting:
            return decide.whole(Result.SKIPPED, None)
        if not self.snapshot.nodes:
            return decide.whole(Result.UNSCHEDULABLE, None)
        everywhere = frozenset.intersection(*(frozenset(c.failing) for c in found.classes))
        rejected = [at for at in _staged(found.rules, Stage.REJECT) if at in everywhere]
        if verdict := refusal(found.rules, rejected):
            return decide.whole(Result.UNSCHEDULABLE, verdict)
        return decide.nodes()


class _Deciding(NamedTuple):
    cycle: Cycle
    pod: Pod
    found: Findings

    def whole(self, result: Result, verdict: Verdict | None) -> Decision:
        return Decision(self.pod, self.cycle.snapshot, result, self.found, verdict, {})

    def nodes(self) -> Decision:
        verdicts: dict[str, Verdict | None] = {}
        for found in self.found.classes:
            verdicts.update(dict.fromkeys(found.nodes, at_node(self.found.rules, found.failing)))
            if self.pod.nominated in found.nodes:  # its own node is looked at first, before nodes are narrowed
                verdicts[self.pod.nominated] = filtered(self.found.rules, found.failing)
        for node, _, failing in self.cycle.beside_nominated(self.pod):
            verdicts[node] = at_node(self.found.rules, failing) or verdicts[node]
        own = self.pod.nominated
        if own in verdicts and verdicts[own] is None:
            return self._decision({own: None})
        return self._decision({node.name: verdicts[node.name] for node in self.cycle.snapshot.nodes})

    def _decision(self, verdicts: Mapping[str, Verdict | None]) -> Decision:
        fits = any(verdict is None for verdict in verdicts.values())
        result = Result.FITS if fits else Result.UNSCHEDULABLE
        return Decision(self.pod, self.cycle.snapshot, result, self.found, None, verdicts)


def at_node(asked: Sequence[Rule], failing: Sequence[int]) -> Verdict | None:
    """A node's verdict from the rules that fail there: narrowed away, else the first plugin's refusal, else None."""
    narrowed = [at for at in failing if asked[at].clause.stage is Stage.NARROW]
    if narrowed:
        return Verdict("", Code.UNRESOLVABLE, (asked[narrowed[0]].clause.reason,))
    return filtered(asked, failing)


def filtered(asked: Sequence[Rule], failing: Sequence[int]) -> Verdict | None:
    """A node's verdict from the filters alone, as if it had not been narrowed away."""
    return refusal(asked, [at for at in failing if asked[at].clause.stage is Stage.FILTER])


def skipped(pod: Pod, found: Findings) -> frozenset[str]:
    """The plugins that kube-scheduler leaves out of a pod's cycle from its PreFilter on."""
    failing = {found.rules[at].plugin.name for one in found.classes for at in one.failing}
    return frozenset(rule.plugin.name for rule in found.rules if rule.plugin.skips(pod)) - failing


def held_ports(pod: Pod, snapshot: Snapshot, nodes: Collection[str]) -> Mapping[str, frozenset[HostPort]]:
    """The host ports in use on these nodes, where the pod asks for any; its own, if it is bound, are not seen."""
    found: dict[str, frozenset[HostPort]] = {}
    for other in snapshot.bound if pod.spec.host_ports else ():
        if other.node in nodes and other.spec.host_ports and other.key != pod.key:
            found[other.node] = found.get(other.node, frozenset()) | other.spec.host_ports
    return found


def refusal(asked: Sequence[Rule], failing: Sequence[int]) -> Verdict | None:
    """The verdict of the first plugin of which a rule fails; None where none does."""
    for _, own in groupby(failing, key=lambda at: id(asked[at].plugin)):
        failed = [asked[at] for at in own]
        plugin = failed[0].plugin
        said = failed if plugin.says is Says.ALL else failed[:1]
        return Verdict(plugin.name, _code(said), tuple(dict.fromkeys(rule.clause.reason for rule in said)))
    return None


def _code(said: Sequence[Rule]) -> Code:
    if any(rule.clause.fault for rule in said):
        return Code.ERROR
    return Code.UNSCHEDULABLE if all(rule.clause.resolvable for rule in said) else Code.UNRESOLVABLE


def _staged(asked: Sequence[Rule], stage: Stage) -> Iterator[int]:
    return (at for at, rule in enumerate(asked) if rule.clause.stage is stage)


def nominated_before(pod: Pod, snapshot: Snapshot) -> Mapping[str, Sequence[Pod]]:
    """For each node the waiting pods that are nominated to it and go before this one (priority no lower)."""
    found: dict[str, list[Pod]] = {}
    names = {node.name for node in snapshot.nodes}
    for other in snapshot.pending:
        if other.nominated in names and other.spec.priority >= pod.spec.priority and other.key != pod.key:
            found.setdefault(other.nominated, []).append(other)
    return found
