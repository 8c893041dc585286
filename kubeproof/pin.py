"""Runs as a test file: each is taken again by its steps' names, and what every step changes is asserted.

A pinned run is what the model does. Where a change of the model makes it impossible, or end elsewhere, the test fails.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kubeproof.model import files
from kubeproof.model.errors import BadInput
from kubeproof.model.trace import Trace, Word
from kubeproof.properties.engines.python_literal import literal
from kubeproof.properties.queries.checked import Finding

FIRST = '"""Runs of kubeproof\'s machines, kept by `kubeproof check --pin`."""'
"""The first line of such a file, by which it is known as one."""

WIDTH, LONGEST = 100, 100
"""Characters of a line, and of a test's name."""


def refuse(path: str, kept: str = FIRST) -> None:
    """Nothing, if runs can be pinned there: in a new file, or one that begins with `kept`. Raises BadInput before any
    work is done."""
    name = Path(path).name
    if not (name.startswith("test_") and name.endswith(".py")):
        raise BadInput("pytest collects tests from files that are named test_….py", file=path)
    try:
        first = Path(path).read_bytes().split(b"\n", 1)[0]
    except FileNotFoundError:
        return
    except OSError as failed:
        raise BadInput(f"cannot be read: {failed.strerror}", file=path) from failed
    if first != kept.encode():
        raise BadInput("was not written by --pin, so it is not overwritten", file=path)


def save(path: str | os.PathLike[str], findings: Sequence[Finding]) -> None:
    """Writes the runs of the findings as a test file. Raises BadInput."""
    files.save(path, source(findings).encode())


def source(findings: Sequence[Finding]) -> str:
    """The test file's text: a test for each finding that has a run."""
    lines = [FIRST, "", "import kubeproof as kp"]
    names: set[str] = set()
    for one in findings:
        if one.verdict.trace:
            name = unused(one.law.name, names)
            lines += ["", "", *_test(name, one, one.verdict.trace)]
    return "\n".join([*lines, ""])


def _test(name: str, one: Finding, trace: Trace) -> Iterator[str]:
    """Names and values are Python literals, so whatever a law is called is no more than a text."""
    said = f"{one.verdict.outcome.value}: {one.law.name}"
    yield f"def {name}() -> None:"
    yield f"    law = {literal(said)}"
    yield from _dict("    start: dict[str, bool | int | str] = ", trace.first)
    yield "    steps = ("
    for at, step in enumerate(trace.steps, start=1):
        changed = {name: new for name, (_, new) in trace.changes(at).items()}
        yield from _dict(f"        ({literal(step)}, ", changed, "),")
    yield "    )"
    yield f"    run = kp.machines.{one.machine.upper()}.run(**start)"
    yield "    assert run.values == start, law"
    yield "    for step, changed in steps:"
    yield "        assert run.take(step).changed == changed, law"
    if trace.loop is not None:
        yield f"    assert run.history.moments[{trace.loop}].state == run.history.moments[-1].state, law"


def _dict(head: str, values: Mapping[str, Word], tail: str = "") -> Iterable[str]:
    """A dict on one line, or an item a line where that would be long."""
    items = [f"{literal(name)}: {literal(word)}" for name, word in values.items()]
    whole = f"{head}{{{', '.join(items)}}}{tail}"
    if len(whole) <= WIDTH:
        return [whole]
    margin = " " * (len(head) - len(head.lstrip()))
    return [f"{head}{{", *(f"{margin}    {item}," for item in items), f"{margin}}}{tail}"]


def _name(law: str) -> str:
    """A function's name of the law's words, as far as they are ASCII."""
    words = re.findall(r"[a-z0-9]+", law.lower()) or ["run"]
    return "_".join(["test", *words])[:LONGEST].rstrip("_")


def unused(law: str, names: set[str]) -> str:
    """A function's name of the law's words that is not among these; it is then."""
    name = found = _name(law)
    number = 1
    while found in names:
        number += 1
        found = f"{name}_{number}"
    names.add(found)
    return found
