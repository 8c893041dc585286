"""Complete search beside SPIN: the same machine, all its states, without symmetry; SPIN's compilation apart.

The machine is several copies of a pod sandbox side by side. Both must count the same states.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Cost, process
from kubeproof.model.export.promela import MORE_STORED, promela
from kubeproof.model.machine import Machine, times
from kubeproof.model.machines import machine

COPIES = 3
OURS = """
from benchmarks.search import asked
from kubeproof.properties.engines.explore import reachable
found = reachable(asked(), symmetry=False)
print(found.states, "states", found.transitions, "steps")
"""

IDLE = """
import numpy
from benchmarks.search import asked
from kubeproof.properties.engines.explore import reachable
asked()
"""


def asked() -> Machine:
    """The machine that is searched."""
    return times(machine("sandbox"), COPIES)


def main() -> int:
    """Prints both and their ratio; 1 where they do not count the same states."""
    ours, said = _measured([sys.executable, "-c", OURS])
    states, steps = (int(number) for number in re.findall(r"\d+", said))
    print(f"\ncomplete search of {asked().name}: {states:,} states, {steps:,} steps")
    print(f"{'':10} {'seconds':>8} {'states/s':>10} {'MB':>6}")
    _row("kubeproof", ours, states)
    idle, _ = _measured([sys.executable, "-c", IDLE], tries=1)
    extra = (ours.memory - idle.memory) * 2**20 / states
    print(f"{extra:.0f} bytes a state, beyond what Python and numpy take themselves")
    if missing := [name for name in ("spin", "cc") if shutil.which(name) is None]:
        print(f"not installed: {', '.join(missing)}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "machine.pml").write_text(promela(asked()), encoding="ascii")
        generated, _ = _measured(["spin", "-o2", "-o3", "-a", "machine.pml"], folder, tries=1)
        compiled, _ = _measured(["cc", "-O2", "-DSAFETY", "-w", "-o", "pan", "pan.c"], folder, tries=1)
        theirs, said = _measured(["./pan", "-m1000000"], folder)
    _row("SPIN", theirs, states)
    print(f"{'':10} {generated.seconds + compiled.seconds:8.2f} before that, to generate and compile its C")
    print(f"kubeproof takes {ours.seconds / theirs.seconds:.2f} times as long as SPIN, its compilation apart")
    stored = re.search(r"(\d+) states, stored", said)
    same = stored is not None and int(stored[1]) - MORE_STORED == states
    print("both count the same states" if same else f"SPIN counts otherwise: {said}")
    return 0 if same else 1


def _measured(command: list[str], folder: str = ".", tries: int = 3) -> tuple[Cost, str]:
    """The least that a command took, and what it says."""
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return process(["sh", "-c", 'cd "$0" && exec "$@"', folder, *command], tries), said


def _row(name: str, cost: Cost, states: int) -> None:
    print(f"{name:10} {cost.seconds:8.2f} {states / cost.seconds:10,.0f} {cost.memory:6.0f}")
