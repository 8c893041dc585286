"""`fit` beside OR-tools CP-SAT: the same problems, one after the other, in one run. `python -m benchmarks.fit [PODS]`.

PODS leaves out larger problems. The summary says what must hold: no contradiction, a median time no worse, and at most
one problem in ten undecided that CP-SAT decides.
"""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import NamedTuple

from benchmarks import cpsat
from benchmarks.instances import instances
from kubeproof.properties.queries.fit import Answer, Fit, fit

PATIENCE = 60.0
"""Seconds for CP-SAT; `fit` has its default of 30."""

SAID = {True: "yes", False: "no", None: "unknown"}


class Line(NamedTuple):
    """One problem, answered by both."""

    name: str
    ours: Fit
    seconds: float
    theirs: cpsat.Said

    @property
    def ratio(self) -> float:
        """Our time over theirs."""
        return self.seconds / self.theirs.seconds

    @property
    def contradicts(self) -> bool:
        """Whether one says yes and the other no."""
        return {self.ours.answer, self.theirs.fits} in ({Answer.YES, False}, {Answer.NO, True})

    @property
    def missed(self) -> bool:
        """Whether CP-SAT decided what we did not."""
        return self.ours.answer is Answer.UNKNOWN and self.theirs.fits is not None


def main(largest: int = sys.maxsize) -> int:
    """Prints the table and the summary; 1 where something that must hold does not."""
    print(f"{'problem':40} {'fit':>8} {'s':>8} {'CP-SAT':>8} {'s':>8} {'ratio':>7}  by")
    lines = []
    for instance in instances():
        if len(instance.snapshot.pods) > largest:
            continue
        begun = time.perf_counter()
        ours = fit(instance.snapshot)
        seconds = time.perf_counter() - begun
        line = Line(instance.name, ours, seconds, cpsat.ask(instance.snapshot, PATIENCE))
        lines.append(line)
        theirs = SAID[line.theirs.fits]
        numbers = f"{ours.answer.value:>8} {seconds:8.3f} {theirs:>8} {line.theirs.seconds:8.3f} {line.ratio:7.2f}"
        print(f"{instance.name:40} {numbers}  {ours.method}", flush=True)
    return summary(lines)


def summary(lines: list[Line]) -> int:
    """Says what was measured, and whether it is what must be."""
    contradictions = sum(line.contradicts for line in lines)
    missed = sum(line.missed for line in lines)
    ratio = median(line.ratio for line in lines)
    ours = sum(line.ours.answer is Answer.UNKNOWN for line in lines)
    theirs = sum(line.theirs.fits is None for line in lines)
    print(f"\n{len(lines)} problems; undecided: fit {ours}, CP-SAT {theirs}")
    print(f"contradictions: {contradictions} (must be 0)")
    print(f"median time, fit / CP-SAT: {ratio:.2f} (must be at most 1)")
    print(f"undecided by fit, decided by CP-SAT: {missed} (must be at most {len(lines) // 10})")
    return int(contradictions > 0 or ratio > 1 or missed > len(lines) / 10)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
