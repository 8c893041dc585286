"""What a search over runs with preemption (preemptions.py) knows: states, what becomes of pods, and a run to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.objects.pod import Pod
from kubeproof.properties.queries.seen import Seen, Step, renamed


class Turmoil(NamedTuple):
    """A state: each pod as it is, None once it is gone; the keys of those that have not had their first turn.

    Then how it came about: from which state, by what steps.
    """

    pods: tuple[Pod | None, ...]
    fresh: frozenset[str]
    parent: Turmoil | None = None
    steps: tuple[Seen, ...] = ()

    @property
    def path(self) -> Sequence[Turmoil]:
        """The states from the first on to this one."""
        found: list[Turmoil] = [self]
        while parent := found[-1].parent:
            found.append(parent)
        return found[::-1]

    @property
    def run(self) -> Sequence[Seen]:
        """What is seen from the first state on."""
        return [step for state in self.path for step in state.steps]


class Fate(NamedTuple):
    """What is known of pods of which the same is true: in how many ends so many of them have a node, or are gone.

    `ends`: by the count of those placed an end; `gone`: by the count of those that were preempted. `nodes`: where one
    may go, by their place. `victim`: whether one is preempted in some run.
    """

    pods: tuple[Pod, ...]
    ends: dict[int, Turmoil]
    gone: set[int]
    nodes: frozenset[int]
    victim: bool


class Upheaval(NamedTuple):
    """What is known of all runs: of the pods that waited, kind by kind, and of those that had a node."""

    waited: Sequence[Fate]
    stood: Sequence[Fate]
    states: int
    finals: int
    complete: bool


def shown(end: Turmoil, pods: Sequence[Pod], *, placed: bool) -> tuple[Seen, ...]:
    """The run to an end, and who is refused there; the first of these pods, which are alike, is placed there or not."""
    there = {pod.key for pod in end.pods if pod and pod.node}
    first = pods[0].key
    other = next(pod.key for pod in pods if (pod.key in there) is placed)
    swap = {first: other, other: first}
    run = [*end.run, *(Step(pod.key) for pod in end.pods if pod and not pod.node)]
    return tuple(renamed(step, lambda key: swap.get(key, key)) for step in run)
