"""The errors a user can cause, each with its data, one line of text and the way out.

The front door turns any `KubeproofError` into one line on stderr and exit status 2; everything else is a bug.
"""

from __future__ import annotations


class KubeproofError(Exception):
    """Base of every error that input can cause; `str(error)` is one line, fit to be shown."""


class BadInput(KubeproofError):
    """Input that cannot be used: names the place (file, line, path) and what is wrong there."""

    def __init__(self, problem: str, *, file: str = "", line: int = 0, path: str = "") -> None:
        self.problem, self.file, self.line, self.path = problem, file, line, path
        place = f"{file}:{line}" if file and line else file
        super().__init__(printable(": ".join(part for part in (place, path, problem) if part)))


class NotModelled(KubeproofError):
    """A question whose answer rests on something kubeproof does not model; `path` names the field that asks for it."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(printable(f"{path}: not modelled: {why}"))


def printable(text: str) -> str:
    """The text with all that a terminal could obey or hide (control characters, escapes, line ends) spelt out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
