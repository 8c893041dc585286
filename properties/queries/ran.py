"""What came of a run of a world, as an answer: the story, how it ended, and the objects as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.references import Reference, written
from kubeproof.model.story.ending import Ending, ending
from kubeproof.model.story.ending import text as ending_text
from kubeproof.model.story.lines import Line, lines, shown, wide
from kubeproof.model.story.tables import Table, tables
from kubeproof.model.world import Event, World
from kubeproof.properties.queries.answer import Answer

Word = str | int | bool | None


class Ran(Answer, msgspec.Struct, frozen=True):
    """A run from `start` to `until` (seconds of the world's clock). `only`: what the story is about (None: everything);
    `notes`: what of the input is not modelled, those of `deciding` so that Kubernetes would end up elsewhere."""

    world: World
    events: Sequence[Event]
    start: int
    until: int
    rests: bool
    notes: tuple[str, ...] = ()
    deciding: bool = False
    only: Reference | None = None
    wide: bool = False

    @property
    def ending(self) -> Ending:
        """How it ended."""
        return ending(self.world, self.events, self.start, self.until, rests=self.rests)

    @property
    def story(self) -> tuple[Line, ...]:
        """What happened, line by line."""
        told = [event for event in self.events if self.only is None or self.only.names(event.key)]
        return tuple((wide if self.wide else lines)(told, self.start))

    @property
    def tables(self) -> tuple[Table, ...]:
        """The objects at the end."""
        return tuple(tables(self.world, self._is_shown))

    @property
    def well(self) -> bool:
        """Whether it is stable, and all pods and jobs are as they should be."""
        found = self.ending
        return found.stable and not found.unwell

    @property
    def text(self) -> str:
        """The story, the ending, the tables."""
        return "\n\n".join(part for part in self._parts() if part)

    def data(self) -> dict[str, Any]:
        """All of it as plain data; docs/json.md is its schema."""
        found = self.ending
        return {
            "stable": found.stable,
            "stableAfter": found.changed_at if found.stable else None,
            "until": found.until,
            "story": [
                {
                    "at": line.at,
                    "by": line.by,
                    "what": line.what,
                    "why": line.why,
                    "objects": list(map(written, line.keys)),
                }
                for line in self.story
            ],
            "restless": _told(found.restless),
            "unwell": _told(found.unwell),
            "notModelled": list(self.notes),
            "objects": {
                table.kind: [dict(zip(map(_key, table.header), row, strict=True)) for row in table.rows]
                for table in self.tables
            },
        }

    def _parts(self) -> Iterator[str]:
        yield shown(self.story) if self.events else "nothing happened"
        yield ending_text(self.ending)
        yield from (table.text for table in self.tables)

    def _is_shown(self, key: Key) -> bool:
        return self.only is None or self.only.names(key)


def _told(found: Sequence[tuple[Key, str]]) -> list[dict[str, str]]:
    return [{"object": written(key), "what": words} for key, words in found]


def _key(column: str) -> str:
    """A column's name as a key: UP-TO-DATE -> upToDate."""
    head, *rest = column.lower().replace("-", " ").split()
    return head + "".join(map(str.capitalize, rest))
