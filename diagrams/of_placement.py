"""A placement as a picture: nodes by zone with the pods on them, new ones highlighted, and apart those that wait.

Left out: whether the placement is right (the queries re-decide it); it is drawn as it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kubeproof.diagrams import nodes as node_pictures
from kubeproof.diagrams.graph import Box, Cluster, Graph, Key, Sign, Tone, Word, said
from kubeproof.diagrams.nodes import NAME, Alike
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot

LIMIT = 30
"""Boxes of nodes on a picture, unless asked otherwise."""

WAITING = 9
"""Boxes of pods that wait."""

_LINES = 5  # of pods in a box, for new ones and for old ones each
_REASONS = 3  # why pods wait
_NOBODY: Mapping[str, Sequence[str]] = {}


def of_placement(
    snapshot: Snapshot,
    placement: Mapping[str, str],
    waiting: Mapping[str, Sequence[str]] = _NOBODY,
    *,
    limit: int = LIMIT,
) -> Graph:
    """The picture of a snapshot whose pods go to nodes: `placement` is from `namespace/name` to a node's name.

    `waiting`: the pods that stay Pending, with short reasons, the first ones of which are shown. More than `limit`
    nodes are shown as classes of nodes that get the same pods. KeyError where a pod is not in the snapshot.
    """
    pods = {pod.key: pod for pod in snapshot.pods}
    old = node_pictures.on_nodes(pod for pod in snapshot.bound if pod.key not in placement)
    new: dict[str, list[Pod]] = {}
    for key, node in placement.items():
        new.setdefault(node, []).append(pods[key])

    alike = node_pictures.summed(
        snapshot.nodes,
        limit,
        (
            lambda node: (tuple(_grouped(new.get(node.name, ()))), node.allocatable),
            lambda node: len(new.get(node.name, ())),
            lambda node: node.name in new,
        ),
    )
    mean = ", on average" if any(len(own.nodes) > 1 for own in alike) else ""
    return Graph(
        title=_title(snapshot, placement, len(waiting)),
        subject=None,
        clusters=(
            *node_pictures.clusters((own, _box(own, old, new)) for own in alike),
            *_pending({key: (pods[key], tuple(why)) for key, why in waiting.items()}),
        ),
        legend=(
            Key(Sign.NEW, "a pod that is placed here"),
            Key(Sign.USED, f"in use before{mean}"),
            Key(Sign.WANTED, f"what the new pods ask for{mean}"),
            Key(Sign.MUTED, "gets no new pod"),
        ),
    )


def _title(snapshot: Snapshot, placement: Mapping[str, str], waiting: int) -> str:
    pods = "1 pod" if len(placement) == 1 else f"{len(placement)} pods"
    used = len(set(placement.values()))
    placed = f"{pods} placed on {used} of {len(snapshot.nodes)} node{'' if len(snapshot.nodes) == 1 else 's'}"
    return f"{placed}, {waiting} still Pending" if waiting else placed


def _pending(waiting: Mapping[str, tuple[Pod, tuple[str, ...]]]) -> Iterator[Cluster]:
    """The pods that wait, a box for each set of reasons, most pods first; none where nobody waits."""
    found: dict[tuple[str, ...], list[Pod]] = {}
    for pod, why in waiting.values():
        found.setdefault(why, []).append(pod)
    groups = sorted(found.items(), key=lambda group: -len(group[1]))
    boxes = [_waiting(pods, why) for why, pods in groups[:WAITING]]
    if rest := [pod for _, pods in groups[WAITING:] for pod in pods]:
        boxes[-1:] = [_waiting([*groups[WAITING - 1][1], *rest], ("for several reasons",))]
    if boxes:
        yield Cluster("Pending", tuple(boxes))


def _waiting(pods: Sequence[Pod], why: Sequence[str]) -> Box:
    few = why if len(why) <= _REASONS else (*why[: _REASONS - 1], f"and {len(why) - _REASONS + 1} more reasons")
    title = "1 pod waits" if len(pods) == 1 else f"{len(pods)} pods wait"
    return Box(title, words=tuple(_lines(pods, Tone.PLAIN)), notes=tuple(map(said, few)))


def _box(own: Alike, old: Mapping[str, Sequence[Pod]], new: Mapping[str, Sequence[Pod]]) -> Box:
    running = [old.get(node.name, ()) for node in own.nodes]
    placed = [pod for node in own.nodes for pod in new.get(node.name, ())]
    wanted = {name: amount // len(own.nodes) for name, amount in node_pictures.totals(placed).items()}
    there = [pod for pods in running for pod in pods]
    return Box(
        title=node_pictures.name_of(own),
        tone=Tone.PLAIN if placed else Tone.MUTED,
        words=(*_lines(placed, Tone.NEW), *_lines(there, Tone.MUTED)),
        bars=node_pictures.bars(own.nodes, list(map(node_pictures.totals, running)), wanted),
    )


def _lines(pods: Sequence[Pod], tone: Tone) -> Iterator[Word]:
    """The pods of a box: one line each where they are few, else one for each owner, else the first of those."""
    lines = [said(pod.name, NAME) for pod in pods]
    if len(lines) > _LINES:
        lines = [said(name, NAME) + (f" ({count})" if count > 1 else "") for name, count in _grouped(pods)]
    kept = lines if len(lines) <= _LINES else lines[: _LINES - 1]
    yield from (Word(line, tone) for line in kept)
    if len(kept) < len(lines):
        yield Word(f"and {len(lines) - len(kept)} more", tone)


def _grouped(pods: Sequence[Pod]) -> list[tuple[str, int]]:
    """How many pods of each owner, most first; a pod without one is its own."""
    found = Counter(pod.owner.partition("/")[2] or pod.name for pod in pods)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))
