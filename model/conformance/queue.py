"""Golden queues (kube-scheduler v1.34): many pods one after another, by the conventions of the recording.

Those are the recording's, not kube-scheduler's: of several best nodes the first by name is taken; victims vanish at
once, and who preempts goes to the end of its priority class; who fails is tried again in the next round, of which there
are `maxRounds`, as long as something happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count, zip_longest
from typing import Any

from msgspec.structs import replace

from kubeproof.model.conformance.scheduler import Check, profile, with_pods
from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.scheduler.board import Attempt, Board, Outcome

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

QUEUE = "queue"
FIRST_BINDING = datetime(2026, 3, 1, tzinfo=UTC)


def check(case: Json, expect: Json) -> Check:
    """The recorded steps, placement and number of rounds, and the model's; where steps differ, the first that does."""
    want = {name: expect[name] for name in ("steps", "placement", "rounds")}
    try:
        got = answer(case)
    except NotModelled as missing:
        return Check(QUEUE, "", None, None, missing.path)
    except KubeproofError as refused:
        return Check(QUEUE, "", want, {"error": str(refused)})
    for number, (one, other) in enumerate(zip_longest(want["steps"], got["steps"]), start=1):
        if one != other:
            return Check(QUEUE, "", {f"step {number}": one}, {f"step {number}": other})
    return Check(QUEUE, "", want, got)


def answer(case: Json) -> Json:
    """The steps, the placement and the number of rounds. Raises NotModelled."""
    return _Protocol(case).answer()


class _Protocol:
    def __init__(self, case: Json) -> None:
        cluster, self.pending = with_pods(case, case["pending"])
        asked = profile(case)
        self.board = Board(
            cluster.with_pods(self.pending), asked if case["options"]["preemption"] else replace(asked, post_filters=())
        )
        self.most = case["options"]["maxRounds"]
        self.waiting: list[tuple[int, int, str]] = []
        self.turns, self.bound = count(), count()
        self.steps: list[Json] = []

    def answer(self) -> Json:
        left = [pod.key for pod in self.pending if not pod.spec.gates]
        number = 0
        for number in range(1, self.most + 1):
            before, failed = left, self.failing(left, number)
            left = [key for key in before if key in failed]
            progressed = any(step["round"] == number and step["result"] != "Unschedulable" for step in self.steps)
            if not (left and progressed):
                break
        placement = {pod.key: self.place(pod.key) for pod in self.pending}
        return {"steps": self.steps, "placement": placement, "rounds": number}

    def failing(self, keys: Iterable[str], number: int) -> set[str]:
        """Who of these pods fits nowhere, once each has had its turn."""
        failed = set()
        for key in keys:
            self.add(key)
        while self.waiting:
            _, _, key = heappop(self.waiting)
            attempt = self.board.attempt(key, min, detail=True)
            self.steps.append({"round": number, "pod": key, **_told(attempt)})
            match attempt.outcome:
                case Outcome.SCHEDULED:
                    self.board.bind(attempt, str(FIRST_BINDING + timedelta(seconds=next(self.bound))))
                case Outcome.PREEMPTING:
                    self.board.remove(attempt.victims)
                    self.board.nominate(attempt)
                    self.add(key)
                case _:
                    self.board.nominate(attempt)
                    failed.add(key)
        return failed

    def add(self, key: str) -> None:
        pod = self.board.pod(key)
        assert pod
        heappush(self.waiting, (-pod.spec.priority, next(self.turns), key))

    def place(self, key: str) -> str:
        pod = self.board.pod(key)
        if pod is None:
            return "(preempted)"
        return "(gated)" if pod.spec.gates else pod.node


def _told(attempt: Attempt) -> Json:
    told: dict[str, Json] = {"result": attempt.outcome.value}
    match attempt.outcome:
        case Outcome.SCHEDULED:
            feasible = sorted(attempt.decision.feasible if attempt.decision else ())
            told |= {"node": attempt.node, "feasible": feasible, "best": sorted(attempt.best)}
            return told if attempt.score is None else {**told, "score": attempt.score}
        case Outcome.PREEMPTING:
            tied = {"tiedNominatedNodes": sorted(attempt.best)} if len(attempt.best) > 1 else {}
            victims = [victim.key for victim in attempt.victims]
            told |= {"nominatedNode": attempt.node, "victims": victims, **tied}
    return told | {"message": attempt.message}
