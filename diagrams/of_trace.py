"""A trace as a picture: each state with what its step changed marked, and the loop, if there is one, drawn back.

Only variables that change somewhere are shown; what stays as it is all along is small print.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.diagrams.graph import said
from kubeproof.diagrams.strip import Frame, Strip, Value
from kubeproof.model.trace import Trace, spelt


def of_trace(trace: Trace, title: str = "") -> Strip:
    """The picture of a trace under a title (a law's sentence, say), or under the machine's name."""
    actors = list(dict.fromkeys(moment.by for moment in trace.moments[1:]))
    changing = {name for at in range(len(trace.moments)) for name in trace.changes(at)}
    frames = []
    for at, moment in enumerate(trace.moments):
        changes = trace.changes(at)
        values = tuple(
            Value(said(name), said(spelt(word)), name in changes)
            for name, word in zip(trace.names, moment.state, strict=True)
            if name in changing
        )
        frames.append(Frame(said(moment.step), actors.index(moment.by) + 1 if at else 0, values))
    return Strip(
        said(title or trace.subject),
        tuple(frames),
        trace.loop,
        tuple(map(said, actors)),
        tuple(_notes(trace, changing)),
    )


def _notes(trace: Trace, changing: set[str]) -> Iterator[str]:
    fixed = [f"{name}={spelt(word)}" for name, word in trace.first.items() if name not in changing]
    if fixed:
        yield said(f"All along: {', '.join(fixed)}.", 1000)
