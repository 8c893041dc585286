"""What Kubernetes fills in: the parts that no recorded case shows, and that nothing given is changed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from lightkube.models import core_v1

from kubeproof.model.errors import BadInput
from kubeproof.model.objects.defaults import (
    NOT_READY,
    UNREACHABLE,
    daemonset_tolerations,
    default_pod,
    default_tolerations,
)
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE


def spec(container: dict[str, Any] | None = None, **more: Any) -> core_v1.PodSpec:
    return msgspec.convert({"containers": [{"name": "c", **(container or {})}], **more}, core_v1.PodSpec)


PULLS = (
    ("no tag is the latest", "nginx", "Always"),
    ("so is the tag latest", "nginx:latest", "Always"),
    ("a tag is pulled once", "nginx:1.2", "IfNotPresent"),
    ("a port is no tag", "r.io:5000/x", "Always"),
    ("a port and a tag", "r.io:5000/x:1", "IfNotPresent"),
    ("a digest without a tag is pulled once", "nginx@sha256:" + "a" * 64, "IfNotPresent"),
    ("the tag latest with a digest is not", "r.io/x:latest@sha256:" + "a" * 64, "Always"),
    ("capitals are allowed in a host", "R.io/x", "Always"),
    ("but not in a name, and what cannot be read is not the latest", "r.io/Nginx", "IfNotPresent"),
    ("no image at all is not either", "", "IfNotPresent"),
)


@pytest.mark.parametrize("case", PULLS, ids=lambda case: case[0])
def test_an_image_is_pulled(case: tuple[str, str, str]) -> None:
    _, image, policy = case
    assert default_pod(spec({"image": image})).containers[0].imagePullPolicy == policy


def test_what_is_given_is_not_changed() -> None:
    pod = spec(
        {
            "resources": {"limits": {"cpu": "1"}},
            "ports": [{"containerPort": 80}],
            "livenessProbe": {"httpGet": {"port": 80}},
        },
        hostNetwork=True,
        resources={"limits": {"memory": "1Gi"}},
    )
    before = deepcopy(pod)
    assert default_pod(pod) != before
    assert pod == before


def test_defaulting_twice_is_defaulting_once() -> None:
    pod = default_pod(spec({"resources": {"limits": {"cpu": "100u"}}}, resources={"limits": {"memory": "1Gi"}}))
    assert default_pod(pod) == pod


def test_limits_become_requests_rounded_up_to_thousandths() -> None:
    asked = default_pod(spec({"resources": {"limits": {"cpu": "100u", "memory": "0.5Gi"}}})).containers[0].resources
    assert asked is not None
    assert asked.requests == asked.limits == {"cpu": "1m", "memory": "512Mi"}


def test_given_values_stay() -> None:
    pod = default_pod(
        spec(dnsPolicy="None", restartPolicy="Never", terminationGracePeriodSeconds=0, enableServiceLinks=False)
    )
    assert (pod.dnsPolicy, pod.restartPolicy, pod.terminationGracePeriodSeconds, pod.enableServiceLinks) == (
        "None",
        "Never",
        0,
        False,
    )


def test_hooks_and_grpc_probes_are_filled_in() -> None:
    hooks = {"preStop": {"httpGet": {"port": 80}}}
    container = default_pod(spec({"lifecycle": hooks, "readinessProbe": {"grpc": {"port": 1}}})).containers[0]
    assert msgspec.to_builtins(container.lifecycle)["preStop"]["httpGet"]["path"] == "/"
    assert container.readinessProbe is not None
    assert container.readinessProbe.grpc == core_v1.GRPCAction(port=1, service="")


def test_pod_level_requests_come_from_the_containers_and_then_from_the_pods_limits() -> None:
    pod = spec({"resources": {"requests": {"cpu": "250m"}}}, resources={"limits": {"cpu": "2", "memory": "1Gi"}})
    whole = default_pod(pod).resources
    assert whole is not None
    assert whole.requests == {"cpu": "250m", "memory": "1Gi"}


def test_pod_level_huge_pages_are_limited_as_the_containers_are() -> None:
    pod = spec({"resources": {"limits": {"hugepages-2Mi": "4Mi"}}}, resources={"requests": {"cpu": "1"}})
    whole = default_pod(pod).resources
    assert whole is not None
    assert whole.limits == {"hugepages-2Mi": "4Mi"}
    assert whole.requests == {"cpu": "1", "hugepages-2Mi": "4Mi"}


def test_a_bad_amount_is_named_with_its_path() -> None:
    with pytest.raises(BadInput, match=r"spec.initContainers\[0\].resources.limits.cpu: 'x' is not a quantity"):
        default_pod(spec(initContainers=[{"name": "i", "resources": {"limits": {"cpu": "x"}}}]))


def lasting(key: str, effect: str, seconds: int | None = None) -> core_v1.Toleration:
    return core_v1.Toleration(key=key, operator="Exists", effect=effect, tolerationSeconds=seconds)


NODE_FAILURES = [lasting(NOT_READY, NO_EXECUTE, 300), lasting(UNREACHABLE, NO_EXECUTE, 300)]

ADMITTED: tuple[tuple[str, list[core_v1.Toleration], list[core_v1.Toleration]], ...] = (
    ("none", [], NODE_FAILURES),
    ("everything is tolerated already", [core_v1.Toleration(operator="Exists")], []),
    ("another effect of the key", [lasting(NOT_READY, NO_SCHEDULE)], NODE_FAILURES),
    ("another value of the key counts as spoken of",
     [core_v1.Toleration(key=NOT_READY, operator="Equal", value="x")], NODE_FAILURES[1:]),
)  # fmt: skip


@pytest.mark.parametrize("case", ADMITTED, ids=lambda case: case[0])
def test_admission_adds_tolerations_of_node_failures(
    case: tuple[str, list[core_v1.Toleration], list[core_v1.Toleration]],
) -> None:
    _, given, added = case
    assert default_tolerations(given) == given + added


def test_admission_takes_another_time_and_no_list() -> None:
    assert [t.tolerationSeconds for t in default_tolerations(None, seconds=5)] == [5, 5]


def test_a_daemon_tolerates_for_ever_in_the_place_where_it_did_for_a_time() -> None:
    timed, own = lasting(NOT_READY, NO_EXECUTE, 10), core_v1.Toleration(key="own", operator="Exists")
    found = daemonset_tolerations([timed, own], host_network=False)
    assert found[:2] == [lasting(NOT_READY, NO_EXECUTE), own]
    assert len(found) == 7
    assert timed.tolerationSeconds == 10


def test_a_daemon_on_the_host_network_tolerates_its_absence_too() -> None:
    assert daemonset_tolerations(None, host_network=True)[-1].key == "node.kubernetes.io/network-unavailable"
