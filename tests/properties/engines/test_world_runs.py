"""Worlds at random, broadly where KUBEPROOF_PROFILE=nightly asks: they keep their laws, and runs are runs."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubeproof.model import choices
from kubeproof.model.play import Setup, play
from kubeproof.model.script import Scripted
from kubeproof.model.world import World
from kubeproof.properties.engines.world_machine import start_of, world_machine
from kubeproof.properties.engines.world_run import Run
from kubeproof.properties.laws.world import STANDARD
from kubeproof.properties.strategies import Begin, events, worlds

HOW = settings(suppress_health_check=list(HealthCheck))

TestWorlds = world_machine(worlds(), laws=STANDARD, horizon=1800, depth=15).TestCase
TestWorlds.settings = settings(TestWorlds.settings, HOW)


class Begun(NamedTuple):
    """A world that has begun."""

    setup: Setup
    state: World


def drawn(begin: Begin, data: st.DataObject) -> tuple[Begun, tuple[Scripted, ...], int]:
    """A world, a script, and when to end."""
    run = Run(start_of(begin), [])
    run.begin()
    begun = Begun(run.setup, run.world)
    script = data.draw(events(begun))
    return begun, script, max((one.at for one in script), default=0) + data.draw(st.sampled_from((0, 1, 60, 400)))


@given(worlds(), st.data())
@settings(HOW)
def test_when_a_run_ends_nobody_would_change_anything_at_once(begin: Begin, data: st.DataObject) -> None:
    begun, script, until = drawn(begin, data)
    played = play(begun.setup, begun.state, until, script)
    assert [one.name for one in choices.choices(played.setup, played.world) if one.events] == []


@given(worlds(), st.data())
@settings(HOW)
def test_a_run_in_two_pieces_is_the_same_run(begin: Begin, data: st.DataObject) -> None:
    begun, script, until = drawn(begin, data)
    cut = data.draw(st.integers(0, until))
    whole = play(begun.setup, begun.state, until, script)
    first = play(begun.setup, begun.state, cut, [one for one in script if one.at <= cut])
    second = play(first.setup, first.world, until, [one for one in script if one.at > cut])
    assert second.world.store.objects == whole.world.store.objects
