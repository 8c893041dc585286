"""Golden cases of one pod against one cluster (kube-scheduler v1.34): what was recorded, beside what the model says.

`checks` gives one `Check` for each topic of a case, and for each plugin in the topics plugin-filters and score.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import msgspec
from immutables import Map
from lightkube.models import core_v1, meta_v1, policy_v1, storage_v1

from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects import budget, node, selecting, storage
from kubeproof.model.objects.pod import DEFAULT_SCHEDULER, Normaliser, Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler import configuration
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result, Verdict, refusal
from kubeproof.model.scheduler.filters import node_affinity
from kubeproof.model.scheduler.message import message
from kubeproof.model.scheduler.preemption import Preemption, preempt
from kubeproof.model.scheduler.profile import CLAIMS_PLUGIN, Profile
from kubeproof.model.scheduler.ranking import Ranking, rank

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

T = TypeVar("T")
TOPICS = ("filter", "plugin-filters", "message", "score", "preemption")


class Check(NamedTuple):
    """One recorded answer and the model's; `plugin` is "" where the topic is about the whole cycle.

    `missing` names what is not modelled; then there is no answer to compare.
    """

    topic: str
    plugin: str
    want: Json
    got: Json
    missing: str = ""


def checks(case: Json, expect: Json, only: Collection[str] = ()) -> Iterator[Check]:
    """The checks of a case; `only` names topics, none means all. Raises msgspec.ValidationError where it is no case."""
    wanted = [topic for topic in TOPICS if (not only or topic in only) and ASKED[topic](expect)]
    answers = _Answers(case)
    for topic in wanted:
        recorded = PARTS[topic](expect) if topic in PARTS else {"": expect}
        for plugin, want in recorded.items():
            yield _check(topic, plugin, want, answers)


def _check(topic: str, plugin: str, want: Json, answers: _Answers) -> Check:
    try:
        match topic:
            case "filter":
                return Check(topic, plugin, _cycle_recorded(want), answers.cycle())
            case "message":
                return Check(topic, plugin, _texts_recorded(want), answers.texts())
            case "score" if not plugin:
                return Check(topic, plugin, _totals_recorded(want), answers.totals())
            case "score":
                return Check(topic, plugin, want, answers.scores(plugin))
            case "preemption":
                return Check(topic, plugin, _preemption_recorded(want["preemption"]), answers.post_filter())
            case _:
                return Check(topic, plugin, _plugin_recorded(want), answers.plugin(plugin))
    except NotModelled as missing:
        return Check(topic, plugin, None, None, missing.path)
    except KubeproofError as refused:
        return Check(topic, plugin, want, {"error": str(refused)})


ASKED: Mapping[str, Callable[[Json], bool]] = {
    "filter": lambda expect: True,
    "plugin-filters": lambda expect: "filterAll" in expect,
    "message": lambda expect: "message" in expect or "messageNoPreemption" in expect,
    "score": lambda expect: "scores" in expect,
    "preemption": lambda expect: "preemption" in expect,
}
"""Whether something was recorded about a topic."""


def _scores(expect: Json) -> Json:
    """The totals and the best, then for each plugin that scored its marks of each node."""
    found: dict[str, Json] = {"": expect}
    for node_name, recorded in expect["scores"].items():
        for plugin, marks in recorded["plugins"].items():
            found.setdefault(plugin, {})[node_name] = marks
    return found


PARTS: Mapping[str, Callable[[Json], Json]] = {"plugin-filters": lambda expect: expect["filterAll"], "score": _scores}
"""What was recorded plugin by plugin."""


def snapshot(case: Json) -> tuple[Snapshot, Pod]:
    """The cluster of a case, and the pod to schedule."""
    cluster, (pod,) = with_pods(case, [case["pod"]])
    return cluster, pod


def with_pods(case: Json, raw: Sequence[Json]) -> tuple[Snapshot, Sequence[Pod]]:
    """The cluster of a case, and these pods, which are not in it."""
    normaliser = Normaliser()
    namespaces = _typed(case, "namespaces", core_v1.Namespace)
    cluster = Snapshot(
        nodes=tuple(map(node.normalise, _typed(case, "nodes", core_v1.Node))),
        namespaces=Map({(n.metadata and n.metadata.name) or "": _labels(n) for n in namespaces}),
        storage=storage.normalise(
            volumes=_typed(case, "persistentVolumes", core_v1.PersistentVolume),
            claims=_typed(case, "persistentVolumeClaims", core_v1.PersistentVolumeClaim),
            classes=_typed(case, "storageClasses", storage_v1.StorageClass),
            csi_nodes=_typed(case, "csiNodes", storage_v1.CSINode),
            csi_drivers=_typed(case, "csiDrivers", storage_v1.CSIDriver),
            capacities=_typed(case, "csiStorageCapacities", storage_v1.CSIStorageCapacity),
            attachments=_typed(case, "volumeAttachments", storage_v1.VolumeAttachment),
        ),
        selecting=selecting.normalise(
            services=_selectors(case, "services", dict[str, str]),
            replication_controllers=_selectors(case, "replicationControllers", dict[str, str]),
            replica_sets=_selectors(case, "replicaSets", meta_v1.LabelSelector),
            stateful_sets=_selectors(case, "statefulSets", meta_v1.LabelSelector),
        ),
        budgets=tuple(map(budget.normalise, _typed(case, "podDisruptionBudgets", policy_v1.PodDisruptionBudget))),
    )
    asking = [normaliser.pod(pod) for pod in _typed({"pod": raw}, "pod", core_v1.Pod)]
    return cluster.with_pods(map(normaliser.pod, _typed(case, "pods", core_v1.Pod))), asking


def profile(case: Json) -> Profile:
    """The scheduler's profile in a case; its pods name no scheduler. Raises BadInput, NotModelled."""
    asked = case.get("profile")
    return configuration.read(asked).profiles[DEFAULT_SCHEDULER] if asked else Profile()


def _typed(case: Json, field: str, kind: type[T]) -> Sequence[T]:
    listed = case.get(field) or []
    for raw in listed:
        for part in ("metadata", "spec") if field in ("pod", "pods") else ("metadata",):
            if not raw.get(part):
                raise msgspec.ValidationError(f"an object of {field} has no {part}")
    return [msgspec.convert(raw, kind) for raw in listed]


def _selectors(case: Json, field: str, kind: type[T]) -> Iterator[tuple[meta_v1.ObjectMeta, T | None]]:
    """The metadata and the selector of each object: cases hold nothing else of what selects pods."""
    for raw in case.get(field) or ():
        chosen = (raw.get("spec") or {}).get("selector")
        selects = None if chosen is None else msgspec.convert(chosen, kind)
        yield msgspec.convert(raw["metadata"], meta_v1.ObjectMeta), selects


def _labels(namespace: core_v1.Namespace) -> Map[str, str]:
    return Map((namespace.metadata and namespace.metadata.labels) or {})


class _Answers:
    """What the model says about one case; worked out once, when first asked for."""

    def __init__(self, case: Json) -> None:
        self._case = case

    @cached_property
    def _profile(self) -> Profile:
        return profile(self._case)

    @cached_property
    def _cycle(self) -> tuple[Cycle, Decision]:
        cluster, pod = snapshot(self._case)
        cycle = Cycle(cluster, self._profile.filters)
        return cycle, cycle.decide(pod)

    @cached_property
    def _preemption(self) -> Preemption | None:
        cycle, decision = self._cycle
        return preempt(decision, cycle.columns, self._profile.post_filters)

    @cached_property
    def _ranking(self) -> Ranking:
        cycle, decision = self._cycle
        return rank(decision, cycle, self._profile)

    def cycle(self) -> Json:
        """The result, and each node's verdict."""
        _, decision = self._cycle
        whole = decision.whole and _verdict(decision.whole)
        answer: dict[str, Json] = {"result": decision.result.value}
        if decision.result is Result.GATED:
            answer["preEnqueue"] = whole
        elif whole:
            answer["prefilter"] = whole
        elif decision.nodes:
            terms = decision.pod.spec.node_terms
            if terms and (names := node_affinity.names(terms)) is not None:
                answer["prefilter"] = {"nodes": sorted(names), "plugins": [node_affinity.NODE_AFFINITY.name]}
            looked_at = {name: _verdict(verdict) if verdict else "Success" for name, verdict in decision.nodes.items()}
            answer["filter"] = {n.name: looked_at.get(n.name, "NotEvaluated") for n in decision.snapshot.nodes}
            if decision.feasible:
                answer["feasible"] = sorted(decision.feasible)
        return answer

    def totals(self) -> Json:
        """Each feasible node's total, the best nodes, and which plugins scored."""
        found = self._ranking
        return {
            "totals": dict(zip(found.names, found.totals.tolist(), strict=True)),
            "best": sorted(found.best),
            "plugins": sorted(marks.plugin for marks in found.marks),
        }

    def scores(self, plugin: str) -> Json:
        """For each feasible node a plugin's own score, that as 0 to 100, and that weighed."""
        return {name: list(marks[plugin]) for name, marks in self._ranking.table().items() if plugin in marks}

    def texts(self) -> Json:
        """The event's text, before and after PostFilter."""
        _, decision = self._cycle
        before = message(decision)
        after = message(decision, self._preemption.message) if self._preemption else before
        return {"message": after, "messageNoPreemption": before}

    def plugin(self, name: str) -> Json:
        """A plugin's own verdicts, nominated pods apart."""
        cycle, decision = self._cycle
        if name not in {plugin.name for plugin in cycle.plugins} | {CLAIMS_PLUGIN}:
            raise NotModelled(f"plugin {name}", "kube-scheduler's filter")
        rules = decision.findings.rules
        own = [at for at, rule in enumerate(rules) if rule.plugin.name == name]
        rejecting = [at for at in own if rules[at].clause.stage is Stage.REJECT]
        filtering = [at for at in own if rules[at].clause.stage is Stage.FILTER]
        refused = {}
        for found in decision.findings.classes:
            if whole := refusal(rules, [at for at in found.failing if at in rejecting]):
                return {"prefilter": _verdict(whole, with_plugin=False), "nodes": {}}
            if verdict := refusal(rules, [at for at in found.failing if at in filtering]):
                refused.update(dict.fromkeys(found.nodes, _verdict(verdict, with_plugin=False)))
        return {"nodes": refused}

    def post_filter(self) -> Json:
        """What PostFilter says; texts of nodes in the order of their names."""
        found = self._preemption
        if found is None:
            return {}
        victims = found.victims
        return _preemption_recorded(
            {
                "code": found.outcome.value,
                "message": found.message,
                "candidates": {
                    name: {"victims": _keys(one.victims), "numPDBViolations": one.violations}
                    for name, one in found.candidates.items()
                },
                "nodeStatuses": {name: _verdict(verdict) for name, verdict in found.statuses.items()},
                "nominatedNodes": found.nominated,
                "nominatedNode": found.nominated[0] if victims is not None else "",
                "victims": _keys(victims or ()),
            }
        )


def _keys(pods: Iterable[Pod]) -> Json:
    return [pod.key for pod in pods]


def _verdict(verdict: Verdict, *, with_plugin: bool = True) -> Json:
    plugin = {"plugin": verdict.plugin} if with_plugin and verdict.plugin else {}
    return {**plugin, "code": verdict.code.value, "reasons": sorted(verdict.reasons)}


def _cycle_recorded(expect: Json) -> Json:
    return {
        name: expect[name] for name in ("result", "preEnqueue", "prefilter", "filter", "feasible") if name in expect
    }


def _texts_recorded(expect: Json) -> Json:
    """Where a cycle ended before the filters only the event's text was recorded; PostFilter adds nothing there."""
    return {"messageNoPreemption": expect["message"], **{n: expect[n] for n in TEXTS if n in expect}}


def _totals_recorded(expect: Json) -> Json:
    return {
        "totals": {name: node["total"] for name, node in expect["scores"].items()},
        "best": sorted(expect["best"]),
        "plugins": sorted({plugin for node in expect["scores"].values() for plugin in node["plugins"]}),
    }


TEXTS = ("message", "messageNoPreemption")


def _plugin_recorded(recorded: Json) -> Json:
    """Whether PreFilter skips or narrows shows in the nodes; that it rejects is kept."""
    prefilter = recorded.get("prefilter")
    rejects = {"prefilter": prefilter} if isinstance(prefilter, dict) and "code" in prefilter else {}
    return {**rejects, "nodes": recorded.get("nodes") or {}}


def _preemption_recorded(recorded: Json) -> Json:
    """An answer of PostFilter without its empty fields, which say as much as fields that are not there."""
    kept = {name: value for name, value in recorded.items() if value}
    return {**kept, **({"nominatedNodes": sorted(kept["nominatedNodes"])} if "nominatedNodes" in kept else {})}
