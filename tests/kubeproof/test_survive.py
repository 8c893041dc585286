"""`kubeproof survive` and `Cluster.survive`: what is lost with a node or a zone, and whether it finds a place again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kubeproof as kp
from kubeproof import cli
from kubeproof.model.errors import BadInput
from kubeproof.properties.queries.fit import Answer
from kubeproof.properties.queries.survive import Loss

TWO = "n{1,2} cpu=2 memory=4Gi"
SPREAD = (
    "topologySpreadConstraints: [{topologyKey: kubernetes.io/hostname, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,"
    " labelSelector: {matchLabels: {app: web}}}]"
)
APART = (
    "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: ["
    "{topologyKey: topology.kubernetes.io/zone,"
    " labelSelector: {matchLabels: {app: web}}}]}}"
)
FOR_EVER = "tolerations: [{operator: Exists, effect: NoExecute}]"


def pod(name: str, node: str, cpu: str = "1", owner: str = "ReplicaSet", more: str = "") -> str:
    owners = f"ownerReferences: [{{apiVersion: apps/v1, kind: {owner}, name: web, uid: u, controller: true}}], "
    resources = f'resources: {{requests: {{cpu: "{cpu}"}}}}'
    return f"""
---
{{apiVersion: v1, kind: Pod, metadata: {{{owners if owner else ""}name: {name}, uid: {name}, labels: {{app: web}}}},
  spec: {{nodeName: {node}, containers: [{{name: c, image: c, {resources}}}], {more}}}, status: {{phase: Running}}}}
"""


def losses(
    path: Path, text: str, nodes: str = TWO, lose: str = "node", *, silent: bool = False, timeout: float = 30
) -> dict[str, Loss]:
    (path / "dump.yaml").write_text(text)
    found = kp.load(path / "dump.yaml", nodes=nodes).survive(lose, silent=silent, timeout=timeout)
    return {loss.name: loss for loss in found.losses}


def test_what_has_room_elsewhere_moves_there(tmp_path: Path) -> None:
    found = losses(tmp_path, pod("a", "n1") + pod("b", "n2"))
    assert [(loss.moves, loss.fits) for loss in found.values()] == [(1, Answer.YES), (1, Answer.YES)]
    assert found["n1"].found is not None
    assert dict(found["n1"].found.placement) == {"default/a": "n2"}


def test_what_has_no_room_does_not_and_the_reason_is_told(tmp_path: Path) -> None:
    found = losses(tmp_path, pod("a", "n1", cpu="2") + pod("b", "n2"))
    assert (found["n1"].fits, found["n2"].fits) == (Answer.NO, Answer.NO)
    assert found["n1"].why == "default/a: no node of 1 takes it: 1 Insufficient cpu"


@pytest.mark.parametrize(
    ("sentence", "owner", "moves", "gone"),
    [
        ("a pod of a DaemonSet is of its node", "DaemonSet", 0, ()),
        ("a static pod is of its node", "Node", 0, ()),
        ("a pod without a controller is gone", "", 0, ("default/a",)),
        ("a pod of a Job is made again", "Job", 1, ()),
        ("a pod of a StatefulSet is made again", "StatefulSet", 1, ()),
    ],
)
def test_who_moves(sentence: str, owner: str, moves: int, gone: tuple[str, ...], tmp_path: Path) -> None:
    found = losses(tmp_path, pod("a", "n1", owner=owner))["n1"]
    assert (found.moves, found.gone, found.wait) == (moves, gone, ()), sentence


def test_nodes_of_a_zone_are_lost_together(tmp_path: Path) -> None:
    nodes = "a{1,2} cpu=2 memory=4Gi zone=a; b1 cpu=2 memory=4Gi zone=b"
    found = losses(tmp_path, pod("x", "a1", cpu="2") + pod("z", "a2", cpu="2"), nodes, "zone")
    assert (found["a"].nodes, found["a"].moves, found["a"].fits) == (("a1", "a2"), 2, Answer.NO)
    assert (found["b"].moves, found["b"].fits) == (0, Answer.YES)


def test_a_silent_node_stays_an_empty_domain(tmp_path: Path) -> None:
    text = pod("a", "n1", more=SPREAD) + pod("b", "n2", more=SPREAD)
    assert losses(tmp_path, text)["n1"].fits is Answer.YES
    assert losses(tmp_path, text, silent=True)["n1"].fits is Answer.NO


def test_a_pod_that_is_being_deleted_on_a_silent_node_still_keeps_others_out(tmp_path: Path) -> None:
    nodes = "n{1,2} cpu=2 memory=4Gi zone=a"
    text = pod("a", "n1", more=APART)
    assert losses(tmp_path, text, nodes)["n1"].fits is Answer.YES
    assert losses(tmp_path, text, nodes, silent=True)["n1"].fits is Answer.NO


def test_on_a_silent_node_pods_of_a_stateful_set_wait_and_those_that_tolerate_it_stay(tmp_path: Path) -> None:
    text = pod("a", "n1", owner="StatefulSet") + pod("b", "n1", more=FOR_EVER)
    found = losses(tmp_path, text, silent=True)["n1"]
    assert (found.moves, found.wait) == (0, ("default/a",))


def test_what_was_not_asked_in_time_is_unknown(tmp_path: Path) -> None:
    found = losses(tmp_path, pod("a", "n1"), timeout=0)
    assert (found["n1"].fits, found["n1"].why) == (Answer.UNKNOWN, "time is up")


def test_the_answer_in_words_and_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = pod("a", "n1", cpu="2") + pod("b", "n2") + pod("c", "n2", owner="")
    (tmp_path / "dump.yaml").write_text(text)
    assert cli.run(["survive", str(tmp_path / "dump.yaml"), "--nodes", TWO]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "No: not all pods find a place again when one of n1 and n2 is lost (3 pods on 2 nodes).",
        "",
        "LOST  PODS THAT MOVE  FIT",
        "n1    1               no   default/a: no node of 1 takes it: 1 Insufficient cpu",
        "n2    1               no   default/b: no node of 1 takes it: 1 Insufficient cpu",
        "",
        "Gone for good with their nodes, as no controller makes them again: default/c.",
    ]
    assert cli.run(["survive", str(tmp_path / "dump.yaml"), "--nodes", TWO, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["answer"], [one["lost"] for one in told["losses"]]) == ("no", ["n1", "n2"])


def test_a_cluster_that_survives_everything_and_pods_that_wait_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dump.yaml").write_text(pod("a", "n1") + pod("b", "", cpu="9"))
    assert cli.run(["survive", str(tmp_path / "dump.yaml"), "--nodes", TWO]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Yes: whichever node is lost, all its pods find a place again (1 pod on 2 nodes)."
    assert told[-1] == "Pending before any loss, and left out: default/b."


def test_a_label_that_no_node_has_is_refused() -> None:
    with pytest.raises(BadInput, match=r"no node has the label 'rack'; there are: kubernetes\.io/arch, "):
        kp.load("examples/shop", nodes="").survive("rack")
