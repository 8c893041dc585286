"""`kubeproof verify --engine hypothesis`: what drawn scripts break is told as a program, and no run of it is kept."""

from __future__ import annotations

import pytest

from kubeproof import cli
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import stated_text
from kubeproof.properties.queries import budgets
from kubeproof.properties.queries.question import Engines
from kubeproof.properties.queries.verified import Verified, verified
from kubeproof.properties.studies.study import node
from kubeproof.properties.verdict import Outcome
from tests.properties.engines.small_laws import FEW

WEB = """---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "c:1"}]}
"""


def asked(law: str, steps: str) -> Verified:
    found, allowed = stated_text(node("n1") + WEB), budgets.steps(steps)
    return verified(found, law=law, own=[FEW], limit=1, engines=Engines.HYPOTHESIS, runs=15, steps=allowed, seconds=60)


def test_what_breaks_a_law_is_told_as_a_program() -> None:
    answer = asked(FEW.name, "scale=1")
    [found] = answer.findings
    assert found.verdict.outcome is Outcome.VIOLATED
    assert answer.broken == ()  # no run that `kubeproof replay` could take
    assert 'world = world.step("scale", object="replicaset/web", replicas=' in found.program
    assert "    this program does it again:\n" in answer.text
    [told] = answer.data()["verdicts"]
    assert (told["program"], told["trace"]) == (found.program, None)


def test_what_no_run_breaks_holds_and_is_not_proved() -> None:
    answer = asked("revisions only grow", "cordon=1")
    assert answer.outcome is Outcome.HELD
    assert "runs, " in answer.text.splitlines()[0]


def test_a_budget_is_of_steps_of_scripts() -> None:
    assert budgets.steps("node-lost=2,rollout") == {"node-lost": 2, "set-image": 1}
    with pytest.raises(BadInput, match="pod-deleted is no step of a script; those that are: node-lost, "):
        budgets.steps("pod-deleted=1")


def test_events_of_a_script_are_for_other_engines(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--engine", "hypothesis", "--budget-script", "events.yaml"]
    assert cli.run(["verify", "examples/rollout/web.yaml", *options]) == 2
    assert capsys.readouterr().err == "kubeproof: --budget-script is not for --engine hypothesis\n"
