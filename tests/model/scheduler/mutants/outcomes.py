"""What may become of pods that preempt: the search over all runs, broken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.scheduler import preemption, victims
from kubeproof.properties.queries import outcomes, preemptions, reach
from tests.model.scheduler.mutants.runs import RunMutant, columns
from tests.properties.queries import test_outcomes as asked


def comes(sentence: str) -> Callable[[], None]:
    """The test of one row of what becomes of pods that preempt."""
    return partial(asked.test_what_becomes_of_pods_that_preempt, *columns(asked.PREEMPTIONS, sentence))


MUTANTS = (
    RunMutant("equals stand in one order", victims.Search.options, "len(several) > 1", "False",
              comes("of two pods that are equally important any may have started first")),
    RunMutant("every candidate may be picked", preemption.likely, "min(dearest", "max(dearest",
              comes("of two nodes the one is picked whose pod started later")),
    RunMutant("who goes never ends", preemptions._Search.left, "pod.deleting", "pod.terminal",
              comes("the more important pod takes the place")),
    RunMutant("victims are not noted", preemptions._Search.tried, "map(self.origin, step.victims)", "()",
              comes("the more important pod takes the place")),
    RunMutant("who was being deleted stays", reach.Reach._leaving, "in around or any", "in () and any",
              comes("who is being deleted makes room")),
    RunMutant("nominations are not seen", reach.Reach.stirred, "one.pods[0].nominated or ", "",
              comes("a nominated pod keeps its place from a pod that is no more important")),
    RunMutant("whoever may be preempted surely is", outcomes._Asking.raced, "== len(fate.pods)", ">= 0",
              comes("of two nodes, one of either kind, any may be picked")),
)  # fmt: skip
