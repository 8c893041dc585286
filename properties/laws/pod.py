"""What holds of a pod's life, and what one would think holds but does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.machine import after
from kubeproof.model.machines.container import Policy, policy
from kubeproof.model.machines.pod import (
    POD,
    App,
    Init,
    Phase,
    Sidecar,
    admitted,
    app,
    app_failed,
    app_succeeded,
    bound,
    containers_ready,
    deleted,
    disrupted,
    evicted,
    expired,
    failures,
    gate,
    gated,
    gone,
    has_gate,
    init,
    init_done,
    initialized,
    is_terminal,
    nothing_runs,
    phase,
    ready,
    restarts,
    sidecar,
    stopping,
)
from kubeproof.properties.law import always, every_step, leads_to, sometimes

again = restarts < after(restarts)
pending, running, succeeded, failed = (phase.eq(one) for one in tuple(Phase)[:4])

LAWS = (
    every_step("Succeeded and Failed are final", POD, after(phase).eq(phase), when=is_terminal),
    always("nothing sets the phase Unknown", POD, ~phase.eq(Phase.UNKNOWN)),
    always("a pod runs only once it is bound and admitted", POD, bound & admitted, when=~nothing_runs),
    every_step("a bound pod stays bound", POD, after(bound), when=bound),
    always("a gated pod is not bound", POD, ~bound, when=gated),
    every_step("a deletion is never taken back", POD, after(deleted), when=deleted),
    always("a pod that is gone runs nothing", POD, nothing_runs, when=gone),
    always("a terminal pod runs nothing", POD, nothing_runs, when=is_terminal),
    every_step("restart counts never fall", POD, restarts <= after(restarts)),
    every_step("OnFailure restarts what failed alone", POD, app_failed, when=policy.eq(Policy.ON_FAILURE) & again),
    always("Never never restarts", POD, restarts.eq(0), when=policy.eq(Policy.NEVER)),
    every_step(
        "nothing is started in a pod that is being stopped",
        POD,
        ~after(app).eq(App.RUNNING),
        when=stopping & ~app.eq(App.RUNNING),
    ),
    always("the app starts after the init container succeeded", POD, init_done, when=~app.eq(App.WAITING)),
    always(
        "a sidecar starts before the init container behind it",
        POD,
        ~sidecar.eq(Sidecar.WAITING),
        when=init.one_of(Init.RUNNING, Init.SUCCEEDED, Init.FAILED),
    ),
    every_step(
        "a sidecar outlives the app, unless it fails by itself",
        POD,
        ~app.eq(App.RUNNING),
        when=sidecar.eq(Sidecar.RUNNING) & ~after(sidecar).eq(Sidecar.RUNNING) & after(failures).eq(failures),
    ),
    always("a ready pod is in phase Running", POD, running, when=ready),
    always("a ready pod has ready containers, and is initialized", POD, containers_ready & initialized, when=ready),
    every_step("a pod becomes ready only with its readiness gate", POD, gate, when=has_gate & ~ready & after(ready)),
    always("a terminal pod is not ready", POD, ~ready & ~containers_ready, when=is_terminal),
    every_step(
        "once initialized, a pod stays so while its app has run",
        POD,
        after(initialized),
        when=initialized & ~app.eq(App.WAITING),
    ),
    every_step(
        "a pod becomes Succeeded only with exit 0",
        POD,
        app_succeeded,
        when=~succeeded & after(phase).eq(Phase.SUCCEEDED),
    ),
    always("whoever is disrupted is deleted or evicted", POD, deleted | evicted, when=disrupted),
    leads_to("after deletion a pod ends within its grace period and goes", POD, deleted, gone),
    leads_to("a bound pod is admitted or refused", POD, bound & ~gone, admitted | is_terminal | gone),
    leads_to("a pod that is past its deadline fails", POD, expired, failed | gone),
    leads_to("a pod that is evicted fails", POD, evicted, failed | gone),
    leads_to("a pod without a gate is bound, or deleted", POD, ~gated, bound | deleted),
    sometimes("a pod can succeed after a crash", POD, succeeded & (restarts > 0)),
    sometimes("an Always pod can succeed, when it is deleted", POD, succeeded & policy.eq(Policy.ALWAYS)),
    sometimes("a pod can be ready again after a crash", POD, ready & (restarts > 1)),
    sometimes("a pod can fail without ever having been admitted", POD, failed & ~admitted),
)

STUDIES = (
    always(
        "a Running pod has all containers running",
        POD,
        app.eq(App.RUNNING) & ~sidecar.eq(Sidecar.EXITED),
        when=running,
        note="a container that crashed and will be restarted keeps the phase Running",
    ),
    always(
        "a ready pod has its readiness gate true",
        POD,
        gate,
        when=ready & has_gate,
        note="the kubelet has to see it first",
    ),
    always(
        "a pending pod is not bound", POD, ~bound, when=pending, note="Pending lasts until the containers have started"
    ),
    always(
        "a pod that runs is not deleted",
        POD,
        ~deleted,
        when=running,
        note="the phase stays while the grace period lasts",
    ),
    always(
        "a deleted pod that ends has failed",
        POD,
        failed,
        when=deleted & is_terminal,
        note="it succeeds if its processes exit 0 on SIGTERM",
    ),
    always(
        "an init container has ended for good once the app has started, and the sidecar runs",
        POD,
        sidecar.one_of(Sidecar.NONE, Sidecar.RUNNING),
        when=app.eq(App.RUNNING),
        note="a sidecar may crash while the app runs",
    ),
    leads_to(
        "a Running pod becomes ready, or ends",
        POD,
        running,
        ready | is_terminal | gone,
        note="its readiness probe may never pass",
    ),
)
