"""Random worlds are what the API server takes, of all kinds, nearly too large for their nodes; and they shrink."""

from __future__ import annotations

import json
from collections import Counter

import hypothesis
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.manifests.stated import stated, stated_text
from kubeproof.model.play import Played, Setup, apply, begun, play
from kubeproof.model.script import STEPS
from kubeproof.properties.engines.world_machine import PATIENT
from kubeproof.properties.strategies import Begin, events, worlds
from kubeproof.properties.strategies.steps import KINDS, RACES
from kubeproof.properties.strategies.workloads import NAMES

COMPANY = {"PodDisruptionBudget", "Service", "HorizontalPodAutoscaler", "PriorityClass", "ResourceQuota"}
HOW = settings(max_examples=100, suppress_health_check=PATIENT)


def begins(begin: Begin) -> Played:
    played = begun(Setup(), stated((), nodes=begin.nodes))
    text = "\n---\n".join(json.dumps(one) for one in begin.manifests)
    return apply(played.setup, played.world, stated_text(text, known=played.setup.inputs))


def test_the_api_server_takes_every_world_and_all_kinds_come_about() -> None:
    kinds: Counter[str] = Counter()

    @given(worlds())
    @HOW
    def look(begin: Begin) -> None:
        assert [event.refused for event in begins(begin).events if event.refused] == []
        kinds.update(one["kind"] for one in begin.manifests)

    look()
    assert set(kinds) == {*NAMES, *COMPANY}


def test_many_worlds_have_a_pod_that_finds_no_room_and_many_have_none() -> None:
    waiting: Counter[bool] = Counter()

    @given(worlds())
    @HOW
    def look(begin: Begin) -> None:
        played = begins(begin)
        world = play(played.setup, played.world, 30).world
        pods = world.store.bucket(of_kind("Pod"))
        waiting[any(not getattr(world.store.objects[key], "node", "") for key in pods)] += 1

    look()
    assert 0.2 < waiting[True] / waiting.total() < 0.8


def test_worlds_shrink_to_one_plain_workload_on_one_node() -> None:
    def scales(begin: Begin) -> bool:
        return any(one["kind"] == "Deployment" and one["spec"]["replicas"] > 1 for one in begin.manifests)

    simplest = hypothesis.find(worlds(), scales, settings=settings(HOW, database=None, derandomize=True))
    [only] = simplest.manifests
    assert set(only["spec"]) == {"replicas", "selector", "template"}
    assert set(only["spec"]["template"]["spec"]) == {"containers"}
    assert ";" not in simplest.nodes


def test_there_is_a_rule_for_every_step_of_a_script() -> None:
    assert set(KINDS) == set(STEPS) - RACES


@given(worlds(), st.data())
@settings(suppress_health_check=PATIENT)
def test_every_step_of_a_script_can_be_taken_when_its_time_comes(begin: Begin, data: st.DataObject) -> None:
    played = begins(begin)
    script = data.draw(events(_Begun(played)))
    until = max((one.at for one in script), default=0)
    assert play(played.setup, played.world, until, script).world.now == until


class _Begun:
    def __init__(self, played: Played) -> None:
        self.setup, self.state = played.setup, played.world
