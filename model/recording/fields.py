"""Which fields of an API object no struct of ours holds: what is not compared when a recording is followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def not_compared(kind: str, raw: Any) -> Iterator[str]:
    """The paths of such fields that an object has."""
    return iter(())
