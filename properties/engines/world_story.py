"""Runs of worlds as traces in words, one short line of state for each node and workload, and such runs done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from kubeproof.model.component import Pick
from kubeproof.model.controlplane.apiserver import Server, Verb
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.errors import KubeproofError
from kubeproof.model.logic.golang import duration
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import VOLUME, LiveClaim, LiveVolume
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.references import KINDS, key_of, written
from kubeproof.model.trace import Did, Moment, Trace, Word
from kubeproof.model.world import Event, Runner, World
from kubeproof.properties.engines.world_moves import Act
from kubeproof.properties.engines.world_plans import Chosen
from kubeproof.properties.engines.world_steps import CLOCK, ENVIRONMENT, Cluster, Step

WORKLOADS = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "PodDisruptionBudget"})
EVERYBODY = "everybody"
"""Who looks in a run until nobody has anything to do any more."""

NOWHERE, NODES = "without a node", "nodes"
MANY_NODES = 12
"""With more nodes than these, stories count the nodes that are alike."""

_VERBS: Mapping[Verb, str] = {
    "create": "creates",
    "update": "changes",
    "status": "reports",
    "bind": "binds",
    "delete": "deletes",
    "evict": "evicts",
}


class NotReplayed(KubeproofError):
    """A trace that a `Runner` does not follow: the model and the search disagree, which is a fault of kubeproof."""


class Stage(NamedTuple):
    """A world of a run, and the events of the step that led to it."""

    world: World
    events: tuple[Event, ...] = ()


def told(
    subject: str,
    stages: Sequence[Stage],
    steps: Sequence[Step],
    loop: int | None = None,
    did: Sequence[Did] | None = None,
) -> Trace:
    """A run in words; `loop`: the moment that the last step leads back to; `did`: its steps as data, where those of the
    story are not all."""
    states = [dict(summary(stage.world)) for stage in stages]
    names = tuple(sorted(dict.fromkeys(name for state in states for name in state), key=_place))
    rows = [tuple(state.get(name, "none") for name in names) for state in states]
    moments = [Moment(rows[0])]
    words = [
        step.name if step.by == ENVIRONMENT else _did(stage.events) or step.name
        for stage, step in zip(stages[1:], steps, strict=True)
    ]
    moments += [Moment(row, what, step.by) for row, what, step in zip(rows[1:], words, steps, strict=True)]
    return Trace(subject, names, tuple(moments), loop, tuple(map(as_data, steps) if did is None else did))


def as_data(step: Step) -> Did:
    """A step as data, which world_again.py does again."""
    if step.by == CLOCK:
        return Did(CLOCK, str(step.to))
    if step.by == ENVIRONMENT or step.key is None:
        return Did(step.by, step.name)
    return Did(step.by, named(step.key), step.chose)


def named(key: Key) -> str:
    """An object by a name that `key_named` reads: as people write it, or in three parts where no API has its kind."""
    return written(key) if key.kind.lower() in KINDS else "/".join(key)


def key_named(text: str) -> Key:
    """The object of such a name. Raises BadInput."""
    parts = text.split("/")
    return Key(*parts) if len(parts) == 3 and parts[0] not in KINDS and parts[0].isalpha() else key_of(text)


def summary(world: World) -> Iterator[tuple[str, Word]]:
    """What a world is, in a few words for each node and workload."""
    yield "time", duration(world.now)
    pods: dict[str, list[LivePod]] = {}
    for held in world.store.objects.values():
        if isinstance(held, LivePod):
            pods.setdefault(held.node, []).append(held)
    nodes = {
        key: _node(held, pods.get(key.name, ()))
        for key, held in world.store.objects.items()
        if isinstance(held, LiveNode)
    }
    if len(nodes) > MANY_NODES:
        yield NODES, "; ".join(f"{count} {what}" for what, count in Counter(nodes.values()).most_common())
    else:
        yield from ((written(key), what) for key, what in nodes.items())
    for key, held in world.store.objects.items():
        if isinstance(held, LiveClaim):
            yield written(key), _claim(held, world)
        elif key.kind in WORKLOADS:
            yield written(key), _workload(held)
    yield NOWHERE, _pods(pods.get("", ()))


def replayed(cluster: Cluster, steps: Iterable[Step]) -> list[Stage]:
    """The stages of a run, done step by step by a `Runner`. Raises NotReplayed where a step does nothing."""
    chosen = Chosen()
    pick: Pick = chosen
    steps = list(steps)
    interleaved = any(step.stage for step in steps)
    runner = Runner(cluster.world, cluster.components, cluster.server or Server(), pick, interleaved=interleaved)
    stages, past = [Stage(runner.world)], list[Store]()
    for step in steps:
        before, events = runner.world, list[Event]()
        if step.by == CLOCK:
            runner.advance(step.to)
        elif step.by == ENVIRONMENT:
            act = act_of(cluster, runner.world, step)
            for write in act.writes:
                past.append(runner.world.store)
                events.append(runner.ask(write, ENVIRONMENT))
                if runner.world.store is past[-1]:
                    past.pop()
            runner.world = act.outside(runner.world)
        elif step.key is not None and step.stage:
            events = _interleaved(runner, step, step.key, past)
            if runner.world.store is not before.store:
                past.append(before.store)
        elif step.key is not None:
            chosen.numbers, chosen.made = list(step.chose), []
            events = runner.look(step.by, step.key)
        if runner.world == before and not step.stage:
            raise NotReplayed(f"{step.by}: {step.name} does nothing when it is done again")
        stages.append(Stage(runner.world, tuple(events)))
    return stages


def _interleaved(runner: Runner, step: Step, key: Key, past: Sequence[Store]) -> list[Event]:
    """A step of a look that is interleaved with others. `past`: the store before each request that changed it."""
    if step.stage in ("begins", "looks"):
        seen = past[-step.age] if step.age else None
        runner.begin(step.by, key, Chosen(step.chose), seen, fresh=step.fresh)
        return [] if step.stage == "begins" else runner.go_on(step.by, key)
    events = runner.go_on(step.by, key)
    if step.stage == "breaks off":
        runner.break_off(step.by, key)
    elif step.stage == "ends":
        events += runner.go_on(step.by, key)
    return events


def act_of(cluster: Cluster, world: World, step: Step) -> Act:
    """What the environment does: by its numbers, or where it has none by its name."""
    if step.chose:
        move, number = step.chose
        return list(cluster.moves[move].acts(world))[number]
    known = [act for move in cluster.moves for act in move.acts(world)]
    found = next((act for act in known if act.name == step.name), None)
    if found is None:
        near = get_close_matches(step.name, [act.name for act in known], n=1)
        raise NotReplayed(f"it cannot happen there that {step.name}" + (f"; near: {near[0]}" if near else ""))
    return found


def _did(events: Sequence[Event]) -> str:
    """What was asked for in a step: each verb with the kind, and its name where it is one."""
    asked: dict[tuple[str, str, bool], list[str]] = {}
    for event in events:
        verb = _VERBS[event.write.verb]
        asked.setdefault((verb, event.key.kind.lower(), event.refused is not None), []).append(event.key.name)
    return "; ".join(
        f"{verb} {kind} {names[0]}{f' and {len(set(names)) - 1} more' if len(set(names)) > 1 else ''}"
        f"{': refused' if refused else ''}"
        for (verb, kind, refused), names in asked.items()
    )


def _place(name: str) -> tuple[int, str]:
    if name == "time":
        return 0, name
    if name == NOWHERE:
        return 3, name
    return (2 if name == NODES or name.startswith("node/") else 1), name


def _node(node: LiveNode, pods: Iterable[LivePod]) -> str:
    marks = [
        *(["not ready"] if node.conditions and not node.ready else []),
        *(["cordoned"] if node.unschedulable else []),
        *(f"{taint.key}:{taint.effect}" for taint in node.taints),
    ]
    return _pods(pods) + (f" [{', '.join(marks)}]" if marks else "")


def _pods(pods: Iterable[LivePod]) -> str:
    """How many pods of which owner do what."""
    found = Counter(f"{_owner(pod)} {_does(pod)}" for pod in pods)
    return ", ".join(f"{count} {what}" if count > 1 else what for what, count in sorted(found.items())) or "empty"


def _owner(pod: LivePod) -> str:
    return pod.meta.controller.name if pod.meta.controller is not None else pod.meta.name


def _does(pod: LivePod) -> str:
    phase = "Terminating" if pod.meta.deleted_at is not None else pod.status.phase
    if phase == "Running":
        return "ready" if is_ready(pod) else "not ready"
    return f"{phase} ({pod.status.reason})" if phase == "Failed" and pod.status.reason else phase


def _claim(held: LiveClaim, world: World) -> str:
    """How far a claim is, and from where its volume is reached."""
    volume = world.store.get(Key(VOLUME, "", held.volume))
    terms = volume.given.node_terms if isinstance(volume, LiveVolume) else None
    places = [", ".join(one.values) for term in terms or () for one in term.expressions]
    return held.status.phase + (f" in {'; '.join(places)}" if places else "")


def _workload(held: Any) -> str:
    if isinstance(held, LiveBudget):
        return f"{held.status.allowed} may go"
    status, wanted = held.status, getattr(held.spec, "replicas", None)
    ready = getattr(status, "ready_replicas", None)
    if ready is None:
        return f"generation {held.meta.generation}"
    there = getattr(status, "replicas", None)
    return f"{ready or 0} of {wanted} ready" + (f" ({there} there)" if there not in (None, wanted) else "")
