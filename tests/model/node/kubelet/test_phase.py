"""The phase of a pod (getPhase, v1.36): what people get wrong, told as cases."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubeproof.model.node.kubelet.phase import phase
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.pod_status import Phase
from tests.model.node.kubelet.pods import ALL_ON_42, run, said


class Case(NamedTuple):
    sentence: str
    run: RunSpec
    statuses: str
    expect: Phase
    terminal: bool = False
    initialized: bool = False


TWO, ONCE = run("a", "b"), run("a", "b", policy="Never")
NO_MORE = Container("a", restart_policy="Never")
CASES = (
    Case("nothing is known of a container: Pending", TWO, "a=running", "Pending"),
    Case("an empty state is as good as none", TWO, "a=running b=empty", "Pending"),
    Case("one that waits for its first start forces Pending", TWO, "a=running b=waiting", "Pending"),
    Case("one that waits to start again does not", TWO, "a=running b=waiting/last=1", "Running"),
    Case("Always keeps a pod Running while nothing runs", TWO, "a=terminated=1 b=waiting/last=0", "Running"),
    Case("OnFailure does while one is to be restarted",
         run("a", "b", policy="OnFailure"), "a=terminated=0 b=terminated=1", "Running"),
    Case("all done under Never: Succeeded", ONCE, "a=terminated=0 b=terminated=0", "Succeeded"),
    Case("one failure is enough for Failed", ONCE, "a=terminated=0 b=terminated=1", "Failed"),
    Case("one that waits after exit 0 has stopped, but not succeeded",
         ONCE, "a=waiting/last=0 b=waiting/last=0", "Failed"),
    Case("an Always pod can succeed by itself, by a container's own Never",
         run(NO_MORE), "a=terminated=0", "Succeeded"),
    Case("a pod that is not run any more has a terminal phase, even under Always",
         TWO, "a=terminated=0 b=terminated=1", "Failed", terminal=True),
    Case("a static pod is never terminal that way",
         run("a", static=True), "a=terminated=1", "Running", terminal=True),
    Case("a failed init container under Never fails the pod while others run",
         run("a", init=("i",), policy="Never"), "i=terminated=1 a=running", "Failed"),
    Case("under Always it does not, and holds nobody back by itself",
         run("a", init=("i",)), "i=terminated=1 a=running", "Running"),
    Case("also one that waits after a failure fails it",
         run("a", init=("i",), policy="Never"), "i=waiting/last=1 a=waiting", "Failed"),
    Case("one that waits after exit 0 is neither pending nor failed",
         run("a", init=("i",), policy="Never"), "i=waiting/last=0 a=running", "Running"),
    Case("an init container that runs forces Pending", run("a", init=("i",)), "i=running a=running", "Pending"),
    Case("a running sidecar keeps the pod Running",
         run("a", init=("s",), policy="Never"), "s=running+started a=terminated=0", "Running"),
    Case("a terminated sidecar counts for nothing",
         run("a", init=("s",), policy="Never"), "s=terminated=1 a=terminated=0", "Succeeded"),
    Case("a sidecar that has not started forces Pending",
         run("a", init=("s",)), "s=running a=running", "Pending"),
    Case("but not once a regular container has started",
         run("a", init=("s",)), "s=running a=running", "Running", initialized=True),
    Case("one that waits for its first start does even then",
         run("a", init=("s",)), "s=waiting a=running", "Pending", initialized=True),
    Case("one that was ended to restart all is to run again",
         run(NO_MORE), "a=terminated=137:RestartingAllContainers", "Running"),
    Case("a failed init container that restarts all fails nothing",
         run("a", init=(Container("i", restart_policy="Never", restart_rules=ALL_ON_42),)),
         "i=terminated=42 a=running", "Running"),
    Case("no container, no phase but Pending", run(), "", "Pending"),
)  # fmt: skip


def check(case: Case) -> None:
    got = phase(case.run, said(case.statuses), terminal=case.terminal, initialized=case.initialized)
    assert got == case.expect


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_the_phase(case: Case) -> None:
    check(case)
