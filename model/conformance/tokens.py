"""The notation of containers in the lifecycle golden topics: status tokens, restart rules, init and regular lists.

What is no case raises LookupError, ValueError or msgspec.ValidationError.

A token is `absent`, `empty`, `waiting[:reason]`, `running` or `terminated=CODE[:reason]`; `/last=CODE[:reason]` behind
it adds the last termination.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from kubeproof.model.objects.container import Container, RestartPolicy, RestartRule, RunSpec
from kubeproof.model.objects.pod_status import ContainerState, ContainerStatus, Running, Terminated, Waiting

Json = Any
"""Decoded JSON of a golden case."""


def run_spec(case: Mapping[str, Json]) -> RunSpec:
    """How the pod of a case is run."""
    return RunSpec(
        containers=containers(case["containers"]),
        init_containers=containers(case.get("initContainers")),
        restart_policy=msgspec.convert(case["restartPolicy"], RestartPolicy),
        readiness_gates=tuple(case.get("readinessGates") or ()),
        static=bool(case.get("staticPod")),
    )


def containers(listed: Iterable[Json] | None) -> tuple[Container, ...]:
    """The containers of a list of a case."""
    return tuple(container(raw) for raw in listed or ())


def container(raw: Mapping[str, Json]) -> Container:
    """A container: its name, its own restart policy and rules."""
    return Container(raw["name"], restart_policy=policy(raw.get("restartPolicy")), restart_rules=rules(raw))


def policy(raw: str | None) -> RestartPolicy | Literal[""]:
    """A restart policy that may be missing."""
    found: RestartPolicy | Literal[""] = msgspec.convert(raw or "", RestartPolicy | Literal[""])
    return found


def rules(raw: Mapping[str, Json]) -> tuple[RestartRule, ...]:
    """The restartPolicyRules of a container. One without exit codes matches none."""
    return tuple(
        msgspec.convert({"operator": "In", "values": (), **codes, "action": rule["action"]}, RestartRule)
        for rule in raw.get("restartPolicyRules") or ()
        for codes in (rule.get("exitCodes") or {},)
    )


def statuses(listed: Iterable[Json] | None) -> tuple[ContainerStatus, ...]:
    """The statuses of the containers of a list that have one."""
    found = (status(raw["name"], raw["status"], raw) for raw in listed or ())
    return tuple(one for one in found if one is not None)


def statuses_of(named: Iterable[Container], tokens: Iterable[str] | None) -> tuple[ContainerStatus, ...]:
    """The statuses that a list of bare tokens gives these containers, one by one."""
    found = (status(one.name, token, {}) for one, token in zip(named, tokens or (), strict=True))
    return tuple(one for one in found if one is not None)


def status(name: str, token: str, flags: Mapping[str, Json]) -> ContainerStatus | None:
    """The status that a token tells; `flags`: its `ready` and `started`."""
    now, _, last = token.partition("/last=")
    if now == "absent":
        return None
    return ContainerStatus(
        name=name,
        state=_state(now),
        last=_terminated(last) if last else None,
        ready=bool(flags.get("ready")),
        started=flags.get("started"),
    )


def _state(token: str) -> ContainerState | None:
    kind, _, reason = token.partition(":")
    if kind.startswith("terminated="):
        return _terminated(token.removeprefix("terminated="))
    match kind:
        case "empty":
            return None
        case "waiting":
            return Waiting(reason)
        case "running":
            return Running()
        case _:
            raise ValueError(f"{token!r} is no status token")


def _terminated(token: str) -> Terminated:
    code, _, reason = token.partition(":")
    return Terminated(int(code), reason)
