"""How the kubelet starts a container: held back or not, and counted as a restart (doBackOff, startContainer).

Follows pkg/kubelet/kuberuntime/kuberuntime_manager.go and kuberuntime_container.go (v1.36). Why a start fails (images,
configuration, the runtime) is told in node/images.py and node/runtime.py. Left out: the postStart hook's own failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubeproof.model.logic.golang import duration
from kubeproof.model.node.kubelet import backoff
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime
from kubeproof.model.node.kubelet.processes import PLAIN, Processes, run_of
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.node.kubelet.work import Exit, Work
from kubeproof.model.objects.container import Container
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Waiting

CRASH_LOOP = "CrashLoopBackOff"


class Started(NamedTuple):
    """The work after a start was tried, and whether the container runs now."""

    work: Work
    ok: bool


def key_of(pod: LivePod, container: Container) -> backoff.Key:
    """What a container is held back under: another image or pod starts afresh (GetBackoffKey)."""
    return pod.meta.name, pod.meta.namespace, pod.meta.uid, container.name, container.image


def held_until(work: Work, container: Container, seen: PodRuntime, now: int) -> int | None:
    """When a container may be started that is held back for its latest exit, None where it may be at `now`."""
    ended = _last_exit(seen, container.name)
    if ended is None:
        return None
    return backoff.waits_until(work.held, key_of(work.pod, container), ended.finished_at or 0, now)


def started(work: Work, container: Container, seen: PodRuntime, now: int, processes: Processes) -> Started:
    """The work after the kubelet tried to start a container, given what it had seen of the runtime before it acted."""
    if held_until(work, container, seen, now) is not None:
        return _failed(work, container, Waiting(CRASH_LOOP, _message(work, container)))
    ended = _last_exit(seen, container.name)
    if ended is not None:
        key = key_of(work.pod, container)
        work = work._replace(held=backoff.grown(work.held, key, ended.finished_at or 0, now))
    process = processes.get(container.name, PLAIN)
    if process.fails is not None:
        return _failed(work, container, process.fails)
    start = work.starts.get(container.name, 0)
    id_, own = f"{container.name}-{work.made}", run_of(process, start)
    state = RuntimeState("running", created_at=now, started_at=now, restarts=_restarts(work, container, seen), id=id_)
    made = Made(container.name, state, work.runtime.sandboxes[0].id)
    return Started(
        work._replace(
            runtime=work.runtime._replace(containers=(made, *_but_older(work.runtime, container.name))),
            exits=work.exits
            if own.seconds is None
            else work.exits.set(id_, Exit(now + own.seconds, own.code, own.reason)),
            reasons=work.reasons.delete(container.name) if container.name in work.reasons else work.reasons,
            made=work.made + 1,
            starts=work.starts.set(container.name, start + 1),
            logs=None if work.logs is None else work.logs.set(container.name, state.restarts),
        ),
        ok=True,
    )


def _but_older(runtime: PodRuntime, name: str) -> Iterator[Made]:
    """The containers there are, of this name only the newest: one dead container is kept (MaxPerPodContainerCount)."""
    newest = next((made for made in runtime.containers if made.name == name), None)
    return (made for made in runtime.containers if made.name != name or made is newest)


def _failed(work: Work, container: Container, why: Waiting) -> Started:
    reasons = work.reasons if work.reasons.get(container.name) == why else work.reasons.set(container.name, why)
    return Started(work._replace(reasons=reasons), ok=False)


def _last_exit(seen: PodRuntime, name: str) -> RuntimeState | None:
    states = (made.state for made in seen.containers if made.name == name)
    return next((state for state in states if state.state == "exited"), None)


def _restarts(work: Work, container: Container, seen: PodRuntime) -> int:
    before = seen.latest.get(container.name)
    if before is not None:
        return before.restarts + 1
    return 0 if work.logs is None else work.logs.get(container.name, -1) + 1


def _message(work: Work, container: Container) -> str:
    delay = duration(backoff.delay_of(work.held, key_of(work.pod, container)))
    return f"back-off {delay} restarting failed container={container.name} pod={pod_text(work.pod)}"


def pod_text(pod: LivePod) -> str:
    """A pod as the kubelet's messages name it: name_namespace(uid)."""
    return f"{pod.meta.name}_{pod.meta.namespace}({pod.meta.uid})"
