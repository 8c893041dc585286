"""What a pod calls for, given what the runtime has of it."""

from __future__ import annotations

from typing import Any

from immutables import Map

from kubeproof.model.node.kubelet.actions import Actions, Reset, pod_actions
from kubeproof.model.node.kubelet.init_actions import Results
from kubeproof.model.node.kubelet.kills import Kill
from kubeproof.model.node.kubelet.pod_runtime import Made, PodRuntime, Sandbox, sandbox_need
from kubeproof.model.node.kubelet.probes import Result
from kubeproof.model.node.kubelet.runtime_state import RuntimeState, State
from kubeproof.model.objects.container import Container, Probe, ProbeKind, RestartRule, RunSpec

READY = (Sandbox("s", ip="10.0.0.1"),)
APP = Container("c")
SIDECAR = Container("s", restart_policy="Always")
NONE: Results = Map()


def said(name: str, kind: ProbeKind, result: Result) -> Results:
    """What one probe says."""
    return Map({(name, kind): result})


def made(name: str, state: State, code: int = 0, **more: Any) -> Made:
    return Made(name, RuntimeState(state, exit_code=code, id=name, **more), "s")


def actions(
    run: RunSpec, *there: Made, sandboxes: tuple[Sandbox, ...] = READY, results: Results = NONE, **more: bool
) -> Actions:
    return pod_actions(run, PodRuntime(sandboxes, there), results, **more)


def test_a_new_pod_gets_a_sandbox_and_its_containers() -> None:
    assert actions(RunSpec((APP,)), sandboxes=()) == Actions(True, True, 0, start=(0,))


def test_init_containers_go_first_in_a_new_sandbox() -> None:
    assert actions(RunSpec((APP,), (Container("i"),)), sandboxes=()) == Actions(True, True, 0, start_init=(0,))


def test_a_pod_that_never_restarts_gets_no_second_sandbox() -> None:
    run = RunSpec((APP,), restart_policy="Never")
    lost = (Sandbox("s", ready=False),)
    assert actions(run, made("c", "exited"), sandboxes=lost) == Actions(True, False, 1)


def test_a_pod_that_is_done_gets_no_second_sandbox() -> None:
    run = RunSpec((APP,), restart_policy="OnFailure")
    assert not actions(run, made("c", "exited"), sandboxes=(Sandbox("s", ready=False),)).create_sandbox
    assert actions(run, made("c", "exited", 1), sandboxes=(Sandbox("s", ready=False),)).create_sandbox


def test_two_ready_sandboxes_or_none_with_an_address_call_for_another() -> None:
    assert sandbox_need((Sandbox("b", 1, ip="x"), Sandbox("a", ip="y")), host_network=False) == (True, 2, "b")
    assert sandbox_need((Sandbox("a"),), host_network=False) == (True, 1, "a")
    assert sandbox_need((Sandbox("a"),), host_network=True) == (False, 0, "a")


def test_the_next_init_container_starts_when_one_is_done() -> None:
    run = RunSpec((APP,), (Container("i"), Container("j")))
    assert actions(run, made("i", "exited")).start_init == (1,)
    assert actions(run, made("i", "running")).start_init == ()


def test_a_failed_init_container_fails_a_pod_that_never_restarts() -> None:
    run = RunSpec((APP,), (Container("i"),), restart_policy="Never")
    assert actions(run, made("i", "exited", 1)) == Actions(True, False, 0)


def test_a_sidecar_lets_the_next_start_once_it_has_started() -> None:
    probed = Container("s", restart_policy="Always", startup=Probe())
    run = RunSpec((APP,), (probed,))
    assert actions(run, made("s", "running")).start == ()
    assert actions(run, made("s", "running"), results=said("s", "startup", "success")).start == (0,)


def test_a_sidecar_is_restarted_beside_running_apps() -> None:
    run = RunSpec((APP,), (SIDECAR,), restart_policy="Never")
    assert actions(run, made("c", "running"), made("s", "exited", 1)).start_init == (0,)
    assert actions(run, made("c", "running")).start_init == (0,)


def test_sidecars_do_not_keep_a_pod_alive() -> None:
    run = RunSpec((APP,), (SIDECAR,), restart_policy="Never")
    assert actions(run, made("c", "exited"), made("s", "running")) == Actions(True, False, 0)


def test_a_failed_probe_kills_and_restarts() -> None:
    run = RunSpec((APP,))
    told = actions(run, made("c", "running"), results=said("c", "liveness", "failure"))
    message = "Container c failed liveness probe, will be restarted"
    assert (told.kill, told.start) == ((Kill("c", "c", "LivenessProbe", message),), (0,))


def test_a_failed_probe_kills_for_good_in_a_pod_that_never_restarts() -> None:
    run = RunSpec((APP,), restart_policy="Never")
    told = actions(run, made("c", "running"), results=said("c", "startup", "failure"))
    assert told.kill == (Kill("c", "c", "StartupProbe", "Container c failed startup probe"),)
    assert told.kill_pod


def test_a_changed_container_is_restarted_whatever_the_policy() -> None:
    run = RunSpec((APP,), restart_policy="Never")
    told = actions(run, made("c", "running", spec_changed=True))
    assert (told.kill[0].message, told.start) == ("Container c definition changed, will be restarted", (0,))


def test_an_unknown_container_is_killed_before_it_is_started_again() -> None:
    told = actions(RunSpec((APP,)), made("c", "unknown"))
    assert told.kill[0].message == 'Container is in "unknown" state, try killing it before restart'
    assert told.start == (0,)


def test_an_ephemeral_container_is_started_once() -> None:
    run = RunSpec((APP,), ephemeral_containers=(Container("e"),))
    assert actions(run, made("c", "running")).start_ephemeral == (0,)
    assert actions(run, made("c", "running"), made("e", "exited")).start_ephemeral == ()


def test_restarting_all_removes_those_that_asked_for_it_last() -> None:
    asks = Container("c", restart_rules=(RestartRule("RestartAllContainers", "In", (1,)),))
    run = RunSpec((asks, Container("d")), (Container("i"),))
    told = actions(run, made("c", "exited", 1), made("d", "running"), made("i", "exited"), restart_all=True)
    assert told.reset == (Reset("d", "d", True), Reset("i", "i", False), Reset("c", "c", False))
    assert not told.start


def test_a_deleted_pod_starts_nothing() -> None:
    assert actions(RunSpec((APP,)), made("c", "exited", 1), deleted=True).start == ()
