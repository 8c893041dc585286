"""Why a pod is Pending, as a picture: the pod with the rules that close every node, and the nodes with who closes them.

The rules are given (a minimal core, as places in the decision's rules); this module finds no explanation of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kubeproof.diagrams import nodes as node_pictures
from kubeproof.diagrams.graph import Bar, Box, Cluster, Edge, Graph, Key, Mark, Sign, Tone, Word, said
from kubeproof.diagrams.nodes import NAME, Alike, short
from kubeproof.model.objects.node import Node
from kubeproof.model.scheduler.cycle import Decision, Result

LIMIT = 24
"""Boxes of nodes on a picture, unless asked otherwise."""

LABEL = 44
"""Characters of a rule's short label."""

_STATES = {Result.FITS: "can be scheduled", Result.GATED: "is gated", Result.SKIPPED: "is being deleted"}


class _Rules(NamedTuple):
    """The core as marks: for each place in the rules the number of its mark, and each mark's words and path."""

    number: dict[int, int]
    marks: tuple[Mark, ...]

    def closing(self, failing: Iterable[int]) -> tuple[int, ...]:
        """The numbers of the marks among these rules, rising."""
        return tuple(sorted({self.number[at] for at in failing if at in self.number}))


class _Told(NamedTuple):
    """A decision with its core's marks, and for each node the rules that it fails and the marks that close it."""

    decision: Decision
    rules: _Rules
    failing: dict[str, tuple[int, ...]]
    closed: dict[str, tuple[int, ...]]

    def takes(self, node: Node) -> bool:
        """Whether the pod fits there."""
        return self.decision.nodes.get(node.name, self) is None


def of_pending(decision: Decision, core: Sequence[int], *, limit: int = LIMIT) -> Graph:
    """The picture of a decision. `core`: places in `decision.findings.rules`; clauses of one requirement are one mark,
    and marks are numbered in the order given. More than `limit` nodes are shown as classes of nodes that fail alike.
    """
    rules = _core(decision, core)
    failing = {name: found.failing for found in decision.findings.classes for name in found.nodes}
    told = _Told(decision, rules, failing, {name: rules.closing(own) for name, own in failing.items()})
    boxes = list(_boxes(told, limit))
    clusters = node_pictures.clusters(boxes)
    return Graph(
        title=_title(decision),
        subject=_subject(told),
        clusters=clusters,
        edges=tuple(_edges(clusters)),
        legend=tuple(_legend([box for _, box in boxes], mean=any(len(own.nodes) > 1 for own, _ in boxes))),
    )


def _core(decision: Decision, core: Iterable[int]) -> _Rules:
    """The core's requirements in the order in which they are given; a requirement's other clauses are the same mark."""
    asked = [(plugin.name, clause.rule, clause.where) for plugin, clause in decision.findings.rules]
    numbers = {requirement: count for count, requirement in enumerate(dict.fromkeys(asked[at] for at in core), 1)}
    origin = decision.pod.origin
    marks = (
        Mark(count, said(rule), said(origin.path(where) if origin else where))
        for (_, rule, where), count in numbers.items()
    )
    return _Rules({at: numbers[own] for at, own in enumerate(asked) if own in numbers}, tuple(marks))


def _title(decision: Decision) -> str:
    pod, total = decision.pod, len(decision.snapshot.nodes)
    state = _STATES.get(decision.result, "is Pending")
    many = f"{total} node" if total == 1 else f"{total} nodes"
    return f"{said(pod.key, 2 * NAME)} {state}: {len(decision.feasible)} of {many} can take it"


def _subject(told: _Told) -> Box:
    pod = told.decision.pod
    asked = [
        f"{node_pictures.amount(name, amount)} {said(short(name), NAME)}"
        for name, amount in sorted(pod.spec.requests.items())
        if amount
    ]
    words = (
        Word(f"pod of namespace {said(pod.namespace, NAME)}", Tone.MUTED),
        Word(f"asks for {', '.join(asked[:4])}" if asked else "asks for no resources", Tone.MUTED),
    )
    closes = Counter(number for own in told.closed.values() for number in own)
    marks = (mark._replace(note=f"{mark.note}\ncloses {_nodes(closes[mark.number])}") for mark in told.rules.marks)
    return Box(said(pod.name, NAME), Tone.NEW, words, marks=tuple(marks))


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"


def _boxes(told: _Told, limit: int) -> Iterator[tuple[Alike, Box]]:
    decision = told.decision
    pods = node_pictures.on_nodes(pod for pod in decision.snapshot.pods if pod.key != decision.pod.key)
    wanted = node_pictures.totals([decision.pod])
    alike = node_pictures.summed(
        decision.snapshot.nodes,
        limit,
        (
            lambda node: (told.failing[node.name], told.takes(node), node.allocatable),
            lambda node: (told.closed[node.name], told.takes(node)),
        ),
    )
    for own in alike:
        used = [node_pictures.totals(pods.get(node.name, ())) for node in own.nodes]
        yield own, _box(told, own, node_pictures.bars(own.nodes, used, wanted))


def _box(told: _Told, own: Alike, bars: tuple[Bar, ...]) -> Box:
    closed = sorted({number for node in own.nodes for number in told.closed[node.name]})
    takes = all(map(told.takes, own.nodes))
    return Box(
        title=node_pictures.name_of(own),
        tone=Tone.OPEN if takes else Tone.PLAIN if closed else Tone.MUTED,
        bars=bars,
        marks=tuple(Mark(number, said(short(told.rules.marks[number - 1].text), LABEL)) for number in closed),
        notes=() if takes else tuple(_notes(told, own, bool(closed))),
    )


def _notes(told: _Told, own: Alike, closed: bool) -> Iterator[str]:
    """What the nodes of a box fail beside the core, in a few words; nothing where they differ."""
    if len({told.failing[node.name] for node in own.nodes}) > 1:
        yield "each fails some of this" if closed else "each fails something else"
        return
    first = own.nodes[0].name
    rules = (told.decision.findings.rules[at].clause for at in told.failing[first] if at not in told.rules.number)
    rest = list(dict.fromkeys((clause.where, clause.rule) for clause in rules))
    verdict = told.decision.nodes.get(first)
    if rest and closed:
        yield f"fails {len(rest)} more {'rule' if len(rest) == 1 else 'rules'}"
    elif rest:
        yield f"fails {said(short(rest[0][1]), LABEL)}"
    elif verdict and not closed:
        yield f"beside pods nominated to it: {said(verdict.reasons[0], LABEL)}"


def _edges(clusters: Sequence[Cluster]) -> Iterator[Edge]:
    """What decides in a cluster: the first mark that is in all its boxes, or where none is, every one."""
    for place, cluster in enumerate(clusters):
        marks = [{mark.number for mark in box.marks} for box in cluster.boxes]
        everywhere = sorted(set.intersection(*marks))
        for number in everywhere[:1] or sorted(set.union(*marks)):
            yield Edge(number, place)


def _legend(boxes: Sequence[Box], *, mean: bool) -> Iterator[Key]:
    bars = [bar for box in boxes for bar in box.bars]
    tones = {box.tone for box in boxes}
    if any(box.marks for box in boxes):
        yield Key(Sign.MARK, "the rule with this number closes the node")
    if bars:
        yield Key(Sign.USED, "in use, on average" if mean else "in use")
        yield Key(Sign.WANTED, "what this pod asks for")
    if not all(bar.fits for bar in bars):
        yield Key(Sign.OVER, "asked for, but not there")
    if Tone.OPEN in tones:
        yield Key(Sign.OPEN, "can take the pod")
    if Tone.MUTED in tones:
        yield Key(Sign.MUTED, "closed by something else")
