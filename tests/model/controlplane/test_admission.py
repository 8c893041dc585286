"""What a real API server (v1.36) made of pods on create, and what admission makes of them here."""

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lightkube.models import core_v1

from kubeproof.model.controlplane import admission
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import schema
from kubeproof.model.objects.pod import normalise

DATA = Path(__file__).parents[2] / "conformance" / "data" / "controlplane"
CASES = [json.loads(line) for line in gzip.decompress((DATA / "pod-admission.jsonl.gz").read_bytes()).splitlines()]


def typed(kind: str, value: dict[str, Any], version: str = "v1") -> Any:
    cls = schema.known(version, kind)
    assert cls is not None
    return msgspec.convert(value, cls)


def pod(spec: dict[str, Any], **labels: str) -> core_v1.Pod:
    spec = {"containers": [{"name": "app"}], **spec}
    found: core_v1.Pod = typed(
        "Pod", {"metadata": {"name": "p", "namespace": "validation", "labels": labels}, "spec": spec}
    )
    return found


def cluster(**objects: list[Any]) -> admission.Admission:
    return admission.of_objects(objects)


def spec(admitted: core_v1.Pod) -> core_v1.PodSpec:
    assert admitted.spec is not None
    return admitted.spec


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])
def test_the_scheduler_sees_what_a_real_api_server_stored(case: dict[str, Any]) -> None:
    manifest = case["manifest"]
    manifest["metadata"]["namespace"] = case["defaulted"]["metadata"]["namespace"]
    ours = normalise(cluster().pod(typed("Pod", manifest)))
    assert ours.spec == normalise(typed("Pod", case["defaulted"])).spec


def priority_class(name: str, value: int, **more: Any) -> Any:
    return typed("PriorityClass", {"metadata": {"name": name}, "value": value, **more}, "scheduling.k8s.io/v1")


CLASSES = [
    priority_class("high", 1000, preemptionPolicy="Never"),
    priority_class("usual", 10, globalDefault=True),
    priority_class("other", 20, globalDefault=True),
]
PRIORITIES: tuple[tuple[str, dict[str, Any], tuple[str, int, str]], ...] = (
    ("a class gives its number and policy", {"priorityClassName": "high"}, ("high", 1000, "Never")),
    ("no class is the default one, of several the lowest", {}, ("usual", 10, "PreemptLowerPriority")),
    (
        "two classes are built in",
        {"priorityClassName": "system-node-critical"},
        ("system-node-critical", 2_000_001_000, "PreemptLowerPriority"),
    ),
)


@pytest.mark.parametrize(
    ("sentence", "asked", "got"), PRIORITIES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_priority(sentence: str, asked: dict[str, Any], got: tuple[str, int, str]) -> None:
    found = spec(cluster(PriorityClass=CLASSES).pod(pod(asked)))
    assert (found.priorityClassName, found.priority, found.preemptionPolicy) == got, sentence


REFUSALS = (
    ({"priorityClassName": "hihg"}, "there is no PriorityClass 'hihg' (did you mean high?); add it to the input"),
    ({"priorityClassName": "high", "priority": 5}, "5: the class makes it 1000"),
    ({"priorityClassName": "high", "preemptionPolicy": "PreemptLowerPriority"}, "the class says Never"),
    ({"runtimeClassName": "kata"}, "there is no RuntimeClass 'kata' (known: none); add it to the input"),
)


@pytest.mark.parametrize(("asked", "says"), REFUSALS)
def test_admission_refuses(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as refused:
        cluster(PriorityClass=CLASSES).pod(pod(asked))
    assert str(refused.value).endswith(says)


def test_a_runtime_class_adds_overhead_selector_and_tolerations() -> None:
    kata = {
        "metadata": {"name": "kata"},
        "handler": "kata",
        "overhead": {"podFixed": {"memory": "120Mi"}},
        "scheduling": {"nodeSelector": {"kata": "yes"}, "tolerations": [{"key": "kata", "operator": "Exists"}]},
    }
    admit = cluster(RuntimeClass=[typed("RuntimeClass", kata, "node.k8s.io/v1")])
    found = normalise(admit.pod(pod({"runtimeClassName": "kata", "nodeSelector": {"disk": "fast"}}))).spec
    assert dict(found.requests) == {"memory": 120 * 2**20}
    assert dict(found.node_selector) == {"disk": "fast", "kata": "yes"}
    assert found.tolerations[0].key == "kata"
    with pytest.raises(BadInput, match=r"^spec.nodeSelector.kata: admission refuses it: the RuntimeClass says yes$"):
        admit.pod(pod({"runtimeClassName": "kata", "nodeSelector": {"kata": "no"}}))


LIMITS: tuple[tuple[str, Any, Any, dict[str, int]], ...] = (
    ("a default limit is a default request", {"default": {"cpu": "500m"}}, {}, {"cpu": 500}),
    ("a default request goes first", {"default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"}}, {}, {"cpu": 100}),
    ("the maximum is the limit where none is given", {"max": {"cpu": "2"}}, {}, {"cpu": 2000}),
    ("the minimum is the request where nothing else is", {"min": {"memory": "1Mi"}}, {}, {"memory": 2**20}),
    ("what a container asks for stays", {"default": {"cpu": "500m"}}, {"requests": {"cpu": "50m"}}, {"cpu": 50}),
    (
        "a container's own limit is its request before",
        {"defaultRequest": {"cpu": "100m"}},
        {"limits": {"cpu": "1"}},
        {"cpu": 1000},
    ),
)


@pytest.mark.parametrize(("sentence", "item", "asked", "got"), LIMITS, ids=[row[0] for row in LIMITS])
def test_a_limit_range_fills_in(sentence: str, item: Any, asked: Any, got: dict[str, int]) -> None:
    limits = {"metadata": {"name": "l", "namespace": "validation"}, "spec": {"limits": [{"type": "Container", **item}]}}
    admit = cluster(LimitRange=[typed("LimitRange", limits)])
    found = admit.pod(pod({"containers": [{"name": "app", "resources": asked}]}))
    assert dict(normalise(found).spec.requests) == got, sentence


def test_keys_are_merged_into_the_selectors_of_affinity() -> None:
    term = {
        "topologyKey": "zone",
        "labelSelector": {"matchLabels": {"app": "web"}},
        "matchLabelKeys": ["hash", "absent"],
        "mismatchLabelKeys": ["tenant"],
    }
    bare = {"topologyKey": "zone", "matchLabelKeys": ["hash"]}
    preferred = [{"weight": 1, "podAffinityTerm": term}]
    asked = {
        "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term, bare]},
        "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred},
    }
    found = normalise(cluster().pod(pod({"affinity": asked}, hash="h1", tenant="t1"))).spec
    assert [one.text for one in found.affinity] == ["app=web,hash in (h1),tenant notin (t1)", "no pods"]
    assert [one.term.text for one in found.preferred_pods] == ["app=web,hash in (h1),tenant notin (t1)"]


def storage_class(name: str, default: str, created: str) -> Any:
    meta = {
        "name": name,
        "annotations": {"storageclass.kubernetes.io/is-default-class": default},
        "creationTimestamp": created,
    }
    return typed("StorageClass", {"metadata": meta, "provisioner": "x"}, "storage.k8s.io/v1")


CLAIMS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("a claim without a class gets the newest default", {}, "new"),
    ("the empty class is a class", {"storageClassName": ""}, ""),
    ("a named class stays", {"storageClassName": "old"}, "old"),
)


@pytest.mark.parametrize(("sentence", "asked", "got"), CLAIMS, ids=[row[0] for row in CLAIMS])
def test_claims(sentence: str, asked: dict[str, Any], got: str) -> None:
    classes = [
        storage_class("old", "true", "2024-01-01T00:00:00Z"),
        storage_class("new", "true", "2025-01-01T00:00:00Z"),
        storage_class("no", "false", "2026-01-01T00:00:00Z"),
    ]
    claim = typed("PersistentVolumeClaim", {"metadata": {"name": "c"}, "spec": asked})
    stored = cluster(StorageClass=classes).claim(claim)
    assert stored.spec is not None
    assert stored.spec.storageClassName == got, sentence
