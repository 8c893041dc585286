"""What every command shares: exit statuses, options, and printing that nothing from input can steer the terminal by."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import Annotated, Any, Protocol

import typer

from kubeproof.model.errors import printable


class Shown(Protocol):
    """What can be printed: all answers can."""

    @property
    def text(self) -> str:
        """In words."""
        ...

    def data(self) -> dict[str, Any]:
        """As plain data."""
        ...


class Titled(Protocol):
    """A table with a title."""

    @property
    def kind(self) -> str:
        """Its title."""
        ...

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        ...

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Its cells."""
        ...


class Exit(IntEnum):
    """What the exit status says."""

    WELL = 0
    NO = 1
    UNUSABLE = 2
    UNDECIDED = 3
    FAULT = 70


def _picture(path: str) -> str:
    """The path, if a picture can be drawn into it: that is refused before any work is done."""
    if path:
        from kubeproof.diagrams.render_dot import format_of

        format_of(path)
    return path


Picture = Annotated[str, typer.Option(callback=_picture, help="Draw the answer into this .svg, .png or .dot file.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON (docs/json.md).")]


def show(answer: Shown, json: bool) -> None:
    """The answer on stdout, as text or as JSON."""
    if json:
        import msgspec

        say(msgspec.json.format(msgspec.json.encode(answer.data(), order="deterministic"), indent=2).decode())
    else:
        say(answer.text)


def say(text: str) -> None:
    """Lines on stdout; what came from input cannot steer the terminal."""
    safe = "\n".join(printable(line) for line in text.split("\n"))
    if not sys.stdout.isatty():
        print(safe)
        return
    from rich.console import Console

    from kubeproof.properties.queries.answer import styled

    Console(soft_wrap=True).print(styled(safe))


def rich_tables(tables: Iterable[Titled]) -> Any:
    """Tables for a terminal with colours, or a notebook."""
    from rich.console import Group
    from rich.table import Table

    found = []
    for one in tables:
        drawn = Table(title=printable(one.kind), title_justify="left", header_style="bold")
        for column in one.header:
            drawn.add_column(column)
        for row in one.rows:
            drawn.add_row(*map(printable, row))
        found.append(drawn)
    return Group(*found)


def complain(text: str, status: int) -> int:
    """The exit status, after one line on stderr."""
    warn(f"kubeproof: {text}")
    return status


def warn(text: str) -> None:
    """One line on stderr; what came from input cannot steer the terminal."""
    print(printable(text), file=sys.stderr)
