"""A Job's life in a closed loop: whatever its pods do, and wherever the controller stops, each pod is counted once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.job.backoff import BackoffRecord
from kubeproof.model.controlplane.controllers.job.look import Look
from kubeproof.model.controlplane.controllers.job.sync import Plan, sync
from kubeproof.model.objects.job import TRACKING_FINALIZER, Job
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_active, is_terminal, is_terminating
from tests.model.controlplane.controllers.build import NOW, job, job_pod

ROUNDS, PATIENCE = 60, 20
STOPS = ("", "before pods are let go", "before the counts are written")
STEP = 700
"""Seconds between looks: longer than any back-off."""


def ended(pod: LivePod, well: bool, now: int) -> LivePod:
    """The pod after its container exited."""
    code = 0 if well else 1
    over = job_pod(pod.meta.name, phase="Succeeded" if well else "Failed", code=code, ended=NOW - now)
    return replace(pod, status=over.status)


def carried_out(of: Job, pods: list[LivePod], plan: Plan, stops: str, made: int) -> tuple[Job, list[LivePod]]:
    """The Job and its pods after the plan's writes, or after those before the controller stopped."""
    gone = {pod.meta.uid for pod in plan.deleted}
    pods = [replace(pod, meta=replace(pod.meta, deleted_at=NOW)) if pod.meta.uid in gone else pod for pod in pods]
    pods += [job_pod(f"p{made + i}") for i in range(len(plan.created))]
    if plan.flushed is not None:
        of = replace(of, status=plan.flushed)
    if stops == "before pods are let go":
        return of, pods
    free = {pod.meta.uid for pod in plan.released}
    pods = [replace(pod, meta=replace(pod.meta, finalizers=())) if pod.meta.uid in free else pod for pod in pods]
    if stops == "before the counts are written" or not plan.written:
        return of, pods
    return replace(of, status=plan.status), pods


@pytest.mark.parametrize("stops", STOPS)
@pytest.mark.parametrize("well", [True, False])
def test_a_pod_is_counted_once_wherever_the_controller_stops(well: bool, stops: str) -> None:
    check_counted_once(well, stops)


def check_counted_once(well: bool, stops: str) -> None:
    of, pods = job(completions=9), [ended(job_pod("p"), well, NOW)]
    of, pods = carried_out(of, pods, sync(Look(of, tuple(pods), NOW)), stops, 1)
    of, _ = carried_out(of, pods, sync(Look(of, tuple(pods), NOW + STEP)), "", 2)
    assert (of.status.succeeded, of.status.failed) == ((1, 0) if well else (0, 1))


@settings(max_examples=60)
@given(
    parallelism=st.integers(1, 4),
    completions=st.none() | st.integers(1, 4),
    backoff_limit=st.integers(0, 4),
    policy=st.sampled_from(("TerminatingOrFailed", "Failed")),
    data=st.data(),
)
def test_each_pod_is_counted_once(
    parallelism: int, completions: int | None, backoff_limit: int, policy: str, data: st.DataObject
) -> None:
    of = job(
        parallelism=parallelism, completions=completions, backoff_limit=backoff_limit, pod_replacement_policy=policy
    )
    pods: list[LivePod] = []
    memory, made, now = BackoffRecord(), 0, NOW
    for turn in range(ROUNDS):
        now += STEP
        plan = sync(Look(of, tuple(pods), now, memory))
        memory = plan.backoff
        stops = data.draw(st.sampled_from(STOPS))
        of, pods = carried_out(of, pods, plan, stops, made)
        made += len(plan.created)
        assert sum(map(is_active, pods)) <= parallelism
        if of.finished:
            break
        for at, pod in enumerate(pods):
            if is_terminating(pod):
                pods[at] = ended(pod, well=False, now=now)
            elif is_active(pod) and (turn > PATIENCE or data.draw(st.booleans())):
                pods[at] = ended(pod, well=turn > PATIENCE or data.draw(st.booleans()), now=now)
        # the API server removes a pod that is deleted, ended and held by nobody
        pods = [pod for pod in pods if TRACKING_FINALIZER in pod.meta.finalizers or not is_terminal(pod)]
    assert of.finished in ("Complete", "Failed")
    status = of.status
    assert status.succeeded + status.failed == made
    assert status.uncounted_terminated_pods.succeeded == status.uncounted_terminated_pods.failed == ()
    assert (of.finished == "Failed") == (status.failed > backoff_limit)
    announced = {"Complete": "SuccessCriteriaMet", "Failed": "FailureTarget"}[of.finished]
    assert [condition.type for condition in status.conditions] == [announced, of.finished]
