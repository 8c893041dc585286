"""The life of one app container, from its image to its last exit (Kubernetes v1.36: pkg/kubelet/kuberuntime, prober).

Its policy, whether it has hooks and which probes are configured are fixed from the start, and any of them may be. What
exits, fails or is found missing is a failure with a budget (`failures`), so that every run is finite but for probes.
`process` is what the runtime knows, `state` and `reason` what the API shows: while postStart runs, the process is there
and the API does not show it as running.

Time is an order of events: back-off is its level (0 to 6: none, 10, 20, 40, 80, 160, 300 s; node/kubelet/backoff.py has
the seconds), a grace period ends when it ends. A probe's thresholds are the probe machine's. Not modelled here: other
containers of the pod (pod.py, pod_order.py), container-level restart rules (node/kubelet/restarts.py), pulling again
before a restart.
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.logic.terms import Term
from kubeproof.model.machine import ANY, Machine, Step, between, boolean, one_of


class Policy(Enum):
    """spec.restartPolicy."""

    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"


class State(Enum):
    """The three states of a container."""

    WAITING = "Waiting"
    RUNNING = "Running"
    TERMINATED = "Terminated"


class Reason(Enum):
    """The reason that the API shows beside the state; a running container has none."""

    NONE = "-"
    CREATING = "ContainerCreating"
    ERR_IMAGE_PULL = "ErrImagePull"
    IMAGE_PULL_BACK_OFF = "ImagePullBackOff"
    CONFIG_ERROR = "CreateContainerConfigError"
    CRASH_LOOP = "CrashLoopBackOff"
    COMPLETED = "Completed"
    ERROR = "Error"
    OOM_KILLED = "OOMKilled"
    CANNOT_RUN = "ContainerCannotRun"


class Exit(Enum):
    """An exit code, as far as it matters: none yet, zero, the process's own, a signal's."""

    NONE = "-"
    ZERO = "0"
    OTHER = "1"
    KILLED = "137"


class Ending(Enum):
    """How far the kubelet is with stopping the process."""

    NO = "no"
    WANTED = "wanted"
    PRE_STOP = "preStop"
    SIGTERM = "SIGTERM"


FAILURES = 3

policy = one_of("policy", Policy)
has_post_start, has_pre_stop = boolean("postStart"), boolean("preStop")
has_startup, has_readiness = boolean("startupProbe"), boolean("readinessProbe")
state, reason = one_of("state", State), one_of("reason", Reason)
exit_code, last = one_of("exit", Exit), one_of("lastExit", Exit)
process, pulled = boolean("process"), boolean("pulled")
started, ready = boolean("started"), boolean("ready")
ending, deleted = one_of("ending", Ending), boolean("deleted")
backoff = between("backoff", 0, 6)
restarts, failures = between("restarts", 0, FAILURES), between("failures", 0, FAILURES)

waiting, running, terminated = (state.eq(one) for one in State)
may_fail = failures > 0
fails = {failures: failures - 1}

should_restart = ~deleted & (policy.eq(Policy.ALWAYS) | (policy.eq(Policy.ON_FAILURE) & ~exit_code.eq(Exit.ZERO)))
"""Whether the kubelet runs an exited container again (kuberuntime.ShouldContainerBeRestarted)."""

SHOWN_RUNNING: dict[Term, Term | Enum | bool] = {
    state: State.RUNNING,
    reason: Reason.NONE,
    exit_code: Exit.NONE,
    started: ~has_startup,
    ready: ~has_startup & ~has_readiness,
}


def _ends(code: Exit, why: Reason) -> dict[Term, Term | Enum | bool]:
    return {
        process: False,
        state: State.TERMINATED,
        reason: why,
        exit_code: code,
        started: False,
        ready: False,
        ending: Ending.NO,
    }


def _starts(again: bool) -> dict[Term, Term | Enum | bool | int]:
    """The process is there; the API shows it at once only where no postStart has to run first."""
    shown = {one: has_post_start.then(one, value) for one, value in SHOWN_RUNNING.items()}
    counted = {restarts: restarts + 1, last: exit_code, backoff: (backoff < 6).then(backoff + 1, 6)}
    return {process: True, **shown, **(counted if again else {})}


creating = waiting & reason.eq(Reason.CREATING) & ~process & ~deleted

STEPS = (
    Step("pull the image", by="kubelet", when=creating & ~pulled, sets={pulled: True}),
    Step(
        "fail to pull",
        by="registry",
        fair=False,
        when=creating & ~pulled & may_fail,
        sets={reason: Reason.ERR_IMAGE_PULL, **fails},
    ),
    Step(
        "back off from pulling",
        by="kubelet",
        when=waiting & reason.eq(Reason.ERR_IMAGE_PULL),
        sets={reason: Reason.IMAGE_PULL_BACK_OFF},
    ),
    Step(
        "try to pull again",
        by="kubelet",
        when=waiting & reason.eq(Reason.IMAGE_PULL_BACK_OFF) & ~deleted,
        sets={reason: Reason.CREATING},
    ),
    Step(
        "miss its ConfigMap",
        by="kubelet",
        fair=False,
        when=creating & pulled & may_fail,
        sets={reason: Reason.CONFIG_ERROR, **fails},
    ),
    Step(
        "find its ConfigMap",
        by="user",
        fair=False,
        when=waiting & reason.eq(Reason.CONFIG_ERROR) & ~deleted,
        sets={reason: Reason.CREATING},
    ),
    Step("start", by="kubelet", when=creating & pulled, sets=_starts(again=False)),
    Step(
        "fail to start",
        by="runtime",
        fair=False,
        when=creating & pulled & may_fail,
        sets={**_ends(Exit.OTHER, Reason.CANNOT_RUN), **fails},
    ),
    Step("finish postStart", by="kubelet", when=process & ~running & ending.eq(Ending.NO), sets=SHOWN_RUNNING),
    Step(
        "fail in postStart",
        by="kubelet",
        fair=False,
        when=process & ~running & ending.eq(Ending.NO) & may_fail,
        sets={ending: Ending.WANTED, **fails},
    ),
    Step(
        "pass the startup probe",
        by="prober",
        fair=False,
        when=running & ~started,
        sets={started: True, ready: ~has_readiness},
    ),
    Step(
        "fail the startup probe",
        by="prober",
        fair=False,
        when=running & ~started & ending.eq(Ending.NO) & may_fail,
        sets={ending: Ending.WANTED, **fails},
    ),
    Step("pass the readiness probe", by="prober", fair=False, when=running & started & ~ready, sets={ready: True}),
    Step("fail the readiness probe", by="prober", fair=False, when=ready & has_readiness, sets={ready: False}),
    Step(
        "fail the liveness probe",
        by="prober",
        fair=False,
        when=running & started & ending.eq(Ending.NO) & may_fail,
        sets={ending: Ending.WANTED, **fails},
    ),
    Step("run for ten minutes", by="clock", fair=False, when=running & (backoff > 0), sets={backoff: 0}),
    Step(
        "exit 0",
        by="process",
        fair=False,
        when=process & may_fail,
        sets={**_ends(Exit.ZERO, Reason.COMPLETED), **fails},
    ),
    Step(
        "exit 1", by="process", fair=False, when=process & may_fail, sets={**_ends(Exit.OTHER, Reason.ERROR), **fails}
    ),
    Step(
        "run out of memory",
        by="kernel",
        fair=False,
        when=process & may_fail,
        sets={**_ends(Exit.KILLED, Reason.OOM_KILLED), **fails},
    ),
    Step("delete", by="user", fair=False, when=~deleted, sets={deleted: True}),
    Step("begin to stop", by="kubelet", when=deleted & process & ending.eq(Ending.NO), sets={ending: Ending.WANTED}),
    Step(
        "run preStop",
        by="kubelet",
        when=ending.eq(Ending.WANTED) & has_pre_stop,
        sets={ending: Ending.PRE_STOP},
    ),
    Step(
        "send SIGTERM",
        by="kubelet",
        when=ending.eq(Ending.PRE_STOP) | (ending.eq(Ending.WANTED) & ~has_pre_stop),
        sets={ending: Ending.SIGTERM},
    ),
    Step(
        "end on SIGTERM",
        by="process",
        fair=False,
        when=ending.eq(Ending.SIGTERM),
        sets=_ends(Exit.ZERO, Reason.COMPLETED),
    ),
    Step(
        "send SIGKILL",
        by="kubelet",
        when=ending.one_of(Ending.SIGTERM, Ending.PRE_STOP),
        sets=_ends(Exit.KILLED, Reason.ERROR),
        why="the grace period is over, preStop or not",
    ),
    Step(
        "restart",
        by="kubelet",
        when=terminated & ~process & should_restart & backoff.eq(0),
        sets=_starts(again=True),
    ),
    Step(
        "wait for back-off",
        by="kubelet",
        when=terminated & ~process & should_restart & (backoff > 0),
        sets={state: State.WAITING, reason: Reason.CRASH_LOOP},
    ),
    Step(
        "restart after back-off",
        by="kubelet",
        when=waiting & reason.eq(Reason.CRASH_LOOP) & ~process & ~deleted,
        sets=_starts(again=True),
    ),
)

CONTAINER = Machine(
    name="container",
    start={
        policy: ANY,
        has_post_start: ANY,
        has_pre_stop: ANY,
        has_startup: ANY,
        has_readiness: ANY,
        state: State.WAITING,
        reason: Reason.CREATING,
        exit_code: Exit.NONE,
        last: Exit.NONE,
        process: False,
        pulled: False,
        started: False,
        ready: False,
        ending: Ending.NO,
        deleted: False,
        backoff: 0,
        restarts: 0,
        failures: FAILURES,
    },
    steps=STEPS,
    shows=state,
    ends=terminated & ~should_restart | deleted & ~process,
    assumes=(f"at most {FAILURES} failures of the process, its image, its configuration or its probes",),
)
