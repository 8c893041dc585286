"""Random runs of worlds: what they break is small, and told as a program that breaks it again; all is counted."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from kubeproof.model.errors import NotModelled
from kubeproof.properties.engines.world_fuzz import searched, verify
from kubeproof.properties.engines.world_machine import Options, world_machine
from kubeproof.properties.engines.world_run import Run, Start
from kubeproof.properties.laws.world import STANDARD
from kubeproof.properties.strategies import worlds
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always
from tests.properties.engines.small_laws import ALONE, FEW, FORGETFUL, PLACED, SHOWN, VOID

WEB = """
{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"}, "spec": {"replicas": 2,
 "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}},
  "spec": {"containers": [{"name": "main", "image": "nginx", "resources": {"requests": {"cpu": "1"}}}]}}}}
"""
START = Start(nodes="n1 cpu=2", manifests=(WEB,))
CALM = Options(budget={"scale": 2}, horizon=120, depth=5)
ROOT = Path(__file__).parents[3]

CASES: tuple[tuple[str, WorldLaw, Options, Outcome, str], ...] = (
    ("a law that a step breaks", FEW, CALM, Outcome.VIOLATED, ""),
    ("a law about steps", ALONE, CALM, Outcome.VIOLATED, ""),
    ("a law about the end", PLACED, CALM, Outcome.VIOLATED, ""),
    ("what may happen did", SHOWN, CALM, Outcome.PROVED, ""),
    ("nothing may happen that breaks it", FEW, Options({}, 120, 4), Outcome.HELD, "runs"),
    ("it has nothing to speak of", VOID, CALM, Outcome.HELD, "vacuous: no run had what the law speaks of"),
    ("what may happen does not", SHOWN._replace(condition=lambda world: False), CALM, Outcome.UNKNOWN, "none shows it"),
)


@pytest.mark.parametrize(("says", "law", "options", "outcome", "why"), CASES, ids=[case[0] for case in CASES])
def test_what_random_runs_find(says: str, law: WorldLaw, options: Options, outcome: Outcome, why: str) -> None:
    [found] = verify([law], START, options, examples=15)
    assert found.outcome is outcome, says
    assert why in found.why
    assert (found.trace is not None) is (outcome in (Outcome.VIOLATED, Outcome.PROVED))


def test_nothing_is_known_of_the_end_where_no_run_comes_to_rest() -> None:
    crashes = Start(nodes="n1 cpu=2", manifests=(WEB.replace('"nginx"', '"nginx", "command": ["false"]'),))
    run = Run(crashes, [])
    run.begin()
    run.step("runs", {"pod": "web-*", "lasts": "1s", "code": 1})
    run.advance(60)
    assert not run.rest(3600)


def test_each_law_is_asked_until_it_is_broken() -> None:
    found = verify([FEW, SHOWN, VOID], START, CALM, examples=15)
    assert [one.law for one in found] == [FEW.name, SHOWN.name, VOID.name]
    assert [one.outcome.value for one in found] == ["VIOLATED", "PROVED", "HELD"]


def test_runs_are_the_same_each_time_and_by_seed() -> None:
    law = STANDARD[0]
    assert verify([law], START, CALM, examples=5) == verify([law], START, CALM, examples=5)
    assert verify([law], START, CALM, examples=5, seed=3) == verify([law], START, CALM, examples=5, seed=3)


def test_time_that_is_up_ends_with_what_is_known() -> None:
    [late] = verify([FEW], START, CALM, seconds=0)
    assert (late.outcome, late.why) == (Outcome.UNKNOWN, "there was no time for a run")
    [soon] = verify([STANDARD[0]], START, CALM, examples=10_000, seconds=1)
    assert soon.outcome is Outcome.HELD


def test_what_is_not_modelled_leaves_laws_undecided() -> None:
    def leaks(world: object) -> bool:
        raise NotModelled("spec.x", "nothing of it")

    [found] = verify([always("it leaks", leaks)], START, CALM, examples=5)
    assert found.outcome is Outcome.UNKNOWN
    assert "spec.x: not modelled: nothing of it" in found.why


PROGRAM = '''"""there are at most two pods"""

import kubeproof as kp
from tests.properties.engines.small_laws import FEW

world = kp.world(nodes="n1 cpu=2", laws=[FEW])
world = world.apply(
    {'apiVersion': 'apps/v1',
     'kind': 'ReplicaSet',
     'metadata': {'name': 'web'},
     'spec': {'replicas': 2,
              'selector': {'matchLabels': {'app': 'web'}},
              'template': {'metadata': {'labels': {'app': 'web'}},
                           'spec': {'containers': [{'name': 'main',
                                                    'image': 'nginx',
                                                    'resources': {'requests': {'cpu': '1'}}}]}}}}
)
world = world.step("scale", object="replicaset/web", replicas=3)
'''


def test_what_breaks_a_law_is_small_and_told_as_a_program() -> None:
    [found] = searched([FEW], START, CALM, examples=15)
    *most, last, _ = found.program.split("\n")
    assert "\n".join([*most, ""]) == PROGRAM
    assert last in ('world = world.take("replicaset-controller replicaset/web")', 'world = world.rest("2m0s")')


BROKEN = (
    ("a law about worlds", START, FEW, CALM),
    ("a law about steps", START, ALONE, CALM),
    ("a law about the end", START, PLACED, CALM),
    ("a controller of one's own", START._replace(own=(FORGETFUL,)), ALONE, CALM),
)


@pytest.mark.parametrize(("start", "law", "options"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_the_program_breaks_the_law_again(start: Start, law: WorldLaw, options: Options, tmp_path: Path) -> None:
    [found] = searched([law], start, options, examples=15)
    (tmp_path / "again.py").write_text(found.program)
    done = _python([str(tmp_path / "again.py")])
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        f"kubeproof.properties.engines.watching.BrokenLaw: {law.name}: broken at "
    )


def test_a_law_that_no_module_has_is_said_to_be_missing(tmp_path: Path) -> None:
    [found] = searched([FEW._replace(name="few")], START, CALM, examples=15)
    assert "# few: no module has it at its top, so that this program cannot name it" in found.program
    (tmp_path / "again.py").write_text(found.program)
    assert _python([str(tmp_path / "again.py")]).returncode == 0


def _python(args: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_machine_is_a_test_case_that_holds_or_tells_the_run() -> None:
    good = world_machine(worlds(), laws=STANDARD, horizon=60, depth=3)
    bad = world_machine([_mapping()], nodes="n1 cpu=2", laws=[FEW], budget={"scale": 1}, horizon=120, depth=4)
    assert _outcome(good.TestCase).wasSuccessful()
    [(_, told)] = _outcome(bad.TestCase).failures
    assert "This program does it again:" in told
    assert 'world.step("scale", object="replicaset/web", replicas=3)' in told
    assert "replicaset-controller  creates 3 Pods" in told


def test_what_was_done_is_told_and_what_was_never_asked() -> None:
    machine = world_machine([_mapping()], nodes="n1 cpu=2", laws=[STANDARD[0], VOID], budget={"cordon": 1}, depth=5)
    _outcome(machine.TestCase)
    told = machine.tally.text(machine.laws).splitlines()
    assert "runs (" in told[0]
    assert "time passes" in told[0]
    assert any(line.startswith("never taken: scale, set-image, delete") for line in told)
    assert told[-1] == "daemons are never ready: vacuous: never asked"
    assert told[-2].startswith(f"{STANDARD[0].name}: asked ")


def test_pytest_tells_it_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "from hypothesis import settings\n"
        "from kubeproof.properties.engines.world_machine import world_machine\n"
        "from kubeproof.properties.strategies import worlds\n"
        "TestMine = world_machine(worlds(), depth=3, horizon=60).TestCase\n"
        "TestMine.settings = settings(TestMine.settings, max_examples=5)\n"
    )
    plugins = ("no:kubeproof", "kubeproof.pytest_plugin", "no:cacheprovider")  # by its module, installed or not
    done = _python(["-m", "pytest", "-q", *(part for one in plugins for part in ("-p", one)), str(tmp_path)])
    assert done.returncode == 0, done.stdout
    assert "kubeproof: random worlds" in done.stdout
    assert "revisions only grow: asked " in done.stdout


def _mapping() -> dict[str, object]:
    import json

    found: dict[str, object] = json.loads(WEB)
    return found


def _outcome(case: Any) -> unittest.TestResult:
    case.settings = settings(case.settings, max_examples=8, derandomize=True, database=None)
    found = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(found)
    assert found.testsRun == 1
    return found
