"""Progress on stderr for what takes longer than a second; nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from rich.status import Status

    from kubeproof.properties.engines.search import Progress as Searched
    from kubeproof.properties.queries.question import Stage

PATIENCE = 1.0
"""Seconds before progress is shown."""


class OnProgress(Protocol):
    """What long work calls now and then: how much is done, and of how much."""

    def __call__(self, done: int, total: int = 0) -> None:
        """Takes note; `total` 0 where it is not known."""
        ...


@contextmanager
def progress(what: str) -> Iterator[OnProgress]:
    """A callback that draws a bar, once the work has taken a second and stderr is a terminal."""
    bar = _Bar(what)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    def __init__(self, what: str) -> None:
        self._what, self._since = what, time.monotonic()
        self._shown: tuple[Progress, TaskID] | None = None
        self._watched = sys.stderr.isatty()

    def __call__(self, done: int, total: int = 0) -> None:
        if not self._watched or time.monotonic() - self._since < PATIENCE:
            return
        if self._shown is None:
            from rich.console import Console
            from rich.progress import Progress

            shown = Progress(console=Console(stderr=True), transient=True)
            self._shown = shown, shown.add_task(self._what, total=total or None)
            shown.start()
        shown, task = self._shown
        shown.update(task, completed=done, total=total or None)

    def close(self) -> None:
        if self._shown:
            self._shown[0].stop()


@contextmanager
def searching() -> Iterator[Watch]:
    """What a check tells how far it is: the law or machine, and of a search states, depth, rate and frontier."""
    watch = Watch()
    try:
        yield watch
    finally:
        watch.close()


@contextmanager
def verifying() -> Iterator[Callable[[Stage], None]]:
    """What a verification tells how far it is: laws, what is looked at, worlds and their rate."""
    watch = Watch()
    began = dict[str, float]()

    def tell(stage: Stage) -> None:
        now = time.monotonic()
        watch.say(verified(stage, now - began.setdefault(stage.name, now)))

    try:
        yield tell
    finally:
        watch.close()


class Watch:
    """A line on stderr, once the work has taken a second and stderr is a terminal."""

    def __init__(self) -> None:
        self._since = self._began = time.monotonic()
        self._what = ""
        self._line: Status | None = None
        self._watched = sys.stderr.isatty()

    def law(self, engine: str, what: str) -> None:
        """Takes note of what is asked now, and of whom."""
        self._what, self._began = f"{engine}: {what}", time.monotonic()
        self._show(self._what)

    def progress(self, seen: Searched) -> None:
        """Takes note of how far a search is."""
        self._show(f"{self._what}: {far(seen, time.monotonic() - self._began)}")

    def say(self, text: str) -> None:
        """Shows a text."""
        self._show(text)

    def close(self) -> None:
        """Takes the line away."""
        if self._line:
            self._line.stop()

    def _show(self, text: str) -> None:
        if not self._watched or time.monotonic() - self._since < PATIENCE:
            return
        if self._line is None:
            from rich.console import Console

            self._line = Console(stderr=True).status("")
            self._line.start()
        from rich.text import Text

        self._line.update(Text(text))


def far(seen: Searched, seconds: float) -> str:
    """How far a search is after so many seconds, in words."""
    rate = f"{seen.states / seconds:,.0f}" if seconds > 0 else "?"
    return f"{seen.states:,} states, depth {seen.depth}, {rate} states/s, {seen.frontier:,} in the frontier"


def verified(stage: Stage, seconds: float) -> str:
    """How far a verification is, after so many seconds of what it looks at now, in words."""
    rate = f", {stage.worlds / seconds:,.0f} worlds/s" if seconds > 0 and stage.worlds else ""
    laws = f"{stage.open} law{'' if stage.open == 1 else 's'} open, {stage.decided} decided"
    return f"{laws}: {stage.name}: {stage.worlds:,} worlds{rate}"
