"""Runs of a world on what a recording of a real control plane was given: its nodes, its requests, its containers.

A recording is a list of JSON lines: META, ACTION, watch events, FINAL. The requests are made at their recorded times,
in whole seconds; what containers do is read from the annotations fake/… of their pods. Left out: waiting for what the
driver waited for, which shows only in the times.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from kubeproof.model.component import Component
from kubeproof.model.conformance import brief
from kubeproof.model.controlplane.apiserver import STATUS_FIELDS, Server, Verb, Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.strategies import prepared
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema
from kubeproof.model.node.kubelet.processes import Process, Processes, Run
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_status import Waiting
from kubeproof.model.objects.typed import LIVE
from kubeproof.model.world import Runner, World

Json = Any
"""Decoded JSON: recordings are replayed and compared, never computed with."""

NO_IMAGE = Waiting("ErrImagePull", "there is no such image")


class Recording(NamedTuple):
    """One recorded scenario: what was asked of the control plane, and how everything was at the end."""

    meta: Json
    actions: tuple[Json, ...]
    final: Mapping[str, Sequence[Json]]
    ends: float

    @property
    def namespace(self) -> str:
        """The namespace of the scenario."""
        name: str = self.meta["namespace"]
        return name


def recording(lines: Iterator[bytes]) -> Recording:
    """A recording from its lines."""
    told = [msgspec.json.decode(line) for line in lines]
    final: Json = next((one["objects"] for one in told if one["type"] == "FINAL"), {})
    ends = max(one.get("t") or 0 for one in told)
    return Recording(told[0], tuple(one for one in told if one["type"] == "ACTION"), final, ends)


def replayed(given: Recording, components: Sequence[Component], start: int = 0) -> Runner:
    """The world at the end of a recording, `start` being the time on its clock at which the recording starts."""
    runner = Runner(World(now=start), components, Server())
    told = Told(given.namespace, {})
    for action in given.actions:
        if action.get("code", 200) < 400:
            list(runner.run(start + math.floor(action["t"])))
            for write in told.writes(action, runner.world):
                runner.ask(write, "user")
    list(runner.run(start + math.ceil(given.ends)))
    return runner


class Told(NamedTuple):
    """The manifests as users know them, by name; patches are applied to those."""

    namespace: str
    manifests: dict[Key, Json]

    def writes(self, action: Json, world: World) -> Iterator[Write]:
        """The requests of an action. Raises NotModelled for a verb that no recording of workloads has."""
        kind, body = action["kind"], action.get("body")
        key = Key(kind, "" if kind == "Node" else self.namespace, action["name"])
        match action["verb"], action.get("subresource"):
            case (("kubelet-register-node" | "create"), None):
                self.manifests[key] = _placed(body, key)
                yield Write("create", key, self._live(key))
            case "patch", (None | "scale"):
                strategic = action["contentType"] == "application/strategic-merge-patch+json"
                self.manifests[key] = merged(self.manifests[key], body, strategic=strategic)
                yield self._update(key, world)
            case "delete", None:
                yield from self._named(key, world, "delete", DeleteOptions())
            case "create", "eviction":
                yield from self._named(key, world, "evict", None)
            case verb, subresource:
                raise NotModelled(f"{verb} {subresource or kind}", "no such request is made of workloads")

    def _live(self, key: Key) -> Any:
        manifest = self.manifests[key]
        typed = msgspec.convert(manifest, schema.known(manifest["apiVersion"], key.kind))
        return LIVE[key.kind](typed)

    def _update(self, key: Key, world: World) -> Write:
        held: Any = world.store.objects[key]
        new = self._live(key)
        meta = replace(
            held.meta,
            labels=held.meta.labels.update(new.meta.labels),
            annotations=held.meta.annotations.update(new.meta.annotations),
        )
        status = STATUS_FIELDS.get(key.kind, ("status",))
        kept = {name: getattr(held, name) for name in status if hasattr(held, name)}
        return Write("update", key, prepared(replace(new, meta=meta, **kept)))

    def _named(self, key: Key, world: World, verb: Verb, body: DeleteOptions | None) -> Iterator[Write]:
        """A request for an object of that name, or for the first of its owner: random letters are others here."""
        names = [one for one in sorted(world.store.objects) if one[:2] == key[:2]]
        stem = key.name.rpartition("-")[0]
        like = [one for one in names if one.name == key.name] or [
            one for one in names if one.name.rpartition("-")[0] == stem
        ]
        if like:
            yield Write(verb, like[0], body)


def merged(old: Json, patch: Json, *, strategic: bool) -> Json:
    """The JSON after a merge patch; a strategic one merges lists of named things by name."""
    if not isinstance(patch, dict):
        return patch
    known = old if isinstance(old, dict) else {}
    new = {name: value for name, value in known.items() if patch.get(name, value) is not None}
    for name, value in patch.items():
        there = known.get(name)
        if strategic and isinstance(value, list) and isinstance(there, list) and _are_named((*value, *there)):
            asked = {one["name"]: one for one in value}
            kept = [merged(one, asked.pop(one["name"], {}), strategic=True) for one in there]
            new[name] = [*kept, *asked.values()]
        elif value is not None:
            new[name] = merged(there, value, strategic=strategic)
    return new


def does(pod: LivePod) -> Processes:
    """What the containers of a pod do, as its annotations fake/… and the names of its images say."""
    told = pod.meta.annotations
    takes = math.ceil(float(told.get("fake/term-delay", "0")))
    code = int(told.get("fake/term-exit", "0"))
    made: dict[str, Process] = {}
    for one in (*pod.run.containers, *pod.run.init_containers):
        runs = _runs(told.get(f"fake/exit.{one.name}", "1:1" if "crash" in one.image else "-"))
        fails = NO_IMAGE if "broken" in one.image else None
        made[one.name] = Process(runs, code_on_term=code, term_takes=takes, fails=fails)
    return made


def _runs(text: str) -> tuple[Run, ...]:
    return tuple(_run(part) for part in text.split(","))


def _run(text: str) -> Run:
    code, _, seconds = text.partition(":")
    return Run() if code == "-" else Run(math.ceil(float(seconds)), int(code))


def _placed(body: Json, key: Key) -> Json:
    """The manifest in its namespace; a node gets the label that its kubelet gives it."""
    meta = {**body["metadata"], "name": key.name}
    if key.kind == "Node":
        meta["labels"] = {"kubernetes.io/hostname": key.name, **(meta.get("labels") or {})}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
        return {**body, "metadata": meta, "status": {**body["status"], "conditions": [ready]}}
    return {**body, "metadata": {**meta, "namespace": key.namespace}}


def _are_named(things: Sequence[Json]) -> bool:
    return all(isinstance(one, dict) and "name" in one for one in things)


def differences(given: Recording, world: World) -> list[str]:
    """In what the world is not as the recording ended, an object a line; random letters, times and counts of writes
    aside."""
    ours = _counted(brief.ours(key, held) for key, held in sorted(world.store.objects.items()))
    theirs = _counted(brief.recorded(kind, one) for kind in brief.KINDS for one in given.final.get(kind, ()))
    return [
        *(f"only in the model: {one}" for one in sorted((ours - theirs).elements())),
        *(f"only recorded: {one}" for one in sorted((theirs - ours).elements())),
    ]


def _counted(told: Iterable[str]) -> Counter[str]:
    return Counter(one for one in told if one)
