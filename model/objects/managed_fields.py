"""Who owns which fields of an object, as values (metadata.managedFields), and what was said of it.

What becomes of them is told in controlplane/fields.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec


class Element(NamedTuple):
    """The element of a list that has these values under its keys, which are in the order of their names."""

    keys: tuple[tuple[str, Any], ...]


class Item(NamedTuple):
    """A value of a set."""

    value: Any


Step = str | Element | Item
"""A part of a path: a field or a map's key, a list's element, or a value of a set."""

Path = tuple[Step, ...]
Fields = frozenset[Path]
"""A set of fields."""

Operation = Literal["Apply", "Update"]


class Owner(msgspec.Struct, frozen=True):
    """What one manager owns: by which operation, of which version, and since when (seconds)."""

    manager: str
    operation: Operation
    api_version: str
    fields: Fields
    at: int
    subresource: str = ""

    def is_of(self, manager: str, operation: Operation, subresource: str = "") -> bool:
        """Whether it is that manager's, by that operation."""
        return (self.manager, self.operation, self.subresource) == (manager, operation, subresource)


Owners = tuple[Owner, ...]


class Managed(msgspec.Struct, frozen=True):
    """What was said of an object (JSON, without defaults, status and what the API server gives), and who owns it.

    `owners` is None where nobody knows: the object was read without its managed fields. `untold`: a field that somebody
    changed in a way that nothing here tells, "" where there is none.
    """

    said: bytes
    owners: Owners | None
    untold: str = ""
