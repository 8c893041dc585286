"""A pod's spec as the kubelet reads it, from the typed API object (core/v1 PodSpec as the API server stores it)."""

from __future__ import annotations

from typing import cast

from immutables import Map
from lightkube.models import core_v1

from kubeproof.model.objects import resources
from kubeproof.model.objects.container import Container, Probe, RestartPolicy, RestartRule, RunSpec


def run_spec(raw: core_v1.PodSpec) -> RunSpec:
    """How a pod with this spec is run. Raises BadInput where a quantity is none."""
    return RunSpec(
        containers=tuple(_container(one) for one in raw.containers),
        init_containers=tuple(_container(one) for one in raw.initContainers or ()),
        restart_policy=cast("RestartPolicy", raw.restartPolicy or "Always"),
        grace_period=30 if raw.terminationGracePeriodSeconds is None else raw.terminationGracePeriodSeconds,
        active_deadline=raw.activeDeadlineSeconds,
        readiness_gates=tuple(gate.conditionType for gate in raw.readinessGates or ()),
        runtime_class=raw.runtimeClassName or "",
        host_network=bool(raw.hostNetwork),
    )


def _container(raw: core_v1.Container) -> Container:
    asked, life = raw.resources or core_v1.ResourceRequirements(), raw.lifecycle or core_v1.Lifecycle()
    return Container(
        name=raw.name,
        image=raw.image or "",
        restart_policy=cast("RestartPolicy", raw.restartPolicy) if raw.restartPolicy else "",
        restart_rules=tuple(map(_rule, raw.restartPolicyRules or ())),
        startup=_probe(raw.startupProbe),
        liveness=_probe(raw.livenessProbe),
        readiness=_probe(raw.readinessProbe),
        post_start=life.postStart is not None,
        pre_stop=life.preStop is not None,
        requests=Map(resources.as_units(resources.amounts(asked.requests, "resources.requests"))),
        limits=Map(resources.as_units(resources.amounts(asked.limits, "resources.limits"))),
    )


def _rule(raw: core_v1.ContainerRestartRule) -> RestartRule:
    codes = raw.exitCodes
    operator = codes.operator if codes else "In"
    return RestartRule(
        action="RestartAllContainers" if raw.action == "RestartAllContainers" else "Restart",
        operator="NotIn" if operator == "NotIn" else "In",
        values=tuple((codes and codes.values) or ()),
    )


def _probe(raw: core_v1.Probe | None) -> Probe | None:
    if raw is None:
        return None
    return Probe(
        initial_delay=raw.initialDelaySeconds or 0,
        period=raw.periodSeconds or 10,
        timeout=raw.timeoutSeconds or 1,
        success_threshold=raw.successThreshold or 1,
        failure_threshold=raw.failureThreshold or 3,
        grace_period=raw.terminationGracePeriodSeconds,
    )
