"""A world run with a script: `Setup` is what stays the same in a run, `play` what happens until a time.

Deterministic: the same setup, world and script give the same events. What happens outside of Kubernetes is among them,
as what the environment did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from kubeproof.model import behaviour, cluster, kubectl_apply, steps
from kubeproof.model.behaviour import ENVIRONMENT
from kubeproof.model.cluster import Settings
from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Server, Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.extras import NONE, Extras
from kubeproof.model.manifests.read import STDIN
from kubeproof.model.manifests.stated import Input, Stated, admission_of, stated, stated_text
from kubeproof.model.node.kubelet.node_status import posted
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.script import BY_KUBECTL, Apply, Applying, LagBehind, Miss, Restart, Scripted
from kubeproof.model.world import Event, OnStep, Runner, World

USER = "user"


class Setup(NamedTuple):
    """What a cluster is made of: which components run besides its extras, its scheduler, what was applied, how ties are
    broken, which extras it has, and whether looks are interleaved (the seed says whose turn it is).

    `own`: components of one's own, each in place of the one that has its name, or last. `on_step` is told of each step.
    """

    names: tuple[str, ...] = cluster.USUAL
    profile: Profile | None = None
    inputs: tuple[Input, ...] = ()
    seed: int | None = None
    extras: Extras = NONE
    own: tuple[Component, ...] = ()
    on_step: OnStep | None = None
    interleaved: bool = False

    @property
    def running(self) -> tuple[str, ...]:
        """The components that run, by their names."""
        return (*self.names, *(name for name in self.extras.names if name not in self.names))

    @property
    def schedulers(self) -> frozenset[str]:
        """The schedulerNames of pods that are scheduled."""
        profiles = (self.profile or Profile(), self.extras.second_scheduler)
        return frozenset(one.scheduler for one in profiles if one is not None)

    def runner(self, world: World, run: Sequence[Component] | None = None) -> Runner:
        """What moves this world; `run`: these components alone."""
        seed = None if self.seed is None else self.seed * 1_000_003 + world.store.revision
        parts = self.components(world) if run is None else run
        pick = cluster.picking(seed)
        return Runner(world, parts, self.server, pick, self.on_step, interleaved=self.interleaved)

    @property
    def server(self) -> Server:
        """The API server, which knows the classes that were applied; LimitRanges act from their creation on."""
        return Server(replace(admission_of(self.inputs), limit_ranges={}))

    def components(self, world: World) -> Sequence[Component]:
        """The components, with pods that do what they do in this world."""
        does = behaviour.of(world)
        settings = Settings(self.profile, does.does, does.load, self.extras)
        found = cluster.components(self.running, settings)
        own = {one.name: one for one in self.own}
        return [*(own.pop(one.name, one) for one in found), *own.values()]


class Played(NamedTuple):
    """What came of a run: the world, its events, whether nobody wants to look again (`rests`), and the setup with what
    was applied on the way."""

    setup: Setup
    world: World
    events: tuple[Event, ...]
    rests: bool


def begun(setup: Setup, found: Input, at: int = 0) -> Played:
    """A world with the nodes and other objects of an input, at a time (seconds); no component has looked yet."""
    setup = setup._replace(inputs=(*setup.inputs, found), extras=setup.extras.given(cluster.to_apply(found)))
    runner = setup.runner(World(now=at))
    for one in found.stated:
        if one.key.kind == "Node":
            there = replace(one.live, conditions=posted(one.live.conditions, at))
            runner.ask(Write("create", one.key, there), USER)
    events = tuple(_applied(runner, cluster.to_apply(found)))
    return Played(setup, runner.world, events, rests=False)


def apply(setup: Setup, world: World, found: Input, how: Applying = BY_KUBECTL) -> Played:
    """What comes of applying an input to a world, before anybody has looked at it."""
    setup = setup._replace(inputs=(*setup.inputs, found))
    runner = setup.runner(world)
    events = tuple(_applied(runner, _to_apply(found), how))
    return Played(setup, runner.world, events, rests=False)


def play(
    setup: Setup, world: World, until: int, script: Sequence[Scripted] = (), start: int = 0, *, looks: bool = True
) -> Played:
    """What happens until a time (seconds of the world's clock); the script's times count from `start`. Without `looks`
    nobody looks behind the script's last step.

    Raises BadInput for a step that cannot be done, with its place.
    """
    given = [_input(one, setup) for one in script]
    runner, events = setup.runner(world), list[Event]()
    for one, found in zip(script, given, strict=True):
        at = start + one.at
        if not world.now <= at <= until:
            continue
        if at > runner.world.now:  # what is done at the very beginning is done before anybody looks
            events += runner.run(at)
            runner.advance(at)
        try:
            if found is not None and isinstance(one.step, Apply):
                setup = setup._replace(inputs=(*setup.inputs, found))
                runner = setup.runner(runner.world)
                events += _applied(runner, _to_apply(found), one.step.how)
                continue
            _check(one, setup)
            by = USER if one.name in steps.OF_USERS else ENVIRONMENT.lower()
            if words := steps.told(one):
                events.append(_happened(at, by, words))
            events += [runner.ask(write, by) for write in list(steps.requests(runner.world, one.name, one.step))]
            after = steps.outside(runner.world, one.name, one.step)
        except BadInput as bad:
            raise one.placed(bad) from bad
        if after is not runner.world:
            runner = setup.runner(after)
    if not looks:
        return Played(setup, runner.world, tuple(events), rests=False)
    events += runner.run(until)
    rests = runner.next_at is None
    runner.advance(until)
    return Played(setup, runner.world, tuple(events), rests)


def _applied(runner: Runner, objects: Sequence[Stated], how: Applying = BY_KUBECTL) -> Iterator[Event]:
    for one in objects:
        event = runner.ask(kubectl_apply.applied(runner.world.store.get(one.key), one, runner.world.now, how), USER)
        if event.refused is not None or event.before is not event.after:
            yield event


def _to_apply(found: Input) -> list[Stated]:
    return [one for one in found.stated if one.live is not None or one.partial]


def _happened(at: int, by: str, what: str) -> Event:
    key = Key(ENVIRONMENT, "", "")
    return Event(at, by, Write("update", key, why=what), key, None, None)


def _check(one: Scripted, setup: Setup) -> None:
    names = (*setup.running, *(each.name for each in setup.own))
    if isinstance(one.step, Restart | LagBehind | Miss) and one.step.component not in names:
        near = get_close_matches(one.step.component, names, n=1, cutoff=0.4)
        hint = f"near: {near[0]}" if near else f"there are: {', '.join(names)}"
        raise BadInput(f"there is no component {one.step.component!r}; {hint}")


def _input(one: Scripted, setup: Setup) -> Input | None:
    """What a step applies. A file is looked for beside the script."""
    if not isinstance(one.step, Apply):
        return None
    if bool(one.step.file) == bool(one.step.manifest):
        raise one.wrong("apply takes a file, or a manifest: one of them")
    if one.step.force and not one.step.server_side:
        raise one.wrong("force takes fields from their owners: with server-side alone")
    if one.step.manifest is not None:
        text = msgspec.json.encode(one.step.manifest).decode()
        try:
            return stated_text(text, known=setup.inputs, partial=one.step.server_side)
        except BadInput as bad:
            raise one.placed(bad) from bad
    beside = Path(one.file).parent if one.file and one.file != STDIN else Path()
    return stated([str(beside / one.step.file)], known=setup.inputs, partial=one.step.server_side)
