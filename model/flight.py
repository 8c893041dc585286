"""A look that is under way: its plan, what it has asked for, and what a request of an older view says.

A look sees the store as it was when it began, to its end; others may have changed that since (they act between two of
its requests, or its component lags). So a request goes out as a client of its kind makes it: an update carries the
resourceVersion of the object that it was made of, a patch says only what it changes, both are of the object of one uid.
A look that has written an object goes on with the answer. What would change nothing of what was seen is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubeproof.model.component import Again, Look, Remember
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.etcd import Key, Object, Store
from kubeproof.model.controlplane.rebasing import rebased

ENDS = frozenset({"create", "update", "status"})
"""The verbs whose conflict ends a look: it is tried again. One of another verb is one of many, for itself."""


class Flight:
    """One look under way. `parts`: the rest of its plan."""

    def __init__(self, look: Look, parts: Iterator[Write | Again | Remember], server: Server) -> None:
        self.look, self.parts = look, parts
        self._server = server
        self._revisions: dict[Key, int] = {}
        self._patched: dict[Key, Any] = {}

    def next(self, latest: Store) -> Write | Again | Remember | None:
        """What the plan says next, None at its end; a request is as it goes out."""
        self.look.latest = latest
        for part in self.parts:
            if not isinstance(part, Write):
                return part
            if (sent := self._sent(part, latest)) is not None:
                return sent
        return None

    def answered(self, write: Write, after: Object | None, refused: Refused | None) -> bool:
        """Takes note of the answer to a request; whether the look goes on."""
        if refused is not None:
            self.look.refused.append(refused)
            return not ends_look(write, refused)
        if after is not None:
            self._revisions[write.key] = after.meta.resource_version
        return True

    def _sent(self, write: Write, latest: Store) -> Write | None:
        """The request as it goes out, None where it is none."""
        seen = self.look.store.get(write.key)
        if seen is None:
            return write
        if write.key not in self._revisions and is_idle(self._server, self.look.store, write, self.look.now):
            return None
        base = self._patched.get(write.key, seen)
        if write.when_stale == "merged":
            self._patched[write.key] = write.body
        revision = self._revisions.get(write.key, seen.meta.resource_version)
        return outgoing(write, base, latest.get(write.key), revision)


def outgoing(write: Write, base: Object, latest: Object | None, revision: int) -> Write:
    """A request as its sender makes it of an object (`base`) that it saw at a revision; `latest`: the object now."""
    if write.verb in {"create", "delete", "evict"}:
        return write
    if write.verb == "bind" or write.when_stale == "written":
        return write._replace(uid=base.meta.uid)
    if write.when_stale == "merged":
        body = write.body if latest is None else rebased(base, write.body, latest)
        return write._replace(body=body, uid=base.meta.uid)
    return write._replace(revision=revision, uid=base.meta.uid)


def is_idle(server: Server, seen: Store, write: Write, now: int) -> bool:
    """Whether a request would change nothing of the object as it was seen."""
    if write.verb not in {"update", "status"}:
        return False
    try:
        return not server.do(seen, write, now).changes
    except Refused:
        return False


def ends_look(write: Write, refused: Refused) -> bool:
    """Whether a refusal ends the look: what it was made of is not so any more."""
    conflicts = refused.code == 409 or (refused.code == 422 and write.when_stale == "merged")
    return conflicts and write.verb in ENDS
