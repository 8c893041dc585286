"""A story: the events of a world as lines that a person reads.

What one component does in a row within a second is told once for all objects to which it does the same; several reports
about one object are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from kubeproof.model.behaviour import ENVIRONMENT
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.logic.golang import duration
from kubeproof.model.story.words import Said, changes, named, said
from kubeproof.model.world import Event

FEW = 6
"""So many objects are listed in a line; of more the rest is counted."""


class Line(NamedTuple):
    """One line: when (seconds since the start), who, what, and why ("" where nothing is to be added)."""

    at: int
    by: str
    what: str
    why: str = ""
    keys: tuple[Key, ...] = ()

    @property
    def text(self) -> str:
        """What and why."""
        return f"{self.what} ({self.why})" if self.why else self.what


def lines(events: Iterable[Event], start: int = 0) -> Iterator[Line]:
    """The story of events; `start` is when it begins. What is said again and again is told once more, and counted."""
    told = (line for _, second in groupby(events, _at) for line in _second(_together(list(second)), start))
    for _, same in groupby(told, lambda line: line[1:]):
        first, *again = same
        yield first
        if len(again) > 1:
            yield again[-1]._replace(what=f"the same, {len(again) + 1} times by now", why="")
        elif again:
            yield again[0]


def wide(events: Iterable[Event], start: int = 0) -> Iterator[Line]:
    """Every write by itself, with each field that it changed."""
    for event in events:
        told = said(event)
        head = _plain(told) if told.head else f"{event.write.verb} {event.key.kind} {named(event.key)}"
        both = event.before is not None and event.after is not None
        fields = list(changes(event)) if both else []
        first = f"{head} ({event.write.why})" if event.write.why not in head else head
        what = "\n".join((first, *(f"    {one}" for one in fields)))
        yield Line(event.at - start, event.by, what, "", (event.key,))


def shown(found: Sequence[Line]) -> str:
    """Lines as aligned text."""
    times = [duration(line.at) for line in found]
    when = max(map(len, times), default=0)
    who = max((len(line.by) for line in found), default=0)
    return "\n".join(
        f"{time:>{when}}  {line.by:<{who}}  {line.text.replace(chr(10), chr(10) + ' ' * (when + who + 4))}"
        for time, line in zip(times, found, strict=True)
    )


def _at(event: Event) -> int:
    return event.at


def _together(events: Sequence[Event]) -> list[Event]:
    """Reports of one component about one object within a second as one, where its last one was."""
    found: list[Event | None] = []
    last: dict[Key, int] = {}
    for event in events:
        at = last.get(event.key)
        before = found[at] if at is not None else None
        whole = event
        if before is not None and at is not None and _joins(before, event):
            found[at] = None
            whole = event._replace(before=before.before)
        last[event.key] = len(found)
        found.append(whole)
    return [one for one in found if one is not None and is_news(one)]


def is_news(event: Event) -> bool:
    """Whether a story tells of it: what changes nothing is none."""
    return event.refused is not None or event.before is not event.after or event.key.kind == ENVIRONMENT


def _joins(before: Event, event: Event) -> bool:
    same = before.by == event.by and before.write.verb == event.write.verb == "status"
    return same and before.refused is None and event.refused is None and event.after is not None


def _second(events: Iterable[Event], start: int) -> Iterator[Line]:
    told = [(event, said(event)) for event in events]
    news = [(event, words) for event, words in told if words.head]
    for by, own in groupby(news, lambda one: one[0].by):
        alike: dict[tuple[str, bool, str], list[tuple[Event, Said]]] = {}
        for event, words in own:
            alike.setdefault(_shared(event, words), []).append((event, words))
        for (head, after, why), members in alike.items():
            items = [words.item for _, words in members if words.item]
            keys = tuple(event.key for event, _ in members)
            yield Line(members[0][0].at - start, by, _joined(head, items, after), why, keys)


def _shared(event: Event, words: Said) -> tuple[str, bool, str]:
    """What events have in common that are told as one."""
    return words.head, words.after, event.write.why if event.write.why not in words.head else ""


def _joined(head: str, items: Sequence[str], after: bool) -> str:
    if not items:
        return head
    more = f" and {len(items) - FEW} more" if len(items) > FEW else ""
    listed = ", ".join(items[:FEW]) + more
    if after:
        return f"{listed}: {head}"
    if len(items) == 1:
        return f"{head} {listed}"
    verb, _, kind = head.partition(" ")
    return f"{verb} {len(items)} {_plural(kind)}: {listed}"


def _plain(told: Said) -> str:
    return _joined(told.head, [told.item] if told.item else [], told.after)


def _plural(kind: str) -> str:
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"
