"""What the kubelet asks of the container runtime, call by call, and what that asks of the kernel.

RuntimeClass -> the CRI calls of a pod's start, restart and end (kuberuntime_manager.go, kuberuntime_sandbox.go,
kuberuntime_container.go, v1.36) -> OCI create and start with cgroup limits and namespaces
(kuberuntime_container_linux.go; cgroup v2). All of it is data. Left out: mounts, devices, security profiles, what a
runtime class adds to a pod (overhead and scheduling are admission's), user namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from kubeproof.model.node.kubelet.actions import Actions
from kubeproof.model.node.kubelet.kills import MINIMUM_GRACE, KillReason, grace_of
from kubeproof.model.node.kubelet.pod_qos import oom_score_adjustment, qos_of
from kubeproof.model.node.kubelet.pod_runtime import PodRuntime
from kubeproof.model.objects.container import Container
from kubeproof.model.objects.live_pod import LivePod

Verb = Literal[
    "RunPodSandbox",
    "PodSandboxStatus",
    "PullImage",
    "CreateContainer",
    "StartContainer",
    "StopContainer",
    "RemoveContainer",
    "StopPodSandbox",
    "RemovePodSandbox",
]
Namespace = Literal["network", "ipc", "pid", "uts", "mount", "cgroup"]

PERIOD = 100_000
"""Microseconds in which a container may use its quota of cpu time."""
MIN_SHARES, MAX_SHARES = 2, 262_144
MIN_QUOTA = 1_000


class Call(NamedTuple):
    """One call of the CRI. `name` is the container's, or the pod's for a sandbox; `detail` what it is called with:
    the attempt and handler, the image, the seconds of grace."""

    verb: Verb
    name: str
    detail: str = ""


class Limits(NamedTuple):
    """What a container's cgroup is given: weight and quota of cpu (microseconds a period, 0 for no limit), the most
    memory in bytes (0 for no limit), and how readily the kernel kills it."""

    shares: int
    weight: int
    quota: int
    period: int
    memory: int
    oom_score_adjustment: int


class Oci(NamedTuple):
    """One call of the OCI runtime: create a container in these namespaces under this cgroup, or start it."""

    verb: Literal["create", "start"]
    name: str
    handler: str = ""
    cgroup: str = ""
    own: tuple[Namespace, ...] = ()
    shared: tuple[Namespace, ...] = ()
    limits: Limits | None = None


class NoSandbox(NamedTuple):
    """Why a pod's sandbox cannot be made; its containers stay ContainerCreating, and an event says this."""

    message: str


def handler_of(runtime_class: str, classes: Mapping[str, str], configured: frozenset[str]) -> str | NoSandbox:
    """The handler that a pod's runtime class names ("" is the default one), or why there is none.

    `classes`: handlers by the name of their RuntimeClass. `configured`: those that the node's runtime has beside it.
    """
    if not runtime_class:
        return ""
    if runtime_class not in classes:
        return NoSandbox(_failed(f'runtimeclass.node.k8s.io "{runtime_class}" not found'))
    handler = classes[runtime_class]
    if handler not in configured:
        unknown = f'no runtime for "{handler}" is configured'
        return NoSandbox(_failed(f"rpc error: code = Unknown desc = failed to get sandbox runtime: {unknown}"))
    return handler


def calls(
    pod: LivePod, actions: Actions, runtime: PodRuntime, *, handler: str = "", pulls: frozenset[str] = frozenset()
) -> Iterator[Call]:
    """The calls that carry out what was decided for a pod, in order; `pulls`: the images that have to be pulled."""
    run = pod.run
    if actions.kill_pod:
        yield from _stops(pod, runtime)
    else:
        yield from (_stop(pod, kill.name, kill.reason) for kill in actions.kill)
    for reset in () if actions.kill_pod else actions.reset:
        if reset.kill:
            yield Call("StopContainer", reset.name, f"{MINIMUM_GRACE}s")
        yield Call("RemoveContainer", reset.name)
    if actions.create_sandbox:
        inits = {container.name for container in run.init_containers}
        yield from (Call("RemoveContainer", made.name) for made in runtime.containers if made.name in inits)
        yield Call("RunPodSandbox", pod.meta.name, f"attempt {actions.attempt}" + (f" as {handler}" if handler else ""))
        yield Call("PodSandboxStatus", pod.meta.name)
    starts = (
        *(run.ephemeral_containers[index] for index in actions.start_ephemeral),
        *(run.init_containers[index] for index in actions.start_init),
        *(run.containers[index] for index in actions.start),
    )
    for container in starts:
        if container.image in pulls:
            yield Call("PullImage", container.name, container.image)
            pulls -= {container.image}
        yield Call("CreateContainer", container.name, container.image)
        yield Call("StartContainer", container.name)


def end_calls(pod: LivePod, runtime: PodRuntime) -> Iterator[Call]:
    """The calls that end a pod: its containers and sandboxes stopped at once, and removed when it is cleaned up."""
    yield from _stops(pod, runtime)
    yield from (Call("RemoveContainer", made.name) for made in runtime.containers)
    yield from (Call("RemovePodSandbox", pod.meta.name, f"attempt {each.attempt}") for each in runtime.sandboxes)


def oci_of(call: Call, pod: LivePod, capacity: int, handler: str = "") -> tuple[Oci, ...]:
    """What the runtime does for a call: make and start the sandbox's or the container's process; none for other calls.

    `capacity`: the node's memory in bytes.
    """
    match call.verb:
        case "RunPodSandbox":
            own: tuple[Namespace, ...] = ("ipc", "mount", "cgroup")
            network: tuple[Namespace, ...] = ("network", "uts")
            namespaces = own if pod.run.host_network else (*network, *own)
            made = Oci("create", "sandbox", handler, f"{cgroup_of(pod)}/sandbox", own=namespaces)
            return made, Oci("start", "sandbox", handler)
        case "StartContainer":
            container = _spec(pod, call.name)
            shared: tuple[Namespace, ...] = ("ipc",) if pod.run.host_network else ("network", "uts", "ipc")
            limits = limits_of(pod, container, capacity)
            path = f"{cgroup_of(pod)}/{container.name}"
            made = Oci("create", container.name, handler, path, ("pid", "mount", "cgroup"), shared, limits)
            return made, Oci("start", container.name, handler)
        case _:
            return ()


def cgroup_of(pod: LivePod) -> str:
    """The cgroup of a pod: guaranteed pods directly under kubepods, others under their class."""
    qos = qos_of(pod.run)
    return f"/kubepods/{'' if qos == 'Guaranteed' else qos.lower() + '/'}pod{pod.meta.uid}"


def limits_of(pod: LivePod, container: Container, capacity: int) -> Limits:
    """What a container's cgroup is given, from its requests and limits and the pod's class."""
    request, limit = container.requests.get("cpu", 0), container.limits.get("cpu", 0)
    shares = shares_of(request or limit)
    quota = max(limit * PERIOD // 1000, MIN_QUOTA) if limit else 0
    score = oom_score_adjustment(pod, container, capacity)
    return Limits(shares, weight_of(shares), quota, PERIOD, container.limits.get("memory", 0), score)


def shares_of(millicores: int) -> int:
    """The cpu shares of so many millicores: 1024 a core, within the kernel's bounds."""
    return min(max(millicores * 1024 // 1000, MIN_SHARES), MAX_SHARES)


def weight_of(shares: int) -> int:
    """The cpu.weight (1 to 10,000) that stands for shares in cgroup v2 (cm.getCPUWeight)."""
    return 1 + (shares - MIN_SHARES) * 9999 // (MAX_SHARES - MIN_SHARES)


def _stops(pod: LivePod, runtime: PodRuntime) -> Iterator[Call]:
    sidecars = [container.name for container in pod.run.init_containers if container.is_sidecar]
    running = {made.name for made in runtime.containers if made.state.state == "running"}
    yield from (
        _stop(pod, made.name, "Unknown")
        for made in runtime.containers
        if made.name in running and made.name not in sidecars
    )
    yield from (_stop(pod, name, "Unknown") for name in reversed(sidecars) if name in running)
    yield from (Call("StopPodSandbox", pod.meta.name, f"attempt {each.attempt}") for each in runtime.sandboxes)


def _stop(pod: LivePod, name: str, reason: KillReason) -> Call:
    deletion = pod.meta.grace_period if pod.meta.deleted_at is not None else None
    grace = max(grace_of(pod.run, _spec(pod, name), reason, deletion), MINIMUM_GRACE)
    return Call("StopContainer", name, f"{grace}s")


def _spec(pod: LivePod, name: str) -> Container:
    run = pod.run
    containers = (*run.containers, *run.init_containers, *run.ephemeral_containers)
    return next(container for container in containers if container.name == name)


def _failed(why: str) -> str:
    return f"Failed to create pod sandbox: {why}"
