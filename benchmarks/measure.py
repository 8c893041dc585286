"""How long something takes: the least of several tries, of a function (timeit) or of a whole process (wait4)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from timeit import Timer
from typing import NamedTuple


class Cost(NamedTuple):
    """What a process took: seconds on the clock, seconds of processor time (user and system), most memory in MB."""

    seconds: float
    processor: float
    memory: float


def process(command: Sequence[str], tries: int = 5, says: str = "") -> Cost:
    """The least that a process took. Raises RuntimeError where it does not say on stdout what it must."""
    return least(_process(command, says) for _ in range(tries))


def least(costs: Iterable[Cost]) -> Cost:
    """The least of each."""
    return Cost(*map(min, zip(*costs, strict=True)))


def python(code: str, tries: int = 5) -> Cost:
    """The least that a process took which runs this code."""
    return process([sys.executable, "-c", code], tries)


def function(what: Callable[[], object], tries: int = 5) -> float:
    """Seconds that one call takes; a short one is called many times."""
    timer = Timer(what)
    once = timer.timeit(1)
    number = max(1, int(0.02 / once)) if once else 1
    return min(timer.repeat(tries, number)) / number


def _process(command: Sequence[str], says: str) -> Cost:
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with child.stdout or nullcontext():
        told = child.stdout.read() if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1) or says not in told:
        raise RuntimeError(f"{' '.join(command)}: exit status {child.returncode}, and it does not say {says!r}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
