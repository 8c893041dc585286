"""The pods of workloads: as real controllers made them, and what is still missing where some are there."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.controlplane.templates import hashed
from kubeproof.model.manifests.load import load
from kubeproof.model.objects.pod import Pod, normalise
from kubeproof.model.objects.volumes import Claim
from tests.model.controlplane.test_admission import DATA, typed

RECORDED = [json.loads(line) for line in gzip.decompress((DATA / "workload-pods.jsonl.gz").read_bytes()).splitlines()]
DRAWN = {
    "pod-template-hash",
    "controller-revision-hash",
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
}


def cluster(folder: Path, *objects: dict[str, Any], **options: Any) -> list[Pod]:
    """The pods of a cluster with these objects."""
    file = folder / "in.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    found = load([str(file)], **options)
    assert found.warnings == ()
    return list(found.snapshot.pods)


def labels(pod: Pod) -> dict[str, str]:
    """A pod's labels, without what is drawn by chance, and without the labels of its node."""
    return {k: "" if k in DRAWN else v for k, v in pod.labels.items() if not k.startswith("topology.kubernetes.io/")}


def comparable(pod: Pod) -> object:
    """What the scheduler reads in a pod; that API server wrote its own toleration seconds, and hashes differ."""
    spec = pod.spec
    pinned = [[(r.key, r.operator) for r in term.fields] for term in spec.node_terms or ()]
    tolerated = [(t.key, t.operator, t.value, t.effect) for t in spec.tolerations]
    spread = [(c.topology_key, [r.key for r in c.selector.requirements]) for c in spec.spread]
    return (
        pinned,
        tolerated,
        spread,
        spec.requests,
        spec.anti_affinity,
        spec.volumes,
        spec.priority,
        pod.owner.split("/")[0],
    )


@pytest.mark.parametrize("case", [c for c in RECORDED if c["pods"]], ids=lambda case: case["scenario"])
def test_pods_are_as_the_real_controllers_made_them(case: dict[str, Any], tmp_path: Path) -> None:
    objects = [o for o in case["objects"] if not (o["kind"] == "Job" and o["spec"].get("suspend"))]
    ours = cluster(tmp_path, *objects, namespace=case["namespace"])
    theirs = [normalise(typed("Pod", pod)) for pod in case["pods"]]
    assert ours or case["scenario"] == "g-job-suspend"
    for pod in ours:
        alike = [other for other in theirs if labels(other) == labels(pod)]
        assert alike, (pod.name, labels(pod), [labels(other) for other in theirs])
        assert comparable(pod) in [comparable(other) for other in alike]


TEMPLATE: dict[str, Any] = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app"}]}}


def workload(kind: str, name: str = "web", uid: str = "", owner: str = "", **spec: Any) -> dict[str, Any]:
    """A workload of the namespace default."""
    version = {"Job": "batch/v1", "CronJob": "batch/v1", "ReplicationController": "v1"}.get(kind, "apps/v1")
    if kind != "CronJob":
        spec = {"template": TEMPLATE, **spec}
    if kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        spec = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    return {"apiVersion": version, "kind": kind, "metadata": meta(name, uid, owner), "spec": spec}


def meta(name: str, uid: str = "", owner: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"name": name} | ({"uid": uid} if uid else {})
    if owner:
        kind, _, by = owner.partition("/")
        reference = {"apiVersion": "apps/v1", "kind": kind, "name": by, "uid": "u", "controller": True}
        found["ownerReferences"] = [reference]
    return found


def pod(name: str, owner: str, phase: str = "Running", node: str = "", **labels: str) -> dict[str, Any]:
    """A pod of a dump."""
    spec = {"containers": [{"name": "app"}]} | ({"nodeName": node} if node else {})
    status = {"phase": phase}
    own = {**meta(name, f"uid-{name}", owner), "labels": {"app": "web", **labels}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": own, "spec": spec, "status": status}


def node(name: str, *taints: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"taints": list(taints)},
    }


def hpa(least: int, most: int) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": most},
    }


NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}
DEDICATED = {"key": "dedicated", "value": "x", "effect": "NoSchedule"}
INDEX = "batch.kubernetes.io/job-completion-index"
JOB = {"template": TEMPLATE}

NAMES: tuple[tuple[str, list[dict[str, Any]], list[str]], ...] = (
    ("one replica where none is told", [workload("Deployment")], ["web-1"]),
    ("no replicas", [workload("Deployment", replicas=0)], []),
    ("a paused deployment has pods all the same", [workload("Deployment", replicas=1, paused=True)], ["web-1"]),
    ("an autoscaler raises", [workload("Deployment"), hpa(3, 5)], ["web-1", "web-2", "web-3"]),
    ("an autoscaler bounds", [workload("Deployment", replicas=9), hpa(1, 2)], ["web-1", "web-2"]),
    ("0 replicas switch an autoscaler off", [workload("Deployment", replicas=0), hpa(3, 5)], []),
    (
        "pods that are there count",
        [
            workload("Deployment", uid="d", replicas=3),
            pod("web-5d4b-x1", "ReplicaSet/web-5d4b", **{"pod-template-hash": "5d4b"}),
        ],
        ["web-5d4b-x1", "web-2", "web-3"],
    ),
    (
        "those that have failed do not",
        [workload("ReplicaSet", uid="r", replicas=1), pod("web-x1", "ReplicaSet/web", "Failed")],
        ["web-1"],
    ),
    (
        "a taken name is skipped",
        [workload("Deployment", replicas=2), pod("web-1", "")],
        ["web-1", "web-2", "web-3"],
    ),
    (
        "replica sets in the dump speak for their deployment",
        [
            workload("Deployment", uid="d", replicas=5),
            workload("ReplicaSet", "web-new", "r1", "Deployment/web", replicas=2),
            workload("ReplicaSet", "web-old", "r2", "Deployment/web", replicas=1),
            pod("web-old-x", "ReplicaSet/web-old"),
        ],
        ["web-old-x", "web-1", "web-2"],
    ),
    ("a replica set alone", [workload("ReplicaSet", replicas=2)], ["web-1", "web-2"]),
    ("a replication controller", [workload("ReplicationController", replicas=1)], ["web-1"]),
    ("a stateful set counts from 0", [workload("StatefulSet", serviceName="s", replicas=2)], ["web-0", "web-1"]),
    (
        "or from its start",
        [workload("StatefulSet", serviceName="s", replicas=2, ordinals={"start": 5}), pod("web-5", "StatefulSet/web")],
        ["web-5", "web-6"],
    ),
    (
        "a daemon on every node that it tolerates",
        [node("n1"), node("n2", DEDICATED), node("n3", NOT_READY), workload("DaemonSet")],
        ["web-n1", "web-n3"],
    ),
    (
        "and only where it is not yet",
        [node("n1"), node("n2"), pod("web-abc", "DaemonSet/web", node="n1"), workload("DaemonSet", uid="d")],
        ["web-abc", "web-n2"],
    ),
    ("a daemon without nodes", [workload("DaemonSet")], []),
    ("a job runs one pod", [workload("Job")], ["web-1"]),
    ("or as many as may run at once", [workload("Job", parallelism=3, completions=2)], ["web-1", "web-2"]),
    ("a suspended job runs none", [workload("Job", suspend=True)], []),
    (
        "an indexed job runs the lowest open indexes",
        [
            workload("Job", uid="j", parallelism=3, completions=6, completionMode="Indexed")
            | {"status": {"succeeded": 2, "completedIndexes": "0,2"}},
            pod("web-1-x", "Job/web", **{INDEX: "1"}),
        ],
        ["web-1-x", "web-3", "web-4"],
    ),
    (
        "a job that is complete runs none",
        [workload("Job", uid="j") | {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}],
        [],
    ),
    (
        "a work queue of which one has succeeded takes no more",
        [workload("Job", uid="j", parallelism=2) | {"status": {"succeeded": 1}}],
        [],
    ),
    (
        "a cron job runs once",
        [workload("CronJob", schedule="* * * * *", jobTemplate={"spec": {**JOB, "parallelism": 2, "completions": 4}})],
        ["web-1", "web-2"],
    ),
    (
        "in a dump its jobs speak for it",
        [workload("CronJob", uid="c", schedule="* * * * *", jobTemplate={"spec": JOB})],
        [],
    ),
    (
        "a suspended cron job runs none",
        [workload("CronJob", schedule="* * * * *", suspend=True, jobTemplate={"spec": JOB})],
        [],
    ),
)


@pytest.mark.parametrize(("sentence", "objects", "names"), NAMES, ids=[row[0] for row in NAMES])
def test_the_pods_are(sentence: str, objects: list[dict[str, Any]], names: list[str], tmp_path: Path) -> None:
    assert [one.name for one in cluster(tmp_path, *objects)] == names, sentence


def test_answers_point_into_the_manifest_of_the_workload(tmp_path: Path) -> None:
    cron = workload("CronJob", "job", schedule="* * * * *", jobTemplate={"spec": JOB})
    origins = [one.origin for one in cluster(tmp_path, workload("Deployment"), cron)]
    assert [origin and (origin.kind, origin.name, origin.path("spec.tolerations")) for origin in origins] == [
        ("Deployment", "web", "spec.template.spec.tolerations"),
        ("CronJob", "job", "spec.jobTemplate.spec.template.spec.tolerations"),
    ]
    assert [origin and json.loads(origin.manifest)["kind"] for origin in origins] == ["Deployment", "CronJob"]


def test_a_stateful_set_brings_its_claims(tmp_path: Path) -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    have = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-web-0"},
        "spec": {"volumeName": "v"},
    }
    file = tmp_path / "in.json"
    sts = workload("StatefulSet", serviceName="s", replicas=2, volumeClaimTemplates=[claim])
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [sts, have]}))
    found = load([str(file)])
    claims = found.snapshot.storage.claims
    assert sorted(claims) == [("default", "data-web-0"), ("default", "data-web-1")]
    assert claims["default", "data-web-0"].volume == "v"
    assert [one.spec.volumes for one in found.snapshot.pods] == [(Claim("data-web-0"),), (Claim("data-web-1"),)]


def test_a_daemon_pod_is_pinned_to_its_node(tmp_path: Path) -> None:
    (one,) = cluster(tmp_path, node("n1"), workload("DaemonSet"))
    assert [term.text for term in one.spec.node_terms or ()] == ["metadata.name in (n1)"]
    assert {(t.key, t.effect, t.seconds) for t in one.spec.tolerations} >= {
        ("node.kubernetes.io/not-ready", "NoExecute", None),
        ("node.kubernetes.io/unschedulable", "NoSchedule", None),
    }


def test_a_hash_looks_like_one_and_tells_templates_apart() -> None:
    first, second = hashed({"a": 1}), hashed({"a": 2})
    assert first != second
    assert first == hashed({"a": 1})
    assert not set(first) - set("bcdfghjklmnpqrstvwxz2456789")


def test_copies_share_what_was_decided_for_the_first(tmp_path: Path) -> None:
    pods = cluster(tmp_path, workload("Deployment", replicas=3))
    assert [one.name for one in pods] == ["web-1", "web-2", "web-3"]
    assert len({id(one.spec) for one in pods}) == 1
    assert len({one.origin for one in pods}) == 1


def test_copies_with_volumes_of_their_own_name_them_after_themselves(tmp_path: Path) -> None:
    claim = {"spec": {"accessModes": ["ReadWriteOnce"]}}
    volumes = [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": claim}}]
    template = {**TEMPLATE, "spec": {**TEMPLATE["spec"], "volumes": volumes}}
    pods = cluster(tmp_path, workload("Deployment", replicas=2, template=template))
    assert [one.spec.volumes for one in pods] == [
        (Claim("web-1-scratch", ephemeral=True),),
        (Claim("web-2-scratch", ephemeral=True),),
    ]
