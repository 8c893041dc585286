"""A mutant: one edit of the text of one function, and the case that notices it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any, NamedTuple

from kubeproof.model.scheduler.cycle import Verdict
from kubeproof.model.scheduler.remember import forget
from tests.model.scheduler.witness import Witness, verdict


class Mutant(NamedTuple):
    """`old` stands once in the text of `rule`; the mutant has `new` there. `witness`: a row of a filter's table.

    `judge` runs it: the whole cycle, or the filter by itself where others speak before it.
    """

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    witness: Witness
    judge: Callable[[Witness], Mapping[str, Verdict | None] | Verdict | None] = verdict

    def broken(self) -> FunctionType:
        """The rule with the edit."""
        return edited(self.sentence, self.rule, self.old, self.new)


def edited(sentence: str, rule: Callable[..., Any], old: str, new: str) -> FunctionType:
    """The function with `new` where `old` stands once in its text."""
    text = textwrap.dedent(inspect.getsource(rule))
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in\n{text}"
    space = dict(plain(rule).__globals__)
    exec(compile(text.replace(old, new), sentence, "exec"), space)  # noqa: S102  (our own text)
    return plain(space[rule.__name__])


def plain(rule: Callable[..., Any]) -> FunctionType:
    """The function that a rule is, without the memory of its answers."""
    own = inspect.unwrap(rule)
    assert isinstance(own, FunctionType)
    return own


@contextmanager
def in_place(rule: Callable[..., Any], broken: FunctionType) -> Iterator[None]:
    """A mutant stands in for its rule, of which nothing is remembered before or after."""
    own = plain(rule)
    kept, own.__code__ = own.__code__, broken.__code__
    forget()
    try:
        yield
    finally:
        own.__code__ = kept
        forget()


def row(table: Iterable[Witness], sentence: str) -> Witness:
    """The row of a table with this sentence."""
    return next(witness for witness in table if witness.sentence == sentence)
