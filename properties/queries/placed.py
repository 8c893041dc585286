"""Where do the pending pods go? A scheduling run as an answer: each pod in the order of first attempts, then the nodes.

Left out: how the scheduler decides (kubeproof.model.scheduler.run), and what other ties and orders would give.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import msgspec

from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Outcome, Pick
from kubeproof.model.scheduler.cycle import Result
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.run import Run, schedule, seeded
from kubeproof.model.scheduler.versions import DEFAULT, version_of
from kubeproof.properties.queries import use
from kubeproof.properties.queries.aligned import aligned
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.score_table import data as score_data
from kubeproof.properties.queries.score_table import score_table
from kubeproof.properties.queries.words import FEW, STATES, listed, plural


class Fate(Enum):
    """What has become of a pending pod. PREEMPTED: it was placed, and had to go again. UNKNOWN: it was set aside."""

    PLACED = "Placed"
    PENDING = "Pending"
    GATED = "Gated"
    SKIPPED = "Skipped"
    PREEMPTED = "Preempted"
    OTHERS = "OtherScheduler"
    UNKNOWN = "NotModelled"


_FATES = {
    Outcome.SCHEDULED: Fate.PLACED,
    Outcome.PREEMPTING: Fate.PENDING,
    Outcome.UNSCHEDULABLE: Fate.PENDING,
    Outcome.GATED: Fate.GATED,
    Outcome.SKIPPED: Fate.SKIPPED,
}
_STATES = {
    Fate.PENDING: STATES[Result.UNSCHEDULABLE],
    Fate.GATED: STATES[Result.GATED],
    Fate.SKIPPED: STATES[Result.SKIPPED],
}
_COUNTED = re.compile(r", (?=\d+ )")


class Decided(msgspec.Struct, frozen=True):
    """What was decided about one pending pod (`namespace/name`).

    `node`: where it is now. `ties`: the nodes that were equally good for it, that one among them. `victims`: who had to
    go for it. `message`: why it waits. `attempts`: all its scheduling cycles, none where it is another scheduler's.
    """

    pod: str
    fate: Fate
    node: str = ""
    ties: Sequence[str] = ()
    victims: Sequence[str] = ()
    message: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def reasons(self) -> Sequence[str]:
        """The message for a glance: its reasons with how many nodes gave each, without what preemption says."""
        said = self.message.partition(". ")[0].removesuffix(".")
        _, counted, body = said.partition(" nodes are available: ")
        return [reason.replace(" node(s) ", " ", 1) for reason in _COUNTED.split(body)] if counted else [said]

    @property
    def text(self) -> str:
        """What was decided, as one line."""
        match self.fate:
            case Fate.PLACED:
                return f"{self.pod} -> {self.node}{self._why()}"
            case Fate.PREEMPTED:
                return f"{self.pod} was placed, then {self.message}"
            case Fate.OTHERS:
                return f"{self.pod} is not scheduled: {self.message}"
            case Fate.UNKNOWN:
                return f"{self.pod} is set aside: {self.message}"
            case _:
                return f"{self.pod} is {_STATES[self.fate]}: {self.message}"

    def data(self) -> dict[str, Any]:
        """As plain data; scores where they were asked for."""
        ranking = self.attempts[-1].ranking if self.attempts else None
        return {
            "pod": self.pod,
            "result": self.fate.value,
            "node": self.node,
            "ties": list(self.ties),
            "victims": list(self.victims),
            "message": self.message,
            "attempts": len(self.attempts),
            "scores": score_data(ranking) if ranking else None,
        }

    def _why(self) -> str:
        said = [""]
        if len(self.ties) > 1:
            by_name = f": {listed(self.ties)}" if len(self.ties) <= FEW else ""
            said.append(f"one of {len(self.ties)} equally good{by_name}")
        if self.victims:
            said.append(f"after preempting {listed(self.victims)}")
        return ", ".join(said)


class Placed(Answer, msgspec.Struct, frozen=True):
    """What a scheduling run decided. `decisions`: of each pending pod, in the order in which they were first tried;
    gated pods, which never are, stand behind those, then pods that were set aside, then those of other schedulers.

    `snapshot`: the cluster afterwards. `seed`: by which ties were broken; None: each time the first node was taken.
    `scores`: whether the text shows them. `version`: of the scheduler.
    """

    decisions: tuple[Decided, ...]
    snapshot: Snapshot
    seed: int | None = None
    scores: bool = False
    version: str = DEFAULT

    @property
    def all_placed(self) -> bool:
        """Whether every pending pod is on a node in the end."""
        return all(one.fate is Fate.PLACED for one in self.decisions)

    @property
    def set_aside(self) -> Sequence[str]:
        """The pods that rest on what is not modelled; the others were scheduled as if they were not there."""
        return [one.pod for one in self.decisions if one.fate is Fate.UNKNOWN]

    @property
    def undecided(self) -> bool:
        """Whether pods were set aside, and every other pending pod is on a node in the end."""
        return bool(self.set_aside) and all(one.fate in (Fate.PLACED, Fate.UNKNOWN) for one in self.decisions)

    @property
    def placement(self) -> Mapping[str, str]:
        """The node of each pod that was placed."""
        return {one.pod: one.node for one in self.decisions if one.node}

    @property
    def waiting(self) -> Mapping[str, Sequence[str]]:
        """The pods that stay Pending, with short reasons."""
        there = {pod.key for pod in self.snapshot.pending}
        return {one.pod: one.reasons for one in self.decisions if one.pod in there}

    @property
    def text(self) -> str:
        """The decisions, with score tables where asked for, and how full the nodes are then."""
        return "\n".join(self._lines())

    def data(self) -> dict[str, Any]:
        """The run as plain data; docs/json.md is its schema."""
        return {
            "allPlaced": self.all_placed,
            "setAside": list(self.set_aside),
            "seed": self.seed,
            "schedulerVersion": self.version,
            "pods": [one.data() for one in self.decisions],
            "nodes": use.data(self.snapshot),
        }

    def _lines(self) -> Iterator[str]:
        if not self.decisions:
            yield "No pod is pending."
        else:
            ties = "the first in node order" if self.seed is None else f"any, by seed {self.seed}"
            by = "" if self.version == DEFAULT else f" by kube-scheduler v{self.version}"
            yield (
                f"{len(self.placement)} of {plural(len(self.decisions), 'pending pod')} placed{by}, in this order "
                f"(of nodes that are equally good {ties}):"
            )
        for one in self.decisions:
            yield one.text
            if self.scores and one.attempts and (ranking := one.attempts[-1].ranking):
                yield from (f"    {line}" for line in score_table(ranking, one.node))
        if self.set_aside:
            yield f"{plural(len(self.set_aside), 'pod')} set aside: the rest was scheduled without, as if not there."
        yield ""
        yield "Afterwards:"
        yield aligned(use.table(self.snapshot))


def place(
    snapshot: Snapshot,
    profile: Profile | None = None,
    *,
    seed: int | None = None,
    scores: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Placed:
    """The run of a scheduler over all pending pods of a cluster, as an answer.

    `seed`: of nodes that are equally good any, the same ones for the same seed; None: the first in node order.
    `scores`: the answer holds and shows all scores, which takes memory. `on_progress` is told how many attempts are
    done, and of how many at least.
    """
    count, total = 0, len(snapshot.pending)

    def tried(_: Attempt) -> None:
        nonlocal count
        count += 1
        if on_progress:
            on_progress(count, max(count, total))

    pick: Pick = first if seed is None else seeded(seed)
    run = schedule(snapshot, profile, pick=pick, detail=scores, on_attempt=tried)
    return Placed(tuple(_decisions(run)), run.snapshot, seed, scores, version_of(profile or Profile()))


def first(equally_good: Sequence[str]) -> str:
    """The first in node order of nodes that are equally good."""
    return equally_good[0]


def _decisions(run: Run) -> Iterator[Decided]:
    attempts: dict[str, list[Attempt]] = {}
    by: dict[str, str] = {}
    for attempt in run.attempts:
        attempts.setdefault(attempt.pod.key, []).append(attempt)
        by |= dict.fromkeys((victim.key for victim in attempt.victims), attempt.pod.key)
    for key, own in sorted(attempts.items(), key=lambda tried: tried[1][0].outcome is Outcome.GATED):
        if key not in run.set_aside:
            yield _decided(key, own, by.get(key, ""))
    for key, why in run.set_aside.items():
        yield Decided(key, Fate.UNKNOWN, message=why.removeprefix(f"{key}: "), attempts=tuple(attempts.get(key, ())))
    schedulers = {pod.key: pod.spec.scheduler for pod in run.snapshot.pods}
    for key in run.passed_over:
        gone = f", and was preempted by {by[key]}" if key in by else ""
        yield Decided(key, Fate.OTHERS, message=f"it names the scheduler {schedulers.get(key, '')}{gone}")


def _decided(pod: str, attempts: Sequence[Attempt], preempted_by: str) -> Decided:
    last = attempts[-1]
    victims = tuple(victim.key for attempt in attempts for victim in attempt.victims)
    if preempted_by:
        return Decided(pod, Fate.PREEMPTED, "", (), victims, f"preempted by {preempted_by}", tuple(attempts))
    placed = last.outcome is Outcome.SCHEDULED
    return Decided(
        pod,
        _FATES[last.outcome],
        last.node if placed else "",
        tuple(last.best) if placed else (),
        victims,
        last.message,
        tuple(attempts),
    )
