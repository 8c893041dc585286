"""The events of a world as a picture: who did what when, and which pods were on which nodes over time.

Bounded: of long stories the middle is counted, of many moments the ones spread evenly are shown, of many nodes those
with pods that change come first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kubeproof.diagrams import sequence as drawn
from kubeproof.diagrams.graph import said
from kubeproof.diagrams.sequence import Cell, Dot, Message, Row, State
from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.logic.golang import duration
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.story.lines import Line, lines
from kubeproof.model.world import Event, World

FIRST, LAST = 40, 14
"""So many lines of a story are drawn from its beginning, and from its end."""

LANES, MOMENTS, NODES, PODS, OWNERS = 9, 9, 16, 10, 7
"""At most so many lanes, columns, rows of nodes, pods in a cell, and owners with a colour of their own."""

WIDTH = 200
"""Characters of a line."""

PENDING = "Pending"
OTHERS = "others"

Pods = Mapping[Key, LivePod]


def of_story(
    events: Sequence[Event], world: World, start: int = 0, title: str = "", before: World | None = None
) -> drawn.Sequence:
    """The picture of the events that led to a world, from another one (or from nothing)."""
    told = list(lines(events, start))
    lanes = _lanes(told)
    moments = _spread(list(_moments(events, before)), MOMENTS)
    owners = _owners(moments)
    return drawn.Sequence(
        said(title) or _title(events, world, start),
        lanes,
        tuple(_messages(told, lanes)),
        tuple(duration(at - start) for at, _ in moments),
        tuple(_rows(moments, owners, world)),
        owners,
    )


def _title(events: Sequence[Event], world: World, start: int) -> str:
    pods, nodes = (len(world.store.bucket(of_kind(kind))) for kind in ("Pod", "Node"))
    last = events[-1].at - start if events else 0
    counts = f"{pods} pod{'' if pods == 1 else 's'} on {nodes} node{'' if nodes == 1 else 's'}"
    return f"{counts} in the end; the last change after {duration(last)}"


def _lanes(told: Sequence[Line]) -> tuple[str, ...]:
    """Who did something, in the order in which they first did; of many the last lane is all others."""
    names = list(dict.fromkeys(line.by for line in told))
    return tuple(names) if len(names) <= LANES else (*names[: LANES - 1], OTHERS)


def _messages(told: Sequence[Line], lanes: Sequence[str]) -> Iterator[Message]:
    left_out = len(told) - FIRST - LAST
    kept = told if left_out <= 1 else (*told[:FIRST], None, *told[-LAST:])
    before: int | None = None
    for line in kept:
        if line is None:
            yield Message("", None, f"{left_out} more lines")
            continue
        lane = lanes.index(line.by) if line.by in lanes else len(lanes) - 1
        yield Message("" if line.at == before else duration(line.at), lane, said(line.text, WIDTH))
        before = line.at


def _moments(events: Sequence[Event], before: World | None) -> Iterator[tuple[int, Pods]]:
    """The pods at the start, and at the end of each second in which one came, went, was bound, or changed its state."""
    pods: dict[Key, LivePod] = {}
    shown: dict[Key, tuple[str, State]] = {}
    if before is not None:
        there = before.store.bucket(of_kind("Pod")).items()
        pods = {key: held for key, held in there if isinstance(held, LivePod)}
        shown = {key: (pod.node, _state(pod)) for key, pod in pods.items()}
        yield before.now, dict(pods)
    for number, event in enumerate(events):
        if event.key.kind == "Pod" and event.refused is None:
            if isinstance(event.after, LivePod):
                pods[event.key] = event.after
            else:
                pods.pop(event.key, None)
        last = number + 1 == len(events) or events[number + 1].at != event.at
        if last and (now := {key: (pod.node, _state(pod)) for key, pod in pods.items()}) != shown:
            shown = now
            yield event.at, dict(pods)


def _spread(moments: Sequence[tuple[int, Pods]], most: int) -> list[tuple[int, Pods]]:
    """The first and the last moment, and of the others as many as have room, evenly."""
    if len(moments) <= most:
        return list(moments)
    return [moments[at * (len(moments) - 1) // (most - 1)] for at in range(most)]


def _owners(moments: Sequence[tuple[int, Pods]]) -> tuple[str, ...]:
    names = Counter[str]()
    for _, pods in moments:
        names.update(_owner(key, pod) for key, pod in pods.items())
    ordered = [name for name, _ in sorted(names.items(), key=lambda one: (-one[1], one[0]))]
    return tuple(map(said, ordered if len(ordered) <= OWNERS else (*ordered[: OWNERS - 1], OTHERS)))


def _owner(key: Key, pod: LivePod) -> str:
    controller = pod.meta.controller
    return controller.name if controller else key.name


def _rows(moments: Sequence[tuple[int, Pods]], owners: Sequence[str], world: World) -> Iterator[Row]:
    if not moments:
        return
    places: dict[str, list[list[Dot]]] = {}
    for column, (_, pods) in enumerate(moments):
        for key, pod in sorted(pods.items()):
            own = said(_owner(key, pod))
            dot = Dot(owners.index(own) if own in owners else len(owners) - 1, _state(pod))
            places.setdefault(pod.node, [[] for _ in moments])[column].append(dot)
    if "" in places:
        yield Row(PENDING, tuple(map(_cell, places[""])))
    names = sorted({*(key.name for key in world.store.bucket(of_kind("Node"))), *places} - {""})
    busy = sorted(names, key=lambda name: -sum(map(len, places.get(name, ()))))[:NODES] if len(names) > NODES else names
    empty: list[list[Dot]] = [[] for _ in moments]
    for name in names:
        if name in busy:
            yield Row(said(name), tuple(map(_cell, places.get(name, empty))))
    if rest := [name for name in names if name not in busy]:
        counts = [sum(len(places[name][column]) for name in rest if name in places) for column in range(len(moments))]
        yield Row(f"{len(rest)} more nodes", tuple(Cell((), count) for count in counts))


def _cell(dots: Sequence[Dot]) -> Cell:
    return Cell(tuple(dots[:PODS]), max(0, len(dots) - PODS))


def _state(pod: LivePod) -> State:
    if pod_state.is_terminal(pod):
        return State.DONE if pod.status.phase == "Succeeded" else State.FAILED
    if pod.meta.deleted_at is not None:
        return State.ENDING
    return State.READY if pod_state.is_ready(pod) else State.NOT_READY
