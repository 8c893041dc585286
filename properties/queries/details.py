"""What a failing clause looks like at the nodes it closes: both sides of the comparison, read from the cluster.

Derived from the terms, so a new rule needs no words here; where a term has no shape that is known, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubeproof.model.logic.column import Memo, column
from kubeproof.model.logic.terms import Op, Term, number, subterms
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.quantity import text_of
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.open_node import Alloc, Carrying, Free, Labelled, Matching, OnPort, Pods, Query, counts
from kubeproof.properties.queries.words import FEW, grouped, listed, nodes, plural, short


class Reader:
    """Terms read at named nodes of a snapshot, as numbers. A reader is good until a pod is placed in its columns."""

    def __init__(self, snapshot: Snapshot, columns: ClusterColumns) -> None:
        self.snapshot, self.columns = snapshot, columns
        self.memo: Memo = {}
        self._read: dict[Term, list[int]] = {}

    def column(self, term: Term) -> list[int]:
        """What the term is at every node; true and false for a Bool term."""
        found = self._read.get(term)
        if found is None:
            found = self._read[term] = column(term, self.columns, self.memo).tolist()
        return found

    def at(self, term: Term, node: str) -> int:
        """What the term is at the node."""
        return self.column(term)[self.columns.index[node]]

    def where(self, term: Term) -> list[str]:
        """The nodes at which a Bool term holds."""
        return [node.name for node, here in zip(self.columns.nodes, self.column(term), strict=True) if here]

    def pods(self, node: str) -> list[Pod]:
        """The pods on a node."""
        return [pod for pod in self.snapshot.pods if pod.node == node]

    def label(self, node: str, key: str) -> str | None:
        """A node's label, None where it has none."""
        return self.columns.nodes[self.columns.index[node]].labels.get(key)


def detail(terms: Sequence[Term], closed: Sequence[str], reader: Reader) -> str:
    """Why these nodes fail one of these terms, which are one requirement; '' where the requirement says it all."""
    said = []
    left = list(closed)
    for term in terms:
        failing = [node for node in left if not reader.at(term, node)]
        if failing:
            left = [node for node in left if reader.at(term, node)]
            said.append(_why(term, failing, reader))
    return "; ".join(filter(None, dict.fromkeys(said)))


def _why(term: Term, closed: Sequence[str], reader: Reader) -> str:
    match term.op:
        case Op.AND:
            return detail(term.args, closed, reader)
        case Op.OR:
            said = list(filter(None, dict.fromkeys(_why(part, closed, reader) for part in term.args)))
            return "; ".join(said) if len(said) <= FEW - 1 else ""
        case Op.LEAF if isinstance(term.data, Labelled):
            return _labels(term.data.requirement.key, closed, reader)
        case Op.LE | Op.LT:
            return _comparison(term, closed, reader)
    return ""


def _labels(key: str, closed: Sequence[str], reader: Reader) -> str:
    """'disk is hdd on n1, missing on n2'; where many values differ, how many do."""
    if short(key) == "hostname" and all(reader.label(node, key) == node for node in closed):
        return ""
    having: dict[str | None, list[str]] = {}
    for node in closed:
        having.setdefault(reader.label(node, key), []).append(node)
    name = short(key)
    if list(having) == [None]:
        return f"the label {name} is missing" if len(closed) > 1 else f"{closed[0]} lacks the label {name}"
    if len(having) > FEW:
        return f"{name} has {len(having)} other values there"
    return f"{name} is " + ", ".join(
        f"{'missing' if value is None else value} on {nodes(names)}" for value, names in having.items()
    )


def _comparison(term: Term, closed: Sequence[str], reader: Reader) -> str:
    small, large = term.args
    if small.op is Op.CONST and isinstance(large.data, Free | Alloc):
        return _amounts(large, large.data, closed, reader)
    sums = next((part for part in subterms(term) if part.op is Op.SUM_IN), None)
    if sums is not None:
        return (
            _spread(term, sums, closed, reader)
            if _first(term, Op.LEAST) is not None
            else _neighbours(term, sums, closed, reader)
        )
    if isinstance(small.data, Pods) and isinstance(small.data.query, OnPort):
        return _holders(small.data.query, closed, reader)
    return ""


def _amounts(term: Term, asked: Free | Alloc, closed: Sequence[str], reader: Reader) -> str:
    """'1500m free on n1, nothing on n2', or of many nodes the most that one has."""
    had = grouped(closed, lambda node: max(reader.at(term, node), 0))
    word = " free" if isinstance(asked, Free) else " in all"

    def amount(value: int) -> str:
        return text_of(asked.resource, value) if value else "nothing"

    if len(had) <= FEW:
        return ", ".join(f"{amount(value)}{word} on {nodes(names)}" for value, names in had.items())
    most, names = next(iter(had.items()))
    return f"at most {amount(most)}{word}, on {nodes(names)}"


def _spread(term: Term, sums: Term, closed: Sequence[str], reader: Reader) -> str:
    """'zone b holds 3 app=web pods, zones a and c hold 2', and where it counts, how many domains there are too few."""
    least = _first(term, Op.LEAST)
    assert least is not None
    members = dict.fromkeys((*closed, *reader.where(least.args[1])))
    said = [_holdings(str(sums.data), sums, members, reader)]
    for test in (part.args[0] for part in subterms(term) if part.op is Op.ITE):
        if test.op is Op.LT and test.args[0].op is Op.DISTINCT and reader.at(test, closed[0]):
            have, want = reader.at(test.args[0], closed[0]), number(test.args[1])
            if want > 1:
                said.append(f"there are {have} of the {want} {_places(str(sums.data))} that minDomains asks for")
    return "; ".join(said)


def _neighbours(term: Term, sums: Term, closed: Sequence[str], reader: Reader) -> str:
    """Who is near, where nobody should be; or that nobody is near, where somebody should."""
    if term.op is Op.LE:
        return _holdings(str(sums.data), sums, closed, reader)
    key = str(sums.data)
    there = list(dict.fromkeys(filter(None, (reader.label(node, key) for node in reader.where(term)))))
    if not there:
        return "there is no such pod"
    return f"such pods are only {'on' if short(key) == 'hostname' else 'in'} {_named(key, there)}"


def _holdings(key: str, sums: Term, members: Mapping[str, None] | Sequence[str], reader: Reader) -> str:
    places = {value: node for node in members if (value := reader.label(node, key)) is not None}
    held = grouped(places, lambda place: reader.at(sums, places[place]))
    shown = list(held.items()) if len(held) <= FEW else [*list(held.items())[:2], list(held.items())[-1]]
    parts = []
    for at, (count, names) in enumerate(shown):
        amount = _counted(count, sums) if at == 0 else str(count)
        parts.append(f"{_named(key, names)} {'holds' if len(names) == 1 else 'hold'} {amount}")
    return ", ".join(parts)


def _named(key: str, names: Sequence[str]) -> str:
    """Places by name where they are few: 'n1 and n2', 'zones a and b', 'zone-a and zone-b'."""
    if len(names) > FEW:
        return f"{len(names)} {_places(key)}"
    tells = short(key) == "hostname" or all(name.startswith(short(key)) for name in names)
    return ("" if tells else f"{short(key)}{'s' if len(names) > 1 else ''} ") + listed(names)


def _places(key: str) -> str:
    return "nodes" if short(key) == "hostname" else f"{short(key)}s"


def _counted(count: int, sums: Term) -> str:
    """So many of the pods that a sum counts: '3 app=web pods', '1 pod with app in (a,b)'."""
    match next(_queries(sums), None):
        case Matching((one,)) if one.selector.requirements:
            simple = [wanted.operator for wanted in one.selector.requirements] == ["="]
            return plural(count, f"{one.text} pod") if simple else f"{plural(count, 'pod')} with {one.text}"
        case Carrying():
            return plural(count, "such pod")
        case _:
            return plural(count, "matching pod")


def _holders(query: OnPort, closed: Sequence[str], reader: Reader) -> str:
    """Who has the port, where the nodes are few."""
    if len(closed) > FEW:
        return ""
    return ", ".join(
        f"{listed([pod.key for pod in reader.pods(node) if counts(query, pod)][:FEW])} has it on {node}"
        for node in closed
    )


def _queries(term: Term) -> Iterator[Query]:
    return (part.data.query for part in subterms(term) if isinstance(part.data, Pods))


def _first(term: Term, op: Op) -> Term | None:
    return next((part for part in subterms(term) if part.op is op), None)
