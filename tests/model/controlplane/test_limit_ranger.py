"""What LimitRanges do to pods that are created, in the API server's own words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kubeproof.model.controlplane.admission import of_objects
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Key, Store
from kubeproof.model.manifests import schema
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.typed import LIVE

CONTAINER = {
    "type": "Container",
    "default": {"cpu": "500m", "memory": "256Mi"},
    "defaultRequest": {"cpu": "200m"},
    "min": {"cpu": "50m"},
    "max": {"cpu": "1"},
    "maxLimitRequestRatio": {"cpu": "4"},
}
POD = {"type": "Pod", "min": {"cpu": "100m"}, "max": {"cpu": "1500m", "memory": "1Gi"}}


def typed(kind: str, name: str, spec: dict[str, Any]) -> Any:
    cls = schema.known("v1", kind)
    assert cls is not None
    return msgspec.convert({"metadata": {"name": name, "namespace": "shop"}, "spec": spec}, cls)


def created(pod: dict[str, Any], *limits: dict[str, Any]) -> LivePod:
    """The pod as it is stored."""
    server = Server(of_objects({"LimitRange": [typed("LimitRange", "l", {"limits": [one]}) for one in limits]}))
    asked = LIVE["Pod"](typed("Pod", "web", pod))
    made = server.do(Store(), Write("create", Key("Pod", "shop", "web"), asked), 0).after
    assert isinstance(made, LivePod)
    return made


def answer(pod: dict[str, Any], *limits: dict[str, Any]) -> str:
    """Why the pod is refused, "" where it is not."""
    try:
        created(pod, *limits)
    except Refused as refused:
        return f"{refused.code} {refused.reason}: {refused}"
    return ""


def container(name: str = "c", **resources: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "image": "app:v1", "resources": resources}


ANNOTATED: tuple[tuple[str, dict[str, Any], str | None], ...] = (
    (
        "all that was given is told",
        {"containers": [container()]},
        "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c",
    ),
    (
        "what a container names itself is not told",
        {"containers": [container(requests={"cpu": "300m", "memory": "1Mi"})]},
        "LimitRanger plugin set: cpu, memory limit for container c",
    ),
    (
        "init containers come last",
        {"containers": [container(limits={"cpu": "1", "memory": "1Mi"})], "initContainers": [container("i")]},
        "LimitRanger plugin set: cpu, memory request for init container i; cpu, memory limit for init container i",
    ),
    (
        "nothing is told of a pod that names everything",
        {"containers": [container(limits={"cpu": "1", "memory": "1Mi"})]},
        None,
    ),
)


@pytest.mark.parametrize(("sentence", "spec", "annotation"), ANNOTATED, ids=[one[0] for one in ANNOTATED])
def test_what_was_given_is_told(sentence: str, spec: dict[str, Any], annotation: str | None) -> None:
    assert created(spec, CONTAINER).meta.annotations.get("kubernetes.io/limit-ranger") == annotation, sentence


def test_the_kubelet_and_the_scheduler_see_what_was_given() -> None:
    pod = created({"containers": [container()]}, CONTAINER)
    (made,) = pod.run.containers
    assert (dict(made.requests), dict(made.limits)) == (
        {"cpu": 200, "memory": 256 << 20},
        {"cpu": 500, "memory": 256 << 20},
    )
    assert dict(pod.spec.requests) == {"cpu": 200, "memory": 256 << 20}


REFUSED: tuple[tuple[str, dict[str, Any], dict[str, Any], str], ...] = (
    (
        "all breaches of one LimitRange are told together",
        {"containers": [container(requests={"cpu": "10m", "memory": "64Mi"})]},
        CONTAINER,
        (
            "[minimum cpu usage per Container is 50m, but request is 10m, "
            "cpu max limit to request ratio per Container is 4, but provided ratio is 50.000000]"
        ),
    ),
    (
        "a limit above the maximum",
        {"containers": [container(limits={"cpu": "2"})]},
        CONTAINER,
        "maximum cpu usage per Container is 1, but limit is 2",
    ),
    (
        "a limit too far above the request",
        {"containers": [container(requests={"cpu": "100m"}, limits={"cpu": "800m"})]},
        CONTAINER,
        "cpu max limit to request ratio per Container is 4, but provided ratio is 8.000000",
    ),
    (
        "init containers have the same bounds",
        {"containers": [container()], "initContainers": [container("i", limits={"cpu": "2"})]},
        CONTAINER,
        "maximum cpu usage per Container is 1, but limit is 2",
    ),
    (
        "what is said twice is told once",
        {"containers": [container(limits={"cpu": "2"})], "initContainers": [container("i", limits={"cpu": "2"})]},
        CONTAINER,
        "maximum cpu usage per Container is 1, but limit is 2",
    ),
    (
        "the containers of a pod add up",
        {"containers": [container(limits={"cpu": "1", "memory": "1Mi"}), container("d", limits={"cpu": "600m"})]},
        POD,
        "maximum cpu usage per Pod is 1500m, but limit is 1600m",
    ),
    (
        "nothing is no amount",
        {"containers": [container()]},
        POD,
        (
            "[minimum cpu usage per Pod is 100m.  No request is specified, "
            "maximum cpu usage per Pod is 1500m.  No limit is specified, "
            "maximum memory usage per Pod is 1Gi.  No limit is specified]"
        ),
    ),
    (
        "a ratio of nothing",
        {"containers": [container(limits={"memory": "1Gi"}, requests={"memory": "0"})]},
        {"type": "Container", "maxLimitRequestRatio": {"memory": "2"}},
        "memory max limit to request ratio per Container is 2, but no request is specified or request is 0",
    ),
    (
        "a request above the maximum",
        {"containers": [container(requests={"cpu": "3"}, limits={"cpu": "1"})]},
        POD,
        (
            "[maximum cpu usage per Pod is 1500m, but request is 3, "
            "maximum memory usage per Pod is 1Gi.  No limit is specified]"
        ),
    ),
)


@pytest.mark.parametrize(("sentence", "spec", "limits", "why"), REFUSED, ids=[one[0] for one in REFUSED])
def test_who_breaks_a_bound_is_refused(sentence: str, spec: dict[str, Any], limits: dict[str, Any], why: str) -> None:
    assert answer(spec, limits) == f'403 Forbidden: pods "web" is forbidden: {why}', sentence


def test_what_is_at_a_bound_is_let_in() -> None:
    limits = {"cpu": "1", "memory": "1Gi"}
    assert answer({"containers": [container(requests={"cpu": "250m"}, limits=limits)]}, CONTAINER, POD) == ""
