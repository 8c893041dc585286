"""Runs that were kept as data, done again: looks, the environment, the clock, everybody; and what they break."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.trace import Did
from kubeproof.model.world import Event, World
from kubeproof.properties.engines import world_runs, worlds
from kubeproof.properties.engines.world_again import again, breaks
from kubeproof.properties.engines.world_moves import pod_deleted
from kubeproof.properties.engines.world_runs import RunOptions
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.world_story import NotReplayed, key_named, named
from kubeproof.properties.world_law import WorldLaw, always, every_step, in_the_end, sometimes
from tests.properties.engines.test_worlds import SMALL, pods, ready, start

CLUSTER = Cluster(start(nodes=2, replicas=2), SMALL, (pod_deleted(),))


def _none_goes(before: World, events: Sequence[Event], after: World) -> bool:
    return len(pods(after)) >= len(pods(before))


BROKEN = (
    always("they are never both ready", lambda world: not ready(2)(world)),
    every_step("no pod ever goes", _none_goes),
    in_the_end("in the end one is ready", ready(1)),
)
HOLDS = (
    always("there are never more than three", lambda world: len(pods(world)) <= 3),
    every_step("nothing is refused", lambda before, events, after: all(one.refused is None for one in events)),
    in_the_end("in the end two are ready", ready(2)),
    sometimes("two are ready", ready(2)),
)


@pytest.mark.parametrize("law", BROKEN, ids=lambda law: law.name)
def test_what_a_search_finds_is_broken_again(law: WorldLaw) -> None:
    [found] = worlds.verify([law], CLUSTER)
    assert found.trace is not None
    run = again(CLUSTER, found.trace.did or ())
    assert len(run.stages) == len(found.trace.moments)
    assert breaks(law, run)
    assert not any(breaks(other, run) for other in HOLDS)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("law", BROKEN, ids=lambda law: law.name)
def test_what_runs_find_is_broken_again_whatever_was_chosen(law: WorldLaw, seed: int) -> None:
    [found] = world_runs.verify([law], CLUSTER, RunOptions(runs=5, seed=seed))
    assert found.trace is not None
    run = again(CLUSTER, found.trace.did or ())
    assert breaks(law, run)
    assert not any(breaks(other, run) for other in HOLDS)


def test_a_run_that_has_not_come_to_an_end_says_nothing_of_it() -> None:
    assert not breaks(in_the_end("never", lambda world: False), again(CLUSTER, ()))


REFUSED = (
    ("a look that does nothing", Did("kubelet", "pod/default/web-1"), "kubelet: pod/default/web-1 does nothing"),
    ("what cannot happen", Did("environment", "deletes pod nobody"), "it cannot happen there that deletes pod nobody"),
    ("nobody's look", Did("gremlin", "pod/web"), "there is no component 'gremlin'"),
    ("a time that is none", Did("clock", "noon"), "'noon' is no second that a clock could be set to"),
    ("what is no name", Did("kubelet", "pod"), "'pod' does not name one object: KIND/NAME or KIND/NAMESPACE/NAME"),
)


@pytest.mark.parametrize(("sentence", "did", "says"), REFUSED, ids=[one[0] for one in REFUSED])
def test_a_step_that_cannot_be_taken_is_told(sentence: str, did: Did, says: str) -> None:
    with pytest.raises((BadInput, NotReplayed)) as found:
        again(CLUSTER, [did])
    assert str(found.value).startswith(says), sentence


KEYS = (Key("Pod", "default", "web-1"), Key("Pod", "shop", "web"), Key("Node", "", "n1"), Key("NodeLifecycle", "", ""))


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_every_name_names_its_object(key: Key) -> None:
    assert key_named(named(key)) == key
