"""One run of a world, step by step, for clusters with too many worlds to search: a `Runner`'s, with an environment that
moves.

In the run with number 0 equal options are taken in their order, and the environment moves as soon as it can; in the
others what it does, when, and which of equal options is taken are drawn. A run is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from kubeproof.model.cluster import picking
from kubeproof.model.component import Pick
from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.logic.golang import duration
from kubeproof.model.references import written
from kubeproof.model.world import Event, Runner, World
from kubeproof.properties.engines.world_keys import OLD
from kubeproof.properties.engines.world_moves import Act
from kubeproof.properties.engines.world_steps import CLOCK, ENVIRONMENT, Cluster, Step

T = TypeVar("T")
PATIENCE = (1, 2, 8, 64)
"""How seldom the environment moves in a run: about once in so many quiet moments; drawn for each run."""


def _never() -> str:
    return ""


class RunOptions(NamedTuple):
    """How many runs, how long each is at most (seconds of the world's clock), the seed of what is drawn, and when a
    time is old (seconds). `until`: asked at quiet moments, why the runs are to end now ("": they are not)."""

    runs: int = 10
    horizon: int = 3600
    seed: int = 0
    old: int = OLD
    until: Callable[[], str] = _never


USUAL = RunOptions()


class Happening(NamedTuple):
    """One thing that happened in a run, and the world after it. `quiet`: nothing happened, and nobody has anything to
    do at this time any more (`rests`: at any time); `left` is how often each move may still be made."""

    step: Step
    events: tuple[Event, ...]
    world: World
    left: tuple[int, ...] = ()
    quiet: bool = False
    rests: bool = False


def happenings(cluster: Cluster, options: RunOptions, number: int) -> Iterator[Happening]:
    """What happens in a run, the same each time; it ends at rest or at the horizon."""
    draw = Random(f"{options.seed} {number}") if number else None
    pick = Noted(picking(draw.getrandbits(32) if draw else None))
    mover = _Mover(cluster, draw)
    runner, end = _runner(cluster, cluster.world, pick), cluster.world.now + options.horizon
    while True:
        for looked in runner.instant():
            step = Step(looked.by, f"looks at {written(looked.key)}", looked.key, pick.taken())
            yield Happening(step, looked.events, runner.world)
        at = runner.next_at
        yield Happening(Step(CLOCK, "quiet"), (), runner.world, mover.left, quiet=True, rests=at is None)
        act = mover.act(runner.world, must=at is None)
        if act is not None:
            events = tuple(runner.ask(write, ENVIRONMENT) for write in act.writes)
            after = act.outside(runner.world)
            if after is not runner.world:
                runner = _runner(cluster, after, pick)
            yield Happening(Step(ENVIRONMENT, act.name), events, runner.world)
        elif at is None or at > end:
            return
        else:
            runner.advance(at)
            yield Happening(Step(CLOCK, f"wait until {duration(at)}", to=at), (), runner.world)


def _runner(cluster: Cluster, world: World, pick: Pick) -> Runner:
    return Runner(world, cluster.components, cluster.server or Server(), pick)


class Noted:
    """Takes what another takes of equal options, and notes its number."""

    def __init__(self, pick: Pick) -> None:
        self._pick, self._numbers = pick, list[int]()

    def __call__(self, options: Sequence[T]) -> T:
        """The option."""
        found = self._pick(options)
        self._numbers.append(next(at for at, one in enumerate(options) if one is found))
        return found

    def taken(self) -> tuple[int, ...]:
        """The numbers since they were asked for the last time."""
        numbers, self._numbers = self._numbers, []
        return tuple(numbers)


class _Mover:
    """What the environment does in a run. `left`: how often each move may still happen in it."""

    def __init__(self, cluster: Cluster, draw: Random | None) -> None:
        self._moves, self._draw = cluster.moves, draw
        times = (move.times for move in cluster.moves)
        self.left = tuple(draw.randint(0, most) if draw else most for most in times)
        self._seldom = draw.choice(PATIENCE) if draw else 1

    def act(self, world: World, *, must: bool) -> Act | None:
        """What it does at a quiet moment, None for nothing. `must`: nobody else ever does anything again."""
        if not any(self.left) or (self._draw and not must and self._draw.randrange(self._seldom)):
            return None
        able = [(at, act) for at, move in enumerate(self._moves) if self.left[at] for act in move.acts(world)]
        if not able:
            return None
        at, act = self._draw.choice(able) if self._draw else able[0]
        self.left = (*self.left[:at], self.left[at] - 1, *self.left[at + 1 :])
        return act
