"""What may happen to an object next: who does it, and what it is then; or what may not, and which guard forbids it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Option(NamedTuple):
    """One step that the model allows: the object as it would be (None: gone), and what follows once it is taken."""

    by: str
    step: str
    predicted: Any
    taken: Callable[[], None] = lambda: None


class Forbidden(NamedTuple):
    """One step that would have come near, and the guard that does not hold."""

    by: str
    step: str
    guard: str

    def __str__(self) -> str:
        return f"{self.by}: {self.step}: {self.guard}"


Offer = Option | Forbidden
