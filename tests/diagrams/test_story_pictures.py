"""Stories as pictures: lanes, where pods were, and that a picture stays small whatever the story is."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import kubeproof as kp
from kubeproof.diagrams import of_story, svg_story
from kubeproof.diagrams.render_svg import save
from kubeproof.diagrams.sequence import Cell, Dot, Message, Row, State
from kubeproof.model.errors import BadInput

TASK = """
apiVersion: v1
kind: Pod
metadata: {name: task}
spec: {restartPolicy: Never, containers: [{name: main, image: app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: big}
spec: {containers: [{name: main, image: app, resources: {requests: {cpu: "9"}}}]}
"""
MANY = """
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: %s}
spec:
  replicas: 60
  selector: {matchLabels: {app: %s}}
  template:
    metadata: {labels: {app: %s}}
    spec: {containers: [{name: main, image: app}]}
"""


@pytest.fixture
def task(tmp_path: Path) -> kp.World:
    (tmp_path / "task.yaml").write_text(TASK)
    return kp.world(tmp_path / "task.yaml", nodes="n1 cpu=4").advance("1m")


def test_a_story_is_lanes_messages_and_placements(task: kp.World) -> None:
    drawn = task.picture()
    assert (drawn.title, drawn.lanes) == (
        "2 pods on 1 node in the end; the last change after 5s",
        ("user", "scheduler", "kubelet"),
    )
    assert drawn.messages[0] == Message("0s", 0, "creates 2 Pods: task, big")
    assert drawn.messages[-1] == Message("5s", 2, "task: Running -> Completed, 0/1 ready, main ended with 0")
    assert drawn.times == ("0s", "5s")
    assert drawn.rows == (
        Row("Pending", (Cell((Dot(0, State.NOT_READY),)),) * 2),
        Row("n1", (Cell((Dot(1, State.READY),)), Cell((Dot(1, State.DONE),)))),
    )
    assert drawn.owners == ("big", "task")


def test_it_is_drawn_as_svg_and_as_text(task: kp.World, tmp_path: Path) -> None:
    save(task.picture(), tmp_path / "story.svg")
    root = ElementTree.fromstring((tmp_path / "story.svg").read_text())
    words = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"user", "scheduler", "kubelet", "creates 2 Pods: task, big", "Where the pods are"} <= set(words)
    save(task.picture(), tmp_path / "story.txt")
    assert (tmp_path / "story.txt").read_text().splitlines()[-3:] == [
        "         0s  5s",
        "Pending  o   o",
        "n1       #   -",
    ]
    with pytest.raises(BadInput, match=r"the name of a story's picture ends in one of \.svg, \.txt"):
        save(task.picture(), tmp_path / "story.png")


def test_a_picture_of_much_stays_small(tmp_path: Path) -> None:
    names = [f"set-{number}" for number in range(12)]
    (tmp_path / "many.yaml").write_text("---".join(MANY % (name, name, name) for name in names))
    world = kp.world(tmp_path / "many.yaml", nodes="n{1..40} cpu=4").advance(1)
    for at in range(30):
        world = world.do("cordon" if at % 2 == 0 else "uncordon", node=f"n{at + 1 - at % 2}").advance(1)
    world = world.do("drain", node="n40").advance(60)
    drawn = world.picture()
    assert len(drawn.messages) <= of_story.FIRST + of_story.LAST + 1
    assert any(one.lane is None and one.text.endswith(" more lines") for one in drawn.messages)
    assert len(drawn.times) <= of_story.MOMENTS
    assert (len(drawn.rows), drawn.rows[-1].title) == (of_story.NODES + 1, "24 more nodes")
    assert (len(drawn.owners), drawn.owners[-1]) == (of_story.OWNERS, "others")
    assert max(len(cell.dots) for row in drawn.rows for cell in row.cells) <= of_story.PODS
    assert len(svg_story.svg(drawn)) < 200_000


def test_what_input_says_cannot_break_out_of_the_picture(task: kp.World) -> None:
    drawn = task.picture()._replace(title="<script>alert(1)</script>")
    assert "<script>" not in svg_story.svg(drawn)


def test_a_story_of_nothing_is_a_picture_too() -> None:
    drawn = kp.world(nodes="n1 cpu=1").picture()
    assert svg_story.text(drawn) == "0 pods on 1 node in the end; the last change after 0s\n\n"
    assert ElementTree.fromstring(svg_story.svg(drawn)) is not None
