"""Worlds as a library: every step gives a new one, what may happen can be taken, and a trace leads there again."""

from __future__ import annotations

from pathlib import Path

import pytest

import kubeproof as kp
from kubeproof.model.errors import BadInput
from kubeproof.model.world_trace import read

PAIR = """
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: "1"}}}]}
"""
NODES = "n{1,2} cpu=4 memory=8Gi"


@pytest.fixture
def world(tmp_path: Path) -> kp.World:
    (tmp_path / "pair.yaml").write_text(PAIR)
    return kp.world(tmp_path / "pair.yaml", nodes=NODES)


def phases(world: kp.World) -> list[str]:
    return [pod.status.phase for pod in world.pods]


def test_a_world_stays_as_it_was_while_another_goes_on(world: kp.World) -> None:
    later = world.advance("30s")
    assert (repr(world), repr(later)) == (
        "<World at 0s: 2 nodes, 0 pods, 1 events>",
        "<World at 30s: 2 nodes, 2 pods, 14 events>",
    )
    assert (phases(world), phases(later)) == ([], ["Running", "Running"])
    assert later.undo() is world
    assert world.undo() is world


def test_steps_of_a_script_are_taken_now(world: kp.World) -> None:
    more = world.advance("1m").do("scale", object="rs/web", replicas=3).advance("1m")
    assert (len(more.pods), more.now) == (3, 120)
    assert [node.unschedulable for node in more.do("cordon", node="n1").nodes] == [True, False]
    with pytest.raises(BadInput, match="unknown step 'scal'"):
        world.do("scal")
    with pytest.raises(BadInput, match="the field component is missing"):
        world.do("lag")


def test_objects_are_applied_from_text_mappings_and_files(world: kp.World, tmp_path: Path) -> None:
    fewer = PAIR.replace("replicas: 2", "replicas: 1")
    (tmp_path / "fewer.yaml").write_text(fewer)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one"},
        "spec": {"containers": [{"name": "c", "image": "x"}]},
    }
    assert len(world.advance(5).apply(fewer).advance(5).pods) == 1
    assert len(world.advance(5).apply(tmp_path / "fewer.yaml").advance(5).pods) == 1
    assert len(world.apply(pod).advance(5).pods) == 3


def test_what_may_happen_is_taken_one_look_at_a_time(world: kp.World) -> None:
    assert world.enabled() == (
        "replicaset-controller replicaset/web",
        "kubelet-node-status node/n1",
        "kubelet-node-status node/n2",
    )
    made = world.take("replicaset-controller replicaset/web")
    assert phases(made) == ["Pending", "Pending"]
    assert "scheduler scheduler/default-scheduler" in made.enabled()
    while made.enabled():
        made = made.take(made.enabled()[0])
    assert phases(made) == ["Running", "Running"]
    with pytest.raises(BadInput, match="'nothing' cannot happen now; what can: replicaset-controller"):
        world.take("nothing")


def test_the_clock_goes_on_where_nothing_else_can_happen() -> None:
    task = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "task"},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]},
    }
    world = kp.world(nodes=NODES).apply(task).advance(0)
    assert world.enabled() == ("wait until 5s",)
    assert phases(world.take("wait until 5s").advance(0)) == ["Succeeded"]


def test_a_late_component_stays_late_from_step_to_step_and_in_a_trace(world: kp.World) -> None:
    late = world.advance("10s").do("lag", component="replicaset-controller", by="20s")
    later = late.do("scale", object="rs/web", replicas=3).advance("19s")
    assert len(later.pods) == 2
    assert len(later.advance("1s").pods) == 3
    there = later.advance("2m")
    assert world.replay(read(there.trace.json())).state == there.state
    assert there.enabled() == ()


def test_interleaved_looks_end_where_whole_ones_do(world: kp.World, tmp_path: Path) -> None:
    other = kp.world(tmp_path / "pair.yaml", nodes=NODES, atomic="write", seed=5).advance("1m")
    assert phases(other) == phases(world.advance("1m")) == ["Running", "Running"]
    assert other.rests


def test_a_trace_leads_to_the_same_world_again(world: kp.World) -> None:
    there = world.take("replicaset-controller replicaset/web").advance("10s").do("oom", pod="web-*").advance("1m")
    again = world.replay(read(there.trace.json()))
    assert again.events == there.events
    assert again.state == there.state
    wrong = there.trace.json().replace('"60"', '"61"').replace('"10"', '"11"')
    with pytest.raises(BadInput, match="the trace leads elsewhere"):
        world.replay(read(wrong))
    with pytest.raises(BadInput, match="this is no trace of a world"):
        read("{}")


def test_a_seed_chooses_among_equal_nodes_and_the_same_one_chooses_alike(tmp_path: Path) -> None:
    (tmp_path / "pair.yaml").write_text(PAIR)

    def nodes(seed: int | None) -> list[str]:
        world = kp.world(tmp_path / "pair.yaml", nodes="n{1..9} cpu=4 memory=8Gi", seed=seed).advance(5)
        return [pod.node for pod in world.pods]

    chosen = [nodes(seed) for seed in range(6)]
    assert chosen == [nodes(seed) for seed in range(6)]
    assert len(set(map(tuple, chosen))) > 1


def test_objects_are_found_by_their_names(world: kp.World) -> None:
    assert world.get("rs/web").meta.uid == "replicaset-3"
    assert [one.meta.name for one in world.objects("nodes")] == ["n1", "n2"]
    with pytest.raises(BadInput, match="there is no 'rs/wbe'; near: replicaset/web"):
        world.get("rs/wbe")
    with pytest.raises(BadInput, match="'rs' does not name one object: KIND/NAME or KIND/NAMESPACE/NAME"):
        world.get("rs")


def test_the_story_the_tables_and_the_objects_can_be_read(world: kp.World) -> None:
    later = world.advance("30s")
    assert later.story.startswith("0s  user                   creates ReplicaSet web\n")
    assert [table.kind for table in later.ran().tables] == ["Node", "ReplicaSet", "Pod"]
    assert later.yaml().count("kind: Pod\n") == 2
    assert later.picture().lanes == ("user", "replicaset-controller", "scheduler", "kubelet")


def test_a_loaded_cluster_becomes_a_world(tmp_path: Path) -> None:
    (tmp_path / "pair.yaml").write_text(PAIR)
    cluster = kp.load(tmp_path / "pair.yaml", nodes=NODES)
    assert phases(cluster.world().advance("5s")) == ["Running", "Running"]
    bound = kp.load("examples/shop/nodes.yaml", "examples/shop/running.yaml")
    assert len(bound.world().pods) == len(bound.snapshot.pods)
    assert [note.text.partition(": ")[2] for note in bound.world().notes] == [
        "Pod shop/db-0 and 2 more: a claim that it names is not in the input, so that it does not run",
        "Pod shop/web-ngq2cd9wf-pxcvj and 42 more: the owner is not in the input, so that it is collected as garbage",
    ]
