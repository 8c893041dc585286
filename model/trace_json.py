"""Traces as JSON and back: what one person's machine did, another's replays.

Read from files that anybody may have written: nothing but plain data comes out, and what is no trace is one line that
names the place. A file holds one trace, a list of them, or what `kubeproof check --json` prints (the traces in it).
Left out: whether a machine can follow a trace (run.replay).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.trace import Trace


class _Verdict(msgspec.Struct):
    trace: Trace | None = None


class _Checked(msgspec.Struct):
    verdicts: list[_Verdict]


def written(traces: Sequence[Trace]) -> str:
    """The JSON of one trace, or of a list of several."""
    told = traces[0] if len(traces) == 1 else list(traces)
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode() + "\n"


def read(path: str | os.PathLike[str]) -> tuple[Trace, ...]:
    """The traces in a file (`-`: standard input), at least one. Raises BadInput."""
    from kubeproof.model.manifests.read import content  # a machine is drawn and run without any manifest

    name = "standard input" if str(path) == "-" else str(path)
    return parsed(content(str(path)), name)


def parsed(data: bytes, file: str = "") -> tuple[Trace, ...]:
    """The traces that JSON tells, at least one. Raises BadInput that names the file and the place in it."""
    try:
        found = _traces(data)
    except (msgspec.DecodeError, RecursionError, ValueError) as bad:
        raise BadInput(f"this is no trace: {bad}", file=file) from None
    if not found:
        raise BadInput("there is no trace in it", file=file)
    for trace in found:
        for problem in problems(trace):
            raise BadInput(f"this is no trace: {problem}", file=file)
    return found


def problems(trace: Trace) -> Iterable[str]:
    """What keeps the parts of a trace from fitting together."""
    if not trace.moments:
        yield "it has no moments"
    if len(set(trace.names)) != len(trace.names):
        yield "two variables have one name"
    for at, moment in enumerate(trace.moments):
        if len(moment.state) != len(trace.names):
            yield f"moment {at} has {len(moment.state)} values for {len(trace.names)} names"
        if bool(moment.step) != bool(at):
            yield f"moment {at} has {'no' if at else 'a'} step before it"
    if trace.loop is not None and not 0 <= trace.loop < len(trace.moments):
        yield f"its loop leads to moment {trace.loop}, which is not there"


def _traces(data: bytes) -> tuple[Trace, ...]:
    """By the shape of the outermost value: a list, an answer with verdicts, or one trace."""
    if data.lstrip()[:1] == b"[":
        return msgspec.json.decode(data, type=tuple[Trace, ...])
    if "verdicts" in msgspec.json.decode(data, type=dict[str, msgspec.Raw]):
        verdicts = msgspec.json.decode(data, type=_Checked).verdicts
        return tuple(verdict.trace for verdict in verdicts if verdict.trace)
    return (msgspec.json.decode(data, type=Trace),)
