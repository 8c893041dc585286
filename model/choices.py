"""What may happen next in a world: each look of a component that changes something, by a name that one can take."""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.component import Component, Look
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.logic.golang import duration
from kubeproof.model.play import Setup
from kubeproof.model.references import written
from kubeproof.model.world import Event, World


class Choice(NamedTuple):
    """One thing that may happen: its name, the world behind it, and its events."""

    name: str
    world: World
    events: tuple[Event, ...]


def choices(setup: Setup, world: World) -> list[Choice]:
    """All that may happen now; where nothing would change, that the clock goes to when somebody wants to look again."""
    setup = setup._replace(on_step=None)  # what may happen has not happened
    runner = setup.runner(world)
    looks = Look(world.store, world.now)
    found = [
        choice
        for component in setup.components(world)
        for key in component.objects(looks)
        if (choice := _looked(setup, world, component, key)) is not None
    ]
    if found:
        return found
    list(runner.run(world.now))
    if runner.next_at is None:
        return []
    at = runner.next_at
    runner.advance(at)
    return [Choice(f"wait until {duration(at)}", runner.world, ())]


def take(setup: Setup, world: World, name: str) -> Choice:
    """What happens as the choice of this name is taken. BadInput lists what may happen."""
    found = choices(setup, world)
    taken = next((one for one in found if one.name == name), None)
    if taken is None:
        listed = ", ".join(one.name for one in found) or "nothing"
        raise BadInput(f"{name!r} cannot happen now; what can: {listed}")
    if setup.on_step is not None and taken.events:
        setup.on_step(world, taken.events, taken.world)
    return taken


def _looked(setup: Setup, world: World, component: Component, key: Key) -> Choice | None:
    """What one component does about one object, until it has nothing more to do at this time."""
    runner = setup.runner(world, [component._replace(objects=lambda look: (key,))])
    events = tuple(runner.run(world.now))
    return Choice(f"{component.name} {written(key)}", runner.world, events) if events else None
