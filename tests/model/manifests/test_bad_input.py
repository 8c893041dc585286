"""Input that cannot be used: one line that names file, line and path. And what is odd, but usable: a warning."""

from pathlib import Path
from typing import NamedTuple

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.load import load

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: nginx
"""
AMOUNT = "must be a number and a suffix (n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or e and digits)"


class Case(NamedTuple):
    sentence: str
    text: str
    says: str


def pod(field: str) -> str:
    """A pod with a line more in its spec, which is line 5."""
    return POD.replace("  containers", f"  {field}\n  containers")


def deployment(container: str) -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{}}
  template:
    spec:
      containers:
      - name: app
        {container}
"""


REFUSED = (
    Case(
        "a tab is no indentation",
        "a:\n\t- b\n",
        "in.yaml:2: is not YAML: found character that cannot start any token, while scanning for the next token",
    ),
    Case(
        "a list must end",
        "a: [1, 2\n",
        "in.yaml:2: is not YAML: did not find expected ',' or ']', while parsing a flow sequence",
    ),
    Case(
        "a control character is not text",
        "a: \0\n",
        "in.yaml:1: is not YAML: unacceptable character #x0000: control characters are not allowed",
    ),
    Case(
        "a list is no object",
        "- 1\n",
        "in.yaml:1: is no Kubernetes object: not a mapping with apiVersion and kind",
    ),
    Case("an object has a kind", "a: 1\n", "in.yaml:1: is no Kubernetes object: it has no kind"),
    Case("an object has a version", "kind: Pod\n", "in.yaml:1: is no Kubernetes object: it has no apiVersion"),
    Case(
        "a template must be rendered first",
        "{{- if .x }}\nkind: Pod\n",
        "in.yaml:1: is not YAML: did not find expected node content, while parsing a flow node"
        " (a template? render it first, as with helm template)",
    ),
    Case(
        "the second document counts its lines on",
        f"{POD}---\n# two\na: [\n",
        "in.yaml:11: is not YAML: did not find expected node content, while parsing a flow node",
    ),
    Case(
        "an amount is a quantity",
        POD + "    resources: {requests: {cpu: lots}}\n",
        "in.yaml:8: spec.containers[0].resources.requests.cpu:"
        f" 'lots' is not a quantity (like 500m, 2 or 1.5Gi): {AMOUNT}",
    ),
    Case(
        "so it is in a workload, whose own path is told",
        deployment("resources: {limits: {memory: 1Gb}}"),
        "in.yaml:10: spec.template.spec.containers[0].resources.limits.memory:"
        f" '1Gb' is not a quantity (like 500m, 2 or 1.5Gi): {AMOUNT}",
    ),
    Case(
        "and in a node",
        "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus:\n  allocatable:\n    cpu: four\n",
        f"in.yaml:6: status.allocatable.cpu: 'four' is not a quantity (like 500m, 2 or 1.5Gi): {AMOUNT}",
    ),
    Case(
        "and in a volume",
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec:\n  capacity: {storage: big}\n",
        f"in.yaml:5: spec.capacity.storage: 'big' is not a quantity (like 500m, 2 or 1.5Gi): {AMOUNT}",
    ),
    Case(
        "a label is text",
        POD.replace("{name: web}", "{name: web, labels: {a: 1}}"),
        "in.yaml:3: metadata.labels.a: expected text, got 1 (put it in quotes)",
    ),
    Case(
        "yes is no text in YAML",
        POD.replace("{name: web}", "{name: web, labels: {a: yes}}"),
        "in.yaml:3: metadata.labels.a: expected text, got true (put it in quotes)",
    ),
    Case(
        "ports are a list",
        POD + "    ports: 80\n",
        "in.yaml:8: spec.containers[0].ports: expected a list, got 80",
    ),
    Case(
        "containers cannot be nothing",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n",
        "in.yaml:5: spec.containers: expected a list, got nothing",
    ),
    Case(
        "a container cannot be nothing",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - null\n",
        "in.yaml:6: spec.containers[0]: expected a mapping, got nothing",
    ),
    Case(
        "a container has a name",
        POD.replace("- name: app\n    image", "- image"),
        "in.yaml:6: spec.containers[0]: the field name is missing",
    ),
    Case(
        "a pod has a spec",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n",
        "in.yaml:1: spec: the Pod has no spec",
    ),
    Case(
        "a pod template has a spec",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {}\n  template: {}\n",
        "in.yaml:6: spec.template.spec: the pod template has no spec",
    ),
    Case(
        "an object has a name",
        POD.replace("name: web", "labels: {}"),
        "in.yaml:3: metadata.name: the Pod has no name",
    ),
    Case(
        "a name holds no terminal escapes",
        POD.replace("name: web", 'name: "we\\e[31mb"'),
        "in.yaml:3: metadata.name: 'we\\x1b[31mb' is not a name: small letters, digits, '-' and '.', at most 253",
    ),
    Case(
        "a time is a time",
        POD.replace("{name: web}", "{name: web, creationTimestamp: yesterday}"),
        "in.yaml:3: metadata.creationTimestamp: 'yesterday' is not right: Invalid RFC3339 encoded datetime",
    ),
    Case(
        "a number has bounds",
        pod("priority: 99999999999999999999"),
        "in.yaml:5: spec.priority: expected a whole number, got 1e+20",
    ),
    Case("a key stands once", POD + "    image: two\n", "in.yaml:8: the key 'image' stands twice in one mapping"),
    Case("NaN is no JSON", POD.replace("nginx", ".nan"), "in.yaml:7: .nan has no place in JSON"),
    Case(
        "a tag makes no object",
        "kind: Pod\napiVersion: !!python/object/apply:os.system 'true'\n",
        "in.yaml:2: the tag !!python/object/apply:os.system is not one that Kubernetes reads",
    ),
    Case("an alias needs its anchor", "a: *b\n", "in.yaml:1: the alias *b stands for nothing before it"),
    Case(
        "depth is bounded",
        "a: " + "[" * 500 + "]" * 500,
        "in.yaml:1: more than 100 mappings and lists inside each other",
    ),
    Case("so it is in blocks", "- " * 3000, "in.yaml:1: more than 100 mappings and lists inside each other"),
    Case(
        "aliases are bounded",
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{k}: &{k} [{','.join(['*' + p] * 10)}]\n" for p, k in ("ab", "bc", "cd", "de")),
        "in.yaml:5: aliases stand for more than 100000 values: an alias bomb",
    ),
    Case(
        "a name stands once for a kind",
        f"{POD}---\n{POD}",
        "in.yaml:11: metadata.name: the Pod default/web stands twice: first at in.yaml:3",
    ),
    Case(
        "a priority class must be there",
        pod("priorityClassName: high"),
        "in.yaml:5: spec.priorityClassName: admission refuses it: there is no PriorityClass 'high'"
        " (known: system-cluster-critical, system-node-critical); add it to the input",
    ),
    Case(
        "a near priority class is named",
        pod("priorityClassName: system-cluster-critica"),
        "in.yaml:5: spec.priorityClassName: admission refuses it: there is no PriorityClass 'system-cluster-critica'"
        " (did you mean system-cluster-critical?); add it to the input",
    ),
    Case(
        "a runtime class must be there",
        pod("runtimeClassName: gvisor"),
        "in.yaml:5: spec.runtimeClassName: admission refuses it: there is no RuntimeClass 'gvisor'"
        " (known: none); add it to the input",
    ),
    Case(
        "a label key is not empty",
        pod("topologySpreadConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: DoNotSchedule,"
            " labelSelector: {matchLabels: {'': c}}}]"),
        "in.yaml:5: spec.topologySpreadConstraints[0].labelSelector.matchLabels:"
        " '' is not a label key: the name must be 1 to 63 letters, digits, '-', '_' or '.'",
    ),
    Case(
        "replicas are bounded",
        deployment("image: nginx").replace("selector: {}", "selector: {}\n  replicas: 1000000000"),
        "in.yaml:6: spec.replicas: 1000000000 pods of one workload: at most 200000 are made",
    ),
    Case(
        "a selector's key is a label key",
        pod("affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            " [{topologyKey: z, labelSelector: {matchLabels: {a b: c}}}]}}"),
        "in.yaml:5: spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]"
        ".labelSelector.matchLabels.a b:"
        " 'a b' is not a label key: the name must be 1 to 63 letters, digits, '-', '_' or '.'",
    ),
)  # fmt: skip

WARNED = (
    Case(
        "an unknown field, with the near one",
        POD + "    resource: {}\n",
        "in.yaml:8: spec.containers[0].resource: unknown field 'resource' (did you mean resources?)",
    ),
    Case(
        "an unknown field of other letters",
        pod("NodeName: n1"),
        "in.yaml:5: spec.NodeName: unknown field 'NodeName' (did you mean nodeName?)",
    ),
    Case(
        "an unknown field that would confuse a terminal",
        POD + '    "bog\\u202eus": 1\n',
        "in.yaml:8: spec.containers[0].bog\\u202eus: unknown field 'bog\\u202eus'",
    ),
    Case(
        "an unknown kind, with the near one",
        "apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: web}\n",
        "in.yaml:2: kind: apps/v1 Deploymnet is not a kind that is read (did you mean Deployment?): left out",
    ),
    Case(
        "a version that Kubernetes has dropped",
        "kind: Deployment\napiVersion: extensions/v1beta1\nmetadata: {name: web}\n",
        "in.yaml:1: kind: extensions/v1beta1 Deployment is not a kind that is read;"
        " Deployment is read as apps/v1: left out",
    ),
    Case(
        "a custom resource",
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: web}\n",
        "in.yaml:2: kind: cert-manager.io/v1 Certificate is not a kind that is read: left out",
    ),
)

LOST = (
    Case(
        "a node that is not there",
        pod("nodeName: n9"),
        "in.yaml:5: spec.nodeName: default/web runs on the node 'n9', which is not in the input: it occupies nothing",
    ),
    Case(
        "a claim that is not there",
        pod("volumes: [{name: data, persistentVolumeClaim: {claimName: gone}}]"),
        "in.yaml:5: spec.volumes: the PersistentVolumeClaim 'gone' of default/web is not in the input",
    ),
    Case(
        "a namespace that is not there, where namespaces are given",
        POD.replace("{name: web}", "{name: web, namespace: shop}")
        + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n",
        "in.yaml:3: metadata.namespace: the namespace 'shop' of shop/web is not in the input: taken to have no labels",
    ),
)


def _sentence(case: Case) -> str:
    return case.sentence


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", REFUSED, ids=_sentence)
def test_it_is_refused_in_one_line(case: Case) -> None:
    Path("in.yaml").write_text(case.text)
    with pytest.raises(BadInput) as refused:
        load(["in.yaml"])
    assert str(refused.value) == case.says


@pytest.mark.parametrize("case", [*WARNED, *LOST], ids=_sentence)
def test_it_is_warned_of_in_one_line(case: Case) -> None:
    Path("in.yaml").write_text(case.text)
    assert load(["in.yaml"]).warnings == (case.says,)


@pytest.mark.parametrize("case", WARNED, ids=_sentence)
def test_strict_refuses_it(case: Case) -> None:
    Path("in.yaml").write_text(case.text)
    with pytest.raises(BadInput) as refused:
        load(["in.yaml"], strict=True)
    assert str(refused.value) == case.says


JSON = (
    Case("JSON must end", '{"kind": "List", "items": [\n', "in.json:2: is not JSON: Input data was truncated"),
    Case(
        "JSON has three words", '{"a":\n tru}', "in.json:2: is not JSON: JSON is malformed: invalid character (byte 8)"
    ),
    Case("a list is no object", "[1]", "in.json:1: is no Kubernetes object: not a mapping with apiVersion and kind"),
    Case(
        "an item is an object",
        '{"apiVersion": "v1", "kind": "List", "items": [1]}',
        "in.json: items[0]: is no Kubernetes object",
    ),
    Case("depth is bounded", '{"a":' * 100_000, "in.json:1: is not JSON: objects and lists too deep inside each other"),
    Case(
        "numbers have 64 bits",
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "uid": "u"},\n'
        '"spec": {"containers": [],\n"priority": 99999999999999999999}}',
        "in.json:3: spec.priority: the number does not fit 64 bits",
    ),
    Case(
        "an item has its own line",
        '{\n"apiVersion": "v1",\n"kind": "List",\n"items": [\n'
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": []}},\n'
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"},\n'
        ' "spec": {"containers": [],\n "nodeName": 3}}\n]}',
        "in.json:8: spec.nodeName: expected text, got 3 (put it in quotes)",
    ),
)


@pytest.mark.parametrize("case", JSON, ids=_sentence)
def test_json_is_refused_in_one_line(case: Case) -> None:
    Path("in.json").write_text(case.text)
    with pytest.raises(BadInput) as refused:
        load(["in.json"])
    assert str(refused.value) == case.says


BYTES = (
    ("in.yaml", b"a: 1\nb: \xff\xfe\n", "in.yaml:2: is not UTF-8 text"),
    ("in.json", b'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\xff"}}', "in.json:1: is not UTF-8 text"),
)


@pytest.mark.parametrize(("file", "content", "says"), BYTES)
def test_bytes_that_are_no_text_are_refused(file: str, content: bytes, says: str) -> None:
    Path(file).write_bytes(content)
    with pytest.raises(BadInput) as refused:
        load([file])
    assert str(refused.value) == says


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        load(["gone.yaml"])
    assert str(refused.value) == "gone.yaml: there is no such file or folder"


def test_a_folder_without_manifests_is_named(here: Path) -> None:
    (here / "empty").mkdir()
    with pytest.raises(BadInput) as refused:
        load(["empty"])
    assert str(refused.value) == "empty: the folder holds no .yaml, .yml or .json file"


def test_other_yaml_in_a_folder_is_left_out(here: Path) -> None:
    (here / "chart").mkdir()
    (here / "chart" / "values.yaml").write_text("replicas: 3\n")
    (here / "chart" / "web.yaml").write_text(POD)
    found = load(["chart"])
    assert [pod.key for pod in found.snapshot.pods] == ["default/web"]
    assert found.warnings == ("chart/values.yaml:1: is no Kubernetes object: it has no kind",)


def test_a_hundred_megabytes_of_yaml_are_refused_at_once(here: Path) -> None:
    with open("big.yaml", "wb") as out:
        out.write(b"a: 1\n")
        out.truncate(100 * 2**20)
    with pytest.raises(BadInput) as refused:
        load(["big.yaml"])
    assert str(refused.value) == "big.yaml: more than 64 MB of YAML: print JSON instead (kubectl get -o json)"


def test_documents_are_bounded(here: Path) -> None:
    Path("many.yaml").write_text("---\na: 1\n" * 20_001)
    (here / "all").mkdir()
    Path("many.yaml").rename("all/many.yaml")
    with pytest.raises(BadInput) as refused:
        list(map(str, load(["all"], strict=False).warnings))
    assert str(refused.value) == "all/many.yaml:40001: more than 20000 documents"
