"""What was done to a world, step by step, as a value that can be written, read and done again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.script import BY_KUBECTL, Applying
from kubeproof.model.story.lines import shown, wide
from kubeproof.model.world import Event

What = Literal["apply", "apply-text", "do", "step", "advance", "rest", "take", "play"]


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was done: a manifest applied (`how`), a step of a script (`step`: before anybody looks), the clock
    advanced (`rest`: to where it should have come to rest), a look taken."""

    what: What
    told: str
    how: Applying = BY_KUBECTL


class Trace(msgspec.Struct, frozen=True):
    """All that was done, from the world's first revision on; `story` is a digest of the events that came of it."""

    revision: int
    seed: int | None
    done: tuple[Done, ...]
    story: str

    def json(self) -> str:
        """The trace as text."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1).decode()


def read(text: str | bytes) -> Trace:
    """The trace of a text. Raises BadInput."""
    try:
        return msgspec.json.decode(text, type=Trace)
    except msgspec.DecodeError as bad:
        raise BadInput(f"this is no trace of a world: {bad}") from None


def digest(events: Iterable[Event]) -> str:
    """A short text that differs where the events do."""
    return hashlib.sha256(shown(list(wide(events))).encode()).hexdigest()[:16]
