"""Storage objects as the volume filters look them up."""

from __future__ import annotations

import msgspec


class Storage(msgspec.Struct, frozen=True):
    """Claims, volumes, classes and drivers of a cluster."""
