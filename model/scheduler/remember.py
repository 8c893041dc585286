"""Rules that are asked the same again and again by pods that differ in something else: each answer is made once.

For rules whose answer rests on their arguments alone, and is a value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

KEPT = 1024
"""Answers of each rule that are kept; the least recently used goes first."""

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")
_forgetting: list[Callable[[], None]] = []


def remembered(rule: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
    """The rule, answering what it was asked before from memory; its arguments are hashable."""
    kept = lru_cache(maxsize=KEPT)(rule)
    _forgetting.append(kept.cache_clear)
    return cast(Callable[_Asked, _Answer], kept)  # lru_cache forgets what the arguments are


def forget() -> None:
    """Forgets all answers, for who changes a rule."""
    for one in _forgetting:
        one()
