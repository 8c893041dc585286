"""`python -m benchmarks [WHAT]… [--full]`: speed, as tables on stdout. Nothing is kept."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from benchmarks import commands

QUICK_PODS = 200
"""Without --full, `fit` leaves out problems with more pods than this, and `why` the large dump."""


def main() -> int:
    """Runs what was asked for, everything by default; 1 where something that must hold does not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition(": ")[2])
    parser.add_argument("what", nargs="*", metavar="filters|decisions|why|start|search|world|worlds|studies|fit")
    parser.add_argument("--full", action="store_true", help="large dumps and problems too: half an hour, 2 GB of disk")
    asked = parser.parse_args()
    known = ("start", "why", "filters", "decisions", "search", "world", "worlds", "studies", "fit")
    if unknown := [what for what in asked.what if what not in known]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are: {', '.join(known)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}")
    status = 0
    for what in known if not asked.what else dict.fromkeys(asked.what):
        match what:
            case "filters":
                from benchmarks import filters  # numpy would count as memory of the processes that are started

                filters.main()
            case "decisions":
                from benchmarks import decisions

                decisions.main()
            case "search":
                from benchmarks import search

                status |= search.main()
            case "world":
                from benchmarks import world

                status |= world.main()
            case "worlds":
                from benchmarks import worlds

                status |= worlds.main()
            case "studies":
                from benchmarks import studies

                status |= studies.main()
            case "start":
                commands.start()
            case "why":
                commands.why(large=asked.full)
            case _:
                status |= _fit(full=asked.full)
    return status


def _fit(*, full: bool) -> int:
    from benchmarks import fit  # OR-tools is needed for this one alone

    print("\nfit beside OR-tools CP-SAT")
    return fit.main() if full else fit.main(QUICK_PODS)


if __name__ == "__main__":
    sys.exit(main())
