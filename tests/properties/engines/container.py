"""A machine of thirteen variables, and laws over it, on which the engines are compared."""

from enum import Enum

from kubeproof.model.logic.terms import Term
from kubeproof.model.machine import ANY, Machine, Plain, Step, after, between, boolean, one_of
from kubeproof.properties.law import always, every_step, leads_to, sometimes


class State(Enum):
    WAITING = "Waiting"
    RUNNING = "Running"
    TERMINATED = "Terminated"


class Reason(Enum):
    NONE = ""
    CREATING = "ContainerCreating"
    CRASHES = "CrashLoopBackOff"
    NO_PULL = "ErrImagePull"
    BACK_OFF = "ImagePullBackOff"


class Policy(Enum):
    ALWAYS = "Always"
    ON_FAILURE = "OnFailure"
    NEVER = "Never"


class Probe(Enum):
    UNKNOWN = "unknown"
    GOOD = "success"
    BAD = "failure"


state, reason, policy = one_of("state", State), one_of("reason", Reason), one_of("policy", Policy)
restarts, code = between("restarts", 0, 3), between("exit code", 0, 2)
live, ready, startup = one_of("liveness", Probe), one_of("readiness", Probe), one_of("startup", Probe)
started, deleted, pulled = boolean("started"), boolean("deleted"), boolean("pulled")
grace, fails = between("grace", 0, 3), between("failures", 0, 3)

waiting, running, terminated = (state.eq(one) for one in State)
again = policy.eq(Policy.ALWAYS) | policy.eq(Policy.ON_FAILURE) & ~code.eq(0)
stops: dict[Term, Term | Plain] = {state: State.TERMINATED, started: False, ready: Probe.UNKNOWN}

CONTAINER = Machine(
    "container",
    start={
        state: State.WAITING,
        reason: Reason.CREATING,
        policy: ANY,
        restarts: 0,
        code: 0,
        live: Probe.UNKNOWN,
        ready: Probe.UNKNOWN,
        startup: Probe.UNKNOWN,
        started: False,
        deleted: False,
        pulled: (False, True),
        grace: 0,
        fails: 0,
    },
    steps=(
        Step("pull", "kubelet", waiting & ~pulled & ~deleted, {pulled: True, reason: Reason.CREATING}),
        Step(
            "pull fails",
            "registry",
            waiting & ~pulled,
            {reason: reason.eq(Reason.NO_PULL).then(Reason.BACK_OFF, Reason.NO_PULL)},
            fair=False,
        ),
        Step(
            "start",
            "runtime",
            waiting & pulled & ~deleted,
            {
                state: State.RUNNING,
                reason: Reason.NONE,
                live: Probe.UNKNOWN,
                ready: Probe.UNKNOWN,
                startup: Probe.UNKNOWN,
                started: False,
                fails: 0,
            },
        ),
        Step("started", "kubelet", running & startup.eq(Probe.UNKNOWN), {startup: Probe.GOOD, started: True}),
        Step("ready", "kubelet", running & started, {ready: Probe.GOOD}),
        Step("not ready", "process", running & started, {ready: Probe.BAD}, fair=False),
        Step("live", "kubelet", running & started, {live: Probe.GOOD, fails: 0}),
        Step("probe fails", "process", running & started & (fails < 3), {fails: fails + 1}, fair=False),
        Step("killed by probe", "kubelet", running & fails.eq(3), {**stops, code: 2, live: Probe.BAD}),
        Step("exit 0", "process", running, {**stops, code: 0}, fair=False),
        Step("exit 1", "process", running, {**stops, code: 1}, fair=False),
        Step(
            "restart",
            "kubelet",
            terminated & again & ~deleted & (restarts < 3),
            {state: State.WAITING, reason: Reason.CRASHES, restarts: restarts + 1},
        ),
        Step("delete", "user", ~deleted, {deleted: True, grace: 3}, fair=False),
        Step("time passes", "clock", deleted & (grace > 0), {grace: grace - 1}),
        Step("kill", "kubelet", deleted & running & grace.eq(0), {**stops, code: 2}),
    ),
)

RUNS_WHEN_READY = always("what is ready runs", CONTAINER, running, when=ready.eq(Probe.GOOD))
NEVER_AGAIN = always("with Never nothing restarts", CONTAINER, restarts.eq(0), when=policy.eq(Policy.NEVER))
RESTARTS_GROW = every_step("restarts never fall", CONTAINER, restarts <= after(restarts))
STAYS = every_step("what is deleted stays so", CONTAINER, after(deleted), when=deleted)
FEW_RESTARTS = always("it restarts twice at most", CONTAINER, restarts < 3)
NOT_READY = always("what should be gone is not ready", CONTAINER, ~ready.eq(Probe.GOOD), when=deleted & grace.eq(0))
PULLED_ONCE = every_step("nothing starts at once", CONTAINER, ~after(state).eq(State.RUNNING), when=waiting)
READY_AGAIN = sometimes("it may be ready after three restarts", CONTAINER, restarts.eq(3) & ready.eq(Probe.GOOD))
RESTARTS_ANYWAY = sometimes("with Never it may restart", CONTAINER, policy.eq(Policy.NEVER) & restarts.eq(1))
GETS_READY = leads_to("what runs gets ready", CONTAINER, running, ready.eq(Probe.GOOD))
GETS_KILLED = leads_to("what fails its probe is stopped", CONTAINER, fails.eq(3) & running, terminated)
STOPS = leads_to("what is deleted stops", CONTAINER, deleted, ~running)
