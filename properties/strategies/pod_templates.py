"""Random pod templates as manifests: one container that asks for little, and seldom anything more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

ZONE, HOSTNAME = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
ZONES = ("a", "b")
PRIORITIES: Mapping[str, int] = {"low": 0, "high": 1000}
"""The classes of priority that pods name."""

IMAGES = ("nginx:1", "nginx:2", "nginx:3")
CPUS = (500, 250, 1000, 100)
"""Millicores that pods ask for."""


@cache
def pod_templates(app: str, *, ends: bool = False, labelled: bool = True) -> SearchStrategy[dict[str, Any]]:
    """The template of pods with the label app. `ends`: pods of a Job, which are not restarted for ever."""
    meta: dict[str, Any] = {"metadata": {"labels": {"app": app}}} if labelled else {}
    return _specs(app, ends).map(lambda spec: {**meta, "spec": spec})


@st.composite
def _specs(draw: st.DrawFn, app: str, ends: bool) -> dict[str, Any]:
    containers = [draw(_containers("main", ends))]
    if draw(_rarely()):
        containers.append({"name": "beside", "image": IMAGES[0]})
    optional: dict[str, SearchStrategy[Any]] = {}
    if draw(st.booleans()):  # half of the templates are plain
        optional = {
            "terminationGracePeriodSeconds": st.sampled_from((0, 5, 60)),
            "initContainers": st.sampled_from(_FIRST).map(lambda one: [one]),
            "tolerations": st.sampled_from(_TOLERATIONS).map(lambda one: [one]),
            "nodeSelector": st.sampled_from(ZONES).map(lambda zone: {ZONE: zone}),
            "affinity": st.sampled_from(_affinities(app)),
            "topologySpreadConstraints": st.sampled_from(_spreads(app)).map(lambda one: [one]),
            "priorityClassName": st.sampled_from(tuple(PRIORITIES)),
        }
    spec = draw(st.fixed_dictionaries({}, optional=optional))
    if ends:
        spec["restartPolicy"] = draw(st.sampled_from(("Never", "OnFailure")))
    return {**spec, "containers": containers}


@cache
def _rarely() -> SearchStrategy[bool]:
    return st.sampled_from((False, False, False, False, True))


@st.composite
def _containers(draw: st.DrawFn, name: str, ends: bool) -> dict[str, Any]:
    requests = {"cpu": f"{draw(st.sampled_from(CPUS))}m"}
    if draw(_rarely()):
        requests["memory"] = draw(st.sampled_from(("128Mi", "1Gi")))
    found: dict[str, Any] = {
        "name": name,
        "image": draw(st.sampled_from(IMAGES[:2])),
        "resources": {"requests": requests},
    }
    if draw(_rarely()):
        found["resources"]["limits"] = requests
    if not ends:
        for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
            if draw(_rarely()):
                found[probe] = draw(_probes())
    if draw(_rarely()):
        found["ports"] = [{"containerPort": 80, "hostPort": 80}]
    return found


@cache
def _probes() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"tcpSocket": st.just({"port": 80})},
        optional={
            "periodSeconds": st.sampled_from((5, 1)),
            "failureThreshold": st.sampled_from((1, 2)),
            "initialDelaySeconds": st.sampled_from((3, 20)),
        },
    )


_FIRST = (
    {"name": "first", "image": IMAGES[0]},
    {"name": "sidecar", "image": IMAGES[0], "restartPolicy": "Always"},
)
_TOLERATIONS: tuple[dict[str, Any], ...] = (
    {"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"},
    {"operator": "Exists"},
    {"key": "dedicated", "operator": "Equal", "value": "yes", "effect": "NoExecute", "tolerationSeconds": 20},
    {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 10},
)


def _affinities(app: str) -> tuple[dict[str, Any], ...]:
    like_me = {"labelSelector": {"matchLabels": {"app": app}}}
    apart = [{**like_me, "topologyKey": HOSTNAME}]
    zone = [{**like_me, "topologyKey": ZONE}]
    wish = [{"weight": 50, "podAffinityTerm": apart[0]}]
    return (
        {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": apart}},
        {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": wish}},
        {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": zone}},
        {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": zone}},
    )


def _spreads(app: str) -> tuple[dict[str, Any], ...]:
    like_me = {"labelSelector": {"matchLabels": {"app": app}}}
    hard = {"maxSkew": 1, "topologyKey": HOSTNAME, "whenUnsatisfiable": "DoNotSchedule", **like_me}
    return (
        hard,
        {**hard, "topologyKey": ZONE},
        {**hard, "whenUnsatisfiable": "ScheduleAnyway"},
        {**hard, "nodeTaintsPolicy": "Honor"},
    )
