"""The library, the kubectl plugin and the REPL: the same questions by other doors."""

import sys
from importlib.metadata import entry_points

import pytest

import kubeproof as kp
from kubeproof import kubectl_why, repl
from kubeproof.model.errors import BadInput

ARGUMENTS = (
    ("a pod of the default namespace", ["web-1"], ["why", "--context", "", "-p", "default/web-1"]),
    ("a namespace apart", ["web-1", "-n", "shop"], ["why", "--context", "", "-p", "shop/web-1"]),
    ("a namespace joined", ["--namespace=shop", "web-1"], ["why", "--context", "", "-p", "shop/web-1"]),
    ("a context", ["web-1", "--context", "prod"], ["why", "--context", "prod", "-p", "default/web-1"]),
    ("other flags go on", ["shop/web-1", "--table"], ["why", "--context", "", "-p", "shop/web-1", "--table"]),
    ("no pod asks about all", ["--json"], ["why", "--context", "", "--json"]),
)


@pytest.fixture(scope="module")
def shop() -> kp.Cluster:
    return kp.load("examples/shop")


@pytest.mark.parametrize(("name", "given", "expected"), ARGUMENTS, ids=[case[0] for case in ARGUMENTS])
def test_kubectl_arguments(name: str, given: list[str], expected: list[str]) -> None:
    assert kubectl_why.arguments(given) == expected


def test_two_pods_are_one_too_many() -> None:
    with pytest.raises(BadInput, match="one pod at a time: got web-1, web-2"):
        kubectl_why.arguments(["web-1", "web-2"])


def test_both_commands_are_there() -> None:
    points = [point for point in entry_points(group="console_scripts") if "kubeproof" in point.value]
    assert {point.name for point in points} == {"kubeproof", "kubectl-why"}
    assert all(callable(point.load()) for point in points)


def test_a_cluster_says_what_it_holds(shop: kp.Cluster) -> None:
    assert repr(shop) == "<Cluster: 9 nodes, 43 pods on them, 2 pods pending>"
    assert [pod.key for pod in shop.pending] == ["shop/web-9", "shop/report-1"]
    assert [taint.text for taint in shop.node("spot-b1").taints] == ["shop.example/spot=true:NoSchedule"]


def test_an_answer_reads_well_in_a_repl_and_in_a_notebook(shop: kp.Cluster) -> None:
    answer = shop.why("shop/web-9")
    assert repr(answer).startswith("shop/web-9 is Pending: 0/9 nodes are available: ")
    assert answer._repr_html_().startswith("<pre>shop/web-9 is Pending")
    assert not answer.fits


def test_clusters_are_values(shop: kp.Cluster) -> None:
    more = shop.with_nodes("gp-c2 cpu=4 memory=16Gi zone=c label=shop.example/pool=general")
    assert more.why("shop/web-9").fits
    assert not shop.why("shop/web-9").fits
    assert not more.without_node("gp-c2").why("shop/web-9").fits
    assert len(shop.without_pod("shop/web-9").pending) == 1


def test_a_manifest_can_be_added(shop: kp.Cluster) -> None:
    spec = "{priorityClassName: shop-critical, containers: [{name: c}]}"
    text = f"{{apiVersion: v1, kind: Pod, metadata: {{name: x, namespace: shop}}, spec: {spec}}}"
    more = shop.with_pod(text)
    assert more.why("shop/x").fits
    assert more.pod("shop/x").spec.priority == 100_000


def test_names_that_are_not_there_list_near_ones(shop: kp.Cluster) -> None:
    with pytest.raises(BadInput, match="there is no node 'gp-a9'; near: gp-a2, gp-a1"):
        shop.node("gp-a9")


def test_the_formula_is_the_same_question(shop: kp.Cluster) -> None:
    formula = shop.formula("shop/web-9")
    solver = formula.solver()
    assert str(solver.check(*formula.pins.values())) == "unsat"
    assert str(solver.check(*formula.pins_without("label[gp-c1,", "taint[spot-c1,", "label[spot-c1,"))) == "sat"


def test_the_repl_knows_the_cluster(shop: kp.Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr(repl, "find_spec", lambda name: None)
    monkeypatch.setattr(repl, "interact", lambda **given: asked.update(given))
    repl.start(shop)
    assert asked["local"] == {"cluster": shop, "kp": kp}
    assert "2 pods pending" in str(asked["banner"])


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lod'; known: BadInput, Cluster"):
        kp.lod  # noqa: B018
    assert "load" in dir(kp)
    assert "kubeproof" in sys.modules


def test_colours_change_nothing_that_is_said(shop: kp.Cluster) -> None:
    answer = shop.why("shop/web-9")
    assert answer.__rich__().plain == answer.text
    assert "bold red" in {str(span.style) for span in answer.__rich__().spans}
