"""Policies of the descheduler's own files: what they make, and how what is wrong in them is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from immutables import Map

from kubeproof.model.descheduler import policy_file
from kubeproof.model.descheduler.policy import (
    DEFAULT_PROTECTIONS,
    DeschedulerPolicy,
    Evictor,
    LowNodeUtilization,
    Namespaces,
    NodeTaints,
    Profile,
    Protection,
    RemoveDuplicates,
    TopologySpread,
)
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.objects.selectors import of_labels, parse

HEAD = "apiVersion: descheduler/v1alpha2\nkind: DeschedulerPolicy\n"
WHOLE = (
    HEAD
    + """
nodeSelector: pool=web
maxNoOfPodsToEvictPerNode: 5
gracePeriodSeconds: 3
profiles:
- name: main
  pluginConfig:
  - name: DefaultEvictor
    args:
      nodeFit: true
      minReplicas: 2
      minPodAge: 90s
      priorityThreshold: {value: 1000}
      labelSelector: {matchLabels: {app: web}}
      podProtections: {defaultDisabled: [DaemonSetPods], extraEnabled: [PodsWithPVC]}
  - name: RemoveDuplicates
    args: {excludeOwnerKinds: [ReplicaSet], namespaces: {exclude: [kube-system]}}
  - name: RemovePodsViolatingTopologySpreadConstraint
    args: {constraints: [DoNotSchedule, ScheduleAnyway], topologyBalanceNodeFit: false}
  - name: LowNodeUtilization
    args: {thresholds: {cpu: 20}, targetThresholds: {cpu: 50.5}, evictionLimits: {node: 3}}
  - name: RemovePodsViolatingNodeTaints
    args: {includePreferNoSchedule: true, excludedTaints: [a=b]}
  - name: PodLifeTime
    args: {maxPodLifeTimeSeconds: 5}
  plugins:
    deschedule: {enabled: [RemovePodsViolatingNodeTaints]}
    balance: {enabled: [LowNodeUtilization, RemoveDuplicates, RemovePodsViolatingTopologySpreadConstraint]}
    filter: {enabled: [DefaultEvictor]}
"""
)


WITHOUT_DAEMONS: frozenset[Protection] = frozenset(one for one in DEFAULT_PROTECTIONS if one != "DaemonSetPods")
CLAIMS: frozenset[Protection] = frozenset({"PodsWithPVC"})
BUDGETS: frozenset[Protection] = frozenset({"PodsWithoutPDB"})


def test_a_whole_policy() -> None:
    evictor = Evictor(
        protections=WITHOUT_DAEMONS | CLAIMS,
        node_fit=True,
        selector=of_labels({"app": "web"}),
        below_priority=1000,
        min_replicas=2,
        min_age=90,
    )
    assert policy_file.parsed(WHOLE, interval=10) == DeschedulerPolicy(
        (
            Profile(
                (NodeTaints(prefer=True, excluded=frozenset({"a=b"})),),
                (
                    LowNodeUtilization(Map({"cpu": 20.0}), Map({"cpu": 50.5}), per_node=3),
                    RemoveDuplicates(Namespaces(exclude=frozenset({"kube-system"})), frozenset({"ReplicaSet"})),
                    TopologySpread(hard=True, soft=True, node_fit=False),
                ),
                evictor,
            ),
        ),
        10,
        parse("pool=web"),
        per_node=5,
        grace=3,
    )


def policy(config: str, point: str = "balance", name: str = "RemoveDuplicates") -> str:
    return (
        f"{HEAD}profiles:\n- pluginConfig:\n  - {{name: {name}, args: {config}}}\n"
        f"  plugins: {{{point}: {{enabled: [{name}]}}}}\n"
    )


EVICTOR = f"{HEAD}profiles:\n- pluginConfig:\n  - name: DefaultEvictor\n    args: "
CONFIG = "profiles[0].pluginConfig[0].args"
BAD = (
    ("another kind", "apiVersion: v1\nkind: ConfigMap\n",
     "p.yaml:2: kind: is v1 ConfigMap, not descheduler/v1alpha2 DeschedulerPolicy"),
    ("an unknown field", HEAD + "profile: []\n", "p.yaml:3: profile: unknown field 'profile'"),
    ("a number that is none", HEAD + "maxNoOfPodsToEvictPerNode: many\n",
     "p.yaml:3: maxNoOfPodsToEvictPerNode: expected a whole number, got 'many'"),
    ("a negative limit", HEAD + "maxNoOfPodsToEvictTotal: -1\n",
     "p.yaml:3: maxNoOfPodsToEvictTotal: at least 0 is needed, not -1"),
    ("a bad node selector", HEAD + "nodeSelector: a in\n",
     "p.yaml:3: nodeSelector: 'a in' is not a selector: found 'the end', expected '('"),
    ("an unknown plugin", policy("{}", name="RemoveDupes"),
     ("p.yaml:6: profiles[0].plugins.balance.enabled[0]: the descheduler has no plugin 'RemoveDupes'; modelled are: "
     "RemoveDuplicates, RemovePodsViolatingTopologySpreadConstraint, LowNodeUtilization, "
     "RemovePodsViolatingNodeTaints")),
    ("a plugin at the wrong point", policy("{}", "deschedule"),
     "p.yaml:6: profiles[0].plugins.deschedule.enabled[0]: RemoveDuplicates runs at balance"),
    ("a plugin without its config", HEAD + "profiles:\n- plugins: {balance: {enabled: [RemoveDuplicates]}}\n",
     ("p.yaml:4: profiles[0].plugins.balance.enabled[0]: RemoveDuplicates has no entry in pluginConfig, so that the "
     "profile would not run")),
    ("an unknown arg", policy("{exclude: [a]}"), f"p.yaml:5: {CONFIG}.exclude: unknown field 'exclude'"),
    ("both kinds of namespaces", policy("{namespaces: {include: [a], exclude: [b]}}"),
     f"p.yaml:5: {CONFIG}.namespaces: only one of include and exclude can be set"),
    ("a constraint that is none", policy("{constraints: [Never]}", name="RemovePodsViolatingTopologySpreadConstraint"),
     f"p.yaml:5: {CONFIG}.constraints[0]: 'Never' is not right: Invalid enum value 'Never'"),
    ("no thresholds", policy("{}", name="LowNodeUtilization"),
     f"p.yaml:5: {CONFIG}.thresholds: no resource threshold is configured"),
    ("a threshold above 100", policy("{thresholds: {cpu: 120}, targetThresholds: {cpu: 50}}",
                                     name="LowNodeUtilization"),
     f"p.yaml:5: {CONFIG}.thresholds.cpu: a percentage is from 0 to 100, not 120"),
    ("a threshold above its target", policy("{thresholds: {cpu: 60}, targetThresholds: {cpu: 50}}",
                                            name="LowNodeUtilization"),
     f"p.yaml:5: {CONFIG}.thresholds.cpu: 60 is more than the target, 50"),
    ("thresholds of different resources", policy("{thresholds: {cpu: 60}, targetThresholds: {memory: 50}}",
                                                 name="LowNodeUtilization"),
     f"p.yaml:5: {CONFIG}.targetThresholds: thresholds and targetThresholds configure different resources"),
    ("a bad selector", policy("{labelSelector: {matchExpressions: [{key: a, operator: Is}]}}", "deschedule",
                              "RemovePodsViolatingNodeTaints"),
     f"p.yaml:5: {CONFIG}.labelSelector: 'Is' is not an operator; known: In, NotIn, Exists, DoesNotExist"),
    ("a protection that is none", EVICTOR + "{podProtections: {extraEnabled: [PodsWithLove]}}\n",
     (f"p.yaml:6: {CONFIG}.podProtections.extraEnabled[0]: 'PodsWithLove' is no protection; known: PodsWithPVC, "
     "PodsWithResourceClaims, PodsWithoutPDB")),
    ("a threshold above the system's own", EVICTOR + "{priorityThreshold: {value: 2000000001}}\n",
     (f"p.yaml:6: {CONFIG}.priorityThreshold.value: 2000000001 is more than the priority of system-critical pods, "
     "2000000000")),
    ("an age that is none", EVICTOR + "{minPodAge: old}\n",
     f'p.yaml:6: {CONFIG}.minPodAge: time: invalid duration "old"'),
    ("two documents", HEAD + "---\n" + HEAD, "p.yaml: one DeschedulerPolicy is needed, 2 objects are there"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_told_with_its_place(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(text)
    with pytest.raises(BadInput) as caught:
        policy_file.load("p.yaml")
    assert str(caught.value) == words


OTHERS = (
    ("another plugin", policy("{}", name="HighNodeUtilization"),
     ("p.yaml:6: profiles[0].plugins.balance.enabled[0]: not modelled: the plugin HighNodeUtilization; modelled are: "
     "RemoveDuplicates, RemovePodsViolatingTopologySpreadConstraint, LowNodeUtilization, "
     "RemovePodsViolatingNodeTaints")),
    ("metrics of real use", policy("{metricsUtilization: {source: Prometheus}}", name="LowNodeUtilization"),
     f"p.yaml:5: {CONFIG}.metricsUtilization: not modelled: metrics of real use; what pods ask for counts"),
    ("a priority class", EVICTOR + "{priorityThreshold: {name: high}}\n",
     f"p.yaml:6: {CONFIG}.priorityThreshold.name: not modelled: a priority class by its name (give its value)"),
    ("storage classes", EVICTOR + "{podProtections: {config: {PodsWithPVC: {}}}}\n",
     f"p.yaml:6: {CONFIG}.podProtections.config: not modelled: protection of single storage classes"),
    ("a plugin that sorts", HEAD + "profiles:\n- plugins: {sort: {enabled: [Mine]}}\n",
     "p.yaml:4: profiles[0].plugins.sort: not modelled: plugins that sort"),
    ("another evictor", HEAD + "profiles:\n- plugins: {filter: {enabled: [Mine]}}\n",
     "p.yaml:4: profiles[0].plugins.filter.enabled: not modelled: Mine as an evictor"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_what_is_not_modelled_is_told_with_its_place(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(text)
    with pytest.raises(NotModelled) as caught:
        policy_file.load("p.yaml")
    assert str(caught.value) == words


def test_the_older_fields_of_the_evictor_count_where_the_newer_ones_say_nothing() -> None:
    found = policy_file.parsed(EVICTOR + "{evictDaemonSetPods: true, ignorePodsWithoutPDB: true}\n").profiles[0]
    assert found.evictor.protections == WITHOUT_DAEMONS | BUDGETS


def test_an_interval_is_at_least_a_second() -> None:
    with pytest.raises(BadInput, match="the time between two passes is at least a second, not 0s"):
        policy_file.parsed(HEAD, interval=0)
