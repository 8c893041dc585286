"""One probe worker: outcomes in, the result that the kubelet acts on out (Kubernetes v1.36: pkg/kubelet/prober).

`result` is what counts for the container; as many equal outcomes in a row as their threshold says change it. A startup
probe that has decided, or a liveness probe that has failed, is asked no more until there is a new container. Thresholds
are any up to three; a success threshold above 1 is readiness's alone, as the API demands. An unknown outcome counts as
a failure and a warning as a success; an error ends the round and changes nothing. The exact function is
node/kubelet/probes.py. Not modelled: initial delays, periods, a pod that is being deleted.
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.logic.terms import FALSE, TRUE, Term
from kubeproof.model.machine import ANY, Machine, Step, between, boolean, one_of


class Kind(Enum):
    """Which probe it is."""

    STARTUP = "startup"
    LIVENESS = "liveness"
    READINESS = "readiness"


class Result(Enum):
    """What the kubelet acts on."""

    UNKNOWN = "unknown"
    SUCCESS = "success"
    FAILURE = "failure"


LONGEST = 3

kind, result, last = one_of("kind", Kind), one_of("result", Result), one_of("lastOutcome", Result)
streak = between("streak", 0, LONGEST)
success_threshold, failure_threshold = between("successThreshold", 1, LONGEST), between("failureThreshold", 1, LONGEST)
running, started, on_hold = boolean("running"), boolean("started"), boolean("onHold")

successes_needed = kind.eq(Kind.READINESS).then(success_threshold, 1)
is_asked = running & ~on_hold & ~kind.eq(Kind.STARTUP).eq(started)
"""The startup probe is asked until the container has started, the two others from then on."""

initial_result = kind.eq(Kind.STARTUP).then(Result.UNKNOWN, kind.eq(Kind.LIVENESS).then(Result.SUCCESS, Result.FAILURE))


def _sees(outcome: Result, threshold: Term) -> Step:
    longer = last.eq(outcome).then((streak < LONGEST).then(streak + 1, LONGEST), 1)
    decided = threshold <= longer
    failed = TRUE if outcome is Result.FAILURE else FALSE
    holds = decided & (kind.eq(Kind.STARTUP) | (kind.eq(Kind.LIVENESS) & failed))
    return Step(
        f"see a {outcome.value}",
        by="prober",
        fair=False,
        when=is_asked,
        sets={
            last: outcome,
            streak: holds.then(0, longer),
            result: decided.then(outcome, result),
            started: started | (kind.eq(Kind.STARTUP) & decided & ~failed),
            on_hold: holds,
        },
    )


PROBE = Machine(
    name="probe",
    start={
        kind: ANY,
        success_threshold: ANY,
        failure_threshold: ANY,
        running: False,
        started: False,
        result: Result.UNKNOWN,
        last: Result.UNKNOWN,
        streak: 0,
        on_hold: False,
    },
    steps=(
        Step(
            "get a container",
            by="kubelet",
            when=~running,
            sets={running: True, started: False, on_hold: False, result: initial_result},
        ),
        Step(
            "see it started",
            by="kubelet",
            when=running & ~started & ~kind.eq(Kind.STARTUP),
            sets={started: True},
            why="it has no startup probe, or another worker's has passed",
        ),
        _sees(Result.SUCCESS, successes_needed),
        _sees(Result.FAILURE, failure_threshold),
        Step("fail to ask", by="prober", fair=False, when=is_asked, sets={}, why="an error is no outcome"),
        Step(
            "lose the container",
            by="process",
            fair=False,
            when=running,
            sets={running: False, started: False, result: on_hold.then(result, Result.FAILURE)},
        ),
    ),
    shows=result,
)
