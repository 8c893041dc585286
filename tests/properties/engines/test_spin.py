"""SPIN says the same of a machine's export as kubeproof of the machine: outcomes, shortest runs, how many states."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings

from kubeproof.model.export.promela import MORE_DEEP, MORE_STORED, promela
from kubeproof.model.machine import Machine
from kubeproof.model.machines import MACHINES, machine
from kubeproof.properties.claims import claim
from kubeproof.properties.engines.explore import explore, reachable
from kubeproof.properties.law import Form, Law
from kubeproof.properties.strategies.machines import laws, machines
from tests.properties.engines import container as c

MISSING = [name for name in ("spin", "cc") if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

# Each costs two compilations of about a second.
FEW = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class Said(NamedTuple):
    """What SPIN said: whether there was an error, how many states it stored, how deep the error was."""

    broken: bool
    stored: int
    depth: int


def spin(folder: Path, text: str, law: int = 0, form: Form = Form.ALWAYS) -> Said:
    """SPIN's answer on a law by its number, breadth first (depth first on what happens in the end)."""
    (folder / "machine.pml").write_text(text, encoding="utf-8")
    for_ever = form is Form.LEADS_TO
    how = [] if for_ever else ["-DSAFETY", "-DBFS"] if law else ["-DSAFETY"]
    called(folder, "spin", "-o2", "-o3", "-a", *([f"-DLAW_{law}"] if law else []), "machine.pml")
    called(folder, "cc", "-O0", "-w", *how, "-o", "pan", "pan.c")
    said = called(folder, "./pan", "-m100000", *(["-a"] if for_ever else []))
    deep = re.search(r"at depth (\d+)", said)
    return Said("errors: 0" not in said, number(r"(\d+) states, stored", said), int(deep[1]) if deep else 0)


def called(folder: Path, *command: str) -> str:
    """What a command says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, text
    return int(found[1])


def same(folder: Path, machine: Machine, asked: Sequence[Law]) -> None:
    """Both say the same of each law."""
    text = promela(machine, [claim(law) for law in asked])
    for at, (law, found) in enumerate(zip(asked, explore(asked, symmetry=False), strict=True), start=1):
        said = spin(folder, text, at, law.form)
        assert said.broken is (found.trace is not None), law.name
        if found.trace and law.form is not Form.LEADS_TO:
            assert said.depth - MORE_DEEP - len(machine.vars) == len(found.trace.steps)


def test_spin_stores_the_states_that_can_be_reached_and_one(tmp_path: Path) -> None:
    assert reachable(c.CONTAINER, symmetry=False).states == 3681
    assert spin(tmp_path, promela(c.CONTAINER)) == (False, 3681 + MORE_STORED, 0)


@pytest.mark.parametrize("name", MACHINES)
def test_spin_stores_as_many_states_of_each_lifecycle(tmp_path: Path, name: str) -> None:
    asked = machine(name)
    assert spin(tmp_path, promela(asked)).stored == reachable(asked, symmetry=False).states + MORE_STORED


def test_spin_agrees_on_the_laws_of_a_container(tmp_path: Path) -> None:
    same(tmp_path, c.CONTAINER, [c.RUNS_WHEN_READY, c.FEW_RESTARTS, c.PULLED_ONCE, c.GETS_READY, c.STOPS])


@FEW
@given(machines().flatmap(laws))
def test_spin_agrees_on_random_machines(tmp_path: Path, law: Law) -> None:
    stored = spin(tmp_path, promela(law.machine)).stored
    assert stored == reachable(law.machine, symmetry=False).states + MORE_STORED
    same(tmp_path, law.machine, [law])
