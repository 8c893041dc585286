"""The life of a pod, from its creation to its removal: what happens on its node, and what the API shows of it
(Kubernetes v1.36: pkg/kubelet kubelet.go and kubelet_pods.go, the API server's graceful deletion).

One app container, at most one init container and at most one sidecar stand for any number of them. What is true on the
node (`app`, `init`, `sidecar`) and what is reported (`phase` and the conditions) are apart: `report` brings the second
in line with the first, and refuses to leave a terminal phase. The term `reported_phase` is held equal to the exact
function (node/kubelet/phase.py) in every state by a test. `Terminating` is no phase: it is `deleted` while the pod is
still there.

Nothing in v1.36 sets the phase Unknown: it is here to show that. Not modelled here: back-off in time and probes
(container.py), the order among several containers (pod_order.py), container-level restart policies, node loss
(node.py).
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.logic.terms import Term
from kubeproof.model.machine import ANY, Machine, Step, between, boolean, one_of
from kubeproof.model.machines.container import Policy, policy


class Phase(Enum):
    """status.phase."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNKNOWN = "Unknown"


class Init(Enum):
    """The init container: none at all, or how far it is."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "exited 0"
    FAILED = "exited 1"


class Sidecar(Enum):
    """The sidecar (a restartable init container): none at all, or how far it is."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    EXITED = "exited"


class App(Enum):
    """The app container; in back-off its last exit is remembered."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "exited 0"
    FAILED = "exited 1"
    BACK_OFF_SUCCEEDED = "back-off after 0"
    BACK_OFF_FAILED = "back-off after 1"


FAILURES = 3

gated, bound, admitted, sandbox = boolean("gated"), boolean("bound"), boolean("admitted"), boolean("sandbox")
init, sidecar, app = one_of("init", Init), one_of("sidecar", Sidecar), one_of("app", App)
initialized_once, app_ready = boolean("appStarted"), boolean("appReady")
has_gate, gate = boolean("readinessGate"), boolean("gateTrue")
deleted, stopping, stopped, gone = boolean("deleted"), boolean("stopping"), boolean("stopped"), boolean("gone")
disrupted, expired, evicted = boolean("DisruptionTarget"), boolean("deadlinePassed"), boolean("evicted")
phase = one_of("phase", Phase)
initialized, containers_ready, ready = boolean("Initialized"), boolean("ContainersReady"), boolean("Ready")
restarts, failures = between("restarts", 0, FAILURES), between("failures", 0, FAILURES)

may_fail = failures > 0
fails: dict[Term, Term] = {failures: failures - 1}

is_terminal = phase.one_of(Phase.SUCCEEDED, Phase.FAILED)
scheduled = bound
"""The condition PodScheduled."""

app_succeeded = app.one_of(App.SUCCEEDED, App.BACK_OFF_SUCCEEDED)
app_failed = app.one_of(App.FAILED, App.BACK_OFF_FAILED)
app_exited = app_succeeded | app_failed
runs_again = policy.eq(Policy.ALWAYS) | (policy.eq(Policy.ON_FAILURE) & app_failed)
init_done = init.one_of(Init.NONE, Init.SUCCEEDED)
sidecar_up = sidecar.one_of(Sidecar.NONE, Sidecar.RUNNING)
init_failed_for_good = init.eq(Init.FAILED) & policy.eq(Policy.NEVER)
nothing_runs = ~app.eq(App.RUNNING) & ~init.eq(Init.RUNNING) & ~sidecar.eq(Sidecar.RUNNING)
over = (app_exited & ~runs_again) | init_failed_for_good
"""Nothing of it will be started again, whoever asks."""

running_phase = (app.eq(App.RUNNING) | sidecar.eq(Sidecar.RUNNING)).then(
    Phase.RUNNING,
    (runs_again & ~stopped).then(Phase.RUNNING, app.eq(App.SUCCEEDED).then(Phase.SUCCEEDED, Phase.FAILED)),
)
pending = init.one_of(Init.WAITING, Init.RUNNING) | sidecar.eq(Sidecar.WAITING) | app.eq(App.WAITING)
reported_phase = init_failed_for_good.then(Phase.FAILED, pending.then(Phase.PENDING, running_phase))
"""What getPhase says of the containers as they are."""

final_phase = (evicted | expired | ~admitted).then(Phase.FAILED, (stopped & pending).then(Phase.FAILED, reported_phase))
"""What is reported: refused, evicted and late pods fail, and what never ran when all was stopped does too."""

next_phase = is_terminal.then(
    phase, (final_phase.one_of(Phase.SUCCEEDED, Phase.FAILED) & ~nothing_runs).then(phase, final_phase)
)
"""A terminal phase is never left, and only reported once no container runs."""

next_initialized = initialized_once | (init_done & sidecar_up) | (stopped & init_done & ~sidecar.eq(Sidecar.WAITING))
"""Also when all was stopped before the app ran: the kubelet then reports the app as ended, and so as started once."""
next_containers_ready = (
    app.eq(App.RUNNING) & app_ready & sidecar_up & ~is_terminal & ~final_phase.one_of(Phase.SUCCEEDED, Phase.FAILED)
)
next_ready = next_containers_ready & (~has_gate | gate)

to_be_stopped = deleted | evicted | expired | is_terminal
active = bound & admitted & sandbox & ~to_be_stopped & ~stopping & ~gone

STEPS = (
    Step("lift the scheduling gate", by="user", fair=False, when=gated & ~gone, sets={gated: False}),
    Step("bind", by="scheduler", when=~gated & ~bound & ~deleted & ~gone, sets={bound: True}),
    Step("admit", by="kubelet", when=bound & ~admitted & ~is_terminal & ~gone, sets={admitted: True}),
    Step(
        "refuse",
        by="kubelet",
        fair=False,
        when=bound & ~admitted & ~is_terminal & ~gone,
        sets={phase: Phase.FAILED, stopping: True, stopped: True, ready: False, containers_ready: False},
        why="the node has no room for it, or it does not select the node",
    ),
    Step(
        "make the sandbox",
        by="runtime",
        when=bound & admitted & ~sandbox & ~to_be_stopped & ~gone,
        sets={sandbox: True},
    ),
    Step(
        "start the sidecar",
        by="kubelet",
        when=active & sidecar.eq(Sidecar.WAITING),
        sets={sidecar: Sidecar.RUNNING},
    ),
    Step(
        "start the init container",
        by="kubelet",
        when=active & sidecar_up & (init.eq(Init.WAITING) | (init.eq(Init.FAILED) & ~policy.eq(Policy.NEVER))),
        sets={init: Init.RUNNING},
    ),
    Step(
        "finish the init container", by="process", fair=False, when=init.eq(Init.RUNNING), sets={init: Init.SUCCEEDED}
    ),
    Step(
        "fail in the init container",
        by="process",
        fair=False,
        when=init.eq(Init.RUNNING) & may_fail,
        sets={init: Init.FAILED, **fails},
    ),
    Step(
        "start the app",
        by="kubelet",
        when=active & init_done & sidecar_up & app.eq(App.WAITING),
        sets={app: App.RUNNING, initialized_once: True},
    ),
    Step(
        "pass readiness",
        by="prober",
        fair=False,
        when=app.eq(App.RUNNING) & ~app_ready & ~stopping,
        sets={app_ready: True},
    ),
    Step("fail readiness", by="prober", fair=False, when=app.eq(App.RUNNING) & app_ready, sets={app_ready: False}),
    Step(
        "exit 0",
        by="process",
        fair=False,
        when=app.eq(App.RUNNING) & may_fail,
        sets={app: App.SUCCEEDED, app_ready: False, **fails},
    ),
    Step(
        "exit 1",
        by="process",
        fair=False,
        when=app.eq(App.RUNNING) & may_fail,
        sets={app: App.FAILED, app_ready: False, **fails},
    ),
    Step(
        "back off",
        by="kubelet",
        fair=False,
        when=active & app.one_of(App.SUCCEEDED, App.FAILED) & runs_again,
        sets={app: app.eq(App.SUCCEEDED).then(App.BACK_OFF_SUCCEEDED, App.BACK_OFF_FAILED)},
    ),
    Step(
        "restart the app",
        by="kubelet",
        when=active & app_exited & runs_again,
        sets={app: App.RUNNING, restarts: restarts + 1},
    ),
    Step(
        "fail in the sidecar",
        by="process",
        fair=False,
        when=sidecar.eq(Sidecar.RUNNING) & may_fail,
        sets={sidecar: Sidecar.EXITED, **fails},
    ),
    Step(
        "restart the sidecar",
        by="kubelet",
        when=active & sidecar.eq(Sidecar.EXITED) & ~over,
        sets={sidecar: Sidecar.RUNNING},
    ),
    Step("set the readiness gate", by="controller", fair=False, when=has_gate & ~gone, sets={gate: ~gate}),
    Step(
        "pass the active deadline",
        by="clock",
        fair=False,
        when=bound & admitted & ~is_terminal & ~gone,
        sets={expired: True},
    ),
    Step(
        "evict for pressure",
        by="kubelet",
        fair=False,
        when=bound & admitted & ~is_terminal & ~gone & ~evicted,
        sets={evicted: True, disrupted: True},
    ),
    Step("delete", by="user", fair=False, when=~deleted & ~gone, sets={deleted: True}),
    Step(
        "evict by the API, or preempt",
        by="API server",
        fair=False,
        when=~deleted & ~gone & ~is_terminal,
        sets={deleted: True, disrupted: True},
    ),
    Step(
        "begin to stop",
        by="kubelet",
        when=bound & admitted & (to_be_stopped | over) & ~stopping & ~gone,
        sets={stopping: True},
    ),
    Step(
        "stop the app",
        by="kubelet",
        when=stopping & app.eq(App.RUNNING),
        sets={app: App.FAILED, app_ready: False},
        why="it ends on SIGTERM with an exit code of its own, or by SIGKILL with 137",
    ),
    Step(
        "end well on SIGTERM",
        by="process",
        fair=False,
        when=stopping & app.eq(App.RUNNING),
        sets={app: App.SUCCEEDED, app_ready: False},
    ),
    Step("stop the init container", by="kubelet", when=stopping & init.eq(Init.RUNNING), sets={init: Init.FAILED}),
    Step(
        "stop the sidecar",
        by="kubelet",
        when=stopping & sidecar.eq(Sidecar.RUNNING) & ~app.eq(App.RUNNING) & ~init.eq(Init.RUNNING),
        sets={sidecar: Sidecar.EXITED},
    ),
    Step("see that all has stopped", by="kubelet", when=stopping & ~stopped & nothing_runs, sets={stopped: True}),
    Step(
        "report",
        by="kubelet",
        when=bound
        & admitted
        & ~gone
        & (
            ~phase.eq(next_phase)
            | ~initialized.eq(next_initialized)
            | ~containers_ready.eq(next_containers_ready)
            | ~ready.eq(next_ready)
        ),
        sets={
            phase: next_phase,
            initialized: next_initialized,
            containers_ready: next_containers_ready,
            ready: next_ready,
        },
    ),
    Step(
        "remove",
        by="API server",
        when=deleted & ~gone & (~bound | (stopped & is_terminal)),
        sets={gone: True},
        why="a pod without a node goes at once, else the kubelet asks for it when nothing is left",
    ),
)

POD = Machine(
    name="pod",
    start={
        policy: ANY,
        gated: ANY,
        has_gate: ANY,
        init: (Init.NONE, Init.WAITING),
        sidecar: (Sidecar.NONE, Sidecar.WAITING),
        app: App.WAITING,
        app_ready: False,
        initialized_once: False,
        bound: False,
        admitted: False,
        sandbox: False,
        gate: False,
        phase: Phase.PENDING,
        initialized: False,
        containers_ready: False,
        ready: False,
        deleted: False,
        stopping: False,
        stopped: False,
        gone: False,
        disrupted: False,
        expired: False,
        evicted: False,
        restarts: 0,
        failures: FAILURES,
    },
    steps=STEPS,
    shows=phase,
    ends=gone,
    assumes=(
        f"at most {FAILURES} exits of its containers",
        "one app container, at most one init container and one sidecar stand for all",
    ),
)
