"""What the steps of a script do: requests that a user makes, or another world (what happens outside of Kubernetes)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model import behaviour, environment
from kubeproof.model import views as caches
from kubeproof.model.behaviour import Fails, Runs, Uses
from kubeproof.model.controlplane import draining
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.controlplane.fields.owners import KUBECTL
from kubeproof.model.errors import BadInput
from kubeproof.model.kubectl_apply import too_many
from kubeproof.model.logic.golang import duration
from kubeproof.model.node.kubelet.processes import SIGKILLED, Run
from kubeproof.model.objects import quantity, resources, typed_meta
from kubeproof.model.objects.taints import BLOCKING, PREFER_NO_SCHEDULE, Taint
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.references import key_of, nothing
from kubeproof.model.script import (
    Delete,
    EndContainer,
    Image,
    LagBehind,
    Load,
    Miss,
    NodeCondition,
    OnNode,
    ProbeFail,
    Restart,
    RunsFor,
    Scale,
    Scripted,
    SetImage,
    Step,
    TaintNode,
    seconds,
)
from kubeproof.model.views import Lag, Views
from kubeproof.model.world import World

OF_USERS = frozenset(
    {"apply", "scale", "set-image", "delete", "cordon", "uncordon", "drain", "taint", "untaint", "restart-controller"}
)
"""The steps that users take; the others happen."""

EFFECTS = (*sorted(BLOCKING), PREFER_NO_SCHEDULE)


ON_NODE = {
    "drain": "drains node {}",
    "node-lost": "the machine of node {} falls silent",
    "node-back": "the machine of node {} answers again",
    "node-removed": "the machine of node {} is taken away",
}
"""What happens to nodes, in words; cordons are told by their requests."""


def requests(world: World, name: str, step: Step) -> Iterator[Write]:
    """What a user asks of the API server for a step; nothing for a step that is none of a user's. Raises BadInput."""
    match step:
        case Scale():
            yield _scaled(world, step)
        case SetImage():
            yield _with_image(world, step)
        case Delete():
            key = key_of(step.object)
            _there(world, key, step.object)
            grace = None if step.grace is None else seconds(step.grace)
            # kubectl asks for this of its own accord; the API server would let a Job's pods live on
            yield Write("delete", key, DeleteOptions(grace_period=grace, propagation="Background"))
        case OnNode():
            yield from _on_node(world, name, step.node)
        case TaintNode() if name == "taint":
            for write in environment.tainted(world.store, step.node, _taint(step.taint)):
                yield write._replace(manager="kubectl-taint")
        case TaintNode():
            key_, _, effect = step.taint.partition(":")
            for write in environment.untainted(world.store, step.node, key_.partition("=")[0], effect):
                yield write._replace(manager="kubectl-taint")
        case NodeCondition():
            yield from environment.found(world.store, step.node, step.type, step.status, world.now)
        case _:
            return


def outside(world: World, name: str, step: Step) -> World:
    """The world after what a step does to it past the API server. Raises BadInput."""
    match step:
        case OnNode() if name == "drain":
            return world._replace(memory=world.memory.set((draining.NAME, Key("Node", "", step.node)), world.now))
        case EndContainer():
            code, reason = (SIGKILLED, "OOMKilled") if name == "oom" else (step.code, "")
            return behaviour.ended(world, _pods(world, step.pod), step.container, code, reason)
        case ProbeFail():
            _pods(world, step.pod)
            until = world.now + seconds(step.lasts) if step.lasts else None
            fails = Fails(step.pod, step.container, step.probe, world.now, until)
            held = behaviour.of(world)
            return behaviour.behaving(world, held._replace(fails=(*held.fails, fails)))
        case RunsFor():
            held = behaviour.of(world)
            runs = Runs(step.pod, step.container, Run(seconds(step.lasts) if step.lasts else None, step.code))
            return behaviour.behaving(world, held._replace(runs=(*held.runs, runs)))
        case Image():
            held = behaviour.of(world)
            gone = held.missing - {step.image} if name == "image-back" else held.missing | {step.image}
            return behaviour.behaving(world, held._replace(missing=gone))
        case Load():
            held = behaviour.of(world)
            return behaviour.behaving(world, held._replace(uses=(*held.uses, *_uses(step))))
        case Restart():
            memory = world.memory
            for own in [one for one in memory if one[0] == step.component]:
                memory = memory.delete(own)
            anew = world.views if world.views is caches.LATEST else _listed_anew(world, step.component)
            return world._replace(memory=memory, views=anew)
        case LagBehind():
            return world._replace(views=_lagging(world, step))
        case Miss():
            key = key_of(step.object)
            seen = world.seen_by(step.component).get(key)
            return world._replace(views=caches.missing(world.views, step.component, key, seen))
        case _:
            return world


def told(one: Scripted) -> str:
    """A step in words, for the story: what happens outside of Kubernetes has no request to tell."""
    match one.step:
        case OnNode(node):
            return ON_NODE.get(one.name, "").format(node)
        case NodeCondition(node, type_, status):
            return f"the kubelet of {node} finds that {type_} is {status}"
        case EndContainer():
            which = f" {one.step.container}" if one.step.container else ""
            what = "runs out of memory" if one.name == "oom" else f"ends with {one.step.code}"
            return f"a container{which} of {one.step.pod} {what}"
        case ProbeFail():
            lasts = f" for {one.step.lasts}" if one.step.lasts else ""
            return f"{one.step.probe} probes of {one.step.pod} fail from now on{lasts}"
        case RunsFor():
            until = f"run for {one.step.lasts} and end with {one.step.code}" if one.step.lasts else "run until killed"
            return f"containers of {one.step.pod} that start from now on {until}"
        case Image():
            return (
                f"image {one.step.image} can {'be pulled again' if one.name == 'image-back' else 'no longer be pulled'}"
            )
        case Load(cpu=cpu, memory=memory):
            amounts = " and ".join(f"{name} {amount}" for name, amount in (("cpu", cpu), ("memory", memory)) if amount)
            first = f" for the first {one.step.lasts}" if one.step.lasts != "" else ""
            return f"{one.step.pod} use {amounts} {'together' if one.step.shared else 'each'}{first}"
        case Restart():
            return f"{one.step.component} starts anew"
        case LagBehind():
            lasts = f" for {one.step.lasts}" if one.step.lasts else ""
            return f"{one.step.component} sees everything {duration(seconds(one.step.by))} late from now on{lasts}"
        case Miss():
            return f"the next change of {one.step.object} is lost on {one.step.component}"
        case _:
            return ""


def _lagging(world: World, step: LagBehind) -> Views:
    by = seconds(step.by)
    if not by:
        raise BadInput("by: a component lags by at least 1s")
    until = world.now + seconds(step.lasts) if step.lasts else None
    lag = Lag(by, world.now, until, world.seen_by(step.component))
    return caches.lagging(world.views, step.component, lag)


def _listed_anew(world: World, component: str) -> Views:
    return caches.begun_anew(world.views, component, world.store, world.now)


def _there(world: World, key: Key, text: str) -> Any:
    held = world.store.get(key)
    if held is None:
        raise nothing(text, world.store.bucket(of_kind(key.kind)))
    return held


def _scaled(world: World, step: Scale) -> Write:
    key = key_of(step.object)
    held = _there(world, key, step.object)
    if not hasattr(getattr(held, "spec", None), "replicas"):
        raise BadInput(f"a {key.kind} has no replicas")
    if problem := too_many(step.replicas):
        raise BadInput(problem)
    new = replace(held, spec=replace(held.spec, replicas=step.replicas))
    return Write("update", key, new, manager=KUBECTL, subresource="scale")


def _with_image(world: World, step: SetImage) -> Write:
    key = key_of(step.object)
    held = _there(world, key, step.object)
    template = getattr(getattr(held, "spec", None), "template", None)
    if not isinstance(template, PodTemplate):
        raise BadInput(f"a {key.kind} has no pod template")
    names = [container.name for container in template.run.containers]
    if step.container and step.container not in names:
        raise BadInput(f"{step.object} has no container {step.container!r}; it has: {', '.join(names)}")
    spec = msgspec.json.decode(template.manifest, type=core_v1.PodSpec)
    changed = [replace(one, image=step.image) if step.container in ("", one.name) else one for one in spec.containers]
    meta = meta_v1.ObjectMeta(labels=dict(template.labels), annotations=dict(template.annotations))
    raw = core_v1.PodTemplateSpec(metadata=meta, spec=replace(spec, containers=changed))
    new = replace(typed_meta.template(raw, key.namespace), finalizers=template.finalizers)
    return Write("update", key, replace(held, spec=replace(held.spec, template=new)), manager="kubectl-set")


def _on_node(world: World, name: str, node: str) -> Sequence[Write]:
    match name:
        case "node-lost":
            return environment.lost(world.store, node, world.now)
        case "node-back":
            return environment.back(world.store, node)
        case "node-removed":
            return environment.removed(world.store, node, world.now)
        case _:
            return environment.cordoned(world.store, node, on=name != "uncordon")


def _uses(step: Load) -> list[Uses]:
    told = {name: str(amount) for name, amount in (("cpu", step.cpu), ("memory", step.memory)) if amount != ""}
    if not told:
        raise BadInput("a load says cpu, memory, or both")
    try:
        amounts = resources.as_units({name: quantity.parse(text) for name, text in told.items()})
    except quantity.BadQuantity as bad:
        raise BadInput(str(bad)) from bad
    until = seconds(step.lasts) if step.lasts != "" else None
    return [Uses(step.pod, name, amount, step.shared, until) for name, amount in amounts.items()]


def _taint(text: str) -> Taint:
    rest, _, effect = text.rpartition(":")
    if effect not in EFFECTS or not rest:
        raise BadInput(f"{text!r} is not a taint: KEY[=VALUE]:EFFECT, an effect being one of {', '.join(EFFECTS)}")
    key, _, value = rest.partition("=")
    return Taint(key, value, effect)


def _pods(world: World, pattern: str) -> Sequence[Key]:
    found = behaviour.matching(world, pattern)
    if not found:
        raise nothing(f"pod/{pattern}", world.store.bucket(of_kind("Pod")))
    return found
