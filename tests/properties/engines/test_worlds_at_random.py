"""Worlds at random, broadly where KUBEPROOF_PROFILE=nightly asks: they keep their laws, and runs are runs."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

import kubeproof as kp
from kubeproof.model import choices
from kubeproof.model.play import Setup, play
from kubeproof.model.world import World
from kubeproof.properties.engines.world_machine import PATIENT, start_of, world_machine
from kubeproof.properties.engines.world_run import Run
from kubeproof.properties.laws.world import EVERYWHERE
from kubeproof.properties.strategies import Begin, events, worlds

TestWorlds = world_machine(worlds(), horizon=1800, depth=15).TestCase


class Begun(NamedTuple):
    """A world that has begun."""

    setup: Setup
    state: World


@given(worlds(), st.data())
@settings(suppress_health_check=PATIENT)
def test_where_nobody_wants_to_look_again_nobody_would_change_anything(begin: Begin, data: st.DataObject) -> None:
    run = Run(start_of(begin), [])
    run.begin()
    script = data.draw(events(Begun(run.setup, run.world)))
    until = max((one.at for one in script), default=0) + data.draw(st.sampled_from((0, 1, 60, 400)))
    played = play(run.setup, run.world, until, script)
    if played.rests:
        assert [one.name for one in choices.choices(played.setup, played.world) if one.events] == []


STATEFUL: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "db"},
    "spec": {
        "replicas": 1,
        "serviceName": "db",
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}},
        "selector": {"matchLabels": {"app": "db"}},
        "template": {
            "metadata": {"labels": {"app": "db"}},
            "spec": {"containers": [{"name": "main", "image": "nginx:1"}]},
        },
    },
}


def test_a_smaller_stateful_set_loses_pods_below_its_partition_too() -> None:
    world = kp.world(nodes="n1 cpu=1", laws=EVERYWHERE).apply(STATEFUL).advance("10s")
    world = world.do("scale", object="statefulset/db", replicas=0).rest("10m")
    assert world.pods == ()


def test_pods_before_the_first_ordinal_go_at_once_whatever_those_behind_them_do() -> None:
    world = kp.world(nodes="n1 cpu=1", laws=EVERYWHERE).apply(STATEFUL).advance("10s")
    later = {**STATEFUL, "spec": {**STATEFUL["spec"], "replicas": 2, "ordinals": {"start": 3}}}
    world = world.apply(later).rest("10m")
    assert [pod.meta.name for pod in world.pods] == ["db-3", "db-4"]


JOB: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "batch"},
    "spec": {
        "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "nginx:1"}]}},
    },
}


def test_a_job_that_is_applied_again_has_not_changed() -> None:
    world = kp.world(nodes="n1 cpu=1", laws=EVERYWHERE).apply(JOB).advance("2s")
    assert world.apply(JOB).get("job/batch") == world.get("job/batch")


def test_who_deletes_a_job_deletes_its_pods_as_kubectl_asks_for_it() -> None:
    world = kp.world(nodes="n1 cpu=1", laws=EVERYWHERE).apply(JOB).advance("2s")
    assert [pod.meta.owners[0].name for pod in world.pods] == ["batch"]
    assert world.do("delete", object="job/batch").rest("10m").pods == ()
