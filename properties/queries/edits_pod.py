"""What can be changed in the pod's own manifest so that it meets a requirement at a node.

Each function gives the edits for one plugin's requirements; a plugin that is not in `OPTIONS` (volumes) has none, for a
claim cannot be changed once it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from kubeproof.model.logic.terms import Op, Term, subterms
from kubeproof.model.objects.affinity import NodeSelectorTerm, PreferredPods
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import HostPort, Pod, PodSpec
from kubeproof.model.objects.quantity import text_of
from kubeproof.model.objects.selectors import Requirement as LabelRequirement
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.scheduler.filters.node_affinity import REQUIRED as NODE_AFFINITY
from kubeproof.model.scheduler.filters.node_unschedulable import CORDONED
from kubeproof.model.scheduler.open_node import Free, HasTaint, OnPort, Pods
from kubeproof.properties.queries import manifest
from kubeproof.properties.queries.details import Reader
from kubeproof.properties.queries.edits import UNIT, Edit
from kubeproof.properties.queries.manifest import path

CONDITIONS = "node.kubernetes.io/"
"""Taints that node controllers put on and take off themselves begin so."""


class Asking(NamedTuple):
    """A requirement that a node fails: whose, what it says there, and where it stands in the pod."""

    pod: Pod
    plugin: str
    where: str
    terms: tuple[Term, ...]
    node: Node
    reader: Reader


def options(asking: Asking) -> Iterator[Edit]:
    """The edits of the pod that may make it meet the requirement at the node; each is still to be checked."""
    return OPTIONS[asking.plugin](asking) if asking.plugin in OPTIONS else iter(())


def _taint(asking: Asking) -> Iterator[Edit]:
    for term in asking.terms:
        for part in subterms(term):
            if isinstance(part.data, HasTaint):
                yield _tolerate(asking.pod, part.data.taint)


def _cordon(asking: Asking) -> Iterator[Edit]:
    yield _tolerate(asking.pod, CORDONED)


def _tolerate(pod: Pod, taint: Taint) -> Edit:
    toleration = Toleration(taint.key, "Equal" if taint.value else "Exists", taint.value, taint.effect)
    value = f'value: "{taint.value}", ' if taint.value else ""
    where = path(pod, "spec.tolerations")
    return Edit(
        kind="toleration of a node's condition" if taint.key.startswith(CONDITIONS) else "toleration",
        text=f"{where}: + {{key: {taint.key}, operator: {toleration.operator}, {value}effect: {taint.effect}}}",
        path=where,
        spec=lambda spec: msgspec.structs.replace(spec, tolerations=(*spec.tolerations, toleration)),
    )


def _selector(asking: Asking) -> Iterator[Edit]:
    """A nodeSelector entry dropped or changed to what the node has; or the required node affinity, likewise."""
    start = "spec.nodeSelector."
    if not asking.where.startswith(start):
        yield from _affinity(asking)
        return
    key, where = asking.where.removeprefix(start), path(asking.pod, asking.where)
    old, here = asking.pod.spec.node_selector[key], asking.node.labels.get(key)
    yield Edit(
        kind="node selector",
        text=f"{where}: {old} -> (removed)",
        path=where,
        spec=lambda spec: _selecting(spec, key, None),
    )
    if here:
        yield Edit(
            kind="node selector value",
            text=f"{where}: {old} -> {here}",
            path=where,
            spec=lambda spec: _selecting(spec, key, here),
        )


def _selecting(spec: PodSpec, key: str, value: str | None) -> PodSpec:
    own = spec.node_selector
    if value is not None:
        own = own.set(key, value)
    elif key in own:
        own = own.delete(key)
    return msgspec.structs.replace(spec, node_selector=own)


def _affinity(asking: Asking) -> Iterator[Edit]:
    where = path(asking.pod, NODE_AFFINITY)
    required = where.removesuffix(".nodeSelectorTerms")
    yield Edit(
        kind="node affinity",
        text=f"{required}: (removed)",
        path=required,
        spec=lambda spec: msgspec.structs.replace(spec, node_terms=None),
    )
    for at, one in enumerate(asking.pod.spec.node_terms or ()):
        missed = [i for i, wanted in enumerate(one.expressions) if not wanted.matches(asking.node.labels)]
        if len(missed) != 1 or one.fields:
            continue
        index = missed[0]
        wanted, here = one.expressions[index], asking.node.labels.get(one.expressions[index].key)
        place = f"{where}[{at}].matchExpressions[{index}]"
        if wanted.operator == "In" and here:
            more = (*wanted.values, here)
            yield Edit(
                kind="node affinity value",
                text=f"{place}.values: [{', '.join(wanted.values)}] -> [{', '.join(more)}]",
                path=f"{place}.values",
                spec=_expressing(at, index, LabelRequirement(wanted.key, "In", more)),
            )
        if len(one.expressions) > 1:
            yield Edit(
                kind="node affinity",
                text=f"{place}: (removed) {wanted.text}",
                path=place,
                spec=_expressing(at, index, None),
            )


def _expressing(at: int, index: int, new: LabelRequirement | None) -> Callable[[PodSpec], PodSpec]:
    """Puts a requirement in the place of another, or takes it away where `new` is None."""

    def change(spec: PodSpec) -> PodSpec:
        terms = list(spec.node_terms or ())
        if at >= len(terms):
            return spec  # another edit has dropped the affinity as a whole
        own = list(terms[at].expressions)
        own[index : index + 1] = [] if new is None else [new]
        terms[at] = NodeSelectorTerm(tuple(own), terms[at].fields)
        return msgspec.structs.replace(spec, node_terms=tuple(terms))

    return change


def _request(asking: Asking) -> Iterator[Edit]:
    """The request lowered to what is free at the node, where that is something."""
    resource = next((p.data.resource for t in asking.terms for p in subterms(t) if isinstance(p.data, Free)), PODS)
    want = asking.pod.spec.requests.get(resource, 0)
    if resource == PODS or not want:
        return
    room = min(asking.reader.at(term.args[1], asking.node.name) for term in asking.terms)
    if 0 < room < want:
        lines = [line for line in manifest.requests(asking.pod, resource) if line.amount > want - room]
        line = max(lines, key=lambda one: one.amount, default=None)
        if line is None and asking.pod.origin and asking.pod.origin.manifest:
            return  # no single line of the manifest stands for the amount
        where = path(asking.pod, line.where if line else asking.where)
        old, new = line.amount if line else want, (line.amount if line else want) - (want - room)
        shown = line.text if line else text_of(resource, old)
        yield Edit(
            kind="request",
            text=f"{where}: {shown} -> {text_of(resource, new)}",
            regret=(want - room) * UNIT // want,
            path=where,
            spec=lambda spec: msgspec.structs.replace(spec, requests=spec.requests.set(resource, room)),
        )


def _ports(asking: Asking) -> Iterator[Edit]:
    queries = [part.data.query for part in subterms(*asking.terms) if isinstance(part.data, Pods)]
    for port in (query.port for query in queries if isinstance(query, OnPort)):
        lines = manifest.host_ports(asking.pod, port)
        if len(lines) == 1 or not (asking.pod.origin and asking.pod.origin.manifest):
            where = path(asking.pod, lines[0].where if lines else "spec.containers[].ports[].hostPort")
            yield Edit(
                kind="host port", text=f"{where}: {port.port} -> (removed)", path=where, spec=_without_port(port)
            )


def _without_port(port: HostPort) -> Callable[[PodSpec], PodSpec]:
    return lambda spec: msgspec.structs.replace(spec, host_ports=spec.host_ports - {port})


def _spread(asking: Asking) -> Iterator[Edit]:
    """The constraint only preferred, its skew as large as it must be, or its minDomains as few as there are."""
    index = int(asking.where.rpartition("[")[2].rstrip("]"))
    where, own = path(asking.pod, asking.where), asking.pod.spec.spread[index]

    def with_(**fields: object) -> Callable[[PodSpec], PodSpec]:
        def change(spec: PodSpec) -> PodSpec:
            spread = list(spec.spread)
            spread[index] = msgspec.structs.replace(spread[index], **fields)
            return msgspec.structs.replace(spec, spread=tuple(spread))

        return change

    yield Edit(
        kind="spread",
        text=f"{where}.whenUnsatisfiable: DoNotSchedule -> ScheduleAnyway",
        path=f"{where}.whenUnsatisfiable",
        spec=with_(hard=False),
    )
    failing = [term for term in asking.terms if not asking.reader.at(term, asking.node.name)]
    if any(term.op is not Op.LE for term in failing):
        return  # the node lacks the topology label
    for term in failing:
        need = asking.reader.at(term.args[0], asking.node.name)
        yield Edit(
            kind="skew",
            text=f"{where}.maxSkew: {own.max_skew} -> {need}",
            regret=need - own.max_skew,
            path=f"{where}.maxSkew",
            spec=with_(max_skew=need),
        )
        for part in subterms(term):
            if part.op is Op.DISTINCT and 0 < (have := asking.reader.at(part, asking.node.name)) < own.min_domains:
                yield Edit(
                    kind="minDomains",
                    text=f"{where}.minDomains: {own.min_domains} -> {have}",
                    path=f"{where}.minDomains",
                    spec=with_(min_domains=have),
                )


def _neighbours(asking: Asking) -> Iterator[Edit]:
    """A required term of pod (anti-)affinity made a preferred one."""
    anti = ".podAntiAffinity." in asking.where
    if not anti and ".podAffinity." not in asking.where:
        return  # the rule is another pod's
    where, index = path(asking.pod, asking.where), int(asking.where.rpartition("[")[2].rstrip("]"))
    term = (asking.pod.spec.anti_affinity if anti else asking.pod.spec.affinity)[index]

    def change(spec: PodSpec) -> PodSpec:
        kept = list(spec.anti_affinity if anti else spec.affinity)
        kept.remove(term)
        preferred = (*spec.preferred_pods, PreferredPods(-100 if anti else 100, term))
        if anti:
            return msgspec.structs.replace(spec, anti_affinity=tuple(kept), preferred_pods=preferred)
        return msgspec.structs.replace(spec, affinity=tuple(kept), preferred_pods=preferred)

    yield Edit(
        kind="anti-affinity" if anti else "affinity",
        text=f"{where}: -> preferredDuringSchedulingIgnoredDuringExecution (weight 100)",
        path=where,
        spec=change,
    )


def _gates(asking: Asking) -> Iterator[Edit]:
    where = path(asking.pod, "spec.schedulingGates")
    yield Edit(
        kind="scheduling gate",
        text=f"{where}: [{', '.join(asking.pod.spec.gates)}] -> []",
        path=where,
        spec=lambda spec: msgspec.structs.replace(spec, gates=()),
    )


OPTIONS: Mapping[str, Callable[[Asking], Iterator[Edit]]] = {
    "SchedulingGates": _gates,
    "NodeUnschedulable": _cordon,
    "TaintToleration": _taint,
    "NodeAffinity": _selector,
    "NodePorts": _ports,
    "NodeResourcesFit": _request,
    "PodTopologySpread": _spread,
    "InterPodAffinity": _neighbours,
}
