"""Names that another language takes: safe whatever the text, one for each, as near to it as can be."""

from __future__ import annotations

import re
from collections.abc import Iterable


def identifiers(texts: Iterable[str], prefix: str) -> list[str]:
    """For each text an identifier of ASCII letters, digits and underscores that begins with `prefix`, no two alike.

    The prefix keeps them apart from words that a language has for itself. The same texts in the same order get the same
    names.
    """
    found: list[str] = []
    taken: set[str] = set()
    for text in texts:
        plain = prefix + (re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "nameless")
        name, number = plain, 1
        while name.lower() in taken:
            number += 1
            name = f"{plain}__{number}"
        taken.add(name.lower())
        found.append(name)
    return found


def remark(text: str) -> str:
    """The text on one line of printable ASCII, so that it can stand in a comment and not end it."""
    plain = "".join(c if c.isascii() and c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return plain.replace("*/", "* /").replace("/*", "/ *").replace("*)", "* )").replace("(*", "( *").rstrip("\\")
