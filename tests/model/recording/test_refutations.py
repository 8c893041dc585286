"""Recordings with one event changed into what Kubernetes never does: each is refuted, at that event, for its reason."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kubeproof.model.recording.account import Account, Unexplained
from kubeproof.model.recording.follow import follow
from kubeproof.model.recording.lines import read

DATA = Path(__file__).parents[2] / "conformance" / "data" / "controlplane" / "recordings"

Json = Any
Mutation = Callable[[list[Json]], int]
"""Changes a recording's lines; the revision of the event that is no step any more."""


@cache
def _recorded(name: str) -> str:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as lines:
        return lines.read()


def lines_of(name: str) -> list[Json]:
    return [json.loads(line) for line in _recorded(name).splitlines()]


def followed(lines: list[Json], name: str) -> Account:
    return follow(read(enumerate(lines, start=1), name))


def events(lines: list[Json], kind: str, type_: str = "MODIFIED") -> Iterator[Json]:
    return (one for one in lines if one["type"] == type_ and one.get("kind") == kind)


def first(lines: list[Json], kind: str, holds: Callable[[Json], Any], type_: str = "MODIFIED") -> Json:
    return next(one for one in events(lines, kind, type_) if holds(one["object"]))


def status(pod: Json) -> Json:
    return pod["status"]


def condition(obj: Json, type_: str) -> Json:
    return next((one for one in obj["status"].get("conditions", ()) if one["type"] == type_), {})


def bound_elsewhere(lines: list[Json]) -> int:
    """The last pod that was bound goes to a node that spreading closes."""
    bound = [one for one in events(lines, "Pod") if one["object"]["spec"].get("nodeName")]
    told: dict[str, Json] = {}
    for one in bound:
        told.setdefault(one["object"]["metadata"]["name"], one)
    last = list(told.values())[-1]
    on = [one["object"]["spec"]["nodeName"] for one in told.values()]
    here = last["object"]["spec"]["nodeName"]
    full = max(("n1", "n2", "n3"), key=lambda node: (on.count(node), node != here))
    last["object"]["spec"]["nodeName"] = full
    return int(last["rv"])


def counts_one_more(lines: list[Json]) -> int:
    event = first(lines, "ReplicaSet", lambda one: status(one).get("readyReplicas") == 2)
    event["object"]["status"]["readyReplicas"] = 3
    return int(event["rv"])


def one_pod_too_many(lines: list[Json]) -> int:
    pods = list(events(lines, "Pod", "ADDED"))
    last = pods[-1]
    taken = next(one for one in lines if one.get("kind") == "Event" and one["rv"] > last["rv"])
    taken["kind"], taken["object"] = "Pod", copy.deepcopy(last["object"])
    meta = taken["object"]["metadata"]
    meta["name"], meta["uid"] = meta["name"][:-5] + "zzzzz", "00000000-0000-0000-0000-00000000000f"
    return int(taken["rv"])


def another_message(lines: list[Json]) -> int:
    event = first(lines, "Pod", lambda one: "nodes are available" in condition(one, "PodScheduled").get("message", ""))
    said = condition(event["object"], "PodScheduled")
    said["message"] = said["message"].replace("0/3", "0/4", 1)
    return int(event["rv"])


def another_victim(lines: list[Json]) -> int:
    """The pod of middle priority goes, though one of low priority would do."""
    event = first(lines, "Pod", lambda one: condition(one, "DisruptionTarget"))
    marked = condition(event["object"], "DisruptionTarget")
    other = [
        one for one in events(lines, "Pod") if one["object"]["metadata"]["name"] == "mid1" and one["rv"] < event["rv"]
    ]
    event["object"] = copy.deepcopy(other[-1]["object"])
    event["object"]["status"]["conditions"].append(marked)
    return int(event["rv"])


def below_the_minimum(lines: list[Json]) -> int:
    """The old ReplicaSet is scaled down before a new pod is ready."""
    event = first(lines, "ReplicaSet", lambda one: one["spec"]["replicas"] == 2 and one["metadata"]["generation"] == 2)
    event["object"]["spec"]["replicas"] = 0
    return int(event["rv"])


def runs_while_it_waits(lines: list[Json]) -> int:
    event = first(lines, "Pod", lambda one: status(one).get("containerStatuses"))
    event["object"]["status"]["phase"] = "Running"
    return int(event["rv"])


def ends_without_a_cause(lines: list[Json]) -> int:
    event = first(lines, "Pod", lambda one: status(one).get("phase") == "Running")
    ended = event["object"]["status"]
    container = ended["containerStatuses"][0]
    container["state"] = {"terminated": {"exitCode": 3, "reason": "Error", **container["state"]["running"]}}
    container["ready"] = container["started"] = False
    return int(event["rv"])


def another_reason(lines: list[Json]) -> int:
    event = first(lines, "Pod", lambda one: status(one).get("reason") == "OutOfcpu")
    event["object"]["status"]["reason"] = "OutOfmemory"
    return int(event["rv"])


def evicted_too_early(lines: list[Json]) -> int:
    """A pod that tolerates the taint for five seconds is marked together with one that does not."""
    late = first(
        lines,
        "Pod",
        lambda one: one["metadata"]["name"] == "p-secs5" and condition(one, "DisruptionTarget"),
    )
    soon = first(lines, "Pod", lambda one: condition(one, "DisruptionTarget"))
    taken = next(one for one in lines if one.get("kind") == "Event" and one["rv"] > soon["rv"])
    taken["type"], taken["kind"], taken["object"] = "MODIFIED", "Pod", late["object"]
    said = condition(late["object"], "DisruptionTarget")
    said["lastTransitionTime"] = condition(soon["object"], "DisruptionTarget")["lastTransitionTime"]
    lines.remove(late)
    return int(taken["rv"])


def succeeded_twice(lines: list[Json]) -> int:
    event = first(lines, "Job", lambda one: status(one).get("succeeded") == 2)
    event["object"]["status"]["succeeded"] = 4
    return int(event["rv"])


def second_before_first(lines: list[Json]) -> int:
    """The second pod of a StatefulSet is made first."""
    event = first(lines, "Pod", lambda one: one["metadata"]["name"] == "db-0", "ADDED")
    second = first(lines, "Pod", lambda one: one["metadata"]["name"] == "db-1", "ADDED")
    event["object"] = second["object"]
    return int(event["rv"])


def allows_one_more(lines: list[Json]) -> int:
    event = first(lines, "PodDisruptionBudget", lambda one: status(one).get("disruptionsAllowed") == 1)
    event["object"]["status"]["disruptionsAllowed"] = 2
    return int(event["rv"])


def gets_traffic_while_it_ends(lines: list[Json]) -> int:
    def ends(one: Json) -> bool:
        return any(end["conditions"].get("terminating") for end in one.get("endpoints") or ())

    event = first(lines, "EndpointSlice", ends)
    for end in event["object"]["endpoints"]:
        end["conditions"]["ready"] = True
    return int(event["rv"])


def another_taint(lines: list[Json]) -> int:
    event = first(lines, "Node", lambda one: "unreachable" in json.dumps(one["spec"].get("taints", "")))
    event["object"]["spec"]["taints"][0]["key"] = "node.kubernetes.io/not-ready"
    return int(event["rv"])


def gone_while_it_runs(lines: list[Json]) -> int:
    """A deleted pod is removed though its containers have not ended."""
    event = first(lines, "Pod", lambda one: status(one).get("phase") in ("Succeeded", "Failed"))
    name = event["object"]["metadata"]["name"]
    mine = [one for one in events(lines, "Pod") if one["object"]["metadata"]["name"] == name]
    runs = [one for one in mine if one["rv"] < event["rv"]][-1]
    event["object"] = copy.deepcopy(runs["object"])
    event["object"]["metadata"]["deletionGracePeriodSeconds"] = 0
    return int(event["rv"])


def counts_two_pods_more(lines: list[Json]) -> int:
    """With the third pod the quota counts five."""
    event = first(lines, "ResourceQuota", lambda one: status(one).get("used") == {"pods": "3"})
    event["object"]["status"]["used"] = {"pods": "5"}
    return int(event["rv"])


def refused_for_another_bound(lines: list[Json]) -> int:
    event = first(lines, "ReplicaSet", lambda one: condition(one, "ReplicaFailure"))
    told = condition(event["object"], "ReplicaFailure")
    told["message"] = told["message"].replace("limited: pods=3", "limited: pods=2")
    return int(event["rv"])


class Case(NamedTuple):
    sentence: str
    recording: str
    mutation: Mutation
    says: str


CASES = (
    Case("a pod is bound where a filter rejects it", "b-conflict-1", bound_elsewhere, "node: "),
    Case("a ReplicaSet counts a pod as ready that is not", "a-roll-25-25-r3", counts_one_more, "ready_replicas"),
    Case("a ReplicaSet creates a pod too many", "b-conflict-1", one_pod_too_many, "own last creations"),
    Case("the scheduler counts a node that is not there", "b-conflict-1", another_message, "0/4 nodes"),
    Case("preemption takes the more important pod", "e-preempt-choose-node", another_victim, "DisruptionTarget"),
    Case("a rollout goes below its minimum", "a-roll-25-25-r3", below_the_minimum, "spec.replicas"),
    Case("a pod runs whose container waits", "b-conflict-1", runs_while_it_waits, "status.phase: 'Pending' predicted"),
    Case("a container ends without a cause", "b-conflict-1", ends_without_a_cause, "nothing makes container c end"),
    Case("a kubelet refuses a pod for memory that it has", "l-kubelet-admission-direct", another_reason, "'OutOfcpu'"),
    Case("a pod is evicted before its toleration ends", "c-taint-noexecute", evicted_too_early, "DisruptionTarget"),
    Case("a Job counts a pod twice", "g-job-c5p2", succeeded_twice, "status.succeeded"),
    Case("a StatefulSet makes its second pod first", "h-sts-ordered", second_before_first, ""),
    Case("a budget allows one disruption more", "f-drain-allowed", allows_one_more, "status.allowed"),
    Case("an ending pod gets new traffic", "i-svc-rolling", gets_traffic_while_it_ends, "conditions.ready"),
    Case("an unreachable node is called not ready", "d-nodedown-deploy-return", another_taint, "taints"),
    Case("a quota counts more than is created", "n-quota-pods", counts_two_pods_more, "status.used[pods]"),
    Case("a pod is refused for another bound", "n-quota-pods", refused_for_another_bound, "limited: pods=3"),
    Case("a pod is removed while it runs", "a-roll-25-25-r3", gone_while_it_runs, "its phase is Running"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_a_step_that_kubernetes_does_not_make_is_refuted(case: Case) -> None:
    lines = lines_of(case.recording)
    revision = case.mutation(lines)
    found = followed(lines, case.recording)
    refuted = next((one for one in found.unexplained if one.revision == revision), None)
    assert refuted is not None
    assert case.says in _told(refuted)
    assert all(one.revision >= revision for one in found.unexplained)


def _told(refuted: Unexplained) -> str:
    return refuted.text
