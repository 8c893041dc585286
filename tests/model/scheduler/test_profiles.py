"""What a scheduler's own profile changes about single pods (v1.34)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
from immutables import Map

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.selecting import Selecting
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint
from kubeproof.model.scheduler import configuration
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.event import event
from kubeproof.model.scheduler.filters.node_affinity import ENFORCED
from kubeproof.model.scheduler.filters.pod_topology_spread import SKEWED
from kubeproof.model.scheduler.profile import Profile

FITS = None
WEB = Map({"app": "web"})
DONGLE = "example.com/dongle"


def node(name: str, *taints: Taint) -> Node:
    labels = Map({"zone": name, "arch": "amd64" if name == "a" else "arm64"})
    return Node(name, labels, taints, allocatable=Map({"cpu": 1000, "pods": 10}))


def args(plugin: str, **asked: Any) -> dict[str, Any]:
    return {"pluginConfig": [{"name": plugin, "args": asked}]}


def off(point: str, *names: str) -> dict[str, Any]:
    return {"plugins": {point: {"disabled": [{"name": name} for name in names]}}}


def asked(fields: dict[str, Any]) -> Profile:
    raw = {"apiVersion": configuration.VERSION, "kind": configuration.KIND, "profiles": [fields]}
    return configuration.read(raw).profiles["default-scheduler"]


class Case(NamedTuple):
    sentence: str
    profile: dict[str, Any]
    pod: Pod
    says: Mapping[str, str | None]
    on_a: tuple[Pod, ...] = ()


AMD64 = [{"key": "arch", "operator": "In", "values": ["amd64"]}]
ADDED = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": AMD64}]}}
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
LISTED = args("PodTopologySpread", defaultingType="List", defaultConstraints=[SPREAD])
SERVED = Selecting(services=Map({"default": (WEB, Map({"app": "db"}))}))
NEW, HARD = Pod("default", "new", spec=PodSpec()), Taint("gpu", "", "NoSchedule")
DEVICE = Pod("default", "device", spec=PodSpec(requests=Map({DONGLE: 1, "cpu": 500})))
WEB_POD, OTHER = Pod("default", "web", WEB), Pod("default", "other", WEB, node="a")
NO_DONGLE = {"a": f"Insufficient {DONGLE}", "b": f"Insufficient {DONGLE}"}
EVERYWHERE = {"a": FITS, "b": FITS}
CASES = (
    Case("added affinity binds every pod", args("NodeAffinity", addedAffinity=ADDED), NEW, {"a": FITS, "b": ENFORCED}),
    Case("nothing is ignored unasked", {}, DEVICE, NO_DONGLE),
    Case("a resource is ignored", args("NodeResourcesFit", ignoredResources=[DONGLE]), DEVICE, EVERYWHERE),
    Case("a group is ignored", args("NodeResourcesFit", ignoredResourceGroups=["example.com"]), DEVICE, EVERYWHERE),
    Case("another group is not", args("NodeResourcesFit", ignoredResourceGroups=["example.org"]), DEVICE, NO_DONGLE),
    Case(
        "what every node has is never ignored",
        args("NodeResourcesFit", ignoredResources=["cpu"]),
        Pod("default", "large", spec=PodSpec(requests=Map({"cpu": 2000}))),
        {"a": "Insufficient cpu", "b": "Insufficient cpu"},
    ),
    Case("pods of a service are spread", LISTED, WEB_POD, {"a": SKEWED, "b": FITS}, (OTHER,)),
    Case("a pod of no service is not", LISTED, Pod("default", "x", Map({"app": "x"})), EVERYWHERE, (OTHER,)),
    Case("without a list nobody is", {}, WEB_POD, EVERYWHERE, (OTHER,)),
    Case("a filter that is off refuses nothing", off("filter", "NodeResourcesFit"), DEVICE, EVERYWHERE),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_what_a_profile_changes(case: Case) -> None:
    cluster = Snapshot((node("a"), node("b")), case.on_a, selecting=SERVED)
    decision = Cycle(cluster, asked(case.profile).filters).decide(case.pod)
    said = {name: verdict and ", ".join(verdict.reasons) for name, verdict in decision.nodes.items()}
    assert said == case.says


NO_HELP = " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
EVENTS: tuple[tuple[str, dict[str, Any], str], ...] = (
    (
        "both speak",
        {},
        f" no new claims to deallocate,{NO_HELP}",
    ),
    ("claims alone", off("postFilter", "DefaultPreemption"), " no new claims to deallocate"),
    (
        "preemption alone",
        off("postFilter", "DynamicResources"),
        NO_HELP,
    ),
    ("nobody", off("postFilter", "*"), ""),
)


@pytest.mark.parametrize(("profile", "after"), [case[1:] for case in EVENTS], ids=[case[0] for case in EVENTS])
def test_who_speaks_after_the_filters(profile: dict[str, Any], after: str) -> None:
    chosen = asked(profile)
    decision = Cycle(Snapshot((node("a", HARD),)), chosen.filters).decide(NEW)
    said = "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: }."
    assert event(decision, post_filters=chosen.post_filters) == said + after
