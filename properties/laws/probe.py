"""What holds of a probe worker, and what one would think holds but does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.machine import after
from kubeproof.model.machines.probe import (
    PROBE,
    Kind,
    Result,
    failure_threshold,
    kind,
    last,
    on_hold,
    result,
    running,
    started,
    streak,
    success_threshold,
)
from kubeproof.properties.law import always, every_step, sometimes

LAWS = (
    always("a worker on hold has decided for good", PROBE, ~result.eq(Result.UNKNOWN), when=on_hold),
    always("readiness never holds", PROBE, ~on_hold, when=kind.eq(Kind.READINESS)),
    always(
        "liveness holds only after a failure", PROBE, result.eq(Result.FAILURE), when=on_hold & kind.eq(Kind.LIVENESS)
    ),
    always(
        "what has not started is not ready", PROBE, ~result.eq(Result.SUCCESS), when=kind.eq(Kind.READINESS) & ~started
    ),
    always(
        "a living container counts as alive before liveness was asked",
        PROBE,
        ~result.eq(Result.UNKNOWN),
        when=kind.eq(Kind.LIVENESS) & running,
    ),
    every_step(
        "a result changes to failure only by as many failures as the threshold",
        PROBE,
        failure_threshold <= streak + 1,
        when=running & after(running) & result.eq(Result.SUCCESS) & after(result).eq(Result.FAILURE),
    ),
    every_step(
        "readiness comes only by as many successes as the threshold",
        PROBE,
        success_threshold <= streak + 1,
        when=kind.eq(Kind.READINESS) & ~result.eq(Result.SUCCESS) & after(result).eq(Result.SUCCESS),
    ),
    every_step("while it holds, its result stays", PROBE, after(result).eq(result), when=on_hold & after(on_hold)),
    every_step("it holds until there is a new container", PROBE, after(on_hold) | after(running), when=on_hold),
    every_step(
        "a startup probe that has passed is asked no more",
        PROBE,
        after(last).eq(last) | ~after(running),
        when=kind.eq(Kind.STARTUP) & started,
    ),
    sometimes(
        "readiness can be lost and come back",
        PROBE,
        kind.eq(Kind.READINESS) & result.eq(Result.SUCCESS) & last.eq(Result.FAILURE),
    ),
    sometimes(
        "a startup probe can fail a container", PROBE, kind.eq(Kind.STARTUP) & result.eq(Result.FAILURE) & on_hold
    ),
)

STUDIES = (
    always(
        "a result is what was seen last",
        PROBE,
        result.eq(last),
        when=running & ~last.eq(Result.UNKNOWN),
        note="it takes as many in a row as the threshold says",
    ),
    every_step(
        "a new container starts a new streak",
        PROBE,
        after(streak).eq(0),
        when=~running & after(running),
        note="the streak of the last container goes on",
    ),
)
