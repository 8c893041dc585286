"""Who owns which fields of the objects that a recording shows being applied on the server's side.

Recordings leave out metadata.managedFields, so that owners are followed from each object's creation on: what a request
of a user changes is its field manager's, all else is that of the controllers. Whose creation nobody saw has the owners
that it tells, or nobody knows them. Objects that nobody applies are left out.
"""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.apiserver import Refused
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.fields import owners
from kubeproof.model.controlplane.fields.owners import Applier, Conflicts, Owned
from kubeproof.model.controlplane.validation import decode
from kubeproof.model.controlplane.validation.decode import Malformed
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema
from kubeproof.model.objects.managed_fields import Owners
from kubeproof.model.recording.lines import Action, Recording

Json = Any

CONTROLLERS = "kube-controller-manager"
"""What all controllers call themselves."""

SOMEBODY = "unknown"
"""A user who was not asked for a name."""


class Owning:
    """The owners, for one recording."""

    def __init__(self, recording: Recording) -> None:
        self._names = {(one.kind, one.name) for one in recording.actions if one.verb == "apply"}
        self._owners: dict[Key, Owners | None] = {}

    def applied(self, action: Action, key: Key, last: Json | None, now: int) -> Json:
        """What an apply makes of an object, without defaults. Raises Refused, and NotModelled."""
        try:
            return self._applied(action, key, last, now).raw
        except Conflicts as conflicts:
            raise Refused(409, "Conflict", str(conflicts)) from conflicts
        except Malformed as malformed:
            raise Refused(400, "BadRequest", str(malformed)) from malformed

    def tell(self, key: Key, action: Action | None, last: Json | None, new: Json | None, now: int) -> None:
        """An object is another now, as somebody asked for (`action`), or as a controller did. None: it is not there."""
        if (key.kind, key.name) not in self._names:
            return
        if new is None:
            self._owners.pop(key, None)
            return
        try:
            self._owners[key] = self._after(key, action, last, new, now)
        except (NotModelled, Conflicts, Malformed):
            self._owners[key] = None

    def _after(self, key: Key, action: Action | None, last: Json | None, new: Json, now: int) -> Owners | None:
        if action is not None and action.verb == "apply":
            return self._applied(action, key, last, now).owners
        if action is None and last is None:
            return owners.of_managed_fields(new["metadata"].get("managedFields"))
        manager, subresource = (_manager(action), action.subresource) if action else (CONTROLLERS, "")
        held, after = self._held(key, last, new), _decoded(new, key)
        version = new["apiVersion"]
        return owners.updated(held, after, manager, now, version=version, subresource=subresource).owners

    def _applied(self, action: Action, key: Key, last: Json | None, now: int) -> Owned:
        if not isinstance(action.body, dict):
            raise Malformed("what is applied is no object")
        force = str((action.raw.get("params") or {}).get("force", "")).lower() == "true"
        held = self._held(key, last, action.body)
        return owners.applied(held, {**action.body, "kind": key.kind}, Applier(_manager(action), force), now)

    def _held(self, key: Key, last: Json | None, new: Json) -> Owned:
        if last is None:
            return owners.nothing(str(new.get("apiVersion", "")), key.kind)
        owned = self._owners.get(key, ())
        if owned is None:
            raise NotModelled("metadata.managedFields", "who owns what after a request that could not be followed")
        return Owned(_decoded(last, key), owned)


def _manager(action: Action) -> str:
    return str((action.raw.get("params") or {}).get("fieldManager") or SOMEBODY)


def _decoded(raw: Json, key: Key) -> Json:
    """The object as the API server holds it."""
    cls = schema.known(raw.get("apiVersion", ""), key.kind)
    if cls is None:
        raise NotModelled(key.kind, "who owns the fields of it")
    return decode.decoded(raw, cls)[0]
