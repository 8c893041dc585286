"""Scheduler configurations that kube-scheduler refuses, and those that are not modelled: each named by its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.scheduler import configuration
from tests.model.scheduler.test_configuration import HEAD, RATIO, SHAPE, TEXT, named


def config(plugin: str, **args: Any) -> dict[str, Any]:
    return {"profiles": [{"pluginConfig": [{"name": plugin, "args": args}]}]}


def plugins(**sets: Any) -> dict[str, Any]:
    return {"profiles": [{"plugins": sets}]}


SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
ENTRY, TERMS = "profiles[0].pluginConfig[0]", "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
NO_KEY = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In"}]}]}
BAD: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("another version", {"apiVersion": "kubescheduler.config.k8s.io/v1beta3"}, "kind"),
    ("an unknown field", {"profile": []}, "profile"),
    ("a wrong type", {"profiles": {}}, "profiles"),
    ("an unknown extension point", plugins(Filter={}), "profiles[0].plugins.Filter"),
    ("two profiles without names", {"profiles": [{}, {}]}, "profiles[0].schedulerName"),
    ("two of one name", {"profiles": [{"schedulerName": "a"}, {"schedulerName": "a"}]}, "profiles[1].schedulerName"),
    ("a share beyond all", {"percentageOfNodesToScore": 101}, "percentageOfNodesToScore"),
    ("no back-off", {"podInitialBackoffSeconds": 0}, "podInitialBackoffSeconds"),
    ("back-off that shrinks", {"podInitialBackoffSeconds": 11}, "podMaxBackoffSeconds"),
    (
        "a plugin where it has nothing to do",
        plugins(score={"enabled": named("NodeName")}),
        "profiles[0].plugins.score.enabled[0].name",
    ),
    (
        "a plugin twice",
        plugins(score={"enabled": named("NodeAffinity", "NodeAffinity")}),
        "profiles[0].plugins.score.enabled[1].name",
    ),
    ("a plugin of old", plugins(filter={"enabled": named("EBSLimits")}), "profiles[0].plugins.filter.enabled[0].name"),
    ("nothing that binds", plugins(bind={"disabled": named("*")}), "profiles[0].plugins.bind"),
    ("no order", plugins(queueSort={"disabled": named("PrioritySort")}), "profiles[0].plugins.queueSort"),
    ("args of a plugin of old", config("EBSLimits"), f"{ENTRY}.name"),
    (
        "args twice",
        {"profiles": [{"pluginConfig": [{"name": "NodeAffinity", "args": {}}] * 2}]},
        "profiles[0].pluginConfig[1].name",
    ),
    ("args of another kind", config("NodeAffinity", kind="NodeResourcesFitArgs"), f"{ENTRY}.args.kind"),
    ("args of a wrong type", config("NodeResourcesFit", ignoredResources=3), f"{ENTRY}.args.ignoredResources"),
    ("an unknown arg", config("InterPodAffinity", hard=1), f"{ENTRY}.args.hard"),
    (
        "a term that cannot be",
        config("NodeAffinity", addedAffinity={"requiredDuringSchedulingIgnoredDuringExecution": NO_KEY}),
        f"{ENTRY}.args.addedAffinity.{TERMS}[0]",
    ),
    ("a name that cannot be", config("NodeResourcesFit", ignoredResources=["-"]), f"{ENTRY}.args.ignoredResources[0]"),
    (
        "a group with a slash",
        config("NodeResourcesFit", ignoredResourceGroups=["a/b"]),
        f"{ENTRY}.args.ignoredResourceGroups[0]",
    ),
    (
        "no strategy of that name",
        config("NodeResourcesFit", scoringStrategy={"type": "Best"}),
        f"{ENTRY}.args.scoringStrategy.type",
    ),
    (
        "a strategy that lacks its shape",
        config("NodeResourcesFit", scoringStrategy={"type": "RequestedToCapacityRatio"}),
        f"{ENTRY}.args.scoringStrategy.requestedToCapacityRatio",
    ),
    (
        "a shape that nobody asks for",
        config("NodeResourcesFit", scoringStrategy={**RATIO, "type": "MostAllocated"}),
        f"{ENTRY}.args.scoringStrategy.requestedToCapacityRatio",
    ),
    (
        "an empty shape",
        config("NodeResourcesFit", scoringStrategy={**RATIO, "requestedToCapacityRatio": {}}),
        f"{ENTRY}.args.scoringStrategy.requestedToCapacityRatio.shape",
    ),
    (
        "a shape that does not rise",
        config("NodeResourcesFit", scoringStrategy={**RATIO, "requestedToCapacityRatio": {"shape": SHAPE[::-1]}}),
        f"{ENTRY}.args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization",
    ),
    (
        "a score beyond ten",
        config(
            "NodeResourcesFit",
            scoringStrategy={**RATIO, "requestedToCapacityRatio": {"shape": [{"utilization": 1, "score": 11}]}},
        ),
        f"{ENTRY}.args.scoringStrategy.requestedToCapacityRatio.shape[0].score",
    ),
    (
        "a weight beyond a hundred",
        config(
            "NodeResourcesFit", scoringStrategy={"type": "MostAllocated", "resources": [{"name": "cpu", "weight": 101}]}
        ),
        f"{ENTRY}.args.scoringStrategy.resources[0].weight",
    ),
    (
        "balance with weights",
        config("NodeResourcesBalancedAllocation", resources=[{"name": "cpu", "weight": 2}]),
        f"{ENTRY}.args.resources[0].weight",
    ),
    (
        "balance of one resource twice",
        config("NodeResourcesBalancedAllocation", resources=named("cpu", "cpu")),
        f"{ENTRY}.args.resources[1].name",
    ),
    (
        "an affinity weight",
        config("InterPodAffinity", hardPodAffinityWeight=101),
        f"{ENTRY}.args.hardPodAffinityWeight",
    ),
    (
        "constraints that are not asked for",
        config("PodTopologySpread", defaultConstraints=[SPREAD]),
        f"{ENTRY}.args.defaultConstraints",
    ),
    (
        "a constraint twice",
        config("PodTopologySpread", defaultingType="List", defaultConstraints=[SPREAD, SPREAD]),
        f"{ENTRY}.args.defaultConstraints[1]",
    ),
    (
        "a constraint with a selector",
        config("PodTopologySpread", defaultingType="List", defaultConstraints=[{**SPREAD, "labelSelector": {}}]),
        f"{ENTRY}.args.defaultConstraints[0].labelSelector",
    ),
    (
        "a constraint without skew",
        config("PodTopologySpread", defaultingType="List", defaultConstraints=[{**SPREAD, "maxSkew": 0}]),
        f"{ENTRY}.args.defaultConstraints[0].maxSkew",
    ),
    (
        "a constraint that does nothing",
        config(
            "PodTopologySpread", defaultingType="List", defaultConstraints=[{**SPREAD, "whenUnsatisfiable": "Wait"}]
        ),
        f"{ENTRY}.args.defaultConstraints[0].whenUnsatisfiable",
    ),
    (
        "a constraint without a key",
        config("PodTopologySpread", defaultingType="List", defaultConstraints=[{**SPREAD, "topologyKey": ""}]),
        f"{ENTRY}.args.defaultConstraints[0].topologyKey",
    ),
    (
        "a share of nodes",
        config("DefaultPreemption", minCandidateNodesPercentage=-1),
        f"{ENTRY}.args.minCandidateNodesPercentage",
    ),
    (
        "a number of nodes",
        config("DefaultPreemption", minCandidateNodesAbsolute=-1),
        f"{ENTRY}.args.minCandidateNodesAbsolute",
    ),
    (
        "no nodes at all",
        config("DefaultPreemption", minCandidateNodesPercentage=0, minCandidateNodesAbsolute=0),
        f"{ENTRY}.args.minCandidateNodesPercentage",
    ),
    ("a time that is negative", config("VolumeBinding", bindTimeoutSeconds=-1), f"{ENTRY}.args.bindTimeoutSeconds"),
    ("a shape behind a gate", config("VolumeBinding", shape=SHAPE), f"{ENTRY}.args.shape"),
)


@pytest.mark.parametrize(("raw", "path"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_kube_scheduler_refuses_is_named_by_its_path(raw: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as caught:
        configuration.read({**HEAD, **raw})
    assert caught.value.path == path


MISSING: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("an extender", {"extenders": [{"urlPrefix": "http://x"}]}, "extenders[0]"),
    (
        "a plugin of somebody else",
        plugins(multiPoint={"enabled": named("Coscheduling")}),
        "profiles[0].plugins.multiPoint.enabled[0].name",
    ),
    (
        "a filter that is not prepared",
        plugins(preFilter={"disabled": named("NodePorts")}),
        "profiles[0].plugins.preFilter",
    ),
    ("a score that is not prepared", plugins(preScore={"disabled": named("*")}), "profiles[0].plugins.preScore"),
    ("volumes that are not bound", plugins(preBind={"disabled": named("*")}), "profiles[0].plugins.preBind"),
    (
        "preemption before claims",
        plugins(postFilter={"enabled": named("DefaultPreemption")}),
        "profiles[0].plugins.postFilter",
    ),
    ("an entry without args", {"profiles": [{"pluginConfig": named("NodeAffinity")}]}, ENTRY),
)


@pytest.mark.parametrize(("raw", "path"), [case[1:] for case in MISSING], ids=[case[0] for case in MISSING])
def test_what_is_not_modelled_is_named_by_its_path(raw: dict[str, Any], path: str) -> None:
    with pytest.raises(NotModelled) as caught:
        configuration.read({**HEAD, **raw})
    assert caught.value.path == path


FILES = (
    ("a value", TEXT % "Best", "12: profiles[0].pluginConfig[0].args.scoringStrategy.type: 'Best' is no strategy"),
    ("a type", TEXT % "3", "12: profiles[0].pluginConfig[0].args.scoringStrategy.type: expected text, got 3"),
    ("a field", TEXT % "MostAllocated" + "  pugins: {}\n", "13: profiles[0].pugins: unknown field 'pugins'"),
    ("another kind", "apiVersion: v1\nkind: Pod\n", "2: kind: is v1 Pod, not kubescheduler.config.k8s.io/v1"),
    ("nothing", "", " one KubeSchedulerConfiguration is needed, 0 objects are there"),
)


@pytest.mark.parametrize(("text", "problem"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_bad_file_is_named_by_file_line_and_path(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "scheduler.yaml"
    file.write_text(text)
    with pytest.raises(BadInput) as caught:
        configuration.load(str(file))
    assert str(caught.value).startswith(f"{file}:{problem}")
