"""In which order the containers of a pod start and stop: two init containers, a sidecar between them, and two apps
(Kubernetes v1.36: pkg/kubelet/kuberuntime, computeInitContainerActions and the termination order of sidecars).

Init containers start one after another, each when its predecessor has succeeded; a sidecar counts as done for the next
once it has started (its startup probe passed). Only the one right before is asked: what has run before and is run again
waits for nobody, and a sidecar that fails meanwhile holds nobody back. The apps start together when the last of them is
done. When the pod stops, the apps are stopped first, then the sidecars in reverse order. The exact function is
node/kubelet/actions.py, and a test holds the two equal. Not modelled here: back-off, restart rules, probes other than
the sidecar's startup.
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.logic.terms import TRUE, Term, all_of, any_of
from kubeproof.model.machine import ANY, Machine, Step, between, boolean, one_of
from kubeproof.model.machines.container import Policy, policy


class Stage(Enum):
    """How far a container is."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "exited 0"
    FAILED = "exited 1"


FAILURES = 3

first_init, second_init = one_of("init1", Stage), one_of("init2", Stage)
early, late = one_of("sidecar1", Stage), one_of("sidecar2", Stage)
early_started, late_started = boolean("sidecar1Started"), boolean("sidecar2Started")
app, other_app = one_of("app1", Stage), one_of("app2", Stage)
stopping, deleted = boolean("stopping"), boolean("deleted")
failures = between("failures", 0, FAILURES)

APPS, INITS, SIDECARS = (app, other_app), (first_init, second_init), (early, late)
STARTED: dict[Term, Term] = {early: early_started, late: late_started}


def runs(one: Term) -> Term:
    """The container runs."""
    return one.eq(Stage.RUNNING)


def done(one: Term) -> Term:
    """What comes behind it may start."""
    return runs(one) & STARTED[one] if one in STARTED else one.eq(Stage.SUCCEEDED)


ORDER = (first_init, early, second_init, late)
"""spec.initContainers: init1, sidecar1, init2, sidecar2."""

all_initialized = done(ORDER[-1])
"""The apps may start: only the last one is asked, not those before it that may have failed since."""
may_fail = failures > 0
fails = {failures: failures - 1}


def runs_again(one: Term) -> Term:
    """Whether an app or init container that ended is run again; an init container that succeeded is not."""
    again = policy.eq(Policy.ALWAYS) | (policy.eq(Policy.ON_FAILURE) & one.eq(Stage.FAILED))
    return one.eq(Stage.FAILED) & ~policy.eq(Policy.NEVER) if one in INITS else again


apps_are_asked = all_initialized | any_of(runs(one) for one in APPS)
"""The kubelet looks at the apps at all: while none of them runs, the last sidecar has to be there."""

over = any_of(one.eq(Stage.FAILED) & policy.eq(Policy.NEVER) for one in INITS) | (
    all_initialized & all_of(one.one_of(Stage.SUCCEEDED, Stage.FAILED) & ~runs_again(one) for one in APPS)
)
"""Nothing is left to run: the sidecars are stopped then, which the last of them has to be up for."""

app_was_there = any_of(~one.eq(Stage.WAITING) for one in APPS)
APP_NAMES = {app: "app1", other_app: "app2"}
INIT_NAMES = {first_init: "init1", second_init: "init2"}
SIDECAR_NAMES = {early: "sidecar1", late: "sidecar2"}


def _before(one: Term) -> Term:
    """The one before it in spec.initContainers is done; once an app has run, that is history."""
    at = ORDER.index(one)
    return app_was_there | (done(ORDER[at - 1]) if at else TRUE)


def _starts() -> list[Step]:
    steps = []
    for one, name in {**INIT_NAMES, **SIDECAR_NAMES}.items():
        begins = one.eq(Stage.WAITING) & ~app_was_there
        again = (one.eq(Stage.FAILED) & ~app_was_there & runs_again(one)) if one in INITS else one.eq(Stage.FAILED)
        steps.append(
            Step(
                f"start {name}",
                by="kubelet",
                when=~stopping & ~deleted & ~over & ((begins & _before(one)) | again),
                sets={one: Stage.RUNNING},
            )
        )
    for one, name in APP_NAMES.items():
        steps.append(
            Step(
                f"start {name}",
                by="kubelet",
                when=~stopping & ~deleted & one.eq(Stage.WAITING) & apps_are_asked,
                sets={one: Stage.RUNNING},
            )
        )
        steps.append(
            Step(
                f"restart {name}",
                by="kubelet",
                when=~stopping
                & ~deleted
                & one.one_of(Stage.SUCCEEDED, Stage.FAILED)
                & runs_again(one)
                & apps_are_asked,
                sets={one: Stage.RUNNING},
            )
        )
    return steps


def _exits() -> list[Step]:
    steps = []
    for one, name in {**INIT_NAMES, **APP_NAMES}.items():
        costs = fails if one in APPS else {}
        steps.append(
            Step(
                f"{name} exits 0",
                by="process",
                fair=False,
                when=runs(one) & (may_fail if costs else True),
                sets={one: Stage.SUCCEEDED, **costs},
            )
        )
    for one, name in {**INIT_NAMES, **APP_NAMES, **SIDECAR_NAMES}.items():
        gone = {STARTED[one]: False} if one in STARTED else {}
        steps.append(
            Step(
                f"{name} exits 1",
                by="process",
                fair=False,
                when=runs(one) & may_fail,
                sets={one: Stage.FAILED, **gone, **fails},
            )
        )
    return steps


def _stops() -> list[Step]:
    steps = []
    for one, name in {**INIT_NAMES, **APP_NAMES}.items():
        steps.append(Step(f"stop {name}", by="kubelet", when=stopping & runs(one), sets={one: Stage.FAILED}))
    nothing_else = all_of(~runs(one) for one in (*INITS, *APPS))
    for one, name in SIDECAR_NAMES.items():
        behind = [other for other in SIDECARS if ORDER.index(other) > ORDER.index(one)]
        steps.append(
            Step(
                f"stop {name}",
                by="kubelet",
                when=stopping & runs(one) & nothing_else & all_of(~runs(other) for other in behind),
                sets={one: Stage.FAILED, STARTED[one]: False},
            )
        )
    return steps


POD_ORDER = Machine(
    name="pod order",
    start={
        policy: ANY,
        first_init: Stage.WAITING,
        early: Stage.WAITING,
        early_started: False,
        second_init: Stage.WAITING,
        late: Stage.WAITING,
        late_started: False,
        app: Stage.WAITING,
        other_app: Stage.WAITING,
        deleted: False,
        stopping: False,
        failures: FAILURES,
    },
    steps=(
        *_starts(),
        Step("sidecar1 has started", by="prober", when=runs(early) & ~early_started, sets={early_started: True}),
        Step("sidecar2 has started", by="prober", when=runs(late) & ~late_started, sets={late_started: True}),
        *_exits(),
        Step("delete", by="user", fair=False, when=~deleted, sets={deleted: True}),
        Step("begin to stop", by="kubelet", when=~stopping & (deleted | over), sets={stopping: True}),
        *_stops(),
    ),
    shows=app,
    ends=stopping & all_of(~runs(one) for one in (*ORDER, *APPS)),
    assumes=(f"at most {FAILURES} exits of apps, and failures",),
)
