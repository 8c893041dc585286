"""The lifecycle golden topics of the controllers that look at nodes, budgets and endpoints.

What a recorder did between two calls of real Kubernetes (a clock that moves, a kubelet that posts) is told here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import msgspec
from immutables import Map
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.controlplane import eviction
from kubeproof.model.controlplane.controllers import (
    endpoint_slice,
    pod_gc,
    taint_eviction,
)
from kubeproof.model.controlplane.controllers.daemonset import eligibility
from kubeproof.model.controlplane.controllers.disruption import status as disruption
from kubeproof.model.controlplane.controllers.disruption.status import Scaled
from kubeproof.model.controlplane.controllers.node_lifecycle import monitor, tainting, zones
from kubeproof.model.controlplane.controllers.node_lifecycle.health import Grace
from kubeproof.model.controlplane.controllers.node_lifecycle.monitor import Memory, Settings
from kubeproof.model.objects import defaults, taints
from kubeproof.model.objects.budget import BudgetStatus, LiveBudget
from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.live_node import READY, Lease, LiveNode, NodeCondition
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.pod_status import Condition, PodStatus, Truth
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint, Toleration
from kubeproof.model.scheduler.values import ClusterValues

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

NOW = 10_000
"""The time of cases that say only how long ago something was."""


def agrees(topic: str, expect: Json, got: Json) -> bool:
    """Whether an answer is the expected one, to the letter.

    A taint-eviction-sequence may end before the eviction that is scheduled last: the recorder does not list a step that
    came too late, so a case does not tell whether its clock went on until then, or stood still before.
    """
    waits = topic == "taint-eviction-sequence" and got and got[-2:-1] == [{"scheduledAt": got[-1].get("evictedAt")}]
    return expect in ([got, got[:-1]] if waits else [got])


def _count(raw: Json) -> int:
    """A number of nodes, of which no cluster has too many to be made one by one."""
    number: int = msgspec.convert(raw, Annotated[int, msgspec.Meta(ge=0, le=100_000)])
    return number


def _labels(raw: Json) -> Map[str, str]:
    return Map(msgspec.convert(raw or {}, dict[str, str]))


def _taints(raw: Iterable[Json] | None) -> tuple[Taint, ...]:
    return tuple(Taint(one.get("key", ""), one.get("value", ""), one.get("effect", "")) for one in raw or ())


def _tolerations(raw: Iterable[Json] | None) -> tuple[Toleration, ...]:
    return tuple(taints.of_toleration(msgspec.convert(one, core_v1.Toleration)) for one in raw or ())


def _taint_eviction(case: Json) -> Json:
    seconds = taint_eviction.tolerated_for(_taints(case.get("taints")), _tolerations(case.get("tolerations")))
    if seconds is None:
        return {"evict": "never"}
    return {"evict": "after", "afterSeconds": seconds} if seconds else {"evict": "immediately"}


def _taint_eviction_sequence(case: Json) -> Json:
    """What is scheduled after each step; at the end the eviction that follows if nothing else happens (`agrees`)."""
    tolerations, scheduled, found = _tolerations(case.get("tolerations")), None, list[Json]()
    for step in case["steps"]:
        if scheduled is not None and scheduled.at <= step["at"]:
            break
        evict, scheduled = taint_eviction.decide(scheduled, _taints(step.get("taints")), tolerations, step["at"])
        if evict:
            return [*found, {"evictedAt": step["at"]}]
        found.append({"scheduledAt": None if scheduled is None else scheduled.at})
    return found if scheduled is None else [*found, {"evictedAt": scheduled.at}]


def _node_condition_taints(case: Json) -> Json:
    said = [NodeCondition(type_, status) for type_, status in case["conditions"].items() if status != "absent"]
    node = LiveNode(Meta("n1"), _taints(case["existingTaints"]), case["unschedulable"], tuple(said))
    return {"taints": _shown(tainting.no_schedule(node))}


def _shown(found: Iterable[Taint]) -> list[str]:
    return sorted(f"{taint.key}:{taint.effect}" for taint in found)


def _node_zone_state(case: Json) -> Json:
    up, down = NodeCondition(READY, "True"), NodeCondition(READY, "False")
    ready = [up] * _count(case["ready"]) + [down] * _count(case["notReady"])
    return zones.zone_state(ready, case["unhealthyZoneThreshold"])


def _node_lifecycle_trace(case: Json) -> Json:
    grace = Grace(case["nodeMonitorGracePeriodSeconds"], case["nodeStartupGracePeriodSeconds"])
    settings = Settings(grace, zones.Rates(normal=10**6))
    names = ["n1", *(f"other{number}" for number in range(_count(case["otherHealthyNodes"])))]
    nodes = {name: LiveNode(Meta(name, created_at=case["nodeCreatedAt"])) for name in names}
    pod = _pod("p", node="n1", phase="Running", ready="True")
    memory, leases, found = Memory(), dict[str, Lease](), []
    for step in case["steps"]:
        now = step["at"]
        for name in names[1:]:
            nodes[name] = _posts(nodes[name], "True", now)
        if "kubeletPostsReady" in step:
            nodes["n1"] = _posts(nodes["n1"], step["kubeletPostsReady"], now)
        if step.get("leaseRenewed"):
            leases["n1"] = Lease("n1", now)
        said = None
        while said != (said := [node.conditions for node in nodes.values()]):
            done = monitor.monitor(memory, list(nodes.values()), leases, now, settings)
            memory = done.memory
            nodes.update({node.meta.name: node for node in done.nodes})
            for name in done.pods_not_ready_on:
                pod = next((replace(p, status=status) for p, status in monitor.pods_not_ready([pod], name, now)), pod)
        done = monitor.no_execute_pass(memory, nodes.values(), now)
        nodes.update({node.meta.name: node for node in done.nodes})
        nodes = {name: replace(node, taints=tainting.no_schedule(node)) for name, node in nodes.items()}
        memory = done.memory
        found.append(_seen(nodes["n1"], pod, memory))
    return found


def _posts(node: LiveNode, ready: Json, now: int) -> LiveNode:
    """The node after its kubelet has posted a status: Ready as told, no pressure on memory, and no word of more."""
    said = []
    posted: tuple[tuple[str, Truth, str], ...] = ((READY, ready, "Kubelet"), ("MemoryPressure", "False", ""))
    for type_, status, reason in posted:
        old = node.condition(type_)
        since = old.changed_at if old is not None and old.status == status else now
        said.append(NodeCondition(type_, status, reason, heard_at=now, changed_at=since))
    return replace(node, conditions=tuple(said))


def _seen(node: LiveNode, pod: LivePod, memory: Memory) -> Json:
    ready = pod.status.condition("Ready")
    return {
        "conditions": {one.type: {"reason": one.reason, "status": one.status} for one in node.conditions},
        "podReady": ready and ready.status,
        "taints": _shown(node.taints),
        "zones": dict(memory.zones),
    }


def _daemonset_should_run(case: Json) -> Json:
    given = msgspec.convert(case["tolerations"] or [], list[core_v1.Toleration])
    made = defaults.daemonset_tolerations(given, case["hostNetwork"])
    spec = PodSpec(node_selector=_labels(case["nodeSelector"]), tolerations=tuple(map(taints.of_toleration, made)))
    raw = case["node"]
    node = Node(raw["name"], _labels(raw["labels"]), _taints(raw["taints"]), raw["unschedulable"])
    at = ClusterValues(Snapshot(nodes=(node,))).nodes[0]
    found = eligibility.should_run(Pod("default", "d", spec=spec, node=case["nodeName"]), at)
    return {"shouldRun": found.run, "shouldContinueRunning": found.stay}


def _pod_gc(case: Json) -> Json:
    """Two rounds without quarantine, as recorded; the pods that the first deletes are gone in the second."""
    nodes = [
        LiveNode(
            Meta(raw["name"]),
            (Taint(pod_gc.OUT_OF_SERVICE, "", "NoExecute"),) if raw["outOfServiceTaint"] else (),
            conditions=(NodeCondition(READY, raw["ready"]),),
        )
        for raw in case["nodes"]
    ]
    pods = [_gc_pod(raw) for raw in case["pods"]]
    patched: dict[str, PodStatus] = {}
    deleted: set[str] = set()
    quarantine: Map[str, int] = Map()
    for now in (NOW, NOW + pod_gc.PERIOD):
        left = [pod for pod in pods if pod.meta.name not in deleted]
        removals, quarantine = pod_gc.collect(
            left, nodes, now, quarantine, threshold=case["terminatedPodThreshold"], quarantine_for=0
        )
        for pod, _, status in removals:
            if status is not None and pod.meta.name not in deleted:
                patched[pod.meta.name] = status
            deleted.add(pod.meta.name)
    return {
        "deleted": sorted(deleted),
        "statusPatched": {name: _patch(status) for name, status in patched.items()},
    }


def _gc_pod(raw: Json) -> LivePod:
    pod = _pod(raw["name"], node=raw["node"], phase=raw["phase"], deleted=raw.get("deleted", False))
    status = replace(pod.status, reason=raw.get("reason", ""))
    return replace(pod, meta=replace(pod.meta, created_at=raw["createdHour"] * 3600), status=status)


def _patch(status: PodStatus) -> Json:
    said = status.condition("DisruptionTarget")
    return {"phase": status.phase, **({"disruptionTargetReason": said.reason} if said else {})}


def _endpointslice_conditions(case: Json) -> Json:
    ready = "" if case["readyCondition"] == "absent" else case["readyCondition"]
    pod = _pod("p", node=case["nodeName"], phase=case["phase"], ready=ready, deleted=case["deleted"])
    pod = replace(pod, status=replace(pod.status, ips=(case["podIP"],) if case["podIP"] else ()))
    said = endpoint_slice.conditions(pod, publish_not_ready=case["publishNotReadyAddresses"])
    return {
        **said._asdict(),
        "included": endpoint_slice.included(pod),
        "includedExcludingTerminating": endpoint_slice.included(pod, terminating=False),
    }


def _pdb_status(case: Json) -> Json:
    scales = {
        ("ReplicaSet", "ns", raw["name"]): Scaled(Meta(raw["name"], "ns", uid=raw["name"]), raw["replicas"])
        for raw in case["replicaSets"]
    }
    pods = [_guarded(raw) for raw in case["pods"]]
    ago = {raw["name"]: NOW - raw["disruptedSecondsAgo"] for raw in case["pods"] if "disruptedSecondsAgo" in raw}
    budget = LiveBudget(
        Meta("b", "ns", generation=1),
        of_labels(LABELS),
        case.get("minAvailable"),
        case.get("maxUnavailable"),
        status=BudgetStatus(disrupted=Map(ago)),
    )
    done = disruption.sync(budget, pods, scales, NOW)
    status = budget.status if done.status is None else done.status
    said = status.conditions[0]
    shown = {
        "condition": {"type": said.type, "status": said.status, "reason": said.reason},
        "disruptionsAllowed": status.allowed,
    }
    if done.failed:
        return {**shown, "error": done.failed}
    return {
        **shown,
        "currentHealthy": status.current_healthy,
        "desiredHealthy": status.desired_healthy,
        "expectedPods": status.expected,
        "disruptedPods": sorted(status.disrupted),
    }


LABELS = {"app": "a"}


def _guarded(raw: Json) -> LivePod:
    ready = "True" if raw["ready"] else "False"
    pod = _pod(raw["name"], phase=raw["phase"], ready=ready, deleted=raw.get("deleted", False))
    labels = Map(LABELS if raw.get("matches", True) else {"app": "b"})
    owners = () if raw["owner"] == "none" else (_owned_by(raw["owner"]),)
    return replace(pod, meta=replace(pod.meta, labels=labels, owners=owners))


def _owned_by(name: str) -> Owner:
    return Owner("apps/v1", "ReplicaSet", name, uid=name, controller=True)


def _eviction_api(case: Json) -> Json:
    pod = _pod("p", phase=case["phase"], ready="True" if case["ready"] else "False", deleted=case.get("deleted", False))
    pod = replace(pod, meta=replace(pod.meta, labels=Map(LABELS)))
    budgets = [_budget(f"b{number}", raw) for number, raw in enumerate(case["pdbs"])]
    done = eviction.evict("p", pod, budgets, NOW)
    after = [done.budget if done.budget and done.budget.meta.name == one.meta.name else one for one in budgets]
    return {
        **(_success(done) if done.refusal is None else _refused(done.refusal)),
        "podDeleted": done.evicted,
        "pdbsAfter": [
            {
                "name": one.meta.name,
                "disruptionsAllowed": one.status.allowed,
                "podRecorded": "p" in one.status.disrupted,
            }
            for one in after
        ],
    }


def _success(done: eviction.Eviction) -> Json:
    said = done.status and done.status.condition("DisruptionTarget")
    return {
        "status": "Success",
        **({"disruptionTarget": {"reason": said.reason, "status": said.status}} if said else {}),
    }


def _refused(refusal: eviction.Refusal) -> Json:
    if not refusal.reason:
        return {"status": "Failure", "code": refusal.code, "message": refusal.message}
    return {
        "error": refusal.reason,
        "code": refusal.code,
        "message": refusal.message,
        "retryAfterSeconds": refusal.retry_after,
    }


def _budget(name: str, raw: Json) -> LiveBudget:
    return LiveBudget(
        Meta(name, "ns", generation=raw["generation"]),
        of_labels(LABELS if raw.get("matches", True) else {"app": "b"}),
        unhealthy=raw["unhealthyPodEvictionPolicy"],
        status=BudgetStatus(
            allowed=raw["disruptionsAllowed"],
            current_healthy=raw["currentHealthy"],
            desired_healthy=raw["desiredHealthy"],
            observed_generation=raw["observedGeneration"],
        ),
    )


def _pod(name: str, *, node: str = "n1", phase: Json = "Running", ready: Json = "", deleted: bool = False) -> LivePod:
    said = (Condition("Ready", ready),) if ready else ()
    meta = Meta(name, "ns", uid=name, deleted_at=NOW if deleted else None)
    return LivePod(meta, RunSpec(()), node=node, status=PodStatus(phase, conditions=said))


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "taint-eviction": _taint_eviction,
    "taint-eviction-sequence": _taint_eviction_sequence,
    "node-condition-taints": _node_condition_taints,
    "node-lifecycle-trace": _node_lifecycle_trace,
    "node-zone-state": _node_zone_state,
    "daemonset-should-run": _daemonset_should_run,
    "podgc": _pod_gc,
    "endpointslice-conditions": _endpointslice_conditions,
    "pdb-status": _pdb_status,
    "eviction-api": _eviction_api,
}
