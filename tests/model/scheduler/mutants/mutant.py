"""A mutant: one edit of the text of one function, and the case that notices it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from tests.model.scheduler.witness import Witness


class Mutant(NamedTuple):
    """`old` stands once in the text of `rule`; the mutant has `new` there. `witness`: a row of the filter's table."""

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    witness: Witness

    def broken(self) -> FunctionType:
        """The rule with the edit."""
        text = textwrap.dedent(inspect.getsource(self.rule))
        assert text.count(self.old) == 1, f"{self.old!r} stands {text.count(self.old)} times in\n{text}"
        assert isinstance(self.rule, FunctionType)
        space = dict(self.rule.__globals__)
        exec(compile(text.replace(self.old, self.new), self.sentence, "exec"), space)  # noqa: S102  (our own text)
        made = space[self.rule.__name__]
        assert isinstance(made, FunctionType)
        return made
