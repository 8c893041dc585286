"""How a cluster can fail: its laws asked of every world that it can come to, while things happen to it.

The input is run until it rests; from there on each thing that the budget names may happen at any time, and every way on
is searched. Where there are too many worlds, what was not decided is UNKNOWN, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import Input
from kubeproof.model.play import Setup, begun, play
from kubeproof.model.trace import Trace
from kubeproof.model.trace_json import written
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Move, node_lost, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.worlds import OnProgress, Options, verify
from kubeproof.properties.laws.world import standard
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import WorldLaw

SETTLES = 600
"""Seconds that the cluster is given to come to rest before anything is asked of it."""

QUIET = 60
"""Seconds without a change after which a cluster counts as at rest."""

MOVES: Mapping[str, Callable[[int], Move]] = {"node-lost": node_lost, "pod-deleted": pod_deleted}
"""What a budget may name."""


class Verified(Answer, msgspec.Struct, frozen=True):
    """The verdicts, law by law. `rested`: the cluster had come to rest before anything was asked."""

    verdicts: tuple[Verdict, ...]
    rested: bool

    @property
    def outcome(self) -> Outcome:
        """The worst of them: VIOLATED, else UNKNOWN, else PROVED."""
        found = {one.outcome for one in self.verdicts}
        worst = (Outcome.VIOLATED, Outcome.UNKNOWN, Outcome.HELD)
        return next((one for one in worst if one in found), Outcome.PROVED)

    @property
    def text(self) -> str:
        """A line a law, then the shortest way to each that is broken, then what it all rests on."""
        lines = [] if self.rested else [f"the cluster had not come to rest after {SETTLES} s: asked from there on"]
        for one in self.verdicts:
            why = f" ({one.why})" if one.why else ""
            looked_at = f"{one.states} worlds, {'complete' if one.complete else 'cut off'}"
            lines.append(f"{one.outcome.value:8}  {one.law}{why}  [{looked_at}]")
        for one in self.verdicts:
            if one.trace is not None and one.outcome is Outcome.VIOLATED:
                lines += ["", f"{one.law}: the shortest way to break it", *_brief(one.trace)]
        assumed = dict.fromkeys(each for one in self.verdicts for each in one.assumes)
        return "\n".join([*lines, "", *(f"assumed: {one}" for one in assumed)])

    def data(self) -> dict[str, Any]:
        """The verdicts as plain data; docs/json.md is their schema."""
        return {"outcome": self.outcome.value, "rested": self.rested, "verdicts": [_data(one) for one in self.verdicts]}


def budget(text: str) -> tuple[Move, ...]:
    """The moves that a text such as `node-lost=1,pod-deleted=2` allows. Raises BadInput."""
    return tuple(_moves(text))


def verified(
    found: Input, moves: tuple[Move, ...] = (), *, limit: int, law: str = "", on_progress: OnProgress | None = None
) -> Verified:
    """The verdicts on the standard laws (those that contain a text) of what was read. Raises BadInput."""
    played = begun(Setup(), found)
    played = play(played.setup, played.world, SETTLES)
    asked = [one for one in laws_of(played.world) if law in one.name]
    if not asked:
        known = "; ".join(one.name for one in laws_of(played.world))
        raise BadInput(f"no law contains {law!r}; there are: {known}")
    components = played.setup.components(played.world)
    cluster = Cluster(played.world, components, moves, played.setup.server)
    rested = all(event.at <= SETTLES - QUIET for event in played.events)
    return Verified(tuple(verify(asked, cluster, Options(limit=limit), on_progress)), rested)


def laws_of(world: World) -> list[WorldLaw]:
    """The laws that apply to a cluster."""
    return standard(world)


def _brief(trace: Trace) -> Iterator[str]:
    """The trace without what changes nothing but the time: each line with when it was."""
    yield f"   0  {', '.join(f'{name}={value}' for name, value in trace.first.items())}"
    clock = trace.names.index("time")
    for at, moment in enumerate(trace.moments[1:], start=1):
        changed = {name: both for name, both in trace.changes(at).items() if name != "time"}
        if changed or moment.by == "environment":
            told = ", ".join(f"{name}: {old} -> {new}" for name, (old, new) in changed.items())
            yield f"{at:4}  {moment.state[clock]}  {moment.by}: {moment.step}" + (f"  {told}" if told else "")
    if trace.loop is not None:
        yield f"      then nothing that changes this, for ever ({len(trace.moments) - 1} steps in all)"


def _moves(text: str) -> Iterator[Move]:
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, times = part.partition("=")
        if name not in MOVES:
            raise BadInput(f"nothing is called {name!r}; a budget names {', '.join(MOVES)}", file="--budget")
        if times and not (times.isdecimal() and 0 < int(times) < 10):
            raise BadInput(f"{times!r} is not a number from 1 to 9", file="--budget")
        yield MOVES[name](int(times or 1))


def _data(one: Verdict) -> dict[str, Any]:
    return {
        "law": one.law,
        "outcome": one.outcome.value,
        "why": one.why,
        "worlds": one.states,
        "complete": one.complete,
        "assumes": list(one.assumes),
        "trace": msgspec.json.decode(written([one.trace])) if one.trace else None,
    }
