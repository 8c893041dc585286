"""Budgets: what each name lets happen, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.trace import Did
from kubeproof.properties.engines.world_again import again
from kubeproof.properties.engines.world_steps import ENVIRONMENT
from kubeproof.properties.queries.budgets import MOVES, budget, of_script
from kubeproof.properties.queries.given import given
from kubeproof.properties.queries.retold import cluster

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec: {nodeName: n1, containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}}
"""

ACTS: tuple[tuple[str, list[str]], ...] = (
    ("node-lost", ["node n1 is lost"]),
    ("node-back", []),
    ("node-removed", ["node n1 is removed"]),
    ("cordon", ["cordons node n1"]),
    ("drain", ["drains node n1"]),
    ("rollout", ["changes the image of deployment/shop/web"]),
    ("scale", ["scales deployment/shop/web to 0", "scales deployment/shop/web to 2"]),
)


@pytest.mark.parametrize(("name", "acts"), ACTS)
def test_what_may_happen_has_a_name(name: str, acts: list[str]) -> None:
    [move] = budget(name)
    assert [act.name for act in move.acts(given(stated_text(WEB)).world)] == acts


def test_pods_are_named_with_their_namespace() -> None:
    world = given(stated_text(WEB)).world
    for name, words in (
        ("container-exit", "the containers of pod {} end with 1"),
        ("oom", "the containers of pod {} are out of memory"),
    ):
        [move] = budget(name)
        told = [act.name for act in move.acts(world)]
        assert told[0] == words.format("bare")
        assert len(told) == 2
        assert told[1].startswith(words.split("{}")[0] + "shop/web-")


COMES_OF_IT = (
    ("the node is lost, and comes back", ["node n1 is lost", "node n1 is back"], "node/n1", "bare ready, web-"),
    ("the containers start again", ["the containers of pod bare end with 1"], "node/n1", "bare "),
    ("a drained node is cordoned", ["drains node n1"], "node/n1", "[cordoned, "),
    ("there are two", ["scales deployment/shop/web to 2"], "deployment/shop/web", "2 of 2 ready"),
    ("there is none", ["scales deployment/shop/web to 0"], "deployment/shop/web", "0 of 0 ready"),
)


@pytest.mark.parametrize(("sentence", "acts", "name", "says"), COMES_OF_IT, ids=[one[0] for one in COMES_OF_IT])
def test_what_happens_has_its_effect(sentence: str, acts: list[str], name: str, says: str) -> None:
    from kubeproof.properties.engines.world_story import summary

    did = [one for act in acts for one in (Did("everybody", ""), Did(ENVIRONMENT, act))]
    run = again(cluster(WEB), [*did, Did("everybody", "")])
    assert says in str(dict(summary(run.stages[-1].world))[name]), sentence


def test_each_name_makes_a_move_of_so_many_times() -> None:
    for name in MOVES:
        [move] = budget(f" {name}=3 ,")
        assert move.times == 3


def test_a_controller_that_starts_anew_has_forgotten() -> None:
    start = given(stated_text(WEB))
    [move] = budget("controller-restart")
    acts = list(move.acts(start.world))
    assert "kubelet starts anew" not in [act.name for act in acts]
    assert [act.name for act in acts] != []
    for act in acts:
        after = act.outside(start.world)
        name = act.name.removesuffix(" starts anew")
        assert {owner for owner, _ in start.world.memory} - {owner for owner, _ in after.memory} == {name}


def test_what_processes_do_is_no_move(tmp_path: Path) -> None:
    script = tmp_path / "events.yaml"
    script.write_text("- {at: 1m, probe-fail: bare}\n")
    with pytest.raises(BadInput, match=r"events\.yaml:1: \[0\]\.probe-fail: probe-fail cannot be done at any time"):
        of_script(str(script))
