"""Scheduler configurations: what a file asks for, as the profile that it makes (v1.34)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.scheduler import configuration
from kubeproof.model.scheduler.args import Args, Strategy
from kubeproof.model.scheduler.profile import DEFAULT, POST_FILTERS, WEIGHTS, Profile
from kubeproof.model.scheduler.queue import Backoff

HEAD = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration"}
FILTERS = [plugin.name for plugin in DEFAULT]


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def profile(plugins: Any = None, config: Any = None, **fields: Any) -> Profile:
    asked = {**fields, "plugins": plugins, "pluginConfig": config}
    (found,) = configuration.read({**HEAD, "profiles": [asked]}).profiles.values()
    return found


def test_a_configuration_that_asks_nothing_is_the_default() -> None:
    found = configuration.read(HEAD)
    assert found.profiles == {"default-scheduler": Profile()}
    assert not found.notes


def test_the_default_scores_in_kube_schedulers_order_with_its_weights() -> None:
    assert WEIGHTS == (
        ("TaintToleration", 3),
        ("NodeAffinity", 2),
        ("NodeResourcesFit", 1),
        ("VolumeBinding", 1),
        ("PodTopologySpread", 2),
        ("InterPodAffinity", 2),
        ("NodeResourcesBalancedAllocation", 1),
        ("ImageLocality", 1),
    )
    assert POST_FILTERS == ("DynamicResources", "DefaultPreemption")


SCORES: tuple[tuple[str, Any, list[tuple[str, int]]], ...] = (
    (
        "a score that is disabled is out",
        {"score": {"disabled": named("NodeResourcesFit", "VolumeBinding", "ImageLocality", "InterPodAffinity")}},
        [("TaintToleration", 3), ("NodeAffinity", 2), ("PodTopologySpread", 2), ("NodeResourcesBalancedAllocation", 1)],
    ),
    (
        "what is enabled beside * is all there is, and weighs 1 where nothing is said",
        {
            "score": {
                "disabled": named("*"),
                "enabled": [{"name": "ImageLocality", "weight": 7}, *named("NodeAffinity")],
            }
        },
        [("ImageLocality", 7), ("NodeAffinity", 1)],
    ),
    (
        "what is enabled anew comes first, with its own weight",
        {
            "score": {"enabled": [{"name": "ImageLocality", "weight": 7}]},
            "multiPoint": {"disabled": named("PodTopologySpread", "InterPodAffinity", "VolumeBinding", "NodeAffinity")},
        },
        [
            ("ImageLocality", 7),
            ("TaintToleration", 3),
            ("NodeResourcesFit", 1),
            ("NodeResourcesBalancedAllocation", 1),
        ],
    ),
    (
        "what is disabled and enabled goes to the end",
        {
            "score": {
                "disabled": named("TaintToleration", "VolumeBinding"),
                "enabled": [{"name": "TaintToleration", "weight": 9}],
            },
            "multiPoint": {"disabled": named("PodTopologySpread", "InterPodAffinity", "NodeAffinity")},
        },
        [
            ("NodeResourcesFit", 1),
            ("NodeResourcesBalancedAllocation", 1),
            ("ImageLocality", 1),
            ("TaintToleration", 9),
        ],
    ),
    (
        "a weight at multiPoint keeps the place",
        {
            "multiPoint": {
                "enabled": [{"name": "NodeAffinity", "weight": 5}],
                "disabled": named("PodTopologySpread", "InterPodAffinity", "VolumeBinding", "ImageLocality"),
            },
        },
        [
            ("TaintToleration", 3),
            ("NodeAffinity", 5),
            ("NodeResourcesFit", 1),
            ("NodeResourcesBalancedAllocation", 1),
        ],
    ),
    (
        "without any default only what is enabled everywhere is left",
        {
            "multiPoint": {
                "disabled": named("*"),
                "enabled": named("ImageLocality", "PrioritySort", "DefaultBinder", "NodeAffinity"),
            }
        },
        [("ImageLocality", 1), ("NodeAffinity", 1)],
    ),
)


@pytest.mark.parametrize(("plugins", "scores"), [case[1:] for case in SCORES], ids=[case[0] for case in SCORES])
def test_scores(plugins: Any, scores: list[tuple[str, int]]) -> None:
    assert list(profile(plugins).weights) == scores


ORDER = FILTERS[1:]
FILTERED: tuple[tuple[str, Any, list[str]], ...] = (
    (
        "a plugin that is disabled everywhere",
        {"multiPoint": {"disabled": named("TaintToleration")}},
        [name for name in ORDER if name != "TaintToleration"],
    ),
    (
        "a filter that is enabled anew comes first",
        {"filter": {"enabled": named("NodePorts")}},
        ["NodePorts", *(name for name in ORDER if name != "NodePorts")],
    ),
    ("gates that nobody looks at", {"preEnqueue": {"disabled": named("SchedulingGates")}}, ORDER),
    ("no filter at all", {"filter": {"disabled": named("*")}}, []),
)


@pytest.mark.parametrize(("plugins", "filters"), [case[1:] for case in FILTERED], ids=[case[0] for case in FILTERED])
def test_filters(plugins: Any, filters: list[str]) -> None:
    found = [plugin.name for plugin in profile(plugins).filters]
    prepared = [name for name in PREPARED if name in filters or not filters]
    gates = [] if "preEnqueue" in plugins else ["SchedulingGates"]
    assert found == [*gates, *prepared, *filters]


PREPARED = [name for name in ORDER if name not in ("NodeUnschedulable", "NodeName", "TaintToleration")]


def test_back_off_is_as_configured() -> None:
    raw = HEAD | {"podInitialBackoffSeconds": 5, "podMaxBackoffSeconds": 60}
    assert [one.backoff for one in configuration.read(raw).profiles.values()] == [Backoff(5, 60)]


def test_preemption_can_be_off() -> None:
    assert profile({"postFilter": {"disabled": named("DefaultPreemption")}}).post_filters == ("DynamicResources",)
    assert profile({"postFilter": {"disabled": named("*")}}).post_filters == ()


SHAPE = [{"utilization": 0, "score": 0}, {"utilization": 100, "score": 10}]
RATIO = {"type": "RequestedToCapacityRatio", "requestedToCapacityRatio": {"shape": SHAPE}}
ARGS: tuple[tuple[str, str, Any, Args], ...] = (
    ("no args", "NodeResourcesFit", {}, Args()),
    ("args may say their kind", "InterPodAffinity", {**HEAD, "kind": "InterPodAffinityArgs"}, Args()),
    (
        "node affinity for every pod",
        "NodeAffinity",
        {
            "addedAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "arch", "operator": "Exists"}]}]
                }
            }
        },
        Args(added_nodes=(NodeSelectorTerm((Requirement("arch", "Exists"),)),)),
    ),
    (
        "resources that do not count",
        "NodeResourcesFit",
        {"ignoredResources": ["a.com/x"], "ignoredResourceGroups": ["b.com"]},
        Args(ignored_resources=frozenset({"a.com/x"}), ignored_groups=frozenset({"b.com"})),
    ),
    (
        "a strategy with a shape, its resources those of the default",
        "NodeResourcesFit",
        {"scoringStrategy": RATIO},
        Args(strategy=Strategy("RequestedToCapacityRatio", shape=((0, 0), (100, 10)))),
    ),
    (
        "a weight that is not told is 1",
        "NodeResourcesFit",
        {
            "scoringStrategy": {
                "type": "MostAllocated",
                "resources": [{"name": "a.com/x"}, {"name": "cpu", "weight": 3}],
            }
        },
        Args(strategy=Strategy("MostAllocated", (("a.com/x", 1), ("cpu", 3)))),
    ),
    (
        "balance of other resources",
        "NodeResourcesBalancedAllocation",
        {"resources": [{"name": "cpu", "weight": 1}, {"name": "a.com/x"}]},
        Args(balanced=("cpu", "a.com/x")),
    ),
    (
        "affinity",
        "InterPodAffinity",
        {"hardPodAffinityWeight": 0, "ignorePreferredTermsOfExistingPods": True},
        Args(hard_affinity_weight=0, ignore_preferred_of_others=True),
    ),
    ("no default constraints", "PodTopologySpread", {"defaultingType": "List"}, Args(default_spread=())),
    ("the scheduler's own constraints", "PodTopologySpread", {"defaultingType": "System"}, Args()),
    ("a time limit", "VolumeBinding", {"bindTimeoutSeconds": 1}, Args()),
)


@pytest.mark.parametrize(("plugin", "raw", "args"), [case[1:] for case in ARGS], ids=[case[0] for case in ARGS])
def test_args(plugin: str, raw: Any, args: Args) -> None:
    assert profile(config=[{"name": plugin, "args": raw}]).args == args


def test_what_matters_in_large_clusters_alone_is_noted() -> None:
    raw = {
        **HEAD,
        "percentageOfNodesToScore": 50,
        "profiles": [
            {
                "percentageOfNodesToScore": 100,
                "pluginConfig": [
                    {"name": "DefaultPreemption", "args": {"minCandidateNodesAbsolute": 5}},
                    {"name": "NodeResourceFit", "args": {}},
                ],
            }
        ],
    }
    assert configuration.read(raw).notes == (
        "profiles[0].pluginConfig[0]: not modelled: that preemption tries a part of the nodes; all are tried",
        "profiles[0].pluginConfig[1]: kube-scheduler has no plugin 'NodeResourceFit'",
        "percentageOfNodesToScore: not modelled: that a part of the nodes is looked at; all are",
    )


TEXT = """\
# how pods are placed
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection:
  leaderElect: false
profiles:
- schedulerName: packer
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy:
        type: %s
"""


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.yaml"
    file.write_text(TEXT % "MostAllocated")
    found = configuration.load(str(file))
    assert found.profiles["packer"].args.strategy == Strategy("MostAllocated")
