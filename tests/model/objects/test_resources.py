"""What a pod asks for as a whole."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from lightkube.models import core_v1

from kubeproof.model.errors import BadInput
from kubeproof.model.objects import resources
from kubeproof.model.objects.quantity import parse


def asks(cpu: str, *, sidecar: bool = False, name: str = "c") -> dict[str, Any]:
    policy = {"restartPolicy": "Always"} if sidecar else {}
    return {"name": name, "resources": {"requests": {"cpu": cpu}}, **policy}


def spec(*containers: dict[str, Any], **more: Any) -> core_v1.PodSpec:
    return msgspec.convert({"containers": list(containers), **more}, core_v1.PodSpec)


def status(name: str, *, reason: str = "", **reported: Any) -> core_v1.PodStatus:
    one = {"name": name, "image": "", "imageID": "", "ready": True, "restartCount": 0, **reported}
    conditions = [{"type": "PodResizePending", "status": "True", "reason": reason}] if reason else []
    return msgspec.convert({"containerStatuses": [one], "conditions": conditions}, core_v1.PodStatus)


POD_LEVEL = {"requests": {"cpu": "3", "example.com/gpu": "1"}}

CPU = (
    ("containers add up", spec(asks("1"), asks("500m")), 1500),
    ("init containers run alone, so the largest counts", spec(asks("1"), initContainers=[asks("2"), asks("3")]), 3000),
    ("one smaller than the containers does not", spec(asks("1"), asks("1"), initContainers=[asks("1500m")]), 2000),
    ("a sidecar runs on next to the containers", spec(asks("1"), initContainers=[asks("2", sidecar=True)]), 3000),
    (
        "an init container runs next to the sidecars before it",
        spec(asks("1"), initContainers=[asks("2", sidecar=True), asks("5")]),
        7000,
    ),
    (
        "but not next to those after it",
        spec(asks("1"), initContainers=[asks("5"), asks("2", sidecar=True)]),
        5000,
    ),
    ("overhead comes on top", spec(asks("1"), overhead={"cpu": "250m"}), 1250),
    ("a pod-level amount replaces the sum", spec(asks("1"), resources=POD_LEVEL), 3000),
    ("and overhead comes on top of that", spec(asks("1"), resources=POD_LEVEL, overhead={"cpu": "1"}), 4000),
)


@pytest.mark.parametrize("case", CPU, ids=lambda case: case[0])
def test_the_cpu_of_a_pod(case: tuple[str, core_v1.PodSpec, int]) -> None:
    _, pod, millicores = case
    assert resources.as_units(resources.pod_requests(pod))["cpu"] == millicores


def test_pod_level_devices_do_not_count_and_each_view_can_be_left_out() -> None:
    pod = spec(asks("1"), resources=POD_LEVEL, overhead={"cpu": "1"})
    assert "example.com/gpu" not in resources.pod_requests(pod)
    assert resources.as_units(resources.pod_requests(pod, skip_pod_level=True)) == {"cpu": 2000}
    assert resources.as_units(resources.pod_requests(pod, exclude_overhead=True)) == {"cpu": 3000}


def test_containers_that_ask_for_nothing_count_a_little_for_scores_but_an_explicit_zero_is_kept() -> None:
    pod = spec(asks("0"), {"name": "b"})
    assert resources.as_units(resources.pod_requests(pod, non_missing=resources.NON_ZERO)) == {
        "cpu": 100,
        "memory": 2 * 200 * 2**20,
    }


def test_overhead_is_added_only_to_limits_that_are_not_zero() -> None:
    pod = spec(
        {"name": "c", "resources": {"limits": {"cpu": "0", "memory": "1Gi"}}}, overhead={"cpu": "1", "memory": "1Mi"}
    )
    assert {name: str(amount) for name, amount in resources.pod_limits(pod).items()} == {"cpu": "0", "memory": "1025Mi"}


RESIZES = (
    ("no resources in the status: only the spec counts", status("c", allocatedResources={"cpu": "4"}), 1000),
    ("what is allocated counts while it is more", status("c", resources={}, allocatedResources={"cpu": "4"}), 4000),
    ("so does what is actuated", status("c", resources={"requests": {"cpu": "2"}}), 2000),
    ("a smaller actuated amount does not", status("c", resources={"requests": {"cpu": "500m"}}), 1000),
    (
        "an infeasible resize leaves what the node gave",
        status("c", reason="Infeasible", resources={"requests": {"cpu": "500m"}}),
        500,
    ),
    ("a deferred one does not", status("c", reason="Deferred", resources={"requests": {"cpu": "500m"}}), 1000),
    ("another container's status is not read", status("other", resources={"requests": {"cpu": "9"}}), 1000),
)


@pytest.mark.parametrize("case", RESIZES, ids=lambda case: case[0])
def test_a_pod_that_is_resized_in_place_takes(case: tuple[str, core_v1.PodStatus, int]) -> None:
    _, reported, millicores = case
    assert resources.as_units(resources.scheduler_requests(spec(asks("1")), reported)) == {"cpu": millicores}


def test_an_init_container_that_ends_is_never_resized() -> None:
    pod = spec(asks("1"), initContainers=[asks("2", name="init")])
    reported = status("init", resources={"requests": {"cpu": "9"}})
    assert resources.as_units(resources.pod_requests(pod, reported)) == {"cpu": 2000}


def test_the_resize_state_is_empty_unless_containers_report_resources() -> None:
    assert resources.resize_state(None) == ()
    assert resources.resize_state(status("c", allocatedResources={"cpu": "4"})) == ()
    one, other = status("c", resources={}), status("c", resources={"requests": {"cpu": "2"}})
    assert resources.resize_state(one) != resources.resize_state(other)


def test_a_bad_amount_is_named_with_its_path() -> None:
    with pytest.raises(
        BadInput, match=r"spec.containers\[1\].resources.requests.cpu: 'lots' is not a quantity"
    ) as refused:
        resources.pod_requests(spec(asks("1"), asks("lots")))
    assert refused.value.path == "spec.containers[1].resources.requests.cpu"


def test_amounts_become_integers_rounded_up() -> None:
    listed = {"cpu": parse("0.1m"), "memory": parse("1500m"), "pods": parse("110")}
    assert resources.as_units(listed) == {"cpu": 1, "memory": 2, "pods": 110}
