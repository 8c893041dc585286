"""From files to a cluster."""

import gc
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import read
from kubeproof.model.manifests.lines import locate
from kubeproof.model.manifests.load import add, load
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.selecting import selector

SHOP = """\
# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: DoNotSchedule
        labelSelector: {matchLabels: {app: web}}
      nodeSelector:
        example.com/pool: web
      containers:
      - name: app
        resources:
          limits: {cpu: 500m}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {capacity: {cpu: "4", memory: 8Gi, pods: "110"}}
"""


def pod(name: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "uid": f"u-{name}", **more.pop("metadata", {})},
        "spec": {"containers": [{"name": "app"}], **more.pop("spec", {})},
        "status": {"phase": "Pending", **more.pop("status", {})},
    }


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    read._standard_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))


def dump(file: str, *items: dict[str, Any], kind: str = "List") -> None:
    Path(file).write_text(json.dumps({"apiVersion": "v1", "kind": kind, "items": list(items)}, indent=4))


def test_workloads_become_pods_and_nodes_have_their_capacity_to_give() -> None:
    Path("shop.yaml").write_text(SHOP)
    snapshot = load(["shop.yaml"]).snapshot
    assert [p.key for p in snapshot.pending] == ["shop/web-1", "shop/web-2"]
    assert [p.spec.requests["cpu"] for p in snapshot.pending] == [500, 500]
    assert snapshot.pods[0].spec is snapshot.pods[1].spec
    assert [(n.name, dict(n.allocatable)) for n in snapshot.nodes] == [
        ("n1", {"cpu": 4000, "memory": 8 * 2**30, "pods": 110})
    ]
    assert {name: dict(labels) for name, labels in snapshot.namespaces.items()} == {
        name: {"kubernetes.io/metadata.name": name} for name in ("default", "kube-system", "shop")
    }


def test_the_same_input_gives_the_same_cluster() -> None:
    Path("shop.yaml").write_text(SHOP)
    assert load(["shop.yaml"]).snapshot == load(["shop.yaml"]).snapshot


def test_sources_may_be_many_and_a_sketch_adds_nodes() -> None:
    Path("shop").mkdir()
    Path("shop/b.yml").write_text(SHOP)
    Path("shop/.git").mkdir()
    Path("shop/.git/c.yaml").write_text("broken: [")
    dump("shop/a.json", pod("one"))
    found = load(["shop"], nodes="n{2..3} cpu=1")
    assert [p.name for p in found.snapshot.pods] == ["one", "web-1", "web-2"]
    assert [n.name for n in found.snapshot.nodes] == ["n1", "n2", "n3"]
    with pytest.raises(BadInput, match="the Node n1 stands twice"):
        load(["shop"], nodes="n1")


@pytest.mark.parametrize("kind", ["List", "PodList"])
def test_lists_give_their_items(kind: str) -> None:
    bare = {key: value for key, value in pod("a").items() if key not in ("kind", "apiVersion")}
    items = [bare, pod("b")] if kind == "PodList" else [pod("a"), pod("b")]
    dump("dump.json", *items, kind=kind)
    snapshot = load(["dump.json"]).snapshot
    assert [p.key for p in snapshot.pods] == ["shop/a", "shop/b"]
    assert [p.origin and p.origin.item for p in snapshot.pods] == [("items", 0), ("items", 1)]


def test_standard_input_is_read_and_located(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, SHOP)
    snapshot = load(["-"]).snapshot
    origin = snapshot.pods[0].origin
    assert origin is not None
    assert (origin.file, locate(origin, "spec.replicas")) == ("-", 8)
    read._standard_input.cache_clear()


def test_pods_of_a_dump_stay_as_they_are() -> None:
    done = {"status": {"phase": "Succeeded"}}
    dump(
        "dump.json",
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "n1", "uid": "n"},
            "status": {"allocatable": {"cpu": "1"}},
        },
        pod(
            "bound",
            spec={"nodeName": "n1"},
            status={"phase": "Running"},
            metadata={"managedFields": [{"manager": "x"}]},
        ),
        pod("waits", spec={"priority": 7, "priorityClassName": "gone"}),
        pod("done", spec={"nodeName": "n1"}, **done),
    )
    found = load(["dump.json"])
    assert found.warnings == ()
    assert [(p.name, p.node, p.spec.priority, p.spec.tolerations) for p in found.snapshot.pods] == [
        ("bound", "n1", 0, ()),
        ("waits", "", 7, ()),
    ]
    manifests = [bool(p.origin and p.origin.manifest) for p in found.snapshot.pods]
    assert manifests == [False, True]


def test_objects_that_no_rule_reads_yet_are_kept_by_kind() -> None:
    budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {maxUnavailable: 1}\n"
    Path("all.yaml").write_text(f"{SHOP}---\n{budget}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\n")
    found = load(["all.yaml"], namespace="shop")
    assert found.warnings == ()
    assert [one.metadata.namespace for one in found.objects["PodDisruptionBudget"]] == ["shop"]
    assert [b.name for b in found.snapshot.budgets] == ["web"]
    assert "ConfigMap" not in found.objects


def test_what_selects_the_pods_of_services_and_of_each_workload_is_known() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: all}\nspec: {selector: {tier: front}}\n"
    parts = [service]
    for kind in ("Deployment", "ReplicaSet", "StatefulSet"):
        labels = f"{{app: {kind}, tier: front}}"
        parts.append(
            f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {kind.lower()}}}\n"
            f"spec:\n  selector: {{matchLabels: {{app: {kind}}}}}\n"
            f"  template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: i}}]}}}}\n"
        )
    Path("all.yaml").write_text("---\n".join(parts))
    snapshot = load(["all.yaml"]).snapshot
    found = [selector(pod, snapshot.selecting).text for pod in snapshot.pods]
    (tag,) = [pod.labels["pod-template-hash"] for pod in snapshot.pods if "pod-template-hash" in pod.labels]
    assert sorted(found) == [
        f"app=Deployment,pod-template-hash={tag},tier=front",
        "app=ReplicaSet,tier=front",
        "app=StatefulSet,tier=front",
    ]


def test_a_selector_that_cannot_be_is_named_by_its_line() -> None:
    Path("rs.yaml").write_text(
        "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: a}\nspec:\n  selector:\n"
        "    matchExpressions:\n    - {key: app, operator: Near}\n"
    )
    with pytest.raises(BadInput, match=r"rs.yaml:7: .*'Near' is not an operator"):
        load(["rs.yaml"])


def test_an_unknown_kind_is_told_once_with_its_count() -> None:
    custom = "apiVersion: example.com/v1\nkind: Certificate\nmetadata: {name: c}\n"
    Path("all.yaml").write_text("---\n".join([custom] * 3))
    assert load(["all.yaml"]).warnings == (
        "all.yaml:2: kind: example.com/v1 Certificate is not a kind that is read: left out (and 2 more)",
    )


def test_the_collector_is_as_it_was() -> None:
    Path("shop.yaml").write_text(SHOP)
    assert gc.isenabled()
    load(["shop.yaml"])
    assert gc.isenabled()


def test_progress_is_told() -> None:
    dump("dump.json", *(pod(f"p{number}") for number in range(2500)))
    told: list[int] = []
    load(["dump.json"], on_progress=told.append)
    assert told == [1000, 2000]


def test_a_manifest_is_added_to_a_cluster() -> None:
    Path("shop.yaml").write_text(SHOP)
    snapshot = load(["shop.yaml"]).snapshot
    more = add(snapshot, SHOP.split("---", maxsplit=1)[0].replace("name: web", "name: api"))
    assert [p.key for p in more.pods] == ["shop/web-1", "shop/web-2", "shop/api-1", "shop/api-2"]
    one = add(snapshot, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": []}})
    assert [p.key for p in one.pods][2:] == ["default/x"]
    with pytest.raises(BadInput, match=r"^spec.priorityClassName: admission refuses it"):
        add(snapshot, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
                       "spec": {"containers": [], "priorityClassName": "gone"}})  # fmt: skip


PATHS = (
    ("metadata.name", 5),
    ("spec.template.spec.topologySpreadConstraints[0]", 14),
    ("spec.template.spec.topologySpreadConstraints[0].maxSkew", 14),
    ("spec.template.spec.topologySpreadConstraints[0].topologyKey", 15),
    ("spec.template.spec.topologySpreadConstraints[7].topologyKey", 13),
    ("spec.template.spec.nodeSelector.example.com/pool", 19),
    ("spec.template.spec.containers[0].resources.limits.cpu", 23),
    ("spec.template.spec.tolerations", 12),
    ("", 2),
)


@pytest.mark.parametrize(("path", "line"), PATHS)
def test_a_path_stands_on_its_line(path: str, line: int) -> None:
    Path("shop.yaml").write_text(SHOP)
    assert locate(Origin("shop.yaml"), path) == line


def test_a_path_of_the_second_document_stands_on_its_line() -> None:
    Path("shop.yaml").write_text(SHOP)
    assert locate(Origin("shop.yaml", 1), "status.capacity") == 28


def test_a_path_of_an_item_stands_on_its_line_in_json_and_in_yaml() -> None:
    dump("dump.json", pod("a"), pod("b", spec={"nodeSelector": {"disk": "fast"}}))
    text = Path("dump.json").read_text()
    wanted = next(number for number, line in enumerate(text.splitlines(), 1) if '"disk"' in line)
    for file in ("dump.json", "dump.yaml"):
        Path(file).write_text(text if file.endswith("json") else f"# as YAML\n{text}")
        where = locate(Origin(file, 0, ("items", 1)), "spec.nodeSelector.disk")
        assert where == wanted + file.endswith("yaml")


@pytest.mark.parametrize(
    "origin", [Origin(""), Origin("gone.yaml"), Origin("shop.yaml", 9), Origin("shop.yaml", 0, ("x", 3))]
)
def test_what_is_nowhere_has_no_line(origin: Origin) -> None:
    Path("shop.yaml").write_text(SHOP)
    assert locate(origin, "spec") in (0, 2)
