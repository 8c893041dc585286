"""What pods say of their owners is believed where the input leaves the owners, or their uids, out."""

from __future__ import annotations

from pathlib import Path

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.manifests.stated import Input, stated
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.replicaset import ReplicaSet

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: x}]}
"""


def pod(name: str, owner: str, uid: str, tag: str = "") -> str:
    labels = f"app: web, pod-template-hash: {tag}" if tag else "app: web"
    kind, _, called = owner.partition("/")
    return f"""\
---
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  uid: uid-{name}
  labels: {{{labels}}}
  ownerReferences: [{{apiVersion: apps/v1, kind: {kind}, name: {called}, uid: {uid}, controller: true}}]
spec: {{nodeName: n1, containers: [{{name: c, image: x}}]}}
"""


def given(tmp_path: Path, text: str) -> Input:
    file = tmp_path / "given.yaml"
    file.write_text(text)
    return stated([str(file)])


def test_a_replica_set_that_pods_name_is_made_of_its_deployment(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        DEPLOYMENT + pod("a", "ReplicaSet/web-6d4c", "rs1", "6d4c") + pod("b", "ReplicaSet/web-6d4c", "rs1", "6d4c"),
    )
    live = {one.key: one.live for one in found.stated}
    made, deployment = live[Key("ReplicaSet", "default", "web-6d4c")], live[Key("Deployment", "default", "web")]
    assert isinstance(made, ReplicaSet)
    assert isinstance(deployment, Deployment)
    assert (made.meta.uid, made.spec.replicas, made.spec.template.labels["pod-template-hash"]) == ("rs1", 2, "6d4c")
    assert made.meta.controller is not None
    assert made.meta.controller.uid == deployment.meta.uid != ""
    assert found.warnings == (
        "ReplicaSet default/web-6d4c: not in the input, taken to be of the Deployment's template",
    )


def test_an_owner_takes_the_uid_by_which_its_pods_know_it(tmp_path: Path) -> None:
    sets = DEPLOYMENT.replace("Deployment", "StatefulSet").replace(
        "spec:\n  replicas", "spec:\n  serviceName: web\n  replicas"
    )
    found = given(tmp_path, sets + pod("web-0", "StatefulSet/web", "sts1"))
    (owner,) = (one.live for one in found.stated if one.key.kind == "StatefulSet")
    assert owner.meta.uid == "sts1"
    assert found.warnings == ()


def test_an_owner_that_has_a_uid_keeps_it_and_a_stranger_stays_one(tmp_path: Path) -> None:
    known = DEPLOYMENT.replace("Deployment", "ReplicaSet").replace("name: web}", "name: web, uid: other}", 1)
    found = given(tmp_path, known + pod("a", "ReplicaSet/web", "rs1") + pod("b", "ReplicaSet/lost-6d4c", "rs2", "6d4c"))
    assert {one.key.name: one.live.meta.uid for one in found.stated if one.key.kind == "ReplicaSet"} == {"web": "other"}
