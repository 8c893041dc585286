"""kube-scheduler as a component: pods without a node are bound, or told why not, or others are asked to make room.

Decisions are model/scheduler's; here is what is asked of the API server for them. One look takes all pending pods in
the queue's order (priority, then age), each with those before it counted in. A pod whose claims have to be bound first
waits on its node (volume_binding.py), and ends the look: those after it see what was asked for it. Left out: back-off
between attempts, which only says who goes before whom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import cast

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.decided import Decided, Picks
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.controlplane.volume_binding import (
    PATIENCE,
    Assumed,
    all_bound,
    prebound,
    still_assumed,
)
from kubeproof.model.objects import conditions
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import PREEMPTED, LivePod
from kubeproof.model.objects.pod import DEFAULT_SCHEDULER
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome
from kubeproof.model.scheduler.profile import Profile


def scheduler(profile: Profile | None = None) -> Component:
    """The scheduler of a profile (None: kube-scheduler's default), which takes the pods that name it."""
    used = profile or Profile()
    name = used.scheduler
    only, decided = (Key("Scheduler", "", name),), Decided()
    return Component(
        "scheduler" if name == DEFAULT_SCHEDULER else name,
        lambda look: only,
        lambda look, key, pick: _decide(look, used, decided, pick),
        steady=True,
    )


def second_scheduler(profile: Profile | None = None) -> Component:
    """A scheduler beside kube-scheduler, for the pods that name it; by default kube-scheduler's own rules, under the
    name second-scheduler. It shares what is bound, but not what the other one has nominated. Whatever name pods give
    it, the component is called second-scheduler."""
    return scheduler(profile or Profile(SECOND))._replace(name=SECOND)


SECOND = "second-scheduler"


def _decide(look: Look, profile: Profile, decided: Decided, pick: Pick) -> Plan:
    waiting = [
        pod
        for pod in look.pods_on("")
        if pod.spec.scheduler == profile.scheduler and pod.meta.deleted_at is None and not is_terminal(pod)
    ]
    if not waiting:
        yield Remember(None)
        return
    live = {f"{pod.meta.namespace}/{pod.meta.name}": pod for pod in sorted(waiting, key=_turn)}
    before = cast("Map[str, Assumed] | None", look.memory) or Map()
    kept: dict[str, Assumed] = {}
    for pod in waiting:
        assumed = before.get(pod.meta.uid)
        if assumed is None:
            continue
        if all_bound(look, pod):
            yield Write("bind", key_of("Pod", pod.meta), assumed.node, why="its claims are bound")
        elif not still_assumed(look, pod, assumed):
            continue
        else:
            yield Again(assumed.since + PATIENCE)
        kept[f"{pod.meta.namespace}/{pod.meta.name}"] = assumed
    memory = {live[key].meta.uid: assumed for key, assumed in kept.items()}
    snapshot = _own(_assuming(seen(look, decided), kept), profile.scheduler)
    asks = tuple(key for key in live if key not in kept)
    unbound = tuple(key for key in asks if not all_bound(look, live[key]))

    def board() -> Board:
        return Board(snapshot, profile)

    def decide(picks: Picks) -> tuple[Attempt, ...]:
        return tuple(_attempts(board(), asks, unbound, picks))

    attempts = decide(pick) if kept else decided.attempts(snapshot, (asks, unbound), pick, decide)
    for number, attempt in enumerate(attempts):
        key = attempt.pod.key
        if attempt.outcome is Outcome.SCHEDULED and key in unbound:
            then = board()
            for one in attempts[:number]:
                _carry_out(then, one)
            yield from prebound(look, live[key], attempt.node, then.snapshot)
            if not look.refused:
                memory[live[key].meta.uid] = Assumed(attempt.node, look.now)
                yield Again(look.now + PATIENCE)
        else:
            yield from asked(look, live[key], attempt)
    if memory or before:
        yield Remember(Map(memory) if memory else None)


def _attempts(board: Board, asks: Iterable[str], unbound: Collection[str], pick: Picks) -> Iterator[Attempt]:
    """An attempt for each pod, in this order, as the cluster is after those before it; the first to get a node while
    its claims are `unbound` is the last."""
    for key in asks:
        if board.pod(key) is None:
            continue
        attempt = board.attempt(key, pick)
        yield attempt
        if attempt.outcome is Outcome.SCHEDULED and key in unbound:
            return
        _carry_out(board, attempt)


def _carry_out(board: Board, attempt: Attempt) -> None:
    if attempt.outcome is Outcome.SCHEDULED:
        board.bind(attempt)
    elif attempt.outcome is Outcome.PREEMPTING:
        board.terminate(attempt.victims)
        board.nominate(attempt)
    elif attempt.outcome is Outcome.UNSCHEDULABLE:
        board.nominate(attempt)


def _assuming(snapshot: Snapshot, assumed: Mapping[str, Assumed]) -> Snapshot:
    """The snapshot with the pods that wait for their claims on their nodes."""
    if not assumed:
        return snapshot
    pods = (replace(one, node=assumed[one.key].node) if one.key in assumed else one for one in snapshot.pods)
    return replace(snapshot, pods=tuple(pods))


def _own(snapshot: Snapshot, name: str) -> Snapshot:
    """What the scheduler of this name keeps in mind: nominations of pods that are in its own queue, and no others."""
    foreign = [pod for pod in snapshot.pods if pod.nominated and pod.spec.scheduler != name]
    return snapshot.with_pods(replace(pod, nominated="") for pod in foreign) if foreign else snapshot


def _turn(pod: LivePod) -> tuple[int, int, int]:
    return -pod.spec.priority, pod.meta.created_at or 0, pod.meta.resource_version


def asked(look: Look, pod: LivePod, attempt: Attempt) -> Iterator[Write]:
    """What an attempt to schedule a pod asks of the API server."""
    key = key_of("Pod", pod.meta)
    if attempt.outcome is Outcome.SCHEDULED:
        yield Write("bind", key, attempt.node, why=f"fits on {attempt.fits} of {len(look.all('Node', LiveNode))} nodes")
        return
    if attempt.outcome not in (Outcome.UNSCHEDULABLE, Outcome.PREEMPTING, Outcome.GATED):
        return
    gated = attempt.outcome is Outcome.GATED
    reason, generation = "SchedulingGated" if gated else "Unschedulable", pod.meta.generation
    said = Condition("PodScheduled", "False", reason, attempt.message, observed_generation=generation)
    nominated = attempt.node if attempt.outcome is Outcome.PREEMPTING else attempt.pod.nominated
    status = conditions.updated(pod.status, said, look.now)
    said_of = replace(pod, status=status, nominated=nominated)
    yield Write("status", key, said_of, why=attempt.message, when_stale="merged")
    for victim in attempt.victims:
        gone = Key("Pod", victim.namespace, victim.name)
        held = look.get(gone, LivePod)
        if held is not None and held.meta.deleted_at is None:
            message = f"{pod.spec.scheduler}: preempting to accommodate a higher priority pod"
            marked = conditions.disrupted(held, PREEMPTED, message, look.now)
            yield Write("status", gone, replace(held, status=marked), when_stale="merged")
            yield Write("delete", gone, why=f"makes room for {pod.meta.name}")
