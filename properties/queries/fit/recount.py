"""The numbers of a counted refutation derived again, by values and plain loops, and told in words.

Nothing of refute.py's arrays is used: what pods ask for is read in their specs, and where they may go is decided by the
value reading of their clauses with only the bound pods in place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kubeproof.model.logic.terms import Term
from kubeproof.model.logic.value import value
from kubeproof.model.objects.node import PODS
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.quantity import text_of
from kubeproof.model.scheduler.open_node import Pods, counts, requested
from kubeproof.model.scheduler.values import ClusterValues, NodeValues
from kubeproof.properties.queries.fit.problem import Kind, Problem, Skew
from kubeproof.properties.queries.fit.refute import Amount, Apart, Finding, Large, Nowhere, Uneven
from kubeproof.properties.queries.fit.shape import Alone, Count, Fixed, Near, Needs, Spread
from kubeproof.properties.queries.fit.verdict import Reason


class Recount:
    """A problem as values: only the bound pods are in place."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.nodes = ClusterValues(problem.snapshot).nodes

    def reason(self, finding: Finding) -> Reason | None:
        """The finding in words; None where its numbers do not come out again."""
        match finding:
            case Nowhere(number):
                return self._nowhere(self.problem.kinds[number])
            case Amount(numbers, at):
                return self._amount(self._kinds(numbers), self.problem.resources[at])
            case Large(numbers, at, size):
                return self._large(self._kinds(numbers), self.problem.resources[at], size)
            case Apart(numbers, of):
                return self._apart(self._kinds(numbers), of)
            case Uneven(number, skew, least):
                return self._uneven(self.problem.kinds[number], skew, least)

    def _nowhere(self, kind: Kind) -> Reason | None:
        if self._open([kind]):
            return None
        if not self.nodes:
            return Reason("there are no nodes", _keys([kind]))
        reasons: Counter[str] = Counter()
        for node in self.nodes:
            reasons[next(reason for holds, reason in _standing(kind) if not value(holds, node))] += 1
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        return Reason(f"{kind.name}: no node of {len(self.nodes)} takes it: {why}", _keys([kind]))

    def _amount(self, kinds: Sequence[Kind], resource: str) -> Reason | None:
        nodes = self._open(kinds)
        asked = sum(_asks(pod, resource) for pod in _pods(kinds))
        room = sum(max(_free(node, resource), 0) for node in nodes)
        if asked <= room or not all(_asks(kind.pods[0], resource) for kind in kinds):
            return None
        count, where = len(_pods(kinds)), self._where(nodes)
        if resource == PODS:
            return Reason(f"{_many(count)}; {where} {_have(nodes)} room for {room}", _keys(kinds), (resource,))
        text = (
            f"{_many(count)} {_ask(count)} for {text_of(resource, asked)} {resource} together; "
            f"{where} {_have(nodes)} {text_of(resource, room)} free"
        )
        return Reason(text, _keys(kinds), (resource,))

    def _large(self, kinds: Sequence[Kind], resource: str, size: int) -> Reason | None:
        nodes, count = self._open(kinds), len(_pods(kinds))
        rooms = [max(_free(node, resource), 0) // size for node in nodes]
        if count <= sum(rooms) or any(_asks(kind.pods[0], resource) < size for kind in kinds):
            return None
        where = self._where(nodes)
        if set(rooms) == {1} and all(2 * size > _alloc(node, resource) for node in nodes):
            text = f"{_many(count)} {_ask(count)} for more than half a node's {resource}; {where}"
        else:
            text = (
                f"{_many(count)} {_ask(count)} for at least {text_of(resource, size)} {resource}; "
                f"{where} {_have(nodes)} room for {sum(rooms)} of that size"
            )
        return Reason(text, _keys(kinds), (resource,))

    def _apart(self, kinds: Sequence[Kind], of: int) -> Reason | None:
        nodes, count = self._open(kinds), len(_pods(kinds))
        key = self.problem.domains[of].key
        places = {node.node.name if key is None else node.label(key) for node in nodes}
        if None in places or count <= len(places) or not self._clash(kinds):
            return None
        what = "node" if key is None else key
        rule = next(rule.rule.clause for rule in kinds[0].alone if rule.of == of)
        text = f"{_many(count)} may not share a {what} ({rule.rule}); they can reach {len(places)} of them"
        return Reason(text, _keys(kinds), (rule.where,))

    def _clash(self, kinds: Sequence[Kind]) -> bool:
        """Whether any two pods of the kinds keep each other out: one rule of each counts all of them."""
        shared = [{about.counted for about in kind.shapes if isinstance(about, Alone)} for kind in kinds]
        return any(all(_means(count, kind.pods[0]) for kind in kinds) for count in set.intersection(*shared))

    def _uneven(self, kind: Kind, skew: Skew, least: int) -> Reason | None:
        about = kind.shapes[kind.rules.index(skew.rule)]
        if not isinstance(about, Spread) or about.counted.key is None:
            return None
        key = about.counted.key
        counted = [node for node in self.nodes if value(about.counted.where, node)]
        domains = {label for node in counted if (label := node.label(key)) is not None}
        lowest, name = 0, ""
        if len(domains) >= about.min_domains and domains:
            highest = {label: self._highest(about.counted, key, label) for label in domains}
            name = min(highest, key=lambda label: (highest[label], label))
            lowest = highest[name]
        rooms = 0
        for label in domains:
            now = sum(int(value(about.counted.pods, node)) for node in counted if node.label(key) == label)
            mine = _means(about.counted, kind.pods[0])
            level = about.most + lowest - about.own + int(mine)
            allowed = max(level - now, 0) if mine else (0 if now > level else kind.size)
            rooms += min(
                allowed, self._places(kind, [node for node in self.nodes if node.label(key) == label]), kind.size
            )
        if kind.size <= rooms:
            return None
        low = f"{name} can have {lowest}" if name else f"fewer than {about.min_domains} domains count as one with 0"
        text = f"{kind.name}: {skew.rule.clause.rule} leaves {rooms} places for {kind.size} pods, because {low}"
        return Reason(text, _keys([kind]), (skew.rule.clause.where,))

    def _highest(self, count: Count, key: str, label: str) -> int:
        """The most that a domain's count can become."""
        nodes = [node for node in self.nodes if node.label(key) == label and value(count.where, node)]
        now = sum(int(value(count.pods, node)) for node in nodes)
        return now + sum(
            min(kind.size, self._places(kind, nodes)) for kind in self.problem.kinds if _means(count, kind.pods[0])
        )

    def _places(self, kind: Kind, nodes: Iterable[NodeValues]) -> int:
        """How many pods of a kind the nodes could take, were there no others."""
        asks = {about.resource: about.amount for about in _needs(kind)}
        open_nodes = (node for node in nodes if self._takes(kind, node))
        return sum(
            min((min(_free(node, r) // a for r, a in asks.items()) if asks else kind.size), kind.size)
            for node in open_nodes
        )

    def _open(self, kinds: Sequence[Kind]) -> list[NodeValues]:
        """The nodes that take a pod of some of the kinds beside the bound pods."""
        return [node for node in self.nodes if any(self._takes(kind, node) for kind in kinds)]

    @staticmethod
    def _takes(kind: Kind, node: NodeValues) -> bool:
        return all(value(holds, node) for holds, _ in _standing(kind))

    def _kinds(self, numbers: Iterable[int]) -> list[Kind]:
        return [self.problem.kinds[number] for number in numbers]

    def _where(self, nodes: Sequence[NodeValues]) -> str:
        if len(nodes) == len(self.nodes):
            return f"{len(nodes)} node{'' if len(nodes) == 1 else 's'}"
        return f"the {len(nodes)} of {len(self.nodes)} nodes that they can use"


def _standing(kind: Kind) -> Iterator[tuple[Term, str]]:
    """What must hold beside the bound pods alone, for they stay and free amounts only shrink; with the words."""
    for rule, about in zip(kind.rules, kind.shapes, strict=True):
        if isinstance(about, Fixed | Needs | Alone):
            yield rule.clause.holds, rule.clause.reason
        elif isinstance(about, Near):
            yield about.label, rule.clause.reason


def _needs(kind: Kind) -> list[Needs]:
    return [about for about in kind.shapes if isinstance(about, Needs)]


def _means(count: Count, pod: Pod) -> bool:
    """Whether a count counts a pod where it counts at all."""
    return isinstance(count.pods.data, Pods) and counts(count.pods.data.query, pod)


def _pods(kinds: Iterable[Kind]) -> list[Pod]:
    return [pod for kind in kinds for pod in kind.pods]


def _keys(kinds: Iterable[Kind]) -> tuple[str, ...]:
    return tuple(pod.key for pod in _pods(kinds))


def _asks(pod: Pod, resource: str) -> int:
    return requested(pod).get(resource, 0)


def _alloc(node: NodeValues, resource: str) -> int:
    return node.node.allocatable.get(resource, 0)


def _free(node: NodeValues, resource: str) -> int:
    return _alloc(node, resource) - sum(_asks(pod, resource) for pod in node.pods)


def _many(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def _ask(count: int) -> str:
    return "asks" if count == 1 else "ask"


def _have(nodes: Sequence[NodeValues]) -> str:
    return "has" if len(nodes) == 1 else "have"
