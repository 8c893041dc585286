"""What holds of the order in which a pod's containers start and stop, and what does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.logic.terms import all_of, any_of
from kubeproof.model.machine import after
from kubeproof.model.machines.container import Policy, policy
from kubeproof.model.machines.pod_order import (
    APPS,
    INITS,
    ORDER,
    POD_ORDER,
    SIDECARS,
    Stage,
    all_initialized,
    app,
    app_was_there,
    deleted,
    early,
    early_started,
    failures,
    first_init,
    late,
    late_started,
    other_app,
    runs,
    second_init,
    stopping,
)
from kubeproof.properties.law import always, every_step, leads_to, sometimes

an_app_runs = any_of(runs(one) for one in APPS)
by_itself = after(failures) < failures
waits = all_of(one.eq(Stage.WAITING) for one in APPS)

LAWS = (
    always(
        "the second init container starts after the first has succeeded",
        POD_ORDER,
        first_init.eq(Stage.SUCCEEDED),
        when=~second_init.eq(Stage.WAITING),
    ),
    every_step(
        "an init container first starts after the sidecar before it has started",
        POD_ORDER,
        early_started,
        when=second_init.eq(Stage.WAITING) & after(second_init).eq(Stage.RUNNING),
    ),
    always(
        "the second sidecar starts after the second init container has succeeded",
        POD_ORDER,
        second_init.eq(Stage.SUCCEEDED),
        when=~late.eq(Stage.WAITING),
    ),
    every_step(
        "the first app starts when the last sidecar has started",
        POD_ORDER,
        all_initialized,
        when=waits & any_of(after(one).eq(Stage.RUNNING) for one in APPS),
    ),
    every_step(
        "an init container that succeeded never runs again",
        POD_ORDER,
        all_of(~one.eq(Stage.SUCCEEDED) | after(one).eq(Stage.SUCCEEDED) for one in INITS),
    ),
    every_step(
        "no init container starts once an app has run",
        POD_ORDER,
        all_of(runs(one) | ~after(one).eq(Stage.RUNNING) for one in INITS),
        when=app_was_there,
    ),
    always(
        "Never runs no failed init container again",
        POD_ORDER,
        all_of(one.eq(Stage.WAITING) for one in APPS),
        when=policy.eq(Policy.NEVER) & any_of(one.eq(Stage.FAILED) for one in INITS),
    ),
    every_step(
        "a sidecar outlives the apps, unless it fails by itself",
        POD_ORDER,
        ~an_app_runs | by_itself,
        when=any_of(runs(one) & ~after(one).eq(Stage.RUNNING) for one in SIDECARS),
    ),
    every_step(
        "sidecars stop in reverse order, unless one fails by itself",
        POD_ORDER,
        ~runs(late) | by_itself,
        when=runs(early) & ~after(early).eq(Stage.RUNNING),
    ),
    every_step(
        "nothing starts in a pod that is being stopped",
        POD_ORDER,
        all_of(runs(one) | ~after(one).eq(Stage.RUNNING) for one in (*ORDER, *APPS)),
        when=stopping,
    ),
    always(
        "only a running sidecar has started", POD_ORDER, (runs(early) | ~early_started) & (runs(late) | ~late_started)
    ),
    leads_to(
        "a deleted pod stops all its containers", POD_ORDER, deleted, all_of(~runs(one) for one in (*ORDER, *APPS))
    ),
    sometimes("all of it can run together", POD_ORDER, runs(app) & runs(other_app) & early_started & late_started),
    sometimes("a sidecar can be run again while the apps run", POD_ORDER, runs(app) & early.eq(Stage.FAILED)),
)

STUDIES = (
    every_step(
        "an init container is run only while the sidecar before it runs",
        POD_ORDER,
        runs(early),
        when=~runs(second_init) & after(second_init).eq(Stage.RUNNING),
        note="one that is run again does not wait for a sidecar that failed meanwhile",
    ),
    every_step(
        "an app first starts when all sidecars run",
        POD_ORDER,
        all_of(runs(one) for one in SIDECARS),
        when=waits & any_of(after(one).eq(Stage.RUNNING) for one in APPS),
        note="only the last one is asked",
    ),
    always(
        "while an app runs, all sidecars do",
        POD_ORDER,
        all_of(runs(one) for one in SIDECARS),
        when=an_app_runs,
        note="a sidecar that failed is run again, and the apps go on meanwhile",
    ),
    always(
        "an app runs only in a pod that is initialized",
        POD_ORDER,
        all_initialized,
        when=an_app_runs,
        note="a sidecar that is run again has not started yet",
    ),
)
