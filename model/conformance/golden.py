"""Golden files as streams of cases: gzip JSON lines, read one at a time, with every fault named by file and line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from kubeproof.model.errors import BadInput

Json = Any
"""Decoded JSON."""

LONGEST_LINE = 64 * 2**20
"""Bytes of the longest line that is read; the longest case that was recorded has less than one of them in a hundred."""


class Line(NamedTuple):
    """A line of a golden file, numbered from 1."""

    number: int
    content: Json


def count(path: Path) -> int:
    """How many lines a golden file has. Raises BadInput where it cannot be read."""
    return sum(1 for _ in _lines(path))


def read(path: Path, sample: int = 0) -> Iterator[Line]:
    """The lines of a golden file; with `sample`, that many of them, evenly spread. Raises BadInput."""
    total = count(path) if sample else 0
    for number, text in _lines(path):
        # Line n is taken where the even progress from 0 to `sample` passes a whole number.
        if not sample or number * sample // total > (number - 1) * sample // total or total <= sample:
            yield Line(number, _decoded(text, path, number))


def _decoded(text: bytes, path: Path, number: int) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not a line of JSON: {error}", file=str(path), line=number) from error


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with gzip.open(path) as file:
            for number, text in enumerate(_bounded(file), start=1):
                if len(text) > LONGEST_LINE:
                    problem = f"a line of more than {LONGEST_LINE} bytes"
                    raise BadInput(problem, file=str(path), line=number)
                if text.strip():
                    yield number, text
    except (OSError, EOFError, zlib.error) as error:
        problem = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadInput(f"cannot be read as gzip: {problem}", file=str(path), line=number) from error


def _bounded(file: gzip.GzipFile | BinaryIO) -> Iterator[bytes]:
    while text := file.readline(LONGEST_LINE + 1):
        yield text
