"""Fewer runs of Python's garbage collector while a search holds on to nearly all that it makes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 1_000_000
"""New containers between two looks for garbage in them. By Python's default it looks each time 700 were made, which
took a quarter of the time of a search, for nothing: worlds have no cycles."""


@contextmanager
def seldom() -> Iterator[None]:
    """The collector looks seldom meanwhile, and afterwards as it did before; what was made meanwhile is old then."""
    before = gc.get_threshold()
    if not gc.isenabled() or before[0] == 0:
        yield
        return
    gc.set_threshold(max(before[0], YOUNG), *before[1:])
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()  # moves all that there is past the collector,
            gc.unfreeze()  # and back to what is old, without a look at it
        gc.set_threshold(*before)
