"""A joint placement in numbers: kinds of pods, nodes, and what their clauses say, read off the terms as columns.

Pods with equal namespace, labels and spec are one kind. Of a kind is kept: the nodes that its clauses allow as long as
only the bound pods count, what it needs, and the rules that look at where other new pods are. A count (see shape.py)
is shared by all rules that tell it. Bound pods stay: a domain in which one of them forbids a kind is closed for good.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.column import Column, Memo, column
from kubeproof.model.logic.terms import TRUE, Op, Term
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.claims import bound_together
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.constraint import Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import Rule, rules
from kubeproof.model.scheduler.open_node import Pods, counts
from kubeproof.properties.queries.fit.shape import Alone, Count, Fixed, Near, Needs, Other, Shape, Spread, shape


class Domains(NamedTuple):
    """A count over the nodes. `read`: each node's domain, -1 for none. `add`: the same where pods are counted, else -1.

    `base`: what bound pods count for in each domain. `counted`: the kinds that count. `active`: has a counted node.
    """

    key: str | None
    read: Column
    add: Column
    base: Column
    counted: Column
    active: Column


class Skew(NamedTuple):
    """A spread rule of a kind on count number `of`."""

    of: int
    own: int
    most: int
    min_domains: int
    rule: Rule


class Company(NamedTuple):
    """An affinity rule of a kind on count number `of`; `first`: the count that is 0 for the first of its kind."""

    of: int
    first: int | None
    rule: Rule


class Solitude(NamedTuple):
    """A rule of a kind that count number `of` is 0 where it goes."""

    of: int
    rule: Rule


class Kind(NamedTuple):
    """Pods that are alike. `shapes`: of each rule. `eligible`: over nodes. `needs`: so much of each resource."""

    pods: tuple[Pod, ...]
    rules: tuple[Rule, ...]
    shapes: tuple[Shape, ...]
    eligible: Column
    needs: Column
    alone: tuple[Solitude, ...]
    spread: tuple[Skew, ...]
    near: tuple[Company, ...]
    other: tuple[Rule, ...]

    @property
    def size(self) -> int:
        """How many pods there are of it."""
        return len(self.pods)

    @property
    def name(self) -> str:
        """How the kind is called: after its first pod, and how many more there are."""
        more = f" and {self.size - 1} like it" if self.size > 1 else ""
        return f"{self.pods[0].key}{more}"


class Problem(NamedTuple):
    """All of it. `free`: resources x nodes. `unsure`: why a placement could not be called possible ("" if it could)."""

    snapshot: Snapshot
    kinds: tuple[Kind, ...]
    resources: tuple[str, ...]
    free: Column
    domains: tuple[Domains, ...]
    unsure: str

    @property
    def size(self) -> int:
        """How many pods there are to place."""
        return sum(kind.size for kind in self.kinds)


def read(snapshot: Snapshot, asked: Iterable[Pod] | None, plugins: Sequence[Constraint]) -> Problem:
    """The problem of placing the asked pods (None: all that are pending) beside the bound ones.

    A pod that is being deleted is not placed. Raises NotModelled where a pod asks for what no rule here knows.
    """
    wanted = [p for p in (snapshot.pending if asked is None else asked) if not p.deleting and not p.terminal]
    waiting = {pod.key: msgspec.structs.replace(pod, node="") if pod.node else pod for pod in wanted}
    for pod in waiting.values():
        if pod.spec.resource_claims:
            raise NotModelled("spec.resourceClaims", "dynamic resource allocation (kube-scheduler's DynamicResources)")
    settled = tuple(pod for pod in snapshot.pods if pod.node and pod.key not in waiting)
    joint = msgspec.structs.replace(snapshot, pods=(*settled, *waiting.values()))
    return _Reader(joint, plugins).problem(_kinds(waiting.values()))


def _kinds(pods: Iterable[Pod]) -> list[tuple[Pod, ...]]:
    """The pods by kind, kinds in the order of their first pods."""
    by_id: dict[Hashable, list[Pod]] = {}
    for pod in pods:
        by_id.setdefault((pod.namespace, pod.labels, id(pod.spec)), []).append(pod)
    kinds: dict[Hashable, list[Pod]] = {}
    for members in by_id.values():  # equal specs need not be one object
        kinds.setdefault((members[0].namespace, members[0].labels, members[0].spec), []).extend(members)
    return [tuple(members) for members in kinds.values()]


class _Reader:
    """Reads clauses as columns; what several kinds have in common is read once."""

    def __init__(self, snapshot: Snapshot, plugins: Sequence[Constraint]) -> None:
        self.snapshot, self.plugins = snapshot, plugins
        self.facts = Facts(snapshot)
        self.columns = ClusterColumns(snapshot)
        self.memo: Memo = {}
        self.counts: dict[Count, int] = {}
        self.shapes: dict[Term, Shape] = {}

    def problem(self, groups: Sequence[tuple[Pod, ...]]) -> Problem:
        asked = [rules(pods[0], self.facts, self.plugins) for pods in groups]
        shapes = [tuple(self.shape(rule.clause.holds) for rule in own) for own in asked]
        resources = sorted({s.resource for own in shapes for s in own if isinstance(s, Needs)})
        place = {resource: at for at, resource in enumerate(resources)}
        kinds = []
        for pods, own, found in zip(groups, asked, shapes, strict=True):
            needs = np.zeros(len(resources), np.int64)
            eligible = np.ones(self.columns.size, np.bool_)
            alone, spread, near, other = [], [], [], []
            for rule, about in zip(own, found, strict=True):
                match about:
                    case Fixed(holds):
                        eligible &= self.column(holds)
                    case Needs(resource, amount):
                        needs[place[resource]] = max(amount, needs[place[resource]])
                        eligible &= self.column(rule.clause.holds)
                    case Alone(count):
                        alone.append(Solitude(self.count(count), rule))
                        eligible &= self.column(rule.clause.holds)
                    case Spread(count, me, most, least):
                        spread.append(Skew(self.count(count), me, most, least, rule))
                    case Near(label, count, first):
                        eligible &= self.column(label)
                        at = None if first is None else self.count(first)
                        near.append(Company(self.count(count), at, rule))
                    case Other():
                        other.append(rule)
            limits = tuple(alone), tuple(spread), tuple(near), tuple(other)
            kinds.append(Kind(pods, own, found, eligible, needs, *limits))
        free = [self.columns.free(resource).copy() for resource in resources]
        domains = tuple(self.domains(count, groups) for count in self.counts)
        stacked = np.array(free, np.int64).reshape(len(resources), self.columns.size)
        unsure = bound_together((pod for kind in kinds for pod in kind.pods), self.snapshot)
        return Problem(self.snapshot, tuple(kinds), tuple(resources), stacked, domains, unsure)

    def column(self, term: Term) -> Column:
        return column(term, self.columns, self.memo)

    def shape(self, term: Term) -> Shape:
        if term not in self.shapes:
            self.shapes[term] = shape(term)
        return self.shapes[term]

    def count(self, count: Count) -> int:
        return self.counts.setdefault(count, len(self.counts))

    def domains(self, count: Count, groups: Sequence[tuple[Pod, ...]]) -> Domains:
        if count.key is not None:
            codes, size = self.columns.codes(count.key)
        elif count.where is TRUE:
            codes, size = np.arange(self.columns.size), self.columns.size
        else:  # a total over all nodes
            codes, size = np.zeros(self.columns.size, np.int64), 1
        add = np.where(self.column(count.where), codes, -1)
        base = np.zeros(size, np.int64)
        np.add.at(base, add[add >= 0], self.column(count.pods)[add >= 0])
        looks: dict[Hashable, bool] = {}
        counted = np.fromiter((self.counts_kind(count, pods[0], looks) for pods in groups), np.bool_, len(groups))
        active = np.zeros(size, np.bool_)
        active[add[add >= 0]] = True
        return Domains(count.key, codes, add, base, counted, active)

    @staticmethod
    def counts_kind(count: Count, pod: Pod, looks: dict[Hashable, bool]) -> bool:
        if count.pods.op is not Op.LEAF or not isinstance(count.pods.data, Pods):
            return False
        spec = pod.spec
        look = (pod.namespace, pod.labels, spec.anti_affinity, spec.host_ports, spec.volumes)
        if look not in looks:
            looks[look] = counts(count.pods.data.query, pod)
        return looks[look]
