"""Golden files run against the model: how often the two agree, topic by topic, and where first they do not.

The file's name or what a case holds says which format it is of. What is not modelled is counted apart and named, never
as agreement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kubeproof.model.conformance import golden, lifecycle, queue, scheduler, validation
from kubeproof.model.conformance.queue import QUEUE
from kubeproof.model.conformance.scheduler import Check
from kubeproof.model.conformance.validation import VALIDATION
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.recording.account import Account
from kubeproof.model.recording.follow import follow
from kubeproof.model.recording.lines import of_file

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

SCHEDULER, RECORDING = "scheduler", "recording"
TOPICS: tuple[str, ...] = (*scheduler.TOPICS, QUEUE, RECORDING, VALIDATION, *lifecycle.TOPICS)
"""The topics that `only` may name."""

PROGRESS_STEP = 200
"""Cases between two calls of `on_progress`."""

SHOWN = 10
"""Disagreements that a report keeps in full."""


class Disagreement(msgspec.Struct, frozen=True):
    """A case on which the model and the recording differ: what was recorded, and what the model says."""

    file: str
    line: int
    case: str
    topic: str
    plugin: str
    recorded: Json
    model: Json


class Row(msgspec.Struct, frozen=True):
    """How one topic (of one plugin, where `plugin` is not "") went.

    `missing`: how many cases asked for something that is not modelled, by its name; they are not in `total`.
    """

    topic: str
    plugin: str
    agree: int
    total: int
    missing: dict[str, int]


class Report(msgspec.Struct, frozen=True):
    """All rows, in the order in which their topics came, and the first disagreements in full.

    `unknown`: topics that kubeproof does not know, with the number of their cases.
    """

    rows: tuple[Row, ...]
    disagreements: tuple[Disagreement, ...]
    unknown: dict[str, int]

    @property
    def all_agree(self) -> bool:
        """Whether something was compared, and all that was compared agrees."""
        return any(row.total for row in self.rows) and all(row.agree == row.total for row in self.rows)


OnProgress = Callable[[int], None]
"""Told now and then how many cases are done."""


def run(
    files: Sequence[str | Path], only: Collection[str] = (), sample: int = 0, on_progress: OnProgress | None = None
) -> Report:
    """The report on these golden files, in their order.

    `only`: the topics to look at, all if empty. `sample`: so many cases of each file, evenly spread; 0 is all of them.
    Raises BadInput where a file cannot be read, a line is no case, or `only` names no topic.
    """
    for topic in only:
        if topic not in TOPICS:
            raise BadInput(f"there is no topic {topic!r}; topics are {', '.join(TOPICS)}")
    counted = _Counted()
    lines = ((path, line) for path in map(Path, files) for line in golden.read(path, sample))
    for done, (path, line) in enumerate(lines, start=1):
        _judge(path, line, only, counted)
        if on_progress and done % PROGRESS_STEP == 0:
            on_progress(done)
    return counted.report()


class _Counted:
    """What has been seen so far."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Row] = {}
        self._disagreements: list[Disagreement] = []
        self._unknown: dict[str, int] = {}

    def unknown(self, topic: str) -> None:
        self._unknown = _one_more(self._unknown, topic)

    def check(self, check: Check, path: Path, line: golden.Line, *, agree: bool) -> None:
        key = (check.topic, check.plugin)
        row = self._rows.get(key) or Row(*key, 0, 0, {})
        if check.missing:
            row = msgspec.structs.replace(row, missing=_one_more(row.missing, check.missing))
        else:
            row = msgspec.structs.replace(row, agree=row.agree + agree, total=row.total + 1)
            if not agree and len(self._disagreements) < SHOWN:
                case = line.content.get("case", line.content)  # a recorded request is its own case
                name = str(case["id"]) if isinstance(case, dict) and "id" in case else ""
                self._disagreements.append(Disagreement(str(path), line.number, name, *key, check.want, check.got))
        self._rows[key] = row

    def account(self, account: Account, path: Path) -> None:
        """Every event of a recording is a case, and the component that explains it the plugin."""
        key = (RECORDING, "")
        row = self._rows.get(key) or Row(*key, 0, 0, {})
        missing = dict(Counter(row.missing) + Counter(account.not_modelled))
        self._rows[key] = Row(*key, row.agree + account.agree, row.total + account.total, missing)
        for one in account.unexplained:
            if len(self._disagreements) < SHOWN:
                told = [f"{near.by}: {near.step}" for near in one.nearest] or list(one.guards)
                self._disagreements.append(Disagreement(str(path), one.line, one.object, *key, list(one.changed), told))

    def report(self) -> Report:
        return Report(tuple(self._rows.values()), tuple(self._disagreements), self._unknown)


def _one_more(counts: dict[str, int], name: str) -> dict[str, int]:
    return {**counts, name: counts.get(name, 0) + 1}


def _judge(path: Path, line: golden.Line, only: Collection[str], counted: _Counted) -> None:
    kind = _kind(path, line)
    if kind in (SCHEDULER, QUEUE, VALIDATION) or kind in lifecycle.TOPICS:
        try:
            for check, agree in _checks(kind, line.content, only):
                counted.check(check, path, line, agree=agree)
        except (msgspec.ValidationError, LookupError, TypeError, ValueError, AttributeError) as error:
            problem = f"cannot be read as a case: {type(error).__name__}: {error}"
            raise BadInput(problem, file=str(path), line=line.number) from error
    elif kind == RECORDING:
        if not only or RECORDING in only:
            counted.account(follow(of_file(path)), path)
    elif kind:
        counted.unknown(kind)


def _checks(kind: str, content: Json, only: Collection[str]) -> Iterator[tuple[Check, bool]]:
    if kind == SCHEDULER:
        for check in scheduler.checks(content["case"], content["expect"], only):
            yield check, check.want == check.got
    elif kind == QUEUE:
        if not only or QUEUE in only:
            check = queue.check(content["case"], content["expect"])
            yield check, check.want == check.got
    elif kind == VALIDATION:
        if not only or VALIDATION in only:
            yield validation.check(content)
    elif not only or kind in only:
        try:
            answer = lifecycle.answer(kind, content["case"])
        except NotModelled as missing:
            yield Check(kind, "", None, None, missing.path), False
        else:
            agree = lifecycle.agrees(kind, content["expect"], answer)
            yield Check(kind, "", content["expect"], answer), agree


def _kind(path: Path, line: golden.Line) -> str:
    """SCHEDULER, QUEUE, a lifecycle topic, or a name that is not known; "" for a further line of a recording."""
    content = line.content
    if isinstance(content, dict) and "case" in content and "expect" in content:
        stem, case = re.sub(r"(-v\d[^/]*)?\.jsonl.*$", "", path.name), content["case"]
        if topic := max((t for t in lifecycle.TOPICS if f"{stem}-".startswith(f"{t}-")), key=len, default=""):
            return topic
        if isinstance(case, dict) and "nodes" in case and ("pod" in case or "pending" in case):
            return SCHEDULER if "pod" in case else QUEUE
        return stem
    if isinstance(content, dict) and "type" in content:  # one recording is a file of events
        return RECORDING if content["type"] == "META" else ""
    if isinstance(content, dict) and "accepted" in content:
        return VALIDATION
    raise BadInput('neither a case with "expect" nor a recording', file=str(path), line=line.number)
