"""Runs of clusters that `kubeproof verify` found, done again: the whole of each is in what --json prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from kubeproof.model import script as scripts
from kubeproof.model.behaviour import ENVIRONMENT as OUTSIDE
from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.trace import Did, Trace
from kubeproof.model.world import Event, World
from kubeproof.properties.engines import world_moves
from kubeproof.properties.engines.world_again import Again, again
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_steps import ENVIRONMENT, Cluster
from kubeproof.properties.engines.world_story import summary
from kubeproof.properties.queries.budgets import MOST, MOVES
from kubeproof.properties.queries.given import given


class Kept(msgspec.Struct, frozen=True):
    """A run that was found: which law it is about, of which cluster, and with which events of a script."""

    law: str
    manifests: str
    trace: Trace
    script: str = ""


class _Input(msgspec.Struct):
    size: str
    manifests: str


class _Verdict(msgspec.Struct):
    law: str
    size: str
    trace: Trace | None = None


class _Verified(msgspec.Struct):
    inputs: list[_Input]
    verdicts: list[_Verdict]
    script: str = ""


def read(data: bytes, file: str = "") -> tuple[Kept, ...]:
    """The runs in what `kubeproof verify --json` printed, at least one. Raises BadInput."""
    try:
        found = msgspec.json.decode(data, type=_Verified)
    except (msgspec.DecodeError, RecursionError, ValueError) as bad:
        raise BadInput(f"this is not what kubeproof verify --json prints: {bad}", file=file) from None
    inputs = {one.size: one.manifests for one in found.inputs}
    kept: list[Kept] = []
    for one in found.verdicts:
        if one.trace is None:
            continue
        if one.size not in inputs:
            raise BadInput(f"the run that is about {one.law!r} is of {one.size!r}, which is not in it", file=file)
        kept.append(Kept(one.law, inputs[one.size], one.trace, found.script))
    if not kept:
        raise BadInput("there is no run in it", file=file)
    return tuple(kept)


def cluster(manifests: str, script: str = "") -> Cluster:
    """The cluster of a run from where it begins, with all that may happen to one. Raises BadInput."""
    moves: list[Move] = [move(MOST) for move in MOVES.values()]
    moves += [world_moves.scripted(one) for one in (scripts.parsed(script) if script else ())]
    return given(stated_text(manifests)).cluster(moves)


def retold(kept: Kept) -> Again:
    """The run, done again step by step on the full model; it may go on to the end of its last second.

    Raises BadInput where it does not come to where it did.
    """
    run = done(kept.manifests, kept.trace.did or (), kept.script)
    if not any(_is_like(stage.world, kept.trace) for stage in reversed(run.stages)):
        raise BadInput(f"the run that is about {kept.law!r} ends otherwise: it was made by another version")
    return run


def _is_like(world: World, trace: Trace) -> bool:
    """Whether a world is, in words, the last one of a trace."""
    found = dict(summary(world))
    return trace.last == {name: found.get(name, "none") for name in trace.names}


def done(manifests: str, did: Sequence[Did], script: str = "") -> Again:
    """A run of the cluster of manifests. Raises BadInput and NotReplayed."""
    return again(cluster(manifests, script), did)


def waits(world: World) -> Iterator[str]:
    """Why pods wait for a node, in the scheduler's words: one pod for each reason."""
    told = set[str]()
    for pod in Look(world.store, world.now).all("Pod", LivePod):
        why = next((one for one in pod.status.conditions if one.type == "PodScheduled" and one.status == "False"), None)
        if not pod.node and why is not None and why.message not in told:
            told.add(why.message)
            name = pod.meta.name if pod.meta.namespace == "default" else f"{pod.meta.namespace}/{pod.meta.name}"
            yield f"{name} is Pending: {why.message}"


def events(run: Again) -> Iterator[Event]:
    """What happened in a run, with what happened outside of Kubernetes in words."""
    for stage, step in zip(run.stages[1:], run.steps, strict=True):
        if step.by == ENVIRONMENT:
            yield _happened(stage.world, step.name)
        else:
            yield from stage.events


def _happened(world: World, what: str) -> Event:
    key = Key(OUTSIDE, "", "")
    return Event(world.now, ENVIRONMENT, Write("update", key, why=what), key, None, None)
