"""Runs of a world on what a recording of a real control plane was given: its nodes, its requests, its containers.

A recording is a list of JSON lines: META, ACTION, watch events, FINAL. The requests are made at their recorded times,
in whole seconds; what containers do is read from the annotations fake/… of their pods. Left out: waiting for what the
driver waited for, which shows only in the times.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from immutables import Map
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.component import Component
from kubeproof.model.conformance import brief, brief_nodes
from kubeproof.model.controlplane.admission import Admission
from kubeproof.model.controlplane.apiserver import STATUS_FIELDS, Refused, Server, Verb, Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, Object
from kubeproof.model.controlplane.fields.owners import Applier
from kubeproof.model.controlplane.strategies import prepared
from kubeproof.model.controlplane.validation import decode, defaulting
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import looked_up, schema
from kubeproof.model.node.kubelet.probes import Outcome
from kubeproof.model.node.kubelet.processes import Process, Processes, Run
from kubeproof.model.objects.container import ProbeKind
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Running, Waiting, named
from kubeproof.model.objects.taints import of_taint
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
    checkpoints: tuple[Json, ...] = ()
    """SNAP lines: how things were, once the driver had waited for something."""

    @property
    def namespace(self) -> str:
        """The namespace of the scenario."""
        name: str = self.meta["namespace"]
        return name


def recordings(lines: Iterable[bytes]) -> Iterator[Recording]:
    """The recordings that follow one another in these lines; each begins with its META."""
    told: list[Json] = []
    for line in lines:
        one = msgspec.json.decode(line)
        if one["type"] == "META" and told:
            yield _recording(told)
            told = []
        told.append(one)
    if told:
        yield _recording(told)


def _recording(told: Sequence[Json]) -> Recording:
    final: Json = next((one["objects"] for one in told if one["type"] == "FINAL"), {})
    ends = max(one.get("t") or 0 for one in told)
    actions = _in_turn([one for one in told if one["type"] == "ACTION"])
    return Recording(told[0], actions, final, ends, tuple(one for one in told if one["type"] == "SNAP"))


def _in_turn(actions: Sequence[Json]) -> tuple[Json, ...]:
    """The actions, what clients created beside each other in the order in which it was stored."""
    stored = iter(sorted((one for one in actions if _creates(one)), key=lambda one: int(one["rv"])))
    return tuple(next(stored) if _creates(one) else one for one in actions)


def _creates(action: Json) -> bool:
    return bool(action["verb"] == "create" and not action.get("subresource") and "rv" in action)


def replayed(given: Recording, components: Sequence[Component], *, answers: bool = True) -> Runner:
    """The world at the end of a recording.

    Raises AssertionError where an eviction or an apply is answered otherwise, unless its `answers` do not matter.
    """
    start = int(datetime.fromisoformat(given.meta["startTime"]).timestamp())
    runner = Runner(World(now=start), components, Server(admission(given)))
    told = Told(given.namespace, {}, {})
    for action in given.actions:
        if action.get("code", 200) < 400 or _is_answered(action):
            at = start + math.floor(action["t"])
            list(runner.run(at))
            runner.advance(at)
            for write in told.writes(action, runner.world):
                refused = runner.ask(write, "user").refused
                if answers:
                    _agreed(action, refused)
    list(runner.run(start + math.ceil(given.ends)))
    return runner


def _is_answered(action: Json) -> bool:
    """Whether what was refused is asked, too, for the answer's sake: evictions, and server-side apply."""
    return bool(action.get("subresource") == "eviction" or action["verb"] == "apply")


def _agreed(action: Json, refused: Refused | None) -> None:
    """Nothing, where such a request was answered as it was recorded; else AssertionError."""
    if not _is_answered(action):
        return
    recorded = action["code"] if action["code"] >= 400 else None
    answer = None if refused is None else refused.code
    about = f"{action['t']}: {action['verb']} {action['name']}"
    assert answer == recorded, f"{about} gives {answer or 'what was asked'}; {recorded} was recorded"
    if refused is not None and action["verb"] == "apply":
        said = action["response"]["message"]
        assert str(refused) == said, f"{about} gives {refused}; {said} was recorded"


def admission(given: Recording) -> Admission:
    """How the recorded API server admitted pods."""
    seconds = "default-not-ready-toleration-seconds"
    found = re.search(rf"{seconds}=(\d+)", msgspec.json.encode(given.meta.get("nonDefaultFlags")).decode())
    bodies = [one.get("body") for one in given.actions if one["verb"] == "create"]
    made = looked_up.admission_of(bodies, given.namespace)
    return made if found is None else replace(made, toleration_seconds=int(found[1]))


class Told(NamedTuple):
    """The manifests as users know them, by name; patches are applied to those. `here`: what recorded names with random
    letters stand for here."""

    namespace: str
    manifests: dict[Key, Json]
    here: dict[Key, Key]

    def writes(self, action: Json, world: World) -> Iterator[Write]:
        """The requests of an action. Raises NotModelled for a verb that no recording of workloads has."""
        match action["verb"]:
            case "kubelet-kill":
                yield from environment.lost(world.store, action["node"], world.now)
            case "kubelet-revive":
                yield from environment.back(world.store, action["node"])
            case "kubelet-ctr":
                yield from self._container(action, world)
            case "get":
                return
            case _:
                yield from self._requests(action, world)

    def _requests(self, action: Json, world: World) -> Iterator[Write]:
        kind, body = action["kind"], action.get("body")
        key = Key(kind, "" if kind == "Node" else self.namespace, action["name"])
        if kind in looked_up.KINDS:
            return  # the server knows them from the start
        match action["verb"], action.get("subresource"):
            case (("kubelet-register-node" | "create"), None):
                self.manifests[key] = _placed(body, key)
                yield Write("create", key, _owned_as_here(self._live(key), world))
            case "apply", None:
                about = {"name": key.name, "namespace": key.namespace}
                params = action["params"]
                by = Applier(params["fieldManager"], params.get("force") == "true")
                yield Write("apply", key, by, said=msgspec.json.encode({**body, "metadata": about}))
            case "patch", "scale" if key not in self.manifests:
                held: Any = world.store.objects[key]
                new = replace(held, spec=replace(held.spec, replicas=body["spec"]["replicas"]))
                yield Write("update", key, new, manager=action["params"]["fieldManager"], subresource="scale")
            case "update", None:
                self.manifests[key] = body
                yield self._update(key, world)
            case "patch", None if set(body) == {"metadata"} or kind == "Node":
                yield from self._patched(key, world, body)
            case "patch", (None | "scale"):
                strategic = action["contentType"] == "application/strategic-merge-patch+json"
                self.manifests[key] = merged(self.manifests[key], body, strategic=strategic)
                yield self._update(key, world)
            case "delete", None:
                yield from self._named(key, world, "delete", _options(body))
            case "create", "eviction":
                asked = (body or {}).get("deleteOptions") or {}
                if not asked.get("dryRun"):
                    yield from self._named(key, world, "evict", _options(asked))
            case verb, subresource:
                raise NotModelled(f"{verb} {subresource or kind}", "no such request is made of workloads")

    def _live(self, key: Key) -> Any:
        manifest = self.manifests[key]
        if key.kind == "ConfigMap":
            return LIVE[key.kind](msgspec.convert(manifest, core_v1.ConfigMap))
        cls: Any = schema.known(manifest["apiVersion"], key.kind)
        made = defaulting.defaulted(key.kind, decode.decoded(manifest, cls)[0])
        return LIVE[key.kind](msgspec.convert(made, cls))

    def _patched(self, key: Key, world: World, patch: Json) -> Iterator[Write]:
        """A merge patch of metadata, and of a node's taints and cordon: the rest stays as it is in the world."""
        for write in self._named(key, world, "update", None):
            held: Any = world.store.objects[write.key]
            new = replace(held, meta=_patched_meta(held.meta, patch.get("metadata") or {}))
            spec = patch.get("spec") or {}
            if "taints" in spec:
                taints = [msgspec.convert(one, core_v1.Taint) for one in spec["taints"] or ()]
                new = replace(new, taints=tuple(map(of_taint, taints)))
            if "unschedulable" in spec:
                new = replace(new, unschedulable=bool(spec["unschedulable"]))
            yield write._replace(body=new)

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

    def _container(self, action: Json, world: World) -> Iterator[Write]:
        """A container is told whether it is ready, which its pod's annotations then say."""
        key = Key("Pod", *action["pod"].split("/"))
        for write in self._named(key, world, "update", None):
            held: Any = world.store.objects[write.key]
            told = held.meta.annotations.set(f"fake/ready.{action['c']}", f"{action['ready']}:{world.now}")
            yield write._replace(body=replace(held, meta=replace(held.meta, annotations=told)))

    def _named(self, key: Key, world: World, verb: Verb, body: DeleteOptions | None) -> Iterator[Write]:
        """A request for an object of that name, or for the oldest of its owner: random letters are others here."""
        if key not in self.here and key not in world.store.objects:
            taken, stem = set(self.here.values()), brief.masked(key.name)
            ages = ((held.meta.created_at or 0, one) for one, held in world.store.objects.items())
            free = (one for _, one in sorted(ages) if one[:2] == key[:2] and one not in taken)
            found = next((one for one in free if brief.masked(one.name) == stem), None)
            if found is not None:
                self.here[key] = found
        yield Write(verb, self.here.get(key, key), body)


def _patched_meta(held: Meta, patch: Json) -> Meta:
    labels = merged(dict(held.labels), patch.get("labels") or {}, strategic=False)
    annotations = merged(dict(held.annotations), patch.get("annotations") or {}, strategic=False)
    finalizers = tuple(patch["finalizers"] or ()) if "finalizers" in patch else held.finalizers
    return replace(held, labels=Map(labels), annotations=Map(annotations), finalizers=finalizers)


def _options(body: Json) -> DeleteOptions:
    asked = body or {}
    held = asked.get("preconditions") or {}
    return DeleteOptions(
        asked.get("gracePeriodSeconds"),
        held.get("uid", ""),
        int(held["resourceVersion"]) if "resourceVersion" in held else None,
        asked.get("propagationPolicy") or "",
    )


def _owned_as_here(new: Any, world: World) -> Any:
    """The object with the uids that its owners have here."""
    owners = []
    for owner in new.meta.owners:
        there: Any = world.store.get(Key(owner.kind, new.meta.namespace, owner.name))
        owners.append(owner if there is None else replace(owner, uid=there.meta.uid))
    return replace(new, meta=replace(new.meta, owners=tuple(owners)))


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
    takes = math.ceil(float(told.get("fake/term-delay", "0.4")))
    code = int(told.get("fake/term-exit", "0"))
    made: dict[str, Process] = {}
    for one in (*pod.run.containers, *pod.run.init_containers):
        runs = _runs(told.get(f"fake/exit.{one.name}", "1:1" if "crash" in one.image else "-"))
        fails = NO_IMAGE if "broken" in one.image else None
        outcomes = _readiness(pod, one.name, told.get(f"fake/ready.{one.name}", ""))
        made[one.name] = Process(runs, code_on_term=code, term_takes=takes, fails=fails, outcomes=outcomes)
    return made


def _readiness(pod: LivePod, container: str, told: str) -> Map[ProbeKind, tuple[tuple[int, Outcome], ...]]:
    """What readiness probes come to where a container was told not to be ready, or to be so again."""
    word, _, at = told.partition(":")
    status = named(pod.status.containers, container)
    started = status.state.started_at if status is not None and isinstance(status.state, Running) else None
    if word not in ("false", "auto") or started is None:
        return Map()
    since = max(int(at) - started, 1)
    found: dict[ProbeKind, tuple[tuple[int, Outcome], ...]]
    found = {"readiness": ((0, "failure"), (since, "success"))}
    if word == "false":
        found = {"readiness": ((0, "success"), (since, "failure"))}
    return Map(found)


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


def differences(given: Recording, world: World, *, all_kinds: bool = False) -> list[str]:
    """In what the world is not as the recording ended, an object a line; random letters, times and counts of writes
    aside. `all_kinds`: nodes, budgets and the like are compared, too."""
    kinds = (*brief.KINDS, *(brief_nodes.KINDS if all_kinds else ()))
    ours = _counted(_ours(key, held) for key, held in sorted(world.store.objects.items()) if key.kind in kinds)
    theirs = _counted(_theirs(kind, one) for kind in kinds for one in given.final.get(kind, ()))
    return [
        *(f"only in the model: {one}" for one in sorted((ours - theirs).elements())),
        *(f"only recorded: {one}" for one in sorted((theirs - ours).elements())),
    ]


def _ours(key: Key, held: Object) -> str:
    told = brief_nodes.ours(key, held) if key.kind in brief_nodes.KINDS else None
    return brief.ours(key, held) if told is None else brief_nodes.line(key.kind, brief.masked(key.name), told)


def _theirs(kind: str, one: Json) -> str:
    if kind not in brief_nodes.KINDS:
        return brief.recorded(kind, one)
    return brief_nodes.line(kind, brief.masked(one["metadata"]["name"]), brief_nodes.recorded(kind, one))


def _counted(told: Iterable[str]) -> Counter[str]:
    return Counter(one for one in told if one)
