"""One event, and the state in which it happened: what everybody is asked about who may have done it."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubeproof.model.controlplane.etcd import Key, Object, Store


class Moment(NamedTuple):
    """A change of one object at a revision: `before` and `after` it, None where there was, or is, none.

    `seen`: the object that the event holds (of a deletion: as it last was). `store`: everything before the event, `at`:
    when it was seen, in seconds since 1970.
    """

    key: Key
    before: Object | None
    after: Any
    seen: Any
    store: Store
    at: float
    revision: int

    @property
    def now(self) -> int:
        """The time in whole seconds, as components have it."""
        return int(self.at)
