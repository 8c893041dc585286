"""What the processes in a pod's containers do: how long each runs, how it ends, and how it ends when it is killed.

This is the world that the kubelet watches, given as data, so that a life can be replayed. Times are whole seconds.
Left out: what a process costs (oom.py), a node that fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.node.kubelet.kills import KillReason, endings, grace_of
from kubeproof.model.node.kubelet.pod_runtime import Made
from kubeproof.model.node.kubelet.probes import Outcome
from kubeproof.model.node.kubelet.runtime_state import RuntimeState
from kubeproof.model.node.kubelet.work import Exit, Work
from kubeproof.model.objects.container import ProbeKind
from kubeproof.model.objects.pod_status import Waiting

SIGKILLED = 137


class Run(NamedTuple):
    """One run of a container. `seconds` None: until it is killed."""

    seconds: int | None = None
    code: int = 0
    reason: str = ""


class Process(NamedTuple):
    """What a container does. The last of `runs` repeats.

    `code_on_term`: its exit code when told to stop; `term_takes`: the seconds it needs for that; `hook_takes`: those of
    its preStop hook. `fails`: why it cannot be started, None where it can. `outcomes`: what its probes come to
    from so many seconds after its start on, in rising order; a probe that is not named succeeds. `passes`: instead, so
    many seconds after its start the result is known to be a success at once, whatever the probe's period.
    """

    runs: tuple[Run, ...] = (Run(),)
    code_on_term: int = 143
    term_takes: int = 0
    hook_takes: int = 0
    fails: Waiting | None = None
    outcomes: Map[ProbeKind, tuple[tuple[int, Outcome], ...]] = Map()
    passes: Map[ProbeKind, int] = Map()


Processes = Mapping[str, Process]
"""What each container of a pod does, by name; one that is not named runs until it is killed."""

PLAIN = Process()


def run_of(process: Process, start: int) -> Run:
    """What a container does when it is started for the (start + 1)th time."""
    return process.runs[min(start, len(process.runs) - 1)]


def outcome(process: Process, kind: ProbeKind, age: int) -> Outcome:
    """What a probe comes to when its container has run for `age` seconds."""
    steps = process.outcomes.get(kind, ())
    for after, result in reversed(steps):
        if age >= after:
            return result
    return "failure" if steps else "success"


def next_outcome(process: Process, kind: ProbeKind, age: int) -> int | None:
    """From which age on a probe comes to something else than it does at `age`; None where it stays as it is."""
    now = outcome(process, kind, age)
    later = (after for after, _ in process.outcomes.get(kind, ()) if after > age)
    return next((after for after in later if outcome(process, kind, after) != now), None)


def running(work: Work) -> dict[str, KillReason]:
    """All running containers of a pod, by id, as what is to be killed when the pod is."""
    return {made.state.id: "Unknown" for made in work.runtime.containers if made.state.state == "running"}


def killed(
    work: Work, kills: Mapping[str, KillReason], now: int, processes: Processes, grace: int | None = None
) -> Work:
    """The work with these containers on their way to their end, each with its grace; `grace` overrides all of them."""
    ids = {made.name: made.state.id for made in work.runtime.containers if _to_kill(made, kills)}
    if not ids:
        return work
    specs = {container.name: container for container in work.specs() if container.name in ids}
    deletion = work.pod.meta.grace_period if work.deleted else None
    graces = {
        name: 0
        if kills[id_] == "RestartAllContainers"
        else grace_of(work.pod.run, specs[name], kills[id_], deletion)
        if grace is None
        else grace
        for name, id_ in ids.items()
    }
    told = {name: processes.get(name, PLAIN) for name in ids}
    exits = work.exits
    for ending in endings(
        work.pod.run,
        specs,
        now,
        graces,
        hook_takes={name: process.hook_takes for name, process in told.items()},
        exit_takes={name: process.term_takes for name, process in told.items()},
    ):
        process, id_ = told[ending.name], ids[ending.name]
        at = ending.term_at + process.term_takes
        forced = Exit(at, process.code_on_term) if at <= ending.kill_at else Exit(ending.kill_at, SIGKILLED)
        own = exits.get(id_)
        if own is None or own.at > forced.at:
            exits = exits.set(id_, forced)
    return exited(work._replace(exits=exits, dying=work.dying | frozenset(ids.values())), now)


def exited(work: Work, now: int) -> Work:
    """The work with every container ended that was to end by `now`."""
    over = {id_: exit_ for id_, exit_ in work.exits.items() if exit_.at <= now}
    if not over:
        return work
    exits = work.exits
    for id_ in over:
        exits = exits.delete(id_)
    containers = tuple(
        made._replace(state=_ended(made, over[made.state.id])) if made.state.id in over else made
        for made in work.runtime.containers
    )
    runtime = work.runtime._replace(containers=containers)
    return work._replace(runtime=runtime, exits=exits, dying=work.dying - over.keys())


def _to_kill(made: Made, kills: Mapping[str, KillReason]) -> bool:
    return made.state.state == "running" and made.state.id in kills


def _ended(made: Made, exit_: Exit) -> RuntimeState:
    reason = exit_.reason or ("Error" if exit_.code else "Completed")
    return replace(made.state, state="exited", exit_code=exit_.code, finished_at=exit_.at, reason=reason)
