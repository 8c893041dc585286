"""When each container of a pod gets its hook, SIGTERM and SIGKILL."""

from __future__ import annotations

import pytest

from kubeproof.model.node.kubelet.kills import Ending, KillReason, endings, grace_of
from kubeproof.model.objects.container import Container, Probe, RunSpec

APP, HOOKED = Container("c"), Container("c", pre_stop=True)
FIRST, SECOND = Container("s", restart_policy="Always"), Container("t", restart_policy="Always")
POD = RunSpec((APP,), (FIRST, SECOND))


def killed(app: Container, grace: int, hook: int = 0) -> Ending:
    """How an app container alone ends that is killed at second 100."""
    (told,) = endings(RunSpec((app,)), {"c": app}, 100, {"c": grace}, hook_takes={"c": hook})
    return told


CASES = (
    ("a container gets SIGTERM at once and SIGKILL after its grace", APP, 30, 0, Ending("c", None, 100, 130)),
    ("its hook runs first, within the same grace", HOOKED, 30, 10, Ending("c", 100, 110, 130)),
    ("a hook that takes too long leaves two seconds", HOOKED, 30, 60, Ending("c", 100, 130, 132)),
    ("without grace there is no hook, and two seconds", HOOKED, 0, 10, Ending("c", None, 100, 102)),
)


@pytest.mark.parametrize(("sentence", "app", "grace", "hook", "ending"), CASES, ids=[case[0] for case in CASES])
def test_how_a_container_ends(sentence: str, app: Container, grace: int, hook: int, ending: Ending) -> None:
    assert killed(app, grace, hook) == ending


def test_sidecars_end_after_the_apps_the_last_one_first() -> None:
    told = endings(POD, {"c": APP, "s": FIRST, "t": SECOND}, 0, dict.fromkeys("cst", 30), exit_takes={"c": 5, "t": 3})
    assert [(ending.name, ending.term_at) for ending in told] == [("c", 0), ("t", 5), ("s", 8)]


def test_a_sidecar_waits_no_longer_than_its_grace() -> None:
    told = endings(POD, {"c": APP, "s": FIRST}, 0, {"c": 30, "s": 10}, exit_takes={"c": 60})
    assert told[-1] == Ending("s", None, 10, 12)


GRACES: tuple[tuple[str, KillReason, int | None, int], ...] = (
    ("the pod's grace is the rule", "Unknown", None, 30),
    ("a deletion's own grace comes first", "LivenessProbe", 7, 7),
    ("a probe that kills may have its own", "LivenessProbe", None, 5),
    ("which is not another probe's", "StartupProbe", None, 30),
)


@pytest.mark.parametrize(("sentence", "reason", "deletion", "seconds"), GRACES, ids=[case[0] for case in GRACES])
def test_how_much_grace_there_is(sentence: str, reason: KillReason, deletion: int | None, seconds: int) -> None:
    app = Container("c", liveness=Probe(grace_period=5), startup=Probe())
    assert grace_of(RunSpec((app,)), app, reason, deletion) == seconds
