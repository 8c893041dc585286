"""Pods in few words, as the lifecycle topics write them: tests of the kubelet tell their cases so."""

from __future__ import annotations

from kubeproof.model.conformance import tokens
from kubeproof.model.objects.container import Container, RestartPolicy, RestartRule, RunSpec
from kubeproof.model.objects.pod_status import ContainerStatus

ALWAYS, ON_FAILURE, NEVER = "Always", "OnFailure", "Never"
ON_42 = (RestartRule("Restart", "In", (42,)),)
ALL_ON_42 = (RestartRule("RestartAllContainers", "In", (42,)),)


def run(
    *containers: str | Container,
    init: tuple[str | Container, ...] = (),
    policy: RestartPolicy = "Always",
    gates: tuple[str, ...] = (),
    static: bool = False,
) -> RunSpec:
    """How a pod is run. A name is a container without a policy of its own; a name in s... among `init` is a sidecar."""
    return RunSpec(
        containers=tuple(one if isinstance(one, Container) else Container(one) for one in containers),
        init_containers=tuple(one if isinstance(one, Container) else _init(one) for one in init),
        restart_policy=policy,
        readiness_gates=gates,
        static=static,
    )


def said(text: str) -> tuple[ContainerStatus, ...]:
    """Statuses from words like "a=running+ready+started b=waiting/last=0" (a name, a token, what is true of it)."""
    found = []
    for word in text.split():
        name, _, rest = word.partition("=")
        token, *flags = rest.split("+")
        told = {"ready": "ready" in flags, "started": True if "started" in flags else None}
        status = tokens.status(name, token, told)
        if status is not None:
            found.append(status)
    return tuple(found)


def _init(name: str) -> Container:
    return Container(name, restart_policy="Always" if name.startswith("s") else "")
