"""Kivi's cases as whole processes: at minimal size by complete search, mended twins too; on more nodes by runs."""

from __future__ import annotations

from benchmarks import measure
from benchmarks.commands import KUBEPROOF

KIVI = {
    "C1": "startup_load",
    "C2": "apply_resets_replicas",
    "C3": "conflicting_spread",
    "C4": "cascading_overload",
    "C5": "duplicates_put_back",
    "C6": "maintenance_piles_up",
    "C7": "tolerated_nowhere",
    "C8": "preference_against_spread",
}
SIZES = (3, 10, 20, 50, 100)
MOST_SMALL, MOST_LARGE = 2.0, 10.0
"""Seconds of processor time that a case may take, at minimal size and at most nodes."""


def main() -> int:
    """Prints what each case took; 1 where one took longer than it may."""
    print("\nKivi's cases: seconds of processor time of whole processes (on the clock)")
    print(f"{'':30} {'minimal':>13}" + "".join(f"{f'{size} nodes':>15}" for size in SIZES))
    slow = False
    for number, name in KIVI.items():
        command = [*KUBEPROOF, "study", name]
        took = [measure.process(command, 1, says="VIOLATED")]
        took += [measure.process([*command, "--nodes", str(size)], 1, says="VIOLATED") for size in SIZES]
        slow |= took[0].processor > MOST_SMALL or took[-1].processor > MOST_LARGE
        print(f"{number} {name:27}" + "".join(f"{one.processor:7.2f} ({one.seconds:5.1f})" for one in took), flush=True)
    return int(slow)
