"""Broken copies of what bounds pods and how many there may be, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.controlplane import limit_ranger
from tests.model.controlplane import test_limit_ranger as limits
from tests.model.scheduler.mutants.runs import RunMutant, columns


def refused(sentence: str) -> Callable[[], None]:
    """The test of one row of what LimitRanges refuse."""
    return partial(limits.test_who_breaks_a_bound_is_refused, sentence, *columns(limits.REFUSED, sentence))


MUTANTS = (
    RunMutant("a LimitRange's first breach is the only one", limit_ranger.refusal, "len(broken) == 1", "True",
              refused("all breaches of one LimitRange are told together")),
    RunMutant("init containers have no bounds", limit_ranger._broken, "(spec.initContainers or ())", "()",
              refused("init containers have the same bounds")),
    RunMutant("a limit as high as the maximum is too high", limit_ranger._maximum, "most > greatest",
              "most >= greatest", limits.test_what_is_at_a_bound_is_let_in),
)  # fmt: skip
