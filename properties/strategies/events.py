"""Random scripts: what happens to a world, and when, so that each step can be taken when its time comes.

    @given(st.data())
    def test_the_shop_comes_through(data):
        world = kp.world("shop/", nodes="n{1..3} cpu=4")
        later = world.play(data.draw(events(world)), until=3600)

The world is run while its script is drawn: what a step is about is there, then.
"""

from __future__ import annotations

from typing import Protocol

import msgspec
from hypothesis import strategies as st

from kubeproof.model.errors import BadInput
from kubeproof.model.play import Setup, play
from kubeproof.model.script import Scripted, parsed
from kubeproof.model.world import World
from kubeproof.properties.strategies.steps import possible

_LATER = st.sampled_from((10, 1, 60, 300))
"""Seconds from one step to the next."""


class Begun(Protocol):
    """A world that has begun, such as kp.World."""

    @property
    def setup(self) -> Setup:
        """What it is made of."""
        ...

    @property
    def state(self) -> World:
        """Where it is."""
        ...


@st.composite
def events(draw: st.DrawFn, world: Begun, max_steps: int = 6) -> tuple[Scripted, ...]:
    """Up to so many steps, one after the other; times are seconds of the world's clock."""
    setup, start = world.setup._replace(on_step=None), world.state
    found: list[Scripted] = []
    at = start.now
    for _ in range(draw(st.integers(0, max_steps))):
        at += draw(_LATER)
        here = play(setup, start, at, found).world  # from the start each time, so that the whole is the same run
        can = possible(here)
        name = draw(st.sampled_from(sorted(can)))
        [step] = parsed(msgspec.json.encode([{"at": at, name: draw(can[name])}]).decode())
        try:
            play(setup, start, at, (*found, step), looks=False)
        except BadInput:
            if name != "apply":  # which admission may refuse
                raise
            continue
        found.append(step)
    return tuple(found)
