"""What is applied to an object of a world, and who owns its fields then: between requests and controlplane/fields.

An object carries what was said of it and who owns that (`Meta.managed`) once a user has applied it; every later write
is followed. Where who owns what cannot be told, that is kept, too, and the next server-side apply is NotModelled.
Left out: what controllers make (nobody applied it), and a pod's changed containers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.model.controlplane.fields import kubectl, owners, said
from kubeproof.model.controlplane.fields.owners import Applier, Owned
from kubeproof.model.controlplane.validation import request
from kubeproof.model.controlplane.validation.decode import Malformed
from kubeproof.model.controlplane.validation.request import Accepted, Refused, Request
from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.managed_fields import Managed, Owners
from kubeproof.model.objects.meta import Meta

Json = Any

CONTROLLERS = "kube-controller-manager"
MANAGERS: Mapping[str, str] = {
    "user": "kubectl",
    "drain": "kubectl",
    "scheduler": "kube-scheduler",
    "kubelet": "kubelet",
    "kubelet-node-status": "kubelet",
    "cloud-node-controller": "cloud-controller-manager",
    "cloud-node-lifecycle-controller": "cloud-controller-manager",
    "route-controller": "cloud-controller-manager",
    "service-lb-controller": "cloud-controller-manager",
}
"""What those who ask call themselves; all controllers that are not here: CONTROLLERS."""


class By(NamedTuple):
    """Who changes something: a field manager, and by which subresource."""

    manager: str
    subresource: str = ""


class Invalid(KubeproofError):
    """An object that validation refuses: the HTTP code, the reason and the API server's own words."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(message)


def created(key: Key, given: bytes, manager: str, now: int) -> Managed:
    """Who owns what of a new object. One that an API server gave carries its owners, or nobody knows them."""
    manifest = msgspec.json.decode(given)
    about = manifest.get("metadata") or {}
    new = said.cut(manifest)
    if not about.get("uid"):
        return _updated(key, None, new, By(manager), now)
    return Managed(said.encoded(new), owners.of_managed_fields(about.get("managedFields")))


def told(key: Key, held: Object, given: bytes, manager: str, now: int) -> Managed:
    """Who owns what of an object of which a manager says this now. Raises Invalid."""
    was, new = saying(key, held), msgspec.json.decode(given)
    if said.encoded(new) == was.said:
        return was
    _valid(key, held, was.said, new)
    return _updated(key, was, new, By(manager), now)


def followed(key: Key, held: Any, new: Any, by: By, now: int) -> Managed:
    """Who owns what of an object that somebody has changed."""
    was: Managed = held.meta.managed
    after, untold = said.after(was, held, new)
    if untold:
        return replace(was, untold=untold)
    if said.encoded(after) == was.said:
        return was
    return _updated(key, was, after, by, now)


def applied(key: Key, held: Object | None, given: bytes, by: Applier, now: int) -> tuple[Any, Managed]:
    """What server-side apply makes of an object, as a world holds it, and who owns what then.

    Raises Conflicts, Invalid and NotModelled.
    """
    manifest = msgspec.json.decode(given)
    if (manifest.get("metadata") or {}).get("managedFields") is not None:
        raise Invalid(400, "BadRequest", "metadata.managedFields must be nil")
    config = said.cut(manifest)
    was = None if held is None else saying(key, held)
    if was is not None and was.owners is None:
        why = "who owns what: it was read without them, or had elements twice in a list"
        raise NotModelled("metadata.managedFields", why)
    before = {} if was is None else msgspec.json.decode(was.said)
    try:
        made = kubectl.upgraded(_owned(key, was, config), config, by, now)
        after = said.applied(before, config, made.raw, key.kind)
        managed = Managed(said.encoded(after), made.owners)
    except Malformed as malformed:
        raise Invalid(400, "BadRequest", str(malformed)) from malformed
    _valid(key, held, b"" if was is None else was.said, after)
    return said.live(after, key) if held is None else changed(key, held, after), managed


def saying(key: Key, held: Any) -> Managed:
    """What is said of an object, and who owns it. Raises NotModelled for what a controller made."""
    managed: Managed | None = held.meta.managed
    if managed is not None and managed.untold:
        raise NotModelled(managed.untold, "who owns a field that somebody changed")
    if managed is not None:
        return managed
    if isinstance(held, LiveNode):
        return _updated(key, None, said.of_node(held), By("kubelet"), held.meta.created_at or 0)
    raise NotModelled(str(key), "applying to what no user has applied before")


def changed(key: Key, held: Any, after: Json) -> Any:
    """The object with all that is said of it now; what only the API server gave it stays."""
    before = msgspec.json.decode(saying(key, held).said)
    new, old = said.live(after, key), said.live(before, key)
    meta = _meta(held.meta, old.meta, new.meta)
    if _rest(before, key) == _rest(after, key):
        return replace(held, meta=meta)
    if isinstance(held, LivePod):
        raise NotModelled("spec", "a pod whose containers change: delete it first")
    if hasattr(getattr(new, "spec", None), "template") and _template(before, key) == _template(after, key):
        new = replace(new, spec=replace(new.spec, template=held.spec.template))  # however it is written now
    return replace(new, meta=meta)


def _updated(key: Key, was: Managed | None, new: Json, by: By, now: int) -> Managed:
    """Who owns what after an update; nobody knows where the object was read without its owners."""
    owned: Owners | None = None
    if was is None or was.owners is not None:
        version = new.get("apiVersion", "")
        try:
            held, after = _owned(key, was, {**new, "kind": key.kind}), said.stored(new, key.kind)
            made = owners.updated(held, after, by.manager, now, version=version, subresource=by.subresource)
            owned = made.owners
        except (NotModelled, Malformed):
            owned = None
    return Managed(said.encoded(new), owned)


def _owned(key: Key, was: Managed | None, new: Json) -> Owned:
    if was is None:
        return owners.nothing(new.get("apiVersion", ""), key.kind)
    return Owned(said.stored(msgspec.json.decode(was.said), key.kind), was.owners or ())


def _valid(key: Key, held: Any, before: bytes, after: Json) -> None:
    """Nothing, where validation takes an object, or its change. Raises Invalid, and NotModelled for a part of one of
    whose kind no rules are known."""
    if key.kind not in request.KINDS:
        _whole(key, after)
        return
    uid = f"{key.kind.lower()}-{key.name}" if held is None else held.meta.uid
    asked = Request(key.kind, after, None, key.namespace or "default", uid)
    try:
        answer = request.answer(_upon(asked, msgspec.json.decode(before)) if before else asked)
    except NotModelled:
        _whole(key, after)
        return
    if isinstance(answer, Refused):
        raise Invalid(answer.code, answer.reason, answer.message)


def _upon(asked: Request, said_before: Json) -> Request:
    """The request as an update of what the API server has stored: what it gave the object by itself is there still."""
    first = request.answer(asked._replace(manifest=said_before))
    old = first.stored if isinstance(first, Accepted) else said_before
    return asked._replace(manifest=kubectl.merged(said_before, old, asked.manifest), old=old)


def _whole(key: Key, manifest: Json) -> None:
    try:
        said.live(manifest, key)
    except msgspec.ValidationError as lacks:
        raise NotModelled(str(key), f"what the API server says of it: {lacks}") from None


def _rest(manifest: Json, key: Key) -> Json:
    """All that is said but the metadata."""
    return {name: value for name, value in said.stored(manifest, key.kind).items() if name != "metadata"}


def _template(manifest: Json, key: Key) -> Json:
    return (said.stored(manifest, key.kind).get("spec") or {}).get("template")


def _meta(held: Meta, old: Meta, new: Meta) -> Meta:
    """The metadata with what is no longer said taken out, and what is said put in."""
    gone = set(old.finalizers) - set(new.finalizers)
    finalizers = dict.fromkeys((*(one for one in held.finalizers if one not in gone), *new.finalizers))
    return replace(
        held,
        labels=_map(held.labels, old.labels, new.labels),
        annotations=_map(held.annotations, old.annotations, new.annotations),
        finalizers=tuple(finalizers),
        owners=held.owners if old.owners == new.owners else new.owners,
    )


def _map(held: Map[str, str], old: Map[str, str], new: Map[str, str]) -> Map[str, str]:
    return Map({name: text for name, text in held.items() if name in new or name not in old}).update(new)
