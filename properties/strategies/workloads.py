"""Random workloads as manifests: what a user applies, and what the API server takes.

Simple things come first, so that what Hypothesis shrinks ends there: one Deployment of one pod that asks for little.
Left out: claims of volumes, devices, and what `not_modelled` tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeproof.properties.strategies.pod_templates import PRIORITIES, pod_templates

Manifest = dict[str, Any]
Optional = Mapping[str, SearchStrategy[Any]]

NAMES: Mapping[str, str] = {
    "Deployment": "web",
    "StatefulSet": "db",
    "ReplicaSet": "old",
    "DaemonSet": "agent",
    "Job": "batch",
    "CronJob": "tick",
}
"""The kinds of workloads, and what one of each is called."""

_SHARES = st.sampled_from((1, "25%", 0, "50%", 2))
_REPLICAS = st.sampled_from((1, 2, 3, 4, 0))
_FEW = st.sampled_from((1, 2, 3))


@cache
def workloads(kinds: Sequence[str] = tuple(NAMES)) -> SearchStrategy[tuple[Manifest, ...]]:
    """A workload of one of these kinds, with what people put beside it: a budget, a Service, an autoscaler, a class."""
    return st.sampled_from(tuple(kinds)).flatmap(_with_company)


def manifest(kind: str, name: str, version: str, spec: Mapping[str, Any], **meta: Any) -> Manifest:
    """An object of the default namespace."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **meta}, "spec": dict(spec)}


@cache
def quotas() -> SearchStrategy[Manifest]:
    """A ResourceQuota of the default namespace that is soon used up."""
    hard = _some(
        {
            "pods": st.integers(1, 8).map(str),
            "requests.cpu": st.integers(1, 8).map(lambda n: f"{n * 250}m"),
            "count/jobs.batch": st.integers(0, 2).map(str),
        },
        least=1,
    )
    return hard.map(lambda found: manifest("ResourceQuota", "limit", "v1", {"hard": found}))


@st.composite
def _with_company(draw: st.DrawFn, kind: str) -> tuple[Manifest, ...]:
    name = NAMES[kind]
    found = [draw(_RULES[kind](name))]
    labels = {"app": name}
    if kind in ("Deployment", "StatefulSet", "ReplicaSet"):
        if draw(_seldom()):
            found.append(draw(_budgets(name, labels)))
        if draw(_seldom()):
            ports = [{"port": 80}]
            found.append(manifest("Service", name, "v1", {"selector": labels, "ports": ports}))
        if draw(_seldom()):
            found.append(draw(_autoscalers(kind, name)))
    name = pod_spec_of(found[0]).get("priorityClassName", "")
    if name:
        head = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}}
        found.insert(0, {**head, "value": PRIORITIES[name]})
    return tuple(found)


def pod_spec_of(one: Manifest) -> Mapping[str, Any]:
    """The spec of the pods that a workload makes; empty for what makes none."""
    spec = one.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    found: Mapping[str, Any] = spec.get("template", {}).get("spec", {})
    return found


@cache
def _seldom() -> SearchStrategy[bool]:
    return st.sampled_from((False, False, True))


def _some(optional: Optional, least: int = 0) -> SearchStrategy[dict[str, Any]]:
    """Some of these fields."""
    found = st.fixed_dictionaries({}, optional=dict(optional))
    return found.filter(lambda some: len(some) >= least) if least else found


def _selecting(name: str) -> dict[str, Any]:
    return {"matchLabels": {"app": name}}


@cache
def _deployments(name: str) -> SearchStrategy[Manifest]:
    rolling = st.fixed_dictionaries({"maxSurge": _SHARES, "maxUnavailable": _SHARES}).filter(
        lambda some: some["maxSurge"] != 0 or some["maxUnavailable"] != 0
    )
    strategy = st.one_of(
        rolling.map(lambda some: {"type": "RollingUpdate", "rollingUpdate": some}), st.just({"type": "Recreate"})
    )
    optional = {
        "strategy": strategy,
        "minReadySeconds": st.sampled_from((5, 30)),
        "progressDeadlineSeconds": st.sampled_from((60, 600)),
        "revisionHistoryLimit": st.sampled_from((0, 1)),
        "paused": st.just(True),
    }
    return _built("Deployment", name, "apps/v1", {"replicas": _REPLICAS}, optional)


@cache
def _replica_sets(name: str) -> SearchStrategy[Manifest]:
    return _built("ReplicaSet", name, "apps/v1", {"replicas": _REPLICAS}, {"minReadySeconds": st.just(10)})


@cache
def _stateful_sets(name: str) -> SearchStrategy[Manifest]:
    partition = st.fixed_dictionaries({"partition": st.integers(0, 3)})
    optional = {
        "podManagementPolicy": st.sampled_from(("OrderedReady", "Parallel")),
        "updateStrategy": st.one_of(
            partition.map(lambda some: {"type": "RollingUpdate", "rollingUpdate": some}), st.just({"type": "OnDelete"})
        ),
        "minReadySeconds": st.sampled_from((5, 30)),
        "revisionHistoryLimit": st.sampled_from((0, 1)),
        "ordinals": st.just({"start": 3}),
    }
    return _built("StatefulSet", name, "apps/v1", {"replicas": _REPLICAS, "serviceName": st.just(name)}, optional)


@cache
def _daemon_sets(name: str) -> SearchStrategy[Manifest]:
    rolling = st.one_of(
        st.fixed_dictionaries({"maxUnavailable": st.sampled_from((1, 2, "50%"))}),
        st.fixed_dictionaries({"maxSurge": st.sampled_from((1, "50%")), "maxUnavailable": st.just(0)}),
    )
    optional = {
        "updateStrategy": st.one_of(
            rolling.map(lambda some: {"type": "RollingUpdate", "rollingUpdate": some}), st.just({"type": "OnDelete"})
        ),
        "minReadySeconds": st.sampled_from((5, 30)),
        "revisionHistoryLimit": st.sampled_from((0, 1)),
    }
    return _built("DaemonSet", name, "apps/v1", {}, optional)


@cache
def _job_fields() -> SearchStrategy[dict[str, Any]]:
    plain = {
        "completions": _FEW,
        "parallelism": st.sampled_from((1, 2, 3, 0)),
        "backoffLimit": st.sampled_from((1, 0, 6)),
        "activeDeadlineSeconds": st.sampled_from((20, 120)),
        "ttlSecondsAfterFinished": st.sampled_from((0, 30)),
        "podReplacementPolicy": st.sampled_from(("Failed", "TerminatingOrFailed")),
        "suspend": st.just(True),
    }
    indexed = st.fixed_dictionaries(
        {"completionMode": st.just("Indexed"), "completions": _FEW},
        optional={
            **{name: some for name, some in plain.items() if name != "completions"},
            "backoffLimitPerIndex": st.sampled_from((0, 1)),
        },
    )
    return st.one_of(_some(plain), indexed)


@cache
def _jobs(name: str) -> SearchStrategy[Manifest]:
    return st.builds(
        lambda spec, pods: manifest("Job", name, "batch/v1", {**spec, "template": pods}),
        _job_fields(),
        pod_templates(name, ends=True, labelled=False),
    )


@cache
def _cron_jobs(name: str) -> SearchStrategy[Manifest]:
    optional = {
        "concurrencyPolicy": st.sampled_from(("Allow", "Forbid", "Replace")),
        "successfulJobsHistoryLimit": st.sampled_from((0, 1)),
        "failedJobsHistoryLimit": st.sampled_from((0, 1)),
        "startingDeadlineSeconds": st.sampled_from((15, 100)),
        "suspend": st.just(True),
    }
    return st.builds(
        lambda spec, every, job, pods: manifest(
            "CronJob",
            name,
            "batch/v1",
            {"schedule": every, **spec, "jobTemplate": {"spec": {**job, "template": pods}}},
        ),
        _some(optional),
        st.sampled_from(("* * * * *", "*/2 * * * *", "*/5 * * * *")),
        _job_fields(),
        pod_templates(name, ends=True, labelled=False),
    )


def _budgets(name: str, labels: Mapping[str, str]) -> SearchStrategy[Manifest]:
    amount = st.sampled_from((1, 0, "50%", 2, "100%"))
    which = st.one_of(
        st.fixed_dictionaries({"maxUnavailable": amount}), st.fixed_dictionaries({"minAvailable": amount})
    )
    policy = _some({"unhealthyPodEvictionPolicy": st.sampled_from(("AlwaysAllow", "IfHealthyBudget"))})
    return st.builds(
        lambda least, how: manifest(
            "PodDisruptionBudget", name, "policy/v1", {**least, **how, "selector": {"matchLabels": dict(labels)}}
        ),
        which,
        policy,
    )


def _autoscalers(kind: str, name: str) -> SearchStrategy[Manifest]:
    target = {"apiVersion": "apps/v1", "kind": kind, "name": name}
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    calm = {"scaleDown": {"stabilizationWindowSeconds": 30}}
    return st.builds(
        lambda least, more, how: manifest(
            "HorizontalPodAutoscaler",
            name,
            "autoscaling/v2",
            {
                "scaleTargetRef": target,
                "minReplicas": least,
                "maxReplicas": least + more,
                "metrics": [{"type": "Resource", "resource": resource}],
                **how,
            },
        ),
        st.integers(1, 2),
        st.integers(0, 3),
        _some({"behavior": st.just(calm)}),
    )


def _built(kind: str, name: str, version: str, always: Optional, optional: Optional) -> SearchStrategy[Manifest]:
    """A workload whose pods carry its label."""
    return st.builds(
        lambda spec, pods: manifest(kind, name, version, {**spec, "selector": _selecting(name), "template": pods}),
        st.fixed_dictionaries(dict(always), optional=dict(optional)),
        pod_templates(name),
    )


_RULES: Mapping[str, Callable[[str], SearchStrategy[Manifest]]] = {
    "Deployment": _deployments,
    "StatefulSet": _stateful_sets,
    "ReplicaSet": _replica_sets,
    "DaemonSet": _daemon_sets,
    "Job": _jobs,
    "CronJob": _cron_jobs,
}
