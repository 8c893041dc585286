"""What may happen to a cluster while it is verified, as a text names it: `node-lost=1,drain=2`, or events of a script.

Left out: probes that fail and images that lack, since what processes do stays the same in a search (a liveness probe
that fails comes to `container-exit`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from kubeproof.model import script
from kubeproof.model.errors import BadInput
from kubeproof.properties.engines import world_moves
from kubeproof.properties.engines.world_moves import Move

MOST = 9
"""How often one thing may happen at most."""

MOVES: Mapping[str, Callable[[int], Move]] = {
    "node-lost": world_moves.node_lost,
    "node-back": world_moves.node_back,
    "node-removed": world_moves.node_removed,
    "pod-deleted": world_moves.pod_deleted,
    "drain": world_moves.drained,
    "cordon": world_moves.cordoned,
    "rollout": world_moves.rolled_out,
    "scale": world_moves.scaled,
    "container-exit": world_moves.container_exits,
    "oom": world_moves.out_of_memory,
    "controller-restart": world_moves.restarted,
}
"""What a budget may name."""

ALSO: Mapping[str, str] = {"node-loss": "node-lost"}
"""Other words for the same."""

STEPS: Mapping[str, str] = {
    **{name: name for name in ("node-lost", "node-back", "node-removed", "drain", "cordon", "scale", "oom")},
    "rollout": "set-image",
    "container-exit": "exit",
    "controller-restart": "restart-controller",
}
"""What a budget may name, by the step of a script that does it."""


def steps(text: str) -> Mapping[str, int]:
    """How often each step of a script may happen, as a budget allows it. Raises BadInput."""
    found: dict[str, int] = {}
    for name, times in _named(text):
        if name not in STEPS:
            raise BadInput(f"{name} is no step of a script; those that are: {', '.join(STEPS)}", file="--budget")
        found[STEPS[name]] = times
    return found


def budget(text: str) -> tuple[Move, ...]:
    """The moves that a text such as `node-lost=1,pod-deleted=2` allows. Raises BadInput."""
    return tuple(_moves(text))


def of_script(file: str) -> tuple[Move, ...]:
    """The events of a script as moves, each of which may happen once, at any time. Raises BadInput and NotModelled."""
    return tuple(world_moves.scripted(one) for one in script.load(file))


def text_of(file: str) -> str:
    """The events of a script as a text that says the same, "" for no file."""
    return script.text(script.load(file)) if file else ""


def _moves(text: str) -> Iterator[Move]:
    return (MOVES[name](times) for name, times in _named(text))


def _named(text: str) -> Iterator[tuple[str, int]]:
    there = set[str]()
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, times = part.partition("=")
        name = ALSO.get(name, name)
        if name not in MOVES:
            near = get_close_matches(name, MOVES, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise BadInput(f"nothing is called {name!r}{hint}; a budget names {', '.join(MOVES)}", file="--budget")
        if name in there:
            raise BadInput(f"{name} stands twice", file="--budget")
        if times and not (times.isascii() and times.isdecimal() and 0 < int(times) <= MOST):
            raise BadInput(f"{times!r} is not a number from 1 to {MOST}", file="--budget")
        there.add(name)
        yield name, int(times or 1)
