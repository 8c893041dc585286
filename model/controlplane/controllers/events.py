"""What a controller tells about an object: the Events that `kubectl describe` lists."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Event(NamedTuple):
    """One event about the object that was looked at."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str
