"""How a run ended: stable or not, what keeps changing, and which pods and jobs are not well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.logic.golang import duration
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.daemonset import DaemonSet
from kubeproof.model.objects.job import Job
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Owner
from kubeproof.model.objects.pod_columns import columns
from kubeproof.model.objects.pod_status import Waiting
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.statefulset import StatefulSet
from kubeproof.model.story.words import named
from kubeproof.model.world import Event, World

QUIET = 60
"""Seconds without a change behind which a world counts as stable; in a run of less than two minutes half of it."""

BACK_OFF = "BackOff"
"""What the reasons of containers end in that will be tried again."""


class Ending(NamedTuple):
    """Times are seconds of the run. `changed_at`: the last change; `until`: how long was looked on; `rests`: nobody
    wants to look again. `restless`: what keeps changing, with how often it did lately, or what it waits for.
    `unwell`: the pods and jobs that are not as they should be, and how they are."""

    changed_at: int
    until: int
    rests: bool
    restless: tuple[tuple[Key, str], ...]
    unwell: tuple[tuple[Key, str], ...]

    @property
    def stable(self) -> bool:
        """Whether nothing changes any more."""
        return not self.restless


def ending(world: World, events: Sequence[Event], start: int, until: int, *, rests: bool) -> Ending:
    """How a run from `start` to `until` (seconds of the world's clock) ended."""
    last = next((event.at for event in reversed(events) if _moves(event)), start)
    restless = dict[Key, str](_backing_off(world))
    if not rests:
        quiet = min(QUIET, (until - start) // 2)
        late = Counter(event.key for event in reversed(events) if event.at > until - quiet and _moves(event))
        for key, count in sorted(late.items(), key=lambda one: (-one[1], one[0])):
            restless.setdefault(key, f"changed {count} time{'' if count == 1 else 's'} in the last {quiet}s")
    unwell = (*_unwell(world), *_refused(world, events))
    return Ending(last - start, until - start, rests, tuple(restless.items()), unwell)


def _moves(event: Event) -> bool:
    """Whether something goes on: a creation that is refused is only tried again ever later."""
    return event.refused is None or event.write.verb != "create"


def _backing_off(world: World) -> Iterator[tuple[Key, str]]:
    for key, pod in _pods(world):
        if pod.meta.deleted_at is None and not pod_state.is_terminal(pod):
            statuses = (*pod.status.init_containers, *pod.status.containers)
            for one in statuses:
                if isinstance(one.state, Waiting) and one.state.reason.endswith(BACK_OFF):
                    yield (
                        key,
                        f"{one.name} is tried again and again ({one.state.reason}, restarts: {one.restarts})",
                    )
                    break


def _unwell(world: World) -> Iterator[tuple[Key, str]]:
    for key, pod in _pods(world):
        of_job = pod.meta.controller is not None and pod.meta.controller.kind == "Job"
        failed = pod.status.phase == "Failed" and not of_job
        if failed or (not pod_state.is_terminal(pod) and not pod_state.is_ready(pod)):
            yield key, _state(pod, world.now)
    for key in sorted(world.store.bucket(of_kind("Job"))):
        held: Any = world.store.objects[key]
        if held.finished == "Failed":
            failure = held.status.condition("Failed")
            yield key, f"Failed: {failure.reason}: {failure.message}" if failure else "Failed"


def _refused(world: World, events: Sequence[Event]) -> Iterator[tuple[Key, str]]:
    """The owners whose pods were refused when they were last tried, with why; they are tried again ever later."""
    last: dict[tuple[str, Key], Event] = {}
    for event in events:
        if event.write.verb == "create" and event.write.key.kind == "Pod":
            owner: Owner | None = event.write.body.meta.controller
            if owner is not None:
                last[event.by, Key(owner.kind, event.write.key.namespace, owner.name)] = event
    for (_, key), event in sorted(last.items()):
        if event.refused is not None and _lacks_pods(world.store.get(key)):
            yield key, f"its pods are refused: {event.refused}"


def _lacks_pods(owner: Any) -> bool:
    match owner:
        case ReplicaSet() | StatefulSet():
            return owner.status.replicas < owner.spec.replicas
        case DaemonSet():
            return owner.status.current_number_scheduled < owner.status.desired_number_scheduled
        case Job():
            return not owner.finished
        case _:
            return False


def _state(pod: LivePod, now: int) -> str:
    seen, scheduled = columns(pod, now), pod.status.condition("PodScheduled")
    if scheduled is not None and scheduled.status == "False" and scheduled.message:
        return f"{seen.status}: {scheduled.message}"
    restarts = seen.restarts.partition(" ")[0]
    return f"{seen.status}, {seen.ready} ready" + (f", restarts: {restarts}" if restarts != "0" else "")


def _pods(world: World) -> Iterator[tuple[Key, LivePod]]:
    for key, held in sorted(world.store.bucket(of_kind("Pod")).items()):
        if isinstance(held, LivePod):
            yield key, held


def text(found: Ending) -> str:
    """The ending in a few lines."""
    return "\n".join(_lines(found))


FEW = 5


def _lines(found: Ending) -> Iterator[str]:
    if found.stable:
        looked = "" if found.rests else f" (nothing changed until {duration(found.until)}, when the run ended)"
        yield f"stable after {duration(found.changed_at)}{looked}"
    else:
        yield f"not stable after {duration(found.until)}; what keeps changing:"
        yield from _listed(found.restless)
    told = {key for key, _ in found.restless}
    if unwell := [one for one in found.unwell if one[0] not in told]:
        yield f"{len(unwell)} {'more ' if told else ''}object{' is' if len(unwell) == 1 else 's are'} not well:"
        yield from _listed(unwell)


def _listed(found: Sequence[tuple[Key, str]]) -> Iterator[str]:
    for key, words in found[:FEW]:
        yield f"    {key.kind} {named(key)}: {words}"
    if len(found) > FEW:
        yield f"    and {len(found) - FEW} more"
