"""A search of worlds to check the engine's by: no keys, no swaps, no order, no plans kept: every look each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kubeproof.model.component import Again, Component, Look, first
from kubeproof.model.world import Runner, World
from kubeproof.properties.engines.world_plans import Chosen


def worlds(start: World, components: tuple[Component, ...], limit: int = 100_000) -> list[World]:
    """All worlds that can be reached, told apart by all that they hold but the count of writes."""
    seen = {_told(start): start}
    todo = [start]
    while todo:
        world = todo.pop()
        for after in behind(world, components):
            if _told(after) not in seen:
                seen[_told(after)] = after
                todo.append(after)
        assert len(seen) < limit
    return list(seen.values())


def behind(world: World, components: tuple[Component, ...]) -> Iterator[World]:
    """The worlds one step behind a world."""
    again, moved = list[int](), False
    for component in components:
        for key in component.objects(Look(world.store, world.now)):
            numbers: list[int] | None = []
            while numbers is not None:
                chosen = Chosen(numbers)
                runner = Runner(world, [component], pick=chosen)
                runner.look(component.name, key)
                if _told(runner.world) != _told(world):
                    moved = True
                    yield runner.world
                numbers = chosen.next()
            look = Look(world.store, world.now, world.memory.get((component.name, key)))
            again += [part.at for part in component.decide(look, key, first) if isinstance(part, Again)]
    if not moved and again:
        yield world._replace(now=max(min(again), world.now + 1))


def holds_always(found: list[World], condition: Callable[[World], bool]) -> bool:
    """Whether it holds in all of them."""
    return all(map(condition, found))


def _told(world: World) -> Any:
    return world.store.objects, world.now, world.memory
