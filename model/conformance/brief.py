"""One line for an object at the end of a recording, the same for ours and for the recorded one if they agree.

What is compared is what controllers say and do: statuses, sizes, revisions, phases. Left out: times, random letters and
hashes, which node a pod got, what was written how often.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kubeproof.model.controlplane.etcd import Key, Object

Json = Any

KINDS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ControllerRevision", "Job", "CronJob", "Pod")
ANNOTATIONS = re.compile(r"deployment\.kubernetes\.io/|deprecated\.daemonset|job-index")
UNTOLD = re.compile(r".*(Time|At)$|observedGeneration|hostIPs?|podIPs?|qosClass|resourceVersion|uid|collisionCount")
_HASH = re.compile(r"-[bcdfghjklmnpqrstvwxz0-9]{6,10}\b(-[bcdfghjklmnpqrstvwxz2456789]{5}\b)?")
_LETTERS = re.compile(r"-[bcdfghjklmnpqrstvwxz2456789]{5}\b")
_MINUTES = re.compile(r"-\d{8}\b")


def recorded(kind: str, one: Json) -> str:
    """The line of a recorded object."""
    meta, spec, status = one["metadata"], one.get("spec") or {}, one.get("status") or {}
    told = {"annotations": meta.get("annotations") or {}, "replicas": spec.get("replicas")}
    if kind == "ControllerRevision":
        told["revision"] = one["revision"]
    if kind == "Pod":
        status = {"phase": status.get("phase")}
        told["image"] = spec["containers"][0].get("image", "")
    if kind == "CronJob":
        status = {"active": len(status.get("active") or ())}
    return line(kind, meta["name"], told, status)


def ours(key: Key, held: Object) -> str:
    """The line of one of our objects; "" for a kind that is not compared."""
    if key.kind not in KINDS:
        return ""
    raw: Any = held
    spec = getattr(raw, "spec", None)
    status = camel(msgspec.to_builtins(getattr(raw, "status", None), enc_hook=dict))
    told: dict[str, Json] = {"annotations": dict(raw.meta.annotations), "replicas": getattr(spec, "replicas", None)}
    if key.kind == "ControllerRevision":
        told["revision"] = raw.revision
    if key.kind == "Pod":
        status = {"phase": raw.status.phase}
        told["image"] = raw.run.containers[0].image
    if key.kind == "CronJob":
        status = {"active": len(raw.status.active)}
    return line(key.kind, key.name, told, status)


def line(kind: str, name: str, told: Mapping[str, Json], status: Json) -> str:
    """The line of what is told of an object, and its status."""
    status = dict(status or {})
    if "currentRevision" in status or "updateRevision" in status:
        same = status.pop("currentRevision", "") == status.pop("updateRevision", "")
        status["revisions"] = "one" if same else "two"
    annotations = {name: text for name, text in told["annotations"].items() if ANNOTATIONS.match(name)}
    parts = {**told, "annotations": annotations, "status": status}
    text = msgspec.json.encode(_said(parts), order="deterministic").decode()
    return f"{kind} {masked(name)} {masked(text)}"


def masked(text: str) -> str:
    """The text without random letters, hashes and minutes since 1970."""
    return _MINUTES.sub("-#", _LETTERS.sub("-#", _HASH.sub("-#", text)))


def _said(value: Json) -> Json:
    """The value without what says nothing: empty, zero, or a time."""
    if isinstance(value, Mapping):
        told = {name: _said(each) for name, each in value.items() if not UNTOLD.fullmatch(name)}
        return {name: each for name, each in told.items() if each not in (None, 0, "", [], {})}
    if isinstance(value, (list, tuple)):
        said = [_said(each) for each in value]
        return sorted(said, key=lambda each: str(each["type"])) if _are_conditions(said) else said
    return value


def _are_conditions(told: Sequence[Json]) -> bool:
    """Whether these are conditions, of which the order says nothing."""
    return all(isinstance(each, Mapping) and "type" in each for each in told)


def camel(value: Json) -> Json:
    """The value with names as the API writes them."""
    if isinstance(value, Mapping):
        return {re.sub(r"_(\w)", lambda found: found[1].upper(), name): camel(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [camel(each) for each in value]
    return value
