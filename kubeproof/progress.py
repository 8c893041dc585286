"""Progress on stderr for what takes longer than a second; nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

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
