"""What holds of one container's life, and what one would think holds but does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.machine import after
from kubeproof.model.machines.container import (
    CONTAINER,
    Ending,
    Exit,
    Policy,
    Reason,
    State,
    backoff,
    deleted,
    ending,
    exit_code,
    failures,
    has_post_start,
    has_pre_stop,
    last,
    policy,
    process,
    pulled,
    ready,
    reason,
    restarts,
    running,
    should_restart,
    started,
    state,
    terminated,
    waiting,
)
from kubeproof.properties.law import always, every_step, leads_to, sometimes

again = restarts < after(restarts)

LAWS = (
    always("a container that waits is not ready", CONTAINER, ~ready, when=waiting),
    always("a ready container runs, and its startup probe has passed", CONTAINER, running & started, when=ready),
    always("a container that is shown as running has a process", CONTAINER, process, when=running),
    always("only a pulled image is run", CONTAINER, pulled, when=process),
    always("a running container shows no reason", CONTAINER, reason.eq(Reason.NONE), when=running),
    always(
        "a container that ended by itself, or was killed, has an exit code",
        CONTAINER,
        ~exit_code.eq(Exit.NONE),
        when=terminated,
    ),
    always("Completed means exit 0", CONTAINER, exit_code.eq(Exit.ZERO), when=reason.eq(Reason.COMPLETED)),
    always("OOMKilled means 137", CONTAINER, exit_code.eq(Exit.KILLED), when=reason.eq(Reason.OOM_KILLED)),
    always(
        "a container in CrashLoopBackOff has exited before",
        CONTAINER,
        ~exit_code.eq(Exit.NONE),
        when=reason.eq(Reason.CRASH_LOOP),
    ),
    always("a container that was restarted tells its last exit", CONTAINER, ~last.eq(Exit.NONE), when=restarts > 0),
    always("Never never restarts", CONTAINER, restarts.eq(0), when=policy.eq(Policy.NEVER)),
    every_step("restart counts never fall", CONTAINER, restarts <= after(restarts)),
    every_step("a restart counts once", CONTAINER, after(restarts) <= restarts + 1),
    every_step(
        "OnFailure never restarts exit 0",
        CONTAINER,
        ~exit_code.eq(Exit.ZERO),
        when=policy.eq(Policy.ON_FAILURE) & again,
    ),
    every_step("only what has ended is restarted", CONTAINER, ~process, when=again),
    every_step("a deleted container never starts again", CONTAINER, ~after(process), when=deleted & ~process),
    every_step(
        "the first restart comes without waiting for back-off",
        CONTAINER,
        restarts > 0,
        when=~reason.eq(Reason.CRASH_LOOP) & after(reason).eq(Reason.CRASH_LOOP),
    ),
    every_step(
        "each restart makes the next wait longer, until it is the longest",
        CONTAINER,
        backoff < after(backoff),
        when=again & (backoff < 6),
    ),
    every_step(
        "postStart comes before a container is shown as running",
        CONTAINER,
        process,
        when=has_post_start & ~running & after(state).eq(State.RUNNING),
    ),
    every_step(
        "preStop comes before SIGTERM",
        CONTAINER,
        ending.eq(Ending.PRE_STOP),
        when=has_pre_stop & after(ending).eq(Ending.SIGTERM) & ~ending.eq(Ending.SIGTERM),
    ),
    leads_to("after deletion a container ends within its grace period", CONTAINER, deleted & process, ~process),
    leads_to(
        "a container that backs off is run again, or deleted",
        CONTAINER,
        reason.eq(Reason.CRASH_LOOP),
        running | deleted | process,
    ),
    leads_to("what should be restarted is, or is deleted", CONTAINER, terminated & should_restart, process | deleted),
    leads_to(
        "an image that could not be pulled is asked for again",
        CONTAINER,
        reason.eq(Reason.ERR_IMAGE_PULL),
        reason.eq(Reason.CREATING) | deleted,
    ),
    sometimes("a container can succeed after a crash", CONTAINER, exit_code.eq(Exit.ZERO) & (restarts > 0)),
    sometimes("a container can be ready after a crash", CONTAINER, ready & (restarts > 0)),
    sometimes(
        "a container can be out of memory three times",
        CONTAINER,
        reason.eq(Reason.OOM_KILLED) & failures.eq(0) & last.eq(Exit.KILLED),
    ),
)

STUDIES = (
    always(
        "a container that the API shows as waiting has no process",
        CONTAINER,
        ~process,
        when=waiting,
        note="while postStart runs, the process does too",
    ),
    every_step(
        "a container that exits 0 is not restarted",
        CONTAINER,
        ~exit_code.eq(Exit.ZERO),
        when=again,
        note="restartPolicy Always restarts it all the same",
    ),
    always(
        "a running container keeps its readiness",
        CONTAINER,
        ready,
        when=running & started,
        note="readiness may fail at any time, and the container runs on",
    ),
    leads_to(
        "a container whose configuration is missing starts in the end",
        CONTAINER,
        reason.eq(Reason.CONFIG_ERROR),
        running,
        note="only a user can mend it",
    ),
)
