"""The answer to "what may become of the pods that wait?": frozen values with their data, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import msgspec

from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.seen import Seen, data, renamed, told
from kubeproof.properties.queries.words import FEW, listed, plural
from kubeproof.properties.queries.words import nodes as named

SHOWN = 8
"""So many steps of a run are told in words; all of them are in the data."""


class Chance(Enum):
    """What becomes of a pod: in every run it gets a node, in some, in none; or neither was found out."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"
    UNDECIDED = "undecided"


class Group(msgspec.Struct, frozen=True):
    """Pods that differ in name alone, so that of each the same is true.

    `fewest`, `most`: how many of them have a node where a run ends (None: no end was seen). `nodes`: where they may go,
    as far as was seen. `reason`: why never, or why that is undecided. `placing` and `leaving`, where sometimes: a run
    that places the first of them, and one that does not.
    """

    pods: tuple[str, ...]
    chance: Chance
    fewest: int | None
    most: int | None
    nodes: tuple[str, ...] = ()
    reason: str = ""
    placing: tuple[Seen, ...] | None = None
    leaving: tuple[Seen, ...] | None = None

    @property
    def name(self) -> str:
        """How the group is called: after its pods, or its first pod and how many more there are."""
        return listed(self.pods) if len(self.pods) <= FEW else f"{self.pods[0]} and {len(self.pods) - 1} more like it"

    def lines(self) -> Iterator[str]:
        """What is said of the group."""
        first, counted = self.pods[0], _counted(len(self.pods), self.fewest, self.most)
        where = f", on {named(self.nodes)}" if self.nodes else ""
        yield f"  {self.chance.value}{counted}: {self.name}{where}"
        if self.reason:
            yield f"     {self.reason}"
        for words, run in (("placed", self.placing), ("not placed", self.leaving)):
            if run:
                yield f"     {first} is {words}: {_told(run)}"

    def data(self) -> dict[str, Any]:
        """The group as plain data."""
        return {
            "pods": list(self.pods),
            "chance": self.chance.value,
            "fewest": self.fewest,
            "most": self.most,
            "nodes": list(self.nodes),
            "reason": self.reason,
            "placing": _run(self.placing),
            "leaving": _run(self.leaving),
        }


class Preempted(msgspec.Struct, frozen=True):
    """Pods that have a node, now or in a run, and go for others: in some run, or in all of them (`chance`).

    `fewest`, `most`: how many of them are gone where a run ends (None: no end was seen).
    """

    pods: tuple[str, ...]
    chance: Chance
    fewest: int | None
    most: int | None

    def lines(self) -> Iterator[str]:
        """What is said of them."""
        yield f"  {self.chance.value} preempted{_counted(len(self.pods), self.fewest, self.most)}: {listed(self.pods)}"

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"pods": list(self.pods), "chance": self.chance.value, "fewest": self.fewest, "most": self.most}


def _counted(total: int, fewest: int | None, most: int | None) -> str:
    if total < 2 or not most or fewest is None:
        return ""
    return f", {most if fewest == most else f'{fewest} to {most}'} of {total}"


class Outcomes(Answer, msgspec.Struct, frozen=True):
    """What may become of the pods, kind by kind. `complete`: whether every run was followed to its end.

    `assumptions`: what is left out that could matter. `passed_over`: the pods that name another scheduler.
    `preempted`: who goes for others.
    """

    groups: tuple[Group, ...]
    complete: bool
    states: int
    assumptions: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    preempted: tuple[Preempted, ...] = ()

    def of(self, pod: str) -> Group:
        """The answer for the pod of a `namespace/name`, as the first of its group. Raises KeyError."""
        for group in self.groups:
            if pod in group.pods:
                return _led_by(group, pod)
        raise KeyError(pod)

    @property
    def text(self) -> str:
        """The groups, each with its reason or its runs; what was searched; what is left out."""
        if not self.groups:
            return "No pod is pending."
        sizes = {chance: sum(len(g.pods) for g in self.groups if g.chance is chance) for chance in Chance}
        told = [f"{count} {chance.value}" for chance, count in sizes.items() if count]
        total = plural(sum(sizes.values()), "pending pod")
        said = [f"{total} over every tie and every order of equal priority: {listed(told)} placed."]
        for chance in Chance:
            said += [line for group in self.groups if group.chance is chance for line in group.lines()]
        said += [line for victims in self.preempted for line in victims.lines()]
        extent = "every run was followed" if self.complete else "the search was cut off"
        said.append(f"{plural(self.states, 'state')}; {extent}.")
        said += [f"Note: {assumption}." for assumption in self.assumptions]
        if self.passed_over:
            said.append(f"{plural(len(self.passed_over), 'pod')} with another scheduler: not looked at.")
        return "\n".join(said)

    def data(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            "complete": self.complete,
            "states": self.states,
            "groups": [group.data() for group in self.groups],
            "preempted": [victims.data() for victims in self.preempted],
            "assumptions": list(self.assumptions),
            "passedOver": list(self.passed_over),
        }


def _led_by(group: Group, pod: str) -> Group:
    """The group with this pod in the place of its first one, which it may take in every run, too."""
    swap = {group.pods[0]: pod, pod: group.pods[0]}

    def swapped(run: Sequence[Seen] | None) -> tuple[Seen, ...] | None:
        return None if run is None else tuple(renamed(step, lambda key: swap.get(key, key)) for step in run)

    return msgspec.structs.replace(
        group,
        pods=tuple(swap.get(key, key) for key in group.pods),
        placing=swapped(group.placing),
        leaving=swapped(group.leaving),
    )


def _told(run: Sequence[Seen]) -> str:
    more = f", and {len(run) - SHOWN} more steps" if len(run) > SHOWN else ""
    return ", ".join(map(told, run[:SHOWN])) + more


def _run(run: Sequence[Seen] | None) -> list[dict[str, Any]] | None:
    return None if run is None else [data(step) for step in run]
