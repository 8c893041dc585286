"""From RuntimeClass to a running process: the calls that the kubelet makes over CRI, in order, and what the OCI runtime
does for them (Kubernetes v1.36: pkg/kubelet/kuberuntime, runtimeclass; CRI v1; OCI runtime spec).

A pod names a RuntimeClass, whose handler is the one that RunPodSandbox asks for; without a name it is the runtime's
default, and an unknown handler fails. CreateContainer is OCI `create` (namespaces joined, cgroup limits written, no
process yet), StartContainer is `start`. What is stopped is stopped before it is removed. The data of the calls is
node/runtime.py. Not modelled: several containers (pod_order.py), checkpoints, updates of resources.
"""

from __future__ import annotations

from enum import Enum

from kubeproof.model.machine import ANY, Machine, Step, between, boolean, one_of


class Handler(Enum):
    """What the pod's RuntimeClass resolves to."""

    DEFAULT = "default"
    NAMED = "named"
    UNKNOWN = "unknown"


class Sandbox(Enum):
    """The pod's sandbox."""

    NONE = "none"
    READY = "ready"
    NOT_READY = "not ready"


class Process(Enum):
    """The container, as the runtime knows it."""

    NONE = "none"
    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"


FAILURES = 2

handler, sandbox, container = one_of("handler", Handler), one_of("sandbox", Sandbox), one_of("container", Process)
image, network, namespaces, limits = (
    boolean("image"),
    boolean("network"),
    boolean("namespaces"),
    boolean("cgroupLimits"),
)
wanted, failures = boolean("wanted"), between("failures", 0, FAILURES)

may_fail = failures > 0
fails = {failures: failures - 1}
nothing_left = sandbox.eq(Sandbox.NONE) & container.eq(Process.NONE)

SANDBOX = Machine(
    name="sandbox",
    start={
        handler: ANY,
        wanted: True,
        sandbox: Sandbox.NONE,
        network: False,
        image: (False, True),
        container: Process.NONE,
        namespaces: False,
        limits: False,
        failures: FAILURES,
    },
    steps=(
        Step(
            "RunPodSandbox",
            by="kubelet",
            when=wanted & sandbox.eq(Sandbox.NONE) & ~handler.eq(Handler.UNKNOWN),
            sets={sandbox: Sandbox.READY, network: True},
        ),
        Step(
            "RunPodSandbox fails",
            by="runtime",
            fair=False,
            when=wanted & sandbox.eq(Sandbox.NONE) & handler.eq(Handler.UNKNOWN),
            sets={},
            why="no runtime for the handler is configured: tried again and again",
        ),
        Step("PullImage", by="kubelet", when=wanted & sandbox.eq(Sandbox.READY) & ~image, sets={image: True}),
        Step(
            "CreateContainer",
            by="kubelet",
            when=wanted & sandbox.eq(Sandbox.READY) & image & container.eq(Process.NONE),
            sets={container: Process.CREATED, namespaces: True, limits: True},
            why="OCI create: namespaces and cgroup limits are there before the process",
        ),
        Step(
            "StartContainer",
            by="kubelet",
            when=wanted & sandbox.eq(Sandbox.READY) & container.eq(Process.CREATED),
            sets={container: Process.RUNNING},
        ),
        Step(
            "the process exits",
            by="process",
            fair=False,
            when=container.eq(Process.RUNNING) & may_fail,
            sets={container: Process.EXITED, **fails},
        ),
        Step(
            "the sandbox dies",
            by="failure",
            fair=False,
            when=sandbox.eq(Sandbox.READY) & may_fail,
            sets={sandbox: Sandbox.NOT_READY, network: False, **fails},
        ),
        Step("end the pod", by="user", fair=False, when=wanted, sets={wanted: False}),
        Step(
            "StopContainer",
            by="kubelet",
            when=container.eq(Process.RUNNING) & (~wanted | sandbox.eq(Sandbox.NOT_READY)),
            sets={container: Process.EXITED},
        ),
        Step(
            "RemoveContainer",
            by="kubelet",
            when=container.eq(Process.EXITED)
            | (container.eq(Process.CREATED) & (~wanted | ~sandbox.eq(Sandbox.READY))),
            sets={container: Process.NONE, namespaces: False, limits: False},
        ),
        Step(
            "StopPodSandbox",
            by="kubelet",
            when=sandbox.eq(Sandbox.READY) & ~wanted & ~container.eq(Process.RUNNING),
            sets={sandbox: Sandbox.NOT_READY, network: False},
        ),
        Step(
            "RemovePodSandbox",
            by="kubelet",
            when=sandbox.eq(Sandbox.NOT_READY) & container.eq(Process.NONE),
            sets={sandbox: Sandbox.NONE},
        ),
    ),
    shows=container,
    ends=~wanted & nothing_left,
    assumes=(f"at most {FAILURES} exits and failures of the sandbox",),
)
