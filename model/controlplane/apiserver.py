"""The API server: the one way to change objects. A request is data; `do` is what it does to the store, or why not.

Verbs: create (names and uids are given here, quotas are charged; what else is added: creating.py, and admission for
pods), update (everything but status), apply (on the server's side: applying.py), status (the status alone), bind,
delete (graceful for pods, held up by finalizers) and evict (PodDisruptionBudgets). Who owns which field of what users
applied is followed. A request that names a revision is refused with 409 where the object has
changed since; a write that changes nothing is none.
A patch is an update: what its sender changed, on the object as it is (flight.py makes it so).
Left out: authentication, and fields that no struct of model/objects has.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, cast

import msgspec
from immutables import Map
from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane import applying, deletion, eviction, numbering, quota
from kubeproof.model.controlplane.admission import Admission, of_objects
from kubeproof.model.controlplane.applying import By
from kubeproof.model.controlplane.creating import closed, completed
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, Object, Store, in_namespace, key_of
from kubeproof.model.controlplane.fields.owners import Conflicts
from kubeproof.model.controlplane.propagation import finalizers_of
from kubeproof.model.controlplane.strategies import prepared
from kubeproof.model.controlplane.validation.meta import ONE_CONTROLLER
from kubeproof.model.errors import KubeproofError
from kubeproof.model.objects import live_storage
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.limit_range import LiveLimitRange
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import LiveClaim
from kubeproof.model.objects.managed_fields import Managed
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import Normaliser
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.run_spec import run_spec

Verb = Literal["create", "update", "apply", "status", "bind", "delete", "evict"]
Stale = Literal["refused", "merged", "written"]
"""What becomes of an update or status where the object has changed since its sender saw it: refused, as it carries the
resourceVersion; a patch, so that only what it changes is written; or written over the newer one, as its sender reads
that and tries again."""

STATUS_FIELDS = {
    "Pod": ("status", "nominated"),
    "Node": ("conditions", "allocatable", "images"),
    "Service": ("load_balancer",),
}
"""The fields that are a kind's status; of other kinds it is `status`."""

WITHOUT_GENERATION = frozenset(
    {"Node", "ConfigMap", "Secret", "Event", "Lease", "Service", "Namespace", "ControllerRevision", "Instance"}
    | {"ResourceQuota", "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "CSINode", "CSIDriver"}
    | {"CSIStorageCapacity", "VolumeAttachment"}
)
"""Kinds whose generation stays 0."""


ANNOTATED_WITH_STATUS = frozenset({"Deployment"})
"""Kinds whose annotations a write of the status may change, too: for most the API server would let it."""


class Write(NamedTuple):
    """A request. `body`: the object as it should be (create, update, status), the node (bind), DeleteOptions (delete,
    evict), the Applier (apply). `revision`, `uid`: it counts only if the object is still at that revision, and is still
    that one. `why`: for the story. `said`: the JSON that a user gives; `manager`: the field manager ("": as who asks
    calls itself). `when_stale`: how its sender asks, should it see an older object."""

    verb: Verb
    key: Key
    body: Any = None
    revision: int | None = None
    why: str = ""
    said: bytes = b""
    manager: str = ""
    subresource: str = ""
    when_stale: Stale = "refused"
    uid: str = ""


class Refused(KubeproofError):
    """A request that the API server refuses: the HTTP code, the reason, its own words, and the cause ("" for none)."""

    def __init__(self, code: int, reason: str, message: str, cause: str = "") -> None:
        self.code, self.reason, self.cause = code, reason, cause
        super().__init__(message)


def forbidden(key: Key, why: str, cause: str = "") -> Refused:
    """What admission answers to a request that it refuses."""
    return Refused(403, "Forbidden", f'{key.kind.lower()}s "{key.name}" is forbidden: {why}', cause)


TERMINATING = "NamespaceTerminating"
"""The cause of a refusal in a namespace that is being deleted."""


class Change(NamedTuple):
    """What a request did to one object: None where there was, or is, none."""

    key: Key
    before: Object | None
    after: Object | None


class Done(NamedTuple):
    """A request that was carried out. `before` and `after` are the object that it was about, as in `Change`; `also`:
    what was written besides."""

    store: Store
    key: Key
    before: Object | None
    after: Object | None
    also: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All that was written; nothing where nothing changed."""
        own = Change(self.key, self.before, self.after)
        return self.also if self.before is self.after else (*self.also, own)


class Server:
    """The API server's own knowledge: how it admits pods. Two requests for equal pods share what they become.

    LimitRanges are those that are stored, and those that admission was given. `charges`: whether what is created is
    counted in quotas.
    """

    def __init__(self, admission: Admission | None = None, *, charges: bool = True) -> None:
        self._charges = charges
        self._admission = of_objects({}) if admission is None else admission
        self._normaliser = Normaliser()
        self._typed: dict[bytes, core_v1.PodSpec] = {}

    def do(self, store: Store, write: Write, now: int, by: str = "") -> Done:
        """What a request does to the store at `now` (seconds); `by`: who asks. Raises Refused."""
        match write.verb:
            case "create":
                return self._create(store, write, now)
            case "apply":
                return self._apply(store, write, now)
            case "update" | "status":
                return _updated(store, write, now, by)
            case "bind":
                return _bound(store, write, now)
            case "delete":
                return _deleted(store, write.key, _there(store, write), write.body or DeleteOptions(), now)
            case "evict":
                return _evicted(store, write, now)

    def admitted(self, pod: LivePod, store: Store | None = None) -> LivePod:
        """The pod as it is stored: defaults, priority, tolerations, labels merged into its selectors.

        Raises Refused.
        """
        admission = self._admission if store is None else self._with_limits(store, pod.meta.namespace)
        if not pod.manifest:
            return pod
        spec = self._typed.get(pod.manifest)
        if spec is None:
            spec = self._typed[pod.manifest] = msgspec.json.decode(pod.manifest, type=core_v1.PodSpec)
        meta = meta_v1.ObjectMeta(name=pod.meta.name, namespace=pod.meta.namespace, labels=dict(pod.meta.labels))
        stored = admission.pod(core_v1.Pod(metadata=meta, spec=spec))
        if why := admission.refusal(stored):
            raise forbidden(key_of("Pod", pod.meta), why)
        assert stored.spec is not None
        assert stored.metadata is not None
        seen = self._normaliser.pod(stored)
        told = replace(pod.meta, annotations=pod.meta.annotations.update(stored.metadata.annotations or {}))
        return replace(pod, meta=told, spec=seen.spec, run=run_spec(stored.spec), node=seen.node)

    def _with_limits(self, store: Store, namespace: str) -> Admission:
        """Admission as it is beside the LimitRanges that are there, by their names."""
        there = store.bucket(in_namespace("LimitRange", namespace))
        if not there:
            return self._admission
        given = self._admission.limit_ranges.get(namespace, ())
        found = [one.typed for _, one in sorted(there.items()) if isinstance(one, LiveLimitRange)]
        return replace(self._admission, limit_ranges={namespace: (*given, *found)})

    def _classed(self, claim: LiveClaim) -> LiveClaim:
        """The claim with the default class, where it names none."""
        spec = msgspec.json.decode(claim.manifest or b"{}", type=core_v1.PersistentVolumeClaimSpec)
        annotations = dict(claim.meta.annotations)
        raw = core_v1.PersistentVolumeClaim(metadata=meta_v1.ObjectMeta(annotations=annotations), spec=spec)
        stored = self._admission.claim(raw).spec
        assert stored is not None
        if stored == spec:
            return claim
        manifest = msgspec.json.encode(stored, order="sorted")
        return replace(claim, asked=live_storage.asked(stored, claim.meta), manifest=manifest)

    def _create(self, store: Store, write: Write, now: int) -> Done:
        new = completed(store, write.body)
        if why := closed(store, write.key):
            raise forbidden(write.key, why, TERMINATING)
        number = numbering.count(store, write.key)
        named = replace(new.meta, name=numbering.name(new.meta, number))
        key = write.key._replace(name=named.name)
        made = replace(new, meta=named)
        if write.said:
            managed = applying.created(key, write.said, write.manager, now)
            made = replace(made, meta=replace(named, managed=managed))
        if isinstance(made, LivePod):
            made = _pending(made if named.uid else self.admitted(made, store))  # one with a uid was admitted before
        if isinstance(made, LiveClaim):
            made = self._classed(made)
        charged, also = _charged(store, key, made, now) if self._charges else (store, ())
        if store.get(key) is not None:
            raise Refused(409, "AlreadyExists", f'{key.kind.lower()}s "{key.name}" already exists')
        meta = replace(
            made.meta,
            uid=named.uid or numbering.uid(charged, key, number),
            created_at=now if named.created_at is None else named.created_at,
            generation=0 if key.kind in WITHOUT_GENERATION else 1,
            resource_version=numbering.first_revision(charged, made, number),
        )
        made = prepared(replace(made, meta=meta))
        return Done(numbering.counted(charged, write.key).put(key, made), key, None, made, also)

    def _apply(self, store: Store, write: Write, now: int) -> Done:
        """Server-side apply."""
        held = store.get(write.key)
        try:
            body, managed = applying.applied(write.key, held, write.said, write.body, now)
        except Conflicts as conflicts:
            raise Refused(409, "Conflict", str(conflicts)) from conflicts
        except applying.Invalid as invalid:
            raise Refused(invalid.code, invalid.reason, str(invalid)) from invalid
        if held is None:
            made = replace(body, meta=replace(body.meta, managed=managed))
            return self._create(store, Write("create", write.key, made), now)
        return _replaced(store, write.key, held, body, managed)


def _charged(store: Store, key: Key, made: Any, now: int) -> tuple[Store, tuple[Change, ...]]:
    """The store with what is to be created counted in the quotas of its namespace, and what that changes."""
    also: list[Change] = []
    try:
        for at, counted in quota.charged(store, key, made, now):
            done = _stored(store, at, store.objects[at], counted)
            store = done.store
            also += done.changes
    except quota.Exceeded as exceeded:
        raise forbidden(key, str(exceeded)) from exceeded
    return store, tuple(also)


def _pending(pod: LivePod) -> LivePod:
    return pod if pod.status.phase else replace(pod, status=replace(pod.status, phase="Pending"))


def _there(store: Store, write: Write) -> Object:
    """The object that a request is about, if it is the one that it means."""
    held = store.get(write.key)
    if held is None:
        raise Refused(404, "NotFound", f'{write.key.kind.lower()}s "{write.key.name}" not found')
    if write.uid and write.uid != held.meta.uid:
        raise _another(write, held.meta.uid)
    if write.revision is not None and write.revision != held.meta.resource_version:
        raise Refused(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {write.key.kind.lower()}s "{write.key.name}": the object has been '
            "modified; please apply your changes to the latest version and try again",
        )
    return held


def _another(write: Write, uid: str) -> Refused:
    """What is answered where there is another object of that name: a patch would change its uid."""
    if write.when_stale == "merged":
        why = f'metadata.uid: Invalid value: "{write.uid}": field is immutable'
        return Refused(422, "Invalid", f'{write.key.kind} "{write.key.name}" is invalid: {why}')
    about = f'Operation cannot be fulfilled on {write.key.kind.lower()}s "{write.key.name}"'
    why = f"Precondition failed: UID in precondition: {write.uid}, UID in object meta: {uid}"
    return Refused(409, "Conflict", f"{about}: {why}")


def _updated(store: Store, write: Write, now: int, by: str) -> Done:
    held: Any = _there(store, write)
    body: Any = write.body
    if write.verb == "update":
        managed = held.meta.managed
        if write.said:
            managed = _said(write, held, now)
        elif managed is not None:
            manager = write.manager or applying.MANAGERS.get(by, applying.CONTROLLERS)
            managed = applying.followed(write.key, held, body, By(manager, write.subresource), now)
        return _replaced(store, write.key, held, body, managed)
    new = replace(held, **{name: getattr(body, name) for name in _status(write.key) if hasattr(body, name)})
    if write.key.kind in ANNOTATED_WITH_STATUS and body.meta.annotations != held.meta.annotations:
        meta = replace(held.meta, annotations=body.meta.annotations)
        if meta.managed is not None:
            by_status = By(applying.CONTROLLERS, "status")
            managed = applying.followed(write.key, held, replace(held, meta=meta), by_status, now)
            meta = replace(meta, managed=managed)
        new = replace(new, meta=meta)
    return _stored(store, write.key, held, new)


def _check_owners(key: Key, meta: Meta) -> None:
    """An object has one controller at most (ValidateOwnerReferences). Raises Refused."""
    controllers = [owner.name for owner in meta.owners if owner.controller]
    if len(controllers) > 1:
        both = f"{controllers[0]} and {controllers[1]}"
        why = f"metadata.ownerReferences: Invalid value: {ONE_CONTROLLER}{both}"
        raise Refused(422, "Invalid", f'{key.kind} "{key.name}" is invalid: {why}')


def _said(write: Write, held: Object, now: int) -> Managed:
    try:
        return applying.told(write.key, held, write.said, write.manager, now)
    except applying.Invalid as invalid:
        raise Refused(invalid.code, invalid.reason, str(invalid)) from invalid


def _replaced(store: Store, key: Key, held: Any, body: Any, managed: Managed | None) -> Done:
    """The store with everything but the status as in the body."""
    status = _status(key)
    if held.meta.owners != body.meta.owners:
        _check_owners(key, body.meta)
    new = replace(body, **{name: getattr(held, name) for name in status if hasattr(held, name)})
    meta = replace(_lasting(held.meta, body.meta), managed=managed)
    new = prepared(replace(new, meta=meta), held)
    if held.meta.generation and _spec(held, status) != _spec(new, status):
        new = replace(new, meta=replace(new.meta, generation=held.meta.generation + 1))
    return _stored(store, key, held, new)


def _status(key: Key) -> tuple[str, ...]:
    return STATUS_FIELDS.get(key.kind, ("status",))


def _lasting(held: Meta, asked: Meta) -> Meta:
    """What an update may say of metadata: what the API server gives stays."""
    return replace(
        held,
        labels=asked.labels,
        annotations=asked.annotations,
        owners=asked.owners,
        finalizers=asked.finalizers,
    )


def _spec(held: Any, status: Iterable[str]) -> list[Any]:
    return [getattr(held, name) for name in held.__struct_fields__ if name not in status and name != "meta"]


def _stored(store: Store, key: Key, held: Object, new: Any) -> Done:
    """The store with the object changed; one that is being deleted goes with its last finalizer."""
    if new == held:
        return Done(store, key, held, held)
    meta: Meta = new.meta
    if meta.deleted_at is not None and not meta.finalizers and held.meta.finalizers and not meta.grace_period:
        return Done(store.remove(key), key, held, None)
    new = replace(new, meta=replace(meta, resource_version=numbering.next_revision(store, held, new)))
    return Done(store.put(key, new), key, held, new)


def _bound(store: Store, write: Write, now: int) -> Done:
    held = cast("LivePod", _there(store, write))
    if held.node:
        raise Refused(409, "Conflict", f"pod {held.meta.name} is already assigned to node {held.node!r}")
    if held.meta.deleted_at is not None:
        raise Refused(409, "Conflict", f"pod {held.meta.name} is being deleted, cannot be assigned to a host")
    scheduled = Condition("PodScheduled", "True", changed_at=now)
    others = tuple(one for one in held.status.conditions if one.type != "PodScheduled")
    node = store.get(Key("Node", "", write.body))
    status = replace(held.status, conditions=(*others, scheduled))
    meta = replace(held.meta, labels=_with_topology(held.meta.labels, node.meta.labels if node else Map()))
    return _stored(store, write.key, held, replace(held, meta=meta, node=write.body, nominated="", status=status))


TOPOLOGY_LABELS = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")
"""What the API server copies from a node to a pod when it is bound (PodTopologyLabels, v1.35)."""


def _with_topology(labels: Map[str, str], node: Map[str, str]) -> Map[str, str]:
    for name in TOPOLOGY_LABELS:
        if name in node:
            labels = labels.set(name, node[name])
    return labels


def _deleted(store: Store, key: Key, held: Any, options: DeleteOptions, now: int) -> Done:
    finalizers, seen = finalizers_of(key.kind, held.meta.finalizers, options.propagation), held
    try:
        deletion.check(held, options)
        if isinstance(held, LivePod):
            asked = deletion.before_delete(held, options, now)
            if asked.pending:
                return Done(store, key, held, held)
            seen = replace(asked.pod, meta=replace(asked.pod.meta, finalizers=finalizers))
            if asked.graceful and asked.options.grace_period:
                return _stored(store, key, held, seen)
    except deletion.Conflict as conflict:
        raise Refused(409, "Conflict", str(conflict)) from conflict
    if not finalizers:
        return Done(store.remove(key), key, held, None)
    return _stored(store, key, held, replace(seen, meta=_deleting(seen.meta, finalizers, now)))


def _deleting(meta: Meta, finalizers: tuple[str, ...], now: int) -> Meta:
    """The metadata of an object that is held up by finalizers (markAsDeleting)."""
    first = meta.deleted_at is None
    return replace(
        meta,
        finalizers=finalizers,
        deleted_at=now if meta.deleted_at is None else min(meta.deleted_at, now),
        grace_period=0,
        generation=meta.generation + (first and meta.generation > 0),
    )


def _evicted(store: Store, write: Write, now: int) -> Done:
    """The pod is marked as disrupted and deleted, where the budgets that guard it let it go."""
    held = store.get(write.key)
    guards = store.bucket(in_namespace("PodDisruptionBudget", write.key.namespace)).values()
    options = write.body or DeleteOptions()
    asked = eviction.evict(
        write.key.name,
        held if isinstance(held, LivePod) else None,
        [one for one in guards if isinstance(one, LiveBudget)],
        now,
        options=options,
    )
    also: tuple[Change, ...] = ()
    if asked.budget is not None:
        key = key_of("PodDisruptionBudget", asked.budget.meta)
        counted = _stored(store, key, store.objects[key], asked.budget)
        store, also = counted.store, counted.changes
    if asked.refusal is not None:
        raise Refused(asked.refusal.code, asked.refusal.reason, asked.refusal.message)
    assert isinstance(held, LivePod)
    marked = replace(held, status=asked.status) if asked.status else held
    written = _stored(store, write.key, held, marked)
    assert written.after is not None
    return _deleted(written.store, write.key, written.after, options, now)._replace(before=held, also=also)
