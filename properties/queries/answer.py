"""What every answer can do: be read in a REPL, on a terminal and in a notebook. The data is the answer's own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text


class Answer:
    """Mixed into answer values; each says `text` (plain, many lines) and `data` (what --json prints)."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The answer in words, as the command line prints it."""
        raise NotImplementedError

    def data(self) -> dict[str, Any]:
        """The answer as plain data for JSON; docs/json.md is its schema."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text(self.text)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"
