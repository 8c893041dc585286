"""What every answer can do: be read in a REPL, on a terminal and in a notebook. The data is the answer's own."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

STYLES = (
    (r"(?m)^\S+ (is Pending|is held back|is not scheduled)|^(No|Unknown)\b|cannot be placed", "bold red"),
    (r"(?m)^\S+ (fits on|-> \S+)|^Yes\b|would find a node", "bold green"),
    (r"(?m)^(Because|and because)|^[A-Z][a-z]+ repairs[^:]*:", "bold"),
    (r"(?m)^ {4}\S+:\d+", "cyan"),
    (r"\[(minimal|irreducible): [^]]*\]", "dim"),
)
"""What stands out where there is colour: a pattern, and rich's style."""


def styled(text: str) -> Text:
    """The text for a terminal with colours; what it says is the same."""
    from rich.text import Text

    found = Text(text)
    for pattern, style in STYLES:
        found.highlight_regex(pattern, style)
    return found


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
        return styled(self.text)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"
