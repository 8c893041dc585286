"""Whose turn it is, and when: the scheduling queue, broken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.scheduler import queue
from tests.model.scheduler import test_queue as turns
from tests.model.scheduler.mutants.runs import RunMutant, row


def played(sentence: str) -> Callable[[], None]:
    """The test of one row of sequences."""
    return partial(turns.go, row(turns.CASES, sentence))


Q, BACKOFF = queue.Queue, queue.Backoff.seconds
MUTANTS = (
    RunMutant("priority is ignored", Q._requeue, "-queued.priority", "0", played("priority goes first")),
    RunMutant("who came last goes first", Q._requeue, "queued.since, queued.turn", "-queued.since, -queued.turn",
              played("then who came first")),
    RunMutant("who was refused keeps its place", Q.refuse, "since=self.now, turn=next(self._turns), ", "",
              played("who was refused stands behind who came later")),
    RunMutant("who is refused is active again", Q.refuse, "self._wait(", "self._requeue(",
              played("who is refused waits to be woken")),
    RunMutant("everything wakes everybody", Q.tell, "if event in WAKES[plugin]", "if True",
              played("a bound pod does not wake who lacks room")),
    RunMutant("all refusing plugins have to agree", Q.tell,
              "asked = [plugin for plugin in refused if event in WAKES[plugin]]",
              "asked = list(refused) if all(event in WAKES[plugin] for plugin in refused) else []",
              played("one of several refusing plugins is enough")),
    RunMutant("what happens to one wakes all", Q.tell, "[only] if only else there", "there",
              played("what happens to one pod wakes no other")),
    RunMutant("nobody backs off", Q._backs_off, "queued.refusals > 0", "False",
              played("a woken pod waits out its back-off, while others are active")),
    RunMutant("who backs off is not tried before", Q.pop, "if self._backing_off else None",
              "if self._backing_off and False else None", played("who is refused waits to be woken")),
    RunMutant("back-off ends within its last second", Q._backs_off, ">= int(self.now)", "> int(self.now)",
              played("through the whole second in which it ends")),
    RunMutant("back-off never ends", Q.advance, "not self._backs_off(self._backing_off[0][-1])", "False",
              played("and is active after it")),
    RunMutant("back-off is exact to the moment", Q._until, "int(queued.since + self._backoff.seconds(queued.refusals))",
              "queued.since + self._backoff.seconds(queued.refusals)", played("in the same second priority decides")),
    RunMutant("back-off does not double", BACKOFF, "self.initial << (refusals - 1)", "self.initial",
              played("back-off doubles")),
    RunMutant("back-off has no end", BACKOFF, "self.initial << (refusals - 1), self.most",
              "self.initial << (refusals - 1), 999", played("back-off is capped")),
    RunMutant("nobody is tried anyway", Q.advance, "> LONGEST_WAIT", "> 99999",
              played("after five minutes a pod is tried anyway, at the next half minute")),
    RunMutant("five minutes are looked at all the time", Q.advance, "flushed - one.since", "to - one.since",
              played("after five minutes a pod is tried anyway, at the next half minute")),
    RunMutant("five minutes are enough", Q.advance, "> LONGEST_WAIT", ">= LONGEST_WAIT",
              played("five minutes are not more than five minutes")),
    RunMutant("after five minutes gates are forgotten", Q.advance, "SCHEDULING_GATES.name not in refused", "True",
              played("not even after five minutes")),
    RunMutant("who was deleted is tried", Q.drop, "there.pop(key, None)", "pass",
              played("who is deleted is not tried any more")),
    RunMutant("gates do not hold", Q.add, "if gated:", "if False:", played("a gated pod is never tried")),
)  # fmt: skip
