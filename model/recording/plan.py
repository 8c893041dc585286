"""A plan: what one look of a component decided, write by write, and which object each write may be about."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import Any

from kubeproof.model.component import Pick
from kubeproof.model.controlplane.apiserver import Server, Write
from kubeproof.model.controlplane.etcd import Key, Object, Store, key_of
from kubeproof.model.controlplane.rebasing import rebased
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.naming import HASHED, named, renamed, stem

ACTS = frozenset({"create", "delete", "evict"})
"""The verbs that a controller expects to see before it decides on more of them."""


class Plan:
    """What one look decided: its writes, on which store, with which memory, and when.

    `until`: when a newer plan took its place. `done`: the places of writes that were seen; `begun_at`: when the last of
    them was. `left`: the memory after the look; `goes_on`: no other look came after it, so that counts.
    """

    def __init__(
        self, store: Store, at: float, writes: Sequence[Write], memory: Hashable = None, left: Hashable = None
    ) -> None:
        self.store, self.at, self.writes, self.memory, self.left = store, at, tuple(writes), memory, left
        self.goes_on = False
        self.until: float | None = None
        self.done: set[int] = set()
        self.begun_at: float | None = None

    def rest(self) -> Iterator[tuple[int, Write]]:
        """The writes that have not been seen yet, with their places."""
        return ((place, write) for place, write in enumerate(self.writes) if place not in self.done)

    def picking(self, writes: Sequence[Write]) -> Plan | None:
        """The same plan with other picks; None where what was done is no part of that."""
        other = Plan(self.store, self.at, writes, self.memory)
        was = [self.writes[place] for place in self.done]
        other.done = {place for place, write in enumerate(writes) if any(_same(write, one) for one in was)}
        return other if all(any(_same(one, write) for write in writes) for one in was) else None

    def rename(self, old: str, new: str) -> None:
        """Has the rest of the plan speak of an object by the name that it was given."""
        self.writes = renamed(self.writes, old, new)

    def outcome(self, place: int, moment: Moment, server: Server) -> Object | None:
        """What becomes of the object if a write is carried out now. Raises Refused."""
        write, body = self.writes[place], self.writes[place].body
        if write.verb == "create" and moment.seen is not None:
            body = named(body, moment.seen, write.key, moment.key)
            write = write._replace(key=moment.key)
        elif write.verb in ("update", "status") and moment.before is not None and write.revision is None:
            base = self._base(place)
            body = rebased(base, body, moment.before) if base is not None else body
        return server.do(moment.store, write._replace(body=body), moment.now).after

    def _base(self, place: int) -> Any:
        """The object on which a write was decided: as an earlier write of the plan leaves it, or as it was seen."""
        key = self.writes[place].key
        changed = [one.body for one in self.writes[:place] if one.key == key and one.verb in ("update", "status")]
        return changed[-1] if changed else self.store.get(key)


def targets(key: Key, *, created: bool) -> Iterator[Key]:
    """The names by which a request may mean this object: its own, or what its generated name begins with."""
    yield key
    if created and key.name[-6:-5] == "-":
        yield key._replace(name=key.name[:-5])
    if created and key.kind in HASHED:
        yield stem(key)


def target(write: Write) -> Key:
    """What a write is about, as `targets` lists it."""
    return stem(write.key) if write.verb == "create" and write.key.kind in HASHED else write.key


def is_about(write: Write, key: Key) -> bool:
    """Whether a write may be about this object."""
    return target(write) in targets(key, created=True) if write.verb == "create" else write.key == key


def wishing(keys: Collection[Key], seen: Any = None) -> Pick:
    """Takes, of several options, the first that is about one of these objects, or that the object seen tells of: the
    node that a pod is made for, the pod that a condition names."""
    node, told = _made_for(seen), _told(seen)

    def wished(one: Any) -> bool:
        key = _key(one)
        named = key is not None and (key in keys or f"{key.namespace}/{key.name}" in told)
        return named or (node != "" and one == node)

    def pick(options: Sequence[Any]) -> Any:
        return next((one for one in options if wished(one)), options[0])

    return pick


def _made_for(seen: Any) -> str:
    """The node that is seen itself, or that alone a pod's affinity names, as a DaemonSet's pods do; "" for none."""
    if isinstance(seen, LiveNode):
        return seen.meta.name
    terms = seen.spec.node_terms if isinstance(seen, LivePod) else None
    named_by = [field.values[0] for term in terms or () for field in term.fields if len(field.values) == 1]
    return named_by[0] if named_by else ""


def _told(seen: Any) -> frozenset[str]:
    """The words of what an object's conditions say."""
    conditions = getattr(getattr(seen, "status", None), "conditions", ())
    return frozenset(word for one in conditions for word in one.message.split())


def _key(option: Any) -> Key | None:
    """The pod that an option is, or is about."""
    pod = option if isinstance(option, LivePod) else getattr(option, "pod", None)
    return key_of("Pod", pod.meta) if isinstance(pod, LivePod) else None


def _same(one: Write, other: Write) -> bool:
    return (one.verb, one.key) == (other.verb, other.key)
