"""The open node read as symbols: what is known of a node is a constant, what is left open is a named z3 variable.

The variables have names that a person can read: `label[n1,zone]`, `taint[n1,gpu=yes:NoSchedule]`, `cordoned[n1]`,
`allocatable[n1,cpu]`, `free[n1,cpu]`, `shop/web-1@n1`. `laws` says what is true of them in any cluster (a pod is on
one node at most), `facts` what the snapshot says of each, so that a question may keep some facts and drop others.

Left out: where the pods with an open place may go by their own rules, and with it which nodes are feasible (all are).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import z3

from kubeproof.model.logic.symbol import Symbol
from kubeproof.model.logic.terms import Op, Term, subterms
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import Requirement, integer
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.volumes import CsiVolume
from kubeproof.model.scheduler import attached
from kubeproof.model.scheduler import open_node as leaf
from kubeproof.model.scheduler.open_node import counts, requested

ABSENT = 0
"""The code of a label that a node does not have; the values of a label are numbered from 1."""


class Unknown(msgspec.Struct, frozen=True):
    """What a question leaves open: labels, taints, amounts and cordons of these nodes, the places of these pods."""

    labels: frozenset[str] = frozenset()
    taints: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    cordons: frozenset[str] = frozenset()
    places: tuple[Pod, ...] = ()


def about(nodes: Iterable[str], places: Iterable[Pod] = ()) -> Unknown:
    """Everything that can be left open about these nodes, and where these pods are."""
    names = frozenset(nodes)
    return Unknown(names, names, names, names, tuple(places))


class ClusterSymbols:
    """The nodes of a snapshot with variables for what is unknown, in a z3 context of their own.

    `terms` are those that will be read: the values that a label may have are the ones that they or the cluster mention.
    The pods whose keys are in `hidden` are not seen. Variables appear in `variables` when a term is read.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        terms: Iterable[Term] = (),
        unknown: Unknown | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self.context = z3.Context()
        self.unknown = unknown or Unknown()
        self.shared: dict[tuple[Term, str | None], z3.ArithRef] = {}
        self.storage, self.attached = snapshot.storage, attached.by_attachment(snapshot.storage)
        self.variables: dict[str, Symbol] = {}
        self.facts: dict[str, z3.BoolRef] = {}
        self.laws: list[z3.BoolRef] = []
        moving = {pod.key for pod in self.unknown.places}
        on: dict[str, list[Pod]] = {node.name: [] for node in snapshot.nodes}
        for pod in snapshot.bound:
            if pod.node in on and pod.key not in hidden | moving:
                on[pod.node].append(pod)
        self.nodes = [NodeSymbols(node, on[node.name], self) for node in snapshot.nodes]
        self.labels = _domains(snapshot, terms) if self.unknown.labels else {}
        self.places = {pod.key: (pod, self.place(pod)) for pod in self.unknown.places if pod.key not in hidden}

    def place(self, pod: Pod) -> dict[str, z3.BoolRef]:
        """For each node a variable that says that the pod is there; it is on one node at most."""
        at = {node.node.name: self.bool(f"{pod.key}@{node.node.name}") for node in self.nodes}
        if at:
            self.laws.append(z3.AtMost(*at.values(), 1))
        for node, here in at.items():
            if pod.node == node or pod.node not in at:
                self.facts[f"{pod.key}@{node}"] = here if pod.node == node else z3.Not(here)
        return at

    def bool(self, name: str, fact: bool | None = None) -> z3.BoolRef:
        """The Bool variable of that name; `fact` is what the snapshot says of it."""
        if name not in self.variables:
            made = self.variables[name] = z3.Bool(name, self.context)
            if fact is not None:
                self.facts[name] = made if fact else z3.Not(made)
        found = self.variables[name]
        assert isinstance(found, z3.BoolRef)
        return found

    def int(self, name: str, fact: int | None, law: Callable[[z3.ArithRef], z3.BoolRef]) -> z3.ArithRef:
        """The Int variable of that name with the law that holds of it; `fact` is what the snapshot says of it."""
        if name not in self.variables:
            made = self.variables[name] = z3.Int(name, self.context)
            self.laws.append(law(made))
            if fact is not None:
                self.facts[name] = made == fact
        found = self.variables[name]
        assert isinstance(found, z3.ArithRef)
        return found


class NodeSymbols:
    """A node among the others; a `SymbolEnv` (see model/logic/symbol.py)."""

    def __init__(self, node: Node, pods: Sequence[Pod], cluster: ClusterSymbols) -> None:
        self.node, self.pods, self.cluster = node, pods, cluster
        self.context, self.shared = cluster.context, cluster.shared
        self.memo: dict[Term, Symbol] = {}
        self._values: dict[str, Mapping[str, z3.BoolRef]] = {}

    def leaf(self, data: Hashable) -> Symbol:
        """What a leaf is at this node."""
        return LEAVES[type(data)](data, self)

    def nodes(self) -> Sequence[NodeSymbols]:
        """All the nodes, this one included."""
        return self.cluster.nodes

    def values(self, key: str) -> Mapping[str, z3.BoolRef]:
        """Each value that this node's label may have, with the formula that it has it."""
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = self._possible(key)
        return found

    def _possible(self, key: str) -> Mapping[str, z3.BoolRef]:
        if not self.open(self.cluster.unknown.labels):
            here = self.node.labels.get(key)
            return {} if here is None else {here: self.known(True)}
        code = self.label(key)
        return {value: code == at for at, value in enumerate(self.cluster.labels[key]) if value is not None}

    def label(self, key: str) -> z3.ArithRef:
        """The variable for this node's value for a label: a code, as `ClusterSymbols.labels` numbers them."""
        values = self.cluster.labels[key]
        fact = values.index(self.node.labels.get(key))
        return self.cluster.int(
            f"label[{self.node.name},{key}]", fact, lambda code: z3.And(code >= ABSENT, code < len(values))
        )

    def open(self, nodes: frozenset[str]) -> bool:
        """Whether this node is one of those of which something is left open."""
        return self.node.name in nodes

    def known(self, value: bool) -> z3.BoolRef:
        """A constant."""
        return z3.BoolVal(value, self.context)

    def sum(self, weigh: Callable[[Pod], int]) -> z3.ArithRef:
        """The sum over the pods on this node, known to be here or not, of a weight."""
        total: z3.ArithRef = z3.IntVal(sum(map(weigh, self.pods)), self.context)
        nothing = z3.IntVal(0, self.context)
        for pod, at in self.cluster.places.values():
            if weight := weigh(pod):
                total = total + z3.If(at[self.node.name], z3.IntVal(weight, self.context), nothing)
        return total


def _labelled(data: leaf.Labelled, env: NodeSymbols) -> Symbol:
    requirement = data.requirement
    if not env.open(env.cluster.unknown.labels):
        return env.known(requirement.matches(env.node.labels))
    code = env.label(requirement.key)
    values = enumerate(env.cluster.labels[requirement.key])
    return z3.Or([code == at for at, value in values if requirement.matches(_label(requirement, value))], env.context)


def _has_taint(data: leaf.HasTaint, env: NodeSymbols) -> Symbol:
    has = data.taint in env.node.taints
    if not env.open(env.cluster.unknown.taints):
        return env.known(has)
    return env.cluster.bool(f"taint[{env.node.name},{data.taint.text}]", has)


def _taint_rank(data: leaf.TaintRank, env: NodeSymbols) -> Symbol:
    taints = env.node.taints
    rank = taints.index(data.taint) if data.taint in taints else len(taints)
    if not env.open(env.cluster.unknown.taints):
        return z3.IntVal(rank, env.context)
    return env.cluster.int(f"rank[{env.node.name},{data.taint.text}]", rank, lambda found: found >= 0)


def _unschedulable(data: leaf.Unschedulable, env: NodeSymbols) -> Symbol:
    if not env.open(env.cluster.unknown.cordons):
        return env.known(env.node.unschedulable)
    return env.cluster.bool(f"cordoned[{env.node.name}]", env.node.unschedulable)


def _alloc(data: leaf.Alloc, env: NodeSymbols) -> z3.ArithRef:
    amount = env.node.allocatable.get(data.resource, 0)
    if not env.open(env.cluster.unknown.amounts):
        return z3.IntVal(amount, env.context)
    return env.cluster.int(f"allocatable[{env.node.name},{data.resource}]", amount, lambda found: found >= 0)


def _free(data: leaf.Free, env: NodeSymbols) -> Symbol:
    """A variable of its own where the amount is open, so that one may ask for so much free; no fact, for it follows."""
    left = _alloc(leaf.Alloc(data.resource), env) - env.sum(lambda pod: requested(pod).get(data.resource, 0))
    if not env.open(env.cluster.unknown.amounts):
        return left
    return env.cluster.int(f"free[{env.node.name},{data.resource}]", None, lambda found: found == left)


def _attach_limit(data: leaf.AttachLimit, env: NodeSymbols) -> Symbol:
    told = env.cluster.storage.csi_nodes.get(env.node.name)
    return z3.IntVal(leaf.NO_LIMIT if told is None else told.limits.get(data.driver, leaf.NO_LIMIT), env.context)


def _attached_volumes(data: leaf.AttachedVolumes, env: NodeSymbols) -> Symbol:
    """The volumes that are surely here, and each other one if some pod that uses it is here."""
    storage = env.cluster.storage
    used = (attached.of_pod(pod, storage) for pod in env.pods)
    surely = attached.of_driver(env.cluster.attached.get(env.node.name, frozenset()).union(*used), data.driver)
    found: z3.ArithRef = z3.IntVal(len(surely), env.context)
    users: dict[CsiVolume, list[z3.BoolRef]] = {}
    for pod, at in env.cluster.places.values():
        for volume in sorted(attached.of_driver(attached.of_pod(pod, storage), data.driver) - surely):
            users.setdefault(volume, []).append(at[env.node.name])
    for some in users.values():
        found = found + z3.If(z3.Or(some), z3.IntVal(1, env.context), z3.IntVal(0, env.context))
    return found


LEAVES: Mapping[type, Callable[[Any, NodeSymbols], Symbol]] = {
    leaf.Unschedulable: _unschedulable,
    leaf.NameIn: lambda data, env: env.known(env.node.name in data.names),
    leaf.Labelled: _labelled,
    leaf.HasTaint: _has_taint,
    leaf.TaintRank: _taint_rank,
    leaf.Alloc: _alloc,
    leaf.Free: _free,
    leaf.Pods: lambda data, env: env.sum(lambda pod: int(counts(data.query, pod))),
    leaf.AttachLimit: _attach_limit,
    leaf.AttachedVolumes: _attached_volumes,
    leaf.Feasible: lambda data, env: env.known(True),
    leaf.Counted: lambda data, env: env.sum(lambda pod: pod.spec.scored.get(data.resource, 0)),
    leaf.HasImage: lambda data, env: env.known(data.name in env.node.images),
}


def _label(requirement: Requirement, value: str | None) -> Mapping[str, str]:
    return {} if value is None else {requirement.key: value}


def _domains(snapshot: Snapshot, terms: Iterable[Term]) -> dict[str, tuple[str | None, ...]]:
    """For each label that the terms mention None, then every value that it has somewhere or that they ask for."""
    asked: dict[str, set[str]] = {}
    for term in subterms(*terms):
        if term.op in (Op.SUM_IN, Op.DISTINCT):
            asked.setdefault(str(term.data), set())
        elif isinstance(term.data, leaf.Labelled):
            requirement = term.data.requirement
            asked.setdefault(requirement.key, set()).update(_told(requirement))
    for key, values in asked.items():
        values.update(node.labels[key] for node in snapshot.nodes if key in node.labels)
    # Where nobody mentions a value, the label may still be there: with the empty value, which is a legal one.
    return {key: (None, *(sorted(values) or [""])) for key, values in sorted(asked.items())}


def _told(requirement: Requirement) -> Iterator[str]:
    """The values that a requirement speaks of; for Gt and Lt the nearest that meets it too."""
    for value in requirement.values:
        yield value
        bound = integer(value)
        if bound is not None and requirement.operator in ("Gt", "Lt"):
            nearest = bound + (1 if requirement.operator == "Gt" else -1)
            if nearest >= 0:  # a label's value does not begin with a sign
                yield str(nearest)
