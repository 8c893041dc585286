"""How a value is written in a program that kubeproof writes: a pinned test, a counterexample to run again."""

from __future__ import annotations


def literal(value: object) -> str:
    """The value as Python reads it back; a string in ASCII, with double quotes where that needs no escapes."""
    if isinstance(value, str) and '"' not in value and "'" not in value:
        return f'"{ascii(value)[1:-1]}"'
    return ascii(value) if isinstance(value, str) else repr(value)
