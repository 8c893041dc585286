"""What came of following a recording: how much was explained and by whom, and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

SHOWN = 8
"""Nearest steps, guards and differences that are told of an event."""


class Nearest(msgspec.Struct, frozen=True):
    """A step that the model allows, and in what the event differs from it."""

    by: str
    step: str
    differences: tuple[str, ...]


class Unexplained(msgspec.Struct, frozen=True):
    """An event that no step of the model explains: what changed, what came nearest, and which guards failed."""

    line: int
    revision: int
    type: str
    object: str
    changed: tuple[str, ...]
    nearest: tuple[Nearest, ...]
    guards: tuple[str, ...]

    @property
    def text(self) -> str:
        """In words, several lines."""
        lines = [f"line {self.line}, revision {self.revision}: {self.type} {self.object} is not explained"]
        lines += [f"  changed: {one}" for one in self.changed[:SHOWN]]
        for near in self.nearest[:SHOWN]:
            lines.append(f"  near: {near.by}: {near.step}")
            lines += [f"    {one}" for one in near.differences[:SHOWN]]
        lines += [f"  not allowed: {one}" for one in self.guards[:SHOWN]]
        return "\n".join(lines)


class Overdue(msgspec.Struct, frozen=True):
    """What a component should have done in a quiet time, and nobody did."""

    line: int
    seconds: int
    by: str
    step: str


class Account(msgspec.Struct, frozen=True):
    """All events of one recording.

    `explained`: how many events each component explains; `unchanged`: events in which nothing that is compared changed;
    `given`: objects that were there before; `not_modelled`: events by their kind (or what is missing), in no total;
    `options`: how many different outcomes were on offer, over all explained events; `not_compared`: fields of the
    objects that no struct of ours holds, by path, with the number of objects that have them.
    """

    name: str
    explained: Mapping[str, int]
    unchanged: int
    given: int
    unexplained: tuple[Unexplained, ...]
    overdue: tuple[Overdue, ...]
    not_modelled: Mapping[str, int]
    options: int
    most_options: int
    not_compared: Mapping[str, int]

    @property
    def total(self) -> int:
        """The events that had to be explained."""
        return self.agree + len(self.unexplained)

    @property
    def agree(self) -> int:
        """The events that were explained."""
        return sum(self.explained.values())

    @property
    def text(self) -> str:
        """In words, several lines."""
        lines = [f"{self.name}: {self.agree} of {self.total} events explained"]
        by = ", ".join(f"{name} {count}" for name, count in sorted(self.explained.items(), key=lambda one: -one[1]))
        if by:
            each = self.options / self.agree
            lines.append(f"  by {by}; {each:.1f} options an event, at most {self.most_options}")
        if self.unchanged or self.given:
            lines.append(f"  {self.given} there before, {self.unchanged} without a change that is compared")
        if self.not_modelled:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.not_modelled.items()))
            lines.append(f"  not modelled: {kinds}")
        lines += [f"  overdue for {one.seconds} s at line {one.line}: {one.by}: {one.step}" for one in self.overdue]
        if self.unexplained:
            lines.append(self.unexplained[0].text)
            if len(self.unexplained) > 1:
                lines.append(f"  … and {len(self.unexplained) - 1} more events after it")
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "agree": self.agree,
            "total": self.total,
            "explained": dict(self.explained),
            "unchanged": self.unchanged,
            "given": self.given,
            "options": self.options,
            "mostOptions": self.most_options,
            "notModelled": dict(self.not_modelled),
            "notCompared": dict(self.not_compared),
            "unexplained": msgspec.to_builtins(self.unexplained),
            "overdue": msgspec.to_builtins(self.overdue),
        }


class Accounts(msgspec.Struct, frozen=True):
    """What came of several recordings, in their order."""

    accounts: tuple[Account, ...]

    @property
    def agree(self) -> int:
        """The events that were explained, of all."""
        return sum(account.agree for account in self.accounts)

    @property
    def unexplained(self) -> int:
        """The events that were not."""
        return sum(len(account.unexplained) for account in self.accounts)

    @property
    def overdue(self) -> int:
        """What should have been done, and was not."""
        return sum(len(account.overdue) for account in self.accounts)

    @property
    def text(self) -> str:
        """In words, several lines."""
        lines = [account.text for account in self.accounts]
        if len(self.accounts) > 1:
            lines.append(f"all: {self.agree} of {self.agree + self.unexplained} events explained")
        fields = sorted({path for account in self.accounts for path in account.not_compared})
        if fields:
            lines.append(f"not compared: {', '.join(fields)}")
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "agree": self.agree,
            "total": self.agree + self.unexplained,
            "recordings": [account.data() for account in self.accounts],
        }
