"""What a request to delete a pod does to it (v1.36)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubeproof.model.controlplane.deletion import Conflict, DeleteOptions, before_delete
from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Phase, PodStatus

NOW = 1000


def pod(
    node: str = "n", phase: Phase = "Running", at: int | None = None, grace: int | None = None, own: int = 30
) -> LivePod:
    meta = Meta("p", uid="u", generation=1, resource_version=5, deleted_at=at, grace_period=grace)
    return LivePod(meta, RunSpec((), grace_period=own), node=node, status=PodStatus(phase))


class Case(NamedTuple):
    """`expect`: when it ends, its grace period, and "marked", "pending" or "gone"."""

    sentence: str
    pod: LivePod
    asked: int | None
    expect: tuple[int | None, int | None, str]


CASES = (
    Case("a pod gets the time that it asks for", pod(), None, (NOW + 30, 30, "marked")),
    Case("or as much as the request says, also more", pod(), 60, (NOW + 60, 60, "marked")),
    Case("a negative period is a second", pod(), -5, (NOW + 1, 1, "marked")),
    Case("also the pod's own", pod(own=-5), None, (NOW + 1, 1, "marked")),
    Case("a pod without a node gets no time", pod(node=""), 60, (NOW, 0, "marked")),
    Case("nor does one that has ended", pod(phase="Failed"), 60, (NOW, 0, "marked")),
    Case("a second request changes nothing by itself", pod(at=NOW + 20, grace=30), None, (NOW + 20, 30, "pending")),
    Case("it may not ask for more", pod(at=NOW + 20, grace=30), 31, (NOW + 20, 30, "pending")),
    Case("nor for the same", pod(at=NOW + 20, grace=30), 30, (NOW + 20, 30, "pending")),
    Case("it may for less, counted from the first", pod(at=NOW + 20, grace=30), 15, (NOW + 5, 15, "marked")),
    Case("an end that would have passed is now, and the period a second",
         pod(at=NOW + 20, grace=30), 5, (NOW, 1, "marked")),
    Case("or none, if none was asked for", pod(at=NOW + 20, grace=30), 0, (NOW, 0, "marked")),
    Case("a pod whose time is over is deleted at once", pod(at=NOW, grace=0), None, (NOW, 0, "gone")),
    Case("also one that was marked without a period", pod(at=NOW), None, (NOW, None, "gone")),
)  # fmt: skip


def check(case: Case) -> None:
    got = before_delete(case.pod, DeleteOptions(case.asked), NOW)
    comes_to = "marked" if got.graceful else "pending" if got.pending else "gone"
    assert (got.pod.meta.deleted_at, got.pod.meta.grace_period, comes_to) == case.expect


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_a_request(case: Case) -> None:
    check(case)


def test_only_the_first_request_is_a_new_generation() -> None:
    first = before_delete(pod(), DeleteOptions(), NOW).pod
    assert first.meta.generation == 2
    assert before_delete(first, DeleteOptions(5), NOW).pod.meta.generation == 2


def test_another_pod_of_the_same_name_is_left_alone() -> None:
    with pytest.raises(Conflict) as error:
        before_delete(pod(), DeleteOptions(uid="v"), NOW)
    assert str(error.value) == (
        "the UID in the precondition (v) does not match the UID in record (u). "
        "The object might have been deleted and then recreated"
    )


def test_a_pod_that_has_changed_is_left_alone() -> None:
    with pytest.raises(Conflict, match=r"The object might have been modified$"):
        before_delete(pod(), DeleteOptions(resource_version=4), NOW)
