"""Worlds as a library: an immutable front object around the model's world. Every step gives a new one.

world = kp.world("web.yaml", nodes="n{1..3} cpu=4 memory=8Gi")
world = world.advance("30s").do("scale", object="deployment/web", replicas=5).advance("1m")
world.pods, world.enabled(), world.trace
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from kubeproof.model.choices import choices
from kubeproof.model.choices import take as taken
from kubeproof.model.cluster import USUAL, Note, not_modelled
from kubeproof.model.component import Component
from kubeproof.model.controlplane.etcd import Key, Object, of_kind
from kubeproof.model.errors import BadInput
from kubeproof.model.extras import NONE, Extras
from kubeproof.model.extras_text import asked
from kubeproof.model.manifests.stated import Input, stated, stated_text
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.play import Setup, apply, begun, play
from kubeproof.model.references import key_of, kind_of, nothing, reference
from kubeproof.model.script import Applying, Scripted, parsed, seconds, text
from kubeproof.model.world import Event
from kubeproof.model.world import World as State
from kubeproof.model.world_trace import Done, Trace, digest
from kubeproof.properties.engines.watching import Watch, at_rest
from kubeproof.properties.queries.ran import Ran

if TYPE_CHECKING:
    from kubeproof.diagrams.sequence import Sequence as Drawn
    from kubeproof.model.scheduler.profile import Profile
    from kubeproof.properties.world_law import WorldLaw

Source = str | PathLike[str]
Atomic = Literal["look", "write"]
"""What happens at once: a whole look of a component, or each of its requests."""


def world(
    *sources: Source,
    nodes: str = "",
    seed: int | None = None,
    components: Sequence[str | Component] = USUAL,
    scheduler: Profile | None = None,
    strict: bool = False,
    with_: Extras | Sequence[str] = NONE,
    laws: Sequence[WorldLaw] = (),
    atomic: Atomic = "look",
) -> World:
    """A world of the objects in files and folders, and the nodes of a sketch, at second 0: nobody has looked yet.

    `seed`: how equal options are chosen among (None: the first). `components`: which ones run, by name, and those of
    one's own, besides those of `with_` (values, or texts such as "descheduler=policy.yaml"). `laws`: asked at every
    step; one that is broken raises BrokenLaw. `atomic`: what happens at once, with nobody else in between. Raises
    BadInput.
    """
    found = stated(map(str, sources), nodes=nodes, strict=strict)
    return of_input(found, seed, components, scheduler, with_=with_, laws=laws, atomic=atomic)


def of_input(
    found: Input,
    seed: int | None = None,
    components: Sequence[str | Component] = USUAL,
    scheduler: Profile | None = None,
    *,
    with_: Extras | Sequence[str] = NONE,
    laws: Sequence[WorldLaw] = (),
    atomic: Atomic = "look",
) -> World:
    """A world of what was read."""
    names = tuple(one for one in components if isinstance(one, str))
    own = tuple(one for one in components if not isinstance(one, str))
    extras, watch = with_ if isinstance(with_, Extras) else asked(with_), Watch(laws)
    on_step = watch.on_step if laws else None
    between = atomic == "write"
    setup = Setup(names, scheduler, seed=seed, extras=extras, own=own, on_step=on_step, interleaved=between)
    first = begun(setup, found)
    watch.at(first.world)
    return World(first.setup, first.world, first.events, watch=watch)


@dataclass(frozen=True, repr=False)
class World:
    """A cluster over time, at one moment. `events` is all that has happened; `before` is the world one step ago."""

    setup: Setup
    state: State
    events: tuple[Event, ...] = ()
    rests: bool = False
    done: tuple[Done, ...] = ()
    before: World | None = field(default=None, compare=False)
    watch: Watch = field(default_factory=lambda: Watch(()), compare=False)

    def __repr__(self) -> str:
        counts = [f"{len(self.state.store.bucket(of_kind(kind)))} {kind.lower()}s" for kind in ("Node", "Pod")]
        return f"<World at {self.now}s: {', '.join(counts)}, {len(self.events)} events>"

    def __rich__(self) -> Any:
        from kubeproof.console import rich_tables

        return rich_tables(self.ran().tables)

    @property
    def now(self) -> int:
        """Seconds since the start."""
        return self.state.now

    @property
    def pods(self) -> tuple[LivePod, ...]:
        """All pods, by name."""
        return tuple(one for one in self._all("Pod") if isinstance(one, LivePod))

    @property
    def nodes(self) -> tuple[LiveNode, ...]:
        """All nodes, by name."""
        return tuple(one for one in self._all("Node") if isinstance(one, LiveNode))

    def get(self, name: str) -> Object:
        """The object of that name, such as `deployment/web`. BadInput lists near names where there is none."""
        key = key_of(name)
        found = self.state.store.get(key)
        if found is None:
            raise nothing(name, self.state.store.bucket(of_kind(key.kind)))
        return found

    def objects(self, kind: str) -> tuple[Object, ...]:
        """All objects of a kind (`pods`, `deploy`), by name."""
        return tuple(self._all(kind_of(kind)))

    def apply(
        self,
        manifest: Source | Mapping[str, Any],
        *,
        server_side: bool = False,
        manager: str = "",
        force: bool = False,
    ) -> World:
        """The world after `kubectl apply` of a manifest: a mapping, YAML text, or the name of a file or folder.

        `server_side`, `manager`, `force`: --server-side, --field-manager and --force-conflicts.
        """
        how = Applying(server_side, manager, force)
        if isinstance(manifest, Mapping):
            told = msgspec.json.encode(manifest).decode()
        elif "\n" in str(manifest) or ":" in str(manifest):
            told = str(manifest)
        else:
            return self._again(Done("apply", str(manifest), how))
        return self._again(Done("apply-text", told, how))

    def do(self, step: str, **fields: Any) -> World:
        """The world after a step of a script (docs/scripts.md), now: `do("scale", object="deploy/web", replicas=5)`.

        Raises BadInput and NotModelled.
        """
        told = {name.replace("_", "-"): value for name, value in fields.items()}
        return self._again(Done("do", msgspec.json.encode([{"at": self.now, step: told}]).decode()))

    def step(self, step: str, **fields: Any) -> World:
        """Like `do`, but right behind the step, before anybody has looked. Raises BadInput and NotModelled."""
        told = {name.replace("_", "-"): value for name, value in fields.items()}
        return self._again(Done("step", msgspec.json.encode([{"at": self.now, step: told}]).decode()))

    def advance(self, by: str | int) -> World:
        """The world so much later (`"30s"`, `"5m"`, or seconds): everybody does what they have to do until then."""
        return self._played(self.now + seconds(by), (), Done("advance", str(seconds(by))))

    def rest(self, within: str | int = "1h") -> World:
        """The world so much later; where it has come to rest the laws about the end are asked. Raises BrokenLaw."""
        length = seconds(within)
        found = self._played(self.now + length, (), Done("rest", str(length)))
        if at_rest(found.state, found.events[len(self.events) :], self.now, rests=found.rests):
            found.watch.ended(found.state)
        return found

    def play(self, script: Sequence[Scripted], until: int) -> World:
        """The world at a time, after the steps of a script that come until then."""
        return self._played(until, script, Done("play", f"{until} {text(script)}"))

    def enabled(self) -> tuple[str, ...]:
        """What may happen next, by names that `take` knows: each look that would change something, else the clock."""
        return tuple(one.name for one in choices(self.setup, self.state))

    def take(self, name: str) -> World:
        """The world after one look of one component (or the clock). BadInput lists what may happen."""
        found = taken(self.setup, self.state, name)
        return self._after(found.world, found.events, Done("take", name), rests=False)

    def undo(self) -> World:
        """The world one step ago; at its start it stays there."""
        return self.before or self

    @property
    def trace(self) -> Trace:
        """What was done to get here, which `replay` does again exactly."""
        return Trace(self._root.state.store.revision, self.setup.seed, self.done, digest(self.events))

    def replay(self, trace: Trace) -> World:
        """The world that a trace leads to from where this one began. Raises BadInput where it comes out otherwise."""
        found = self._root
        for one in trace.done:
            found = found._again(one)
        if found.trace != trace:
            raise BadInput("the trace leads elsewhere: it was made of another input, seed or version")
        return found

    @property
    def notes(self) -> tuple[Note, ...]:
        """What of all that was applied is not modelled."""
        setup = self.setup
        return tuple(note for found in setup.inputs for note in not_modelled(found, setup.running, setup.schedulers))

    def ran(self, *, only: str = "", wide: bool = False) -> Ran:
        """All that happened as an answer: story, ending and tables. `only`: about these objects (`pod/web-*`)."""
        about = reference(only) if only else None
        if about is not None and not any(about.names(event.key) for event in self.events):
            raise nothing(only, {event.key for event in self.events})
        notes = self.notes
        return Ran(
            self.state,
            self.events,
            0,
            self.now,
            self.rests,
            tuple(note.text for note in notes),
            any(note.decides for note in notes),
            about,
            wide,
        )

    @property
    def story(self) -> str:
        """What happened, as text."""
        return self.ran().text

    def yaml(self) -> str:
        """All objects as Kubernetes would show them."""
        from kubeproof.model.story.shown import objects, yaml

        return yaml(objects(self.state))

    def picture(self) -> Drawn:
        """The story as a sequence diagram, and where pods were over time; `diagrams.render_svg.save` draws it."""
        from kubeproof.diagrams.of_story import of_story

        return of_story(self.events, self.state)

    @property
    def _root(self) -> World:
        found = self
        while found.before is not None:
            found = found.before
        return found

    def _all(self, kind: str) -> Sequence[Object]:
        return [one for _, one in sorted(self.state.store.bucket(of_kind(kind)).items(), key=_name)]

    def _applied(self, found: Input, done: Done) -> World:
        played = apply(self.setup, self.state, found, done.how)
        return replace(self._after(played.world, played.events, done, rests=False), setup=played.setup)

    def _played(self, until: int, script: Sequence[Scripted], done: Done, *, looks: bool = True) -> World:
        played = play(self.setup, self.state, until, script, looks=looks)
        return replace(self._after(played.world, played.events, done, rests=played.rests), setup=played.setup)

    def _after(self, state: State, events: Sequence[Event], done: Done, *, rests: bool) -> World:
        self.watch.at(state)
        return World(self.setup, state, (*self.events, *events), rests, (*self.done, done), self, self.watch)

    def _again(self, one: Done) -> World:
        match one.what:
            case "apply":
                found = stated([one.told], known=self.setup.inputs, partial=one.how.server_side)
                return self._applied(found, one)
            case "apply-text":
                found = stated_text(one.told, known=self.setup.inputs, partial=one.how.server_side)
                return self._applied(found, one)
            case "do":
                return self._played(self.now, parsed(one.told), one)
            case "step":
                return self._played(self.now, parsed(one.told), one, looks=False)
            case "advance":
                return self.advance(int(one.told))
            case "rest":
                return self.rest(int(one.told))
            case "take":
                return self.take(one.told)
            case "play":
                until, _, script = one.told.partition(" ")
                return self._played(int(until), parsed(script), one)


def _name(entry: tuple[Key, Object]) -> Key:
    return entry[0]
