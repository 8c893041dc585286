"""Recorded watch streams as values: what changed, in the order in which it was stored, and what users asked for.

Two formats: JSON lines of a recorded scenario (META, ACTION, ADDED/MODIFIED/DELETED with `rv` and `t`), and what
`kubectl get -w --output-watch-events -o json` prints (JSON documents `{"type", "object"}`), where the objects that come
first, as ADDED, are what there was. Input is hostile: every fault is a BadInput with its line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kubeproof.model.conformance import golden
from kubeproof.model.errors import BadInput

Json = Any
"""Decoded JSON."""

CHANGES = ("ADDED", "MODIFIED", "DELETED")


class Change(NamedTuple):
    """One watch event: the object as it is (of DELETED: as it last was) at a revision.

    `at`: seconds since 1970 at which it was seen, as exactly as known. `given`: it was there before the stream began.
    """

    revision: int
    at: float
    type: str
    kind: str
    raw: Mapping[str, Json]
    line: int
    given: bool = False


class Action(NamedTuple):
    """What somebody outside asked for, between two times; `revision` of the write that came of it, None if unknown.

    `verb`: create, update, patch, apply, delete, or a command to a simulated kubelet (`kubelet-kill` …).
    """

    verb: str
    kind: str
    name: str
    subresource: str
    body: Json
    content_type: str
    code: int
    begins: float
    ends: float
    revision: int | None
    raw: Mapping[str, Json]
    line: int


class Recording(NamedTuple):
    """A stream: its name, its namespace, the facts of META, the changes by revision, the actions by time."""

    name: str
    namespace: str
    meta: Mapping[str, Json]
    changes: tuple[Change, ...]
    actions: tuple[Action, ...]


def read(lines: Iterable[tuple[int, Json]], name: str) -> Recording:
    """The recording that these numbered JSON values are. Raises BadInput where they are none."""
    meta: Mapping[str, Json] = {}
    changes: list[Change] = []
    actions: list[Action] = []
    started, leading = 0.0, True
    for number, line in lines:
        try:
            kind = line["type"]
            if kind == "META":
                meta, started = line, datetime.fromisoformat(line["startTime"]).timestamp()
            elif kind == "ACTION":
                actions.append(_action(line, started, number))
            elif kind in CHANGES:
                leading = leading and not meta and kind == "ADDED"
                changes.append(_change(line, started, number, given=leading))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            problem = f"cannot be read as an event: {type(error).__name__}: {error}"
            raise BadInput(problem, file=name, line=number) from None
    if not changes:
        raise BadInput("holds no watch events (ADDED, MODIFIED, DELETED)", file=name)
    if meta:
        changes.sort(key=lambda change: change.revision)
        late = _late(changes)
        changes = [change._replace(at=change.at + late) for change in changes]
        actions = [one._replace(begins=one.begins + late, ends=one.ends + late) for one in actions]
    return Recording(
        str(meta.get("scenario") or name), str(meta.get("namespace", "")), meta, _timed(changes), tuple(actions)
    )


def of_file(path: Path) -> Recording:
    """The recording in a gzip file of JSON lines, or in a file of what kubectl printed. Raises BadInput."""
    if path.name.endswith(".gz"):
        lines = ((line.number, line.content) for line in golden.read(path))
        return read(lines, path.name.removesuffix(".gz").removesuffix(".jsonl"))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"cannot be read: {why}", file=str(path)) from None
    return read(documents(text, path.name), path.stem)


def documents(text: str, name: str) -> Iterator[tuple[int, Json]]:
    """The JSON values of a text, one behind the other, each with the line on which it begins. Raises BadInput."""
    decoder, at, line, counted = json.JSONDecoder(), 0, 1, 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return
        line += text.count("\n", counted, at)
        counted = at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"not JSON: {error}", file=name, line=line) from None
        yield line, value


def _change(line: Json, started: float, number: int, *, given: bool) -> Change:
    raw = line["object"]
    version = line["rv"] if "rv" in line else int(raw["metadata"]["resourceVersion"])
    if not isinstance(raw["metadata"]["name"], str):
        raise TypeError("metadata.name is no text")
    at = started + float(line["t"]) if "t" in line else 0.0
    return Change(int(version), at, line["type"], str(line.get("kind") or raw["kind"]), raw, number, given)


def _action(line: Json, started: float, number: int) -> Action:
    begins = started + float(line["t"])
    return Action(
        str(line["verb"]),
        str(line.get("kind", "")),
        str(line.get("name") or line.get("node") or ""),
        str(line.get("subresource") or ""),
        line.get("body"),
        str(line.get("contentType") or ""),
        int(line.get("code", 200)),
        begins,
        started + float(line.get("t_done", line["t"])),
        int(line["rv"]) if "rv" in line else None,
        line,
        number,
    )


def _late(changes: Iterable[Change]) -> float:
    """By how much of a second the stream began later than META says: no object is seen before it is created."""
    made = (_created(change) - change.at for change in changes if change.type == "ADDED")
    return max((late for late in made if 0 <= late < 1), default=0.0)


def _created(change: Change) -> float:
    text = change.raw["metadata"].get("creationTimestamp")
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        return 0.0


def _timed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Where nobody told when an event was seen, it is as late as the latest time that an object so far names."""
    now, timed = 0.0, []
    for change in changes:
        now = max(now, change.at or max(_times(change.raw), default=0.0))
        timed.append(change._replace(at=change.at or now))
    return tuple(timed)


def _times(raw: Json) -> Iterator[float]:
    """The times at which something happened that an object names; a deletionTimestamp is one to come."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            if isinstance(value, (dict, list)):
                yield from _times(value)
            elif isinstance(value, str) and key.endswith(("Time", "Timestamp", "At")) and key != "deletionTimestamp":
                try:
                    yield datetime.fromisoformat(value).timestamp()
                except ValueError:
                    continue
    elif isinstance(raw, list):
        for value in raw:
            yield from _times(value)
