"""Broken copies of machines: which law notices each, and by the trace of how many steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import pytest

from kubeproof.model.logic.terms import TRUE, Term
from kubeproof.model.machine import Plain
from kubeproof.model.machines import container as c
from kubeproof.model.machines import machine, memory, node, pod, pod_order, pod_worker, probe, sandbox
from kubeproof.properties.engines.explore import explore
from kubeproof.properties.laws import laws
from kubeproof.properties.verdict import Outcome


class Mutant(NamedTuple):
    """`step` of the machine has another guard, other effects, or is owed no more; `law` notices, in `length` steps."""

    sentence: str
    machine: str
    step: str
    law: str
    length: int
    when: Term | None = None
    sets: Mapping[Term, Term | Plain] | None = None
    unfair: bool = False


FRESH = {c.process: True, **c.SHOWN_RUNNING}
a, b = memory.a, memory.b

MUTANTS = (
    Mutant("an image is not needed", "container", "start", "only a pulled image is run", 1, when=c.creating),
    Mutant(
        "Never is restarted",
        "container",
        "restart",
        "Never never restarts",
        3,
        when=c.terminated & ~c.process & ~c.deleted & c.backoff.eq(0),
    ),
    Mutant(
        "OnFailure restarts exit 0",
        "container",
        "restart",
        "OnFailure never restarts exit 0",
        4,
        when=c.terminated & ~c.process & ~c.deleted & c.backoff.eq(0) & ~c.policy.eq(c.Policy.NEVER),
    ),
    Mutant(
        "a restart resets the count",
        "container",
        "restart after back-off",
        "restart counts never fall",
        6,
        sets={**FRESH, c.restarts: 0},
    ),
    Mutant(
        "a restart counts twice",
        "container",
        "restart",
        "a restart counts once",
        3,
        sets={**FRESH, c.restarts: (c.restarts < 2).then(c.restarts + 2, c.restarts), c.last: c.exit_code},
    ),
    Mutant(
        "a restart forgets the last exit",
        "container",
        "restart",
        "a container that was restarted tells its last exit",
        3,
        sets={**FRESH, c.restarts: c.restarts + 1, c.backoff: 1},
    ),
    Mutant(
        "back-off does not grow",
        "container",
        "restart after back-off",
        "each restart makes the next wait longer, until it is the longest",
        6,
        sets={**FRESH, c.restarts: c.restarts + 1, c.last: c.exit_code},
    ),
    Mutant(
        "the first crash waits",
        "container",
        "wait for back-off",
        "the first restart comes without waiting for back-off",
        3,
        when=c.terminated & ~c.process & c.should_restart,
    ),
    Mutant(
        "a deleted container is restarted",
        "container",
        "restart after back-off",
        "a deleted container never starts again",
        7,
        when=c.waiting & c.reason.eq(c.Reason.CRASH_LOOP) & ~c.process,
    ),
    Mutant(
        "the startup probe makes it ready",
        "container",
        "start",
        "a ready container runs, and its startup probe has passed",
        2,
        sets={**FRESH, c.ready: ~c.has_readiness},
    ),
    Mutant(
        "an exit leaves it ready",
        "container",
        "exit 0",
        "a ready container runs, and its startup probe has passed",
        3,
        sets={c.process: False, c.state: c.State.TERMINATED, c.reason: c.Reason.COMPLETED, c.exit_code: c.Exit.ZERO},
    ),
    Mutant(
        "out of memory is exit 1",
        "container",
        "run out of memory",
        "OOMKilled means 137",
        3,
        sets={
            c.process: False,
            c.state: c.State.TERMINATED,
            c.reason: c.Reason.OOM_KILLED,
            c.exit_code: c.Exit.OTHER,
            c.ready: False,
            c.started: False,
            **c.fails,
        },
    ),
    Mutant(
        "postStart is not waited for",
        "container",
        "finish postStart",
        "a container that is shown as running has a process",
        1,
        when=~c.running,
    ),
    Mutant(
        "preStop is skipped",
        "container",
        "send SIGTERM",
        "preStop comes before SIGTERM",
        4,
        when=c.ending.one_of(c.Ending.PRE_STOP, c.Ending.WANTED),
    ),
    Mutant(
        "SIGKILL never comes",
        "container",
        "send SIGKILL",
        "after deletion a container ends within its grace period",
        5,
        unfair=True,
    ),
    Mutant(
        "a pull is not tried again",
        "container",
        "try to pull again",
        "an image that could not be pulled is asked for again",
        2,
        unfair=True,
    ),
    Mutant(
        "a terminal phase is left",
        "pod",
        "report",
        "Succeeded and Failed are final",
        3,
        when=pod.bound & ~pod.gone,
        sets={pod.phase: pod.reported_phase},
    ),
    Mutant(
        "a gated pod is bound",
        "pod",
        "bind",
        "a gated pod is not bound",
        1,
        when=~pod.bound & ~pod.deleted & ~pod.gone,
    ),
    Mutant(
        "the app does not wait for the init container",
        "pod",
        "start the app",
        "the app starts after the init container succeeded",
        4,
        when=pod.active & pod.app.eq(pod.App.WAITING) & pod.sidecar_up,
    ),
    Mutant(
        "the sidecar is stopped first",
        "pod",
        "stop the sidecar",
        "a sidecar outlives the app, unless it fails by itself",
        8,
        when=pod.stopping & pod.sidecar.eq(pod.Sidecar.RUNNING),
    ),
    Mutant(
        "the readiness gate is forgotten",
        "pod",
        "report",
        "a pod becomes ready only with its readiness gate",
        6,
        sets={
            pod.phase: pod.next_phase,
            pod.initialized: pod.next_initialized,
            pod.containers_ready: pod.next_containers_ready,
            pod.ready: pod.next_containers_ready,
        },
    ),
    Mutant(
        "a terminal phase is reported while containers run",
        "pod",
        "report",
        "a terminal pod runs nothing",
        6,
        sets={
            pod.phase: pod.is_terminal.then(pod.phase, pod.final_phase),
            pod.initialized: pod.next_initialized,
            pod.containers_ready: pod.next_containers_ready,
            pod.ready: pod.next_ready,
        },
    ),
    Mutant(
        "a deleted pod's containers are restarted",
        "pod",
        "restart the app",
        "nothing is started in a pod that is being stopped",
        8,
        when=pod.bound & pod.app_exited & pod.runs_again & ~pod.gone & (pod.restarts < pod.FAILURES),
    ),
    Mutant(
        "a pod is removed while it runs",
        "pod",
        "remove",
        "a pod that is gone runs nothing",
        6,
        when=pod.deleted & ~pod.gone,
    ),
    Mutant(
        "Never runs again",
        "pod",
        "restart the app",
        "Never never restarts",
        6,
        when=pod.active & pod.app_exited,
    ),
    Mutant(
        "a deadline changes nothing",
        "pod",
        "report",
        "a pod that is past its deadline fails",
        9,
        sets={
            pod.phase: pod.is_terminal.then(pod.phase, pod.reported_phase),
            pod.initialized: pod.next_initialized,
            pod.containers_ready: pod.next_containers_ready,
            pod.ready: pod.next_ready,
        },
    ),
    Mutant(
        "a disruption deletes nobody",
        "pod",
        "evict by the API, or preempt",
        "whoever is disrupted is deleted or evicted",
        1,
        sets={pod.disrupted: True},
    ),
    Mutant(
        "one failure is enough",
        "probe",
        "see a failure",
        "a result changes to failure only by as many failures as the threshold",
        3,
        sets={probe.last: probe.Result.FAILURE, probe.result: probe.Result.FAILURE},
    ),
    Mutant(
        "one success is enough",
        "probe",
        "see a success",
        "readiness comes only by as many successes as the threshold",
        3,
        sets={probe.last: probe.Result.SUCCESS, probe.result: probe.Result.SUCCESS},
    ),
    Mutant(
        "a worker on hold asks on",
        "probe",
        "see a success",
        "while it holds, its result stays",
        3,
        when=probe.running,
    ),
    Mutant(
        "readiness holds too",
        "probe",
        "see a failure",
        "readiness never holds",
        3,
        sets={probe.last: probe.Result.FAILURE, probe.on_hold: True},
    ),
    Mutant(
        "the second init container does not wait",
        "pod_order",
        "start init2",
        "the second init container starts after the first has succeeded",
        1,
        when=~pod_order.stopping & pod_order.second_init.eq(pod_order.Stage.WAITING),
    ),
    Mutant(
        "an app starts too early",
        "pod_order",
        "start app1",
        "the first app starts when the last sidecar has started",
        1,
        when=~pod_order.stopping & pod_order.app.eq(pod_order.Stage.WAITING),
    ),
    Mutant(
        "the sidecars stop in the order in which they started",
        "pod_order",
        "stop sidecar1",
        "sidecars stop in reverse order, unless one fails by itself",
        10,
        when=pod_order.stopping & pod_order.runs(pod_order.early),
    ),
    Mutant(
        "a sidecar stops with the apps",
        "pod_order",
        "stop sidecar2",
        "a sidecar outlives the apps, unless it fails by itself",
        12,
        when=pod_order.stopping & pod_order.runs(pod_order.late),
    ),
    Mutant(
        "a pod that is being stopped starts an app",
        "pod_order",
        "restart app1",
        "nothing starts in a pod that is being stopped",
        13,
        when=pod_order.app.one_of(pod_order.Stage.SUCCEEDED, pod_order.Stage.FAILED),
    ),
    Mutant(
        "a terminating worker syncs again",
        "pod_worker",
        "see the pod",
        "a worker that terminates never syncs again",
        3,
        when=pod_worker.up & pod_worker.in_api & ~pod_worker.worker.eq(pod_worker.Worker.SYNCING),
    ),
    Mutant(
        "a worker turns to terminated while containers run",
        "pod_worker",
        "turn to terminated",
        "where a worker has terminated, no container runs",
        5,
        when=pod_worker.up & pod_worker.worker.eq(pod_worker.Worker.TERMINATING),
    ),
    Mutant(
        "a worker finishes without cleaning up",
        "pod_worker",
        "finish",
        "what is finished is cleaned up",
        7,
        when=pod_worker.up & pod_worker.worker.eq(pod_worker.Worker.TERMINATED),
    ),
    Mutant(
        "containers without a pod are left alone",
        "pod_worker",
        "find containers without a pod",
        "no container outlives its pod for ever",
        5,
        unfair=True,
    ),
    Mutant(
        "limits are written after the start",
        "sandbox",
        "CreateContainer",
        "no process runs without namespaces and limits",
        3,
        sets={sandbox.container: sandbox.Process.CREATED, sandbox.namespaces: True},
    ),
    Mutant(
        "a running container is removed",
        "sandbox",
        "RemoveContainer",
        "a running container is stopped before it is removed",
        4,
        when=sandbox.container.one_of(sandbox.Process.RUNNING, sandbox.Process.EXITED),
    ),
    Mutant(
        "an unknown handler runs as the default",
        "sandbox",
        "RunPodSandbox",
        "a pod whose handler is unknown runs nothing",
        1,
        when=sandbox.wanted & sandbox.sandbox.eq(sandbox.Sandbox.NONE),
    ),
    Mutant(
        "the sandbox is stopped before its container",
        "sandbox",
        "StopPodSandbox",
        "the sandbox is stopped after its container, unless it dies by itself",
        5,
        when=sandbox.sandbox.eq(sandbox.Sandbox.READY) & ~sandbox.wanted,
    ),
    Mutant(
        "a killed container takes its neighbour with it",
        "memory",
        "a passes its limit",
        "when a is killed for memory, its neighbour is untouched",
        2,
        sets={a.fate: memory.Fate.OOM_KILLED, a.use: 0, b.fate: memory.Fate.OOM_KILLED, b.use: 0},
    ),
    Mutant(
        "the limit is not enforced",
        "memory",
        "a takes more",
        "a never uses more than its limit",
        2,
        when=a.runs & (a.use < memory.MOST) & (memory.used < memory.CAPACITY),
    ),
    Mutant(
        "the kubelet evicts by priority alone",
        "memory",
        "evict a",
        "a is not evicted for the sake of one that uses more than it requested",
        7,
        when=memory.pressure & a.runs & (~a.important | b.important),
    ),
    Mutant(
        "the kubelet evicts without pressure", "memory", "evict b", "b is evicted only under pressure", 1, when=b.runs
    ),
    Mutant("the kubelet does not evict", "memory", "evict a", "pressure ends", 6, unfair=True),
    Mutant(
        "a cordoned node is used",
        "node",
        "get a pod",
        "a cordoned node gets no new pod",
        4,
        when=node.exists
        & node.no_schedule.eq(node.Taint.NONE)
        & node.role.eq(node.Role.WORKER)
        & node.guest.eq(node.Guest.NONE),
    ),
    Mutant(
        "a tainted node is used",
        "node",
        "get a pod",
        "a tainted node gets no pod that tolerates nothing",
        1,
        when=node.exists & ~node.cordoned & node.role.eq(node.Role.WORKER) & node.guest.eq(node.Guest.NONE),
    ),
    Mutant(
        "a node is given up at once",
        "node",
        "make it Unknown",
        "only a silent node becomes Unknown",
        3,
        when=node.exists & ~node.alive & ~node.ready.eq(node.Ready.UNKNOWN),
    ),
    Mutant(
        "evictions go on while all is down",
        "node",
        "taint NoExecute",
        "while all zones are down, nobody is marked for eviction anew",
        5,
        sets={node.no_execute: node.cause},
    ),
    Mutant(
        "taints are never taken off",
        "node",
        "taint NoSchedule",
        "taints follow the condition",
        1,
        when=node.exists & ~node.no_schedule.eq(node.cause) & ~node.ready.eq(node.Ready.TRUE),
    ),
    Mutant(
        "pods of a lost node are not collected",
        "node",
        "collect its pods",
        "a pod on a node that is gone is collected",
        6,
        unfair=True,
    ),
    Mutant(
        "the lease does not matter",
        "node",
        "be silent for the grace period",
        "a node that is lost for good becomes Unknown, or comes back",
        3,
        unfair=True,
    ),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.sentence)
def test_a_mutant_is_noticed(mutant: Mutant) -> None:
    whole = machine(mutant.machine)
    (law,) = (law for law in laws(mutant.machine) if law.name == mutant.law)
    step = whole.step(mutant.step)
    changes: dict[str, Any] = {"fair": step.fair and not mutant.unfair}
    if mutant.when is not None:
        changes["when"] = mutant.when & TRUE
    if mutant.sets is not None:
        changes["sets"] = mutant.sets
    broken = whole.with_steps(msgspec.structs.replace(step, **changes))
    (verdict,) = explore([msgspec.structs.replace(law, machine=broken)])
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert len(verdict.trace.steps) == mutant.length, verdict.trace.story


def test_every_mutant_is_another() -> None:
    assert len({mutant.sentence for mutant in MUTANTS}) == len(MUTANTS)
