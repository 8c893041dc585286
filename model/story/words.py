"""One event of a world in words: `said` tells what a component did to which object.

What is no news to a person (a generation that was observed, an annotation) has no words; `changes` tells every field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from immutables import Map

from kubeproof.model.behaviour import ENVIRONMENT
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_columns import columns
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, Terminated
from kubeproof.model.objects.storage import SELECTED_NODE
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.world import Event

QUIET = frozenset(
    {"observed_generation", "fully_labeled_replicas", "conditions", "uncounted_terminated_pods"}
    | {"start_time", "completion_time", "last_schedule_time", "last_successful_time", "last_scale_time"}
)
"""Fields of a status that say nothing that is not said elsewhere."""

SHOWN_CONDITIONS = frozenset({"Available", "Progressing", "ReplicaFailure", "Complete", "Failed", "Suspended", "Ready"})
"""The types of conditions whose changes are news."""


HIDDEN = frozenset({"Lease", "Event", "ControllerRevision", "EndpointSlice", "Instance"})
"""Kinds that are not told of, nor listed: they are about other objects."""

LONGEST = 90
"""Characters of a value in a story."""


class Said(NamedTuple):
    """What happened in words: `head` is what was done, `item` to what; `after`: the item stands first (web-1: Runs).

    Several events with one head can be told as one, with their items listed. An empty head: nothing to tell.
    """

    head: str
    item: str = ""
    after: bool = False


NOTHING = Said("")


def named(key: Key) -> str:
    """The object's name; with its namespace where that is not `default`."""
    return key.name if key.namespace in ("", "default") else f"{key.namespace}/{key.name}"


def said(event: Event) -> Said:
    """The event in words."""
    key, name = event.key, named(event.key)
    if event.refused is not None:
        return Said(f"{event.write.verb} is refused: {event.refused}", f"{key.kind} {name}", after=True)
    if key.kind == ENVIRONMENT:
        return Said(event.write.why)
    if key.kind in HIDDEN:
        return NOTHING
    before: Any = event.before
    after: Any = event.after
    if before is None:
        return Said(f"creates {key.kind}", name)
    if after is None:
        return Said(f"removes {key.kind}", name)
    match event.write.verb:
        case "bind":
            return Said(f"binds {key.kind}", f"{name} to {after.node}")
        case "evict":
            return Said(f"evicts {key.kind}", name)
        case "delete":
            return Said(f"deletes {key.kind}", name)
        case "status":
            return _reported(key, before, after, event.at)
        case _:
            return _updated(key, before, after)


def changes(event: Event) -> Iterator[str]:
    """Every field that the event changed, as `status.phase: Pending -> Running`."""
    for path, old, new in different(event.before, event.after):
        if path != "meta.resource_version" and not path.startswith("meta.managed"):
            yield f"{path}: {_short(old)} -> {_short(new)}"


def different(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The fields in which two values of one kind differ, each with what it was and is; lists are told as a whole."""
    if before == after:
        return
    if type(before) is type(after) and isinstance(before, msgspec.Struct):
        for name in before.__struct_fields__:
            yield from different(getattr(before, name), getattr(after, name), f"{path}.{name}" if path else name)
    elif isinstance(before, Map) and isinstance(after, Map):
        for name in sorted({*before, *after}):
            yield from different(before.get(name), after.get(name), f"{path}[{name}]")
    elif (old := _by_name(before)) is not None and (new := _by_name(after)) is not None:
        for name in dict.fromkeys((*old, *new)):
            yield from different(old.get(name), new.get(name), f"{path}[{name}]")
    else:
        yield path, before, after


def _by_name(value: Any) -> dict[str, Any] | None:
    """The entries of a list by their names (or types); None for what is no list of such."""
    if not isinstance(value, tuple):
        return None
    names = [getattr(one, "name", "") or getattr(one, "type", "") for one in value]
    return dict(zip(names, value, strict=True)) if all(names) else None


def _reported(key: Key, before: Any, after: Any, now: int) -> Said:
    if isinstance(before, LivePod) and isinstance(after, LivePod):
        return _pod(key, before, after, now)
    if isinstance(before, LiveNode) and isinstance(after, LiveNode):
        return Said("; ".join(_conditions(before.conditions, after.conditions)), f"Node {named(key)}", after=True)
    told = list(_counts(getattr(before, "status", None), getattr(after, "status", None)))
    return Said("; ".join(told), f"{key.kind} {named(key)}", after=True) if told else NOTHING


def _pod(key: Key, before: LivePod, after: LivePod, now: int) -> Said:
    old, new = columns(before, now), columns(after, now)
    told = [f"{old.status} -> {new.status}"] if old.status != new.status else []
    if old.ready != new.ready:
        told.append(f"{new.ready} ready")
    told += _ends(before, after)
    restarts, was = new.restarts.partition(" ")[0], old.restarts.partition(" ")[0]
    if restarts != was:
        told.append(f"restarts {was} -> {restarts}")
    scheduled, once = after.status.condition("PodScheduled"), before.status.condition("PodScheduled")
    if scheduled and scheduled.status == "False" and (once is None or once.message != scheduled.message):
        told.append(f"not scheduled: {scheduled.message}" if scheduled.message else "not scheduled")
    if after.nominated != before.nominated:
        told.append(f"nominated to {after.nominated}" if after.nominated else "no longer nominated")
    disruption = after.status.condition("DisruptionTarget")
    if disruption and disruption.status == "True" and not before.status.is_true("DisruptionTarget"):
        told.append(f"to be disrupted ({disruption.reason})")
    return Said(", ".join(told), named(key), after=True) if told else NOTHING


def _ends(before: LivePod, after: LivePod) -> Iterator[str]:
    """The containers that have ended since, with their exit codes."""
    old = {one.name: one for one in (*before.status.init_containers, *before.status.containers)}
    for one in (*after.status.init_containers, *after.status.containers):
        end, was = _end(one), _end(old[one.name]) if one.name in old else None
        if end is not None and end != was:
            why = f" ({end.reason})" if end.reason not in ("", "Error", "Completed") else ""
            yield f"{one.name} ended with {end.exit_code}{why}"


def _end(status: ContainerStatus) -> Terminated | None:
    return next((one for one in (status.state, status.last) if isinstance(one, Terminated)), None)


def _counts(before: Any, after: Any) -> Iterator[str]:
    for name in getattr(after, "__struct_fields__", ()):
        old, new = getattr(before, name), getattr(after, name)
        if name not in QUIET and isinstance(new, int | str) and (new or 0) != (old or 0):
            yield f"{_words(name)} {_short(old) if isinstance(new, str) else old or 0} -> {new}"
    if hasattr(after, "conditions"):
        yield from _conditions(before.conditions, after.conditions)


def _conditions(before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterator[str]:
    old: Mapping[str, Condition] = {one.type: one for one in before}
    for one in after:
        was = old.get(one.type)
        if one.type in SHOWN_CONDITIONS and (was is None or (was.status, was.reason) != (one.status, one.reason)):
            yield f"{one.type} is {one.status}" + (f" ({one.reason})" if one.reason else "")


def _updated(key: Key, before: Any, after: Any) -> Said:
    if isinstance(before, LiveNode) and isinstance(after, LiveNode):
        return _node(key, before, after)
    told = [
        f"{_words(path.rpartition('.')[2])} {_short(old)} -> {_short(new)}"
        for path, old, new in different(before, after)
        if not path.startswith(("meta", "status")) and ".template" not in path
    ]
    if (images := _images(before, after)) and images[0] != images[1]:
        told.append(f"image {images[0]} -> {images[1]}")
    elif _template(before) != _template(after):
        told.append("another pod template")
    if (node := after.meta.annotations.get(SELECTED_NODE)) != before.meta.annotations.get(SELECTED_NODE):
        told.append(f"selected node {node or 'none'}")
    told += _meta(before.meta, after.meta)
    return Said(f"changes {key.kind} {named(key)}: {'; '.join(told)}") if told else NOTHING


def _node(key: Key, before: LiveNode, after: LiveNode) -> Said:
    if before.unschedulable != after.unschedulable:
        return Said(f"{'cordons' if after.unschedulable else 'uncordons'} Node", named(key))
    put = [f"+{taint.text}" for taint in after.taints if taint not in before.taints]
    taken = [f"-{taint.text}" for taint in before.taints if taint not in after.taints]
    if put or taken:
        return Said(f"taints Node {named(key)}: {', '.join((*put, *taken))}")
    return Said(f"changes Node {named(key)}: labels") if before.meta.labels != after.meta.labels else NOTHING


def _meta(before: Meta, after: Meta) -> Iterator[str]:
    if before.labels != after.labels:
        yield "labels"
    if before.finalizers != after.finalizers:
        gone = [one for one in before.finalizers if one not in after.finalizers]
        yield f"without finalizer {', '.join(gone)}" if gone else "finalizers"
    if before.owners != after.owners:
        yield "owners"


def _template(held: Any) -> Any:
    return getattr(getattr(held, "spec", None), "template", None)


def _images(before: Any, after: Any) -> tuple[str, str] | None:
    old, new = _template(before), _template(after)
    if old is None or new is None:
        return None
    return _listed_images(old), _listed_images(new)


def _listed_images(template: PodTemplate) -> str:
    return ", ".join(one.image for one in template.run.containers)


def _words(field: str) -> str:
    return field.replace("_", " ").removesuffix(" replicas").replace("number ", "")


def _short(value: Any) -> str:
    if isinstance(value, msgspec.Struct):
        told = {name: getattr(value, name) for name in value.__struct_fields__ if name not in ("name", "type")}
        text = " ".join(f"{name}={_short(one)}" for name, one in told.items() if one not in ("", None, ()))
    else:
        text = "none" if value in (None, "") else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
