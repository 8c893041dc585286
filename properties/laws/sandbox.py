"""What holds of the calls between kubelet, CRI and OCI, and what does not (`STUDIES`)."""

from __future__ import annotations

from kubeproof.model.machine import after
from kubeproof.model.machines.sandbox import (
    SANDBOX,
    Handler,
    Process,
    Sandbox,
    container,
    failures,
    handler,
    image,
    limits,
    namespaces,
    network,
    nothing_left,
    sandbox,
    wanted,
)
from kubeproof.properties.law import always, every_step, leads_to, sometimes

runs = container.eq(Process.RUNNING)

LAWS = (
    always("no process runs without namespaces and limits", SANDBOX, namespaces & limits, when=runs),
    always("a container is created from an image that is there", SANDBOX, image, when=~container.eq(Process.NONE)),
    always(
        "a pod whose handler is unknown runs nothing",
        SANDBOX,
        sandbox.eq(Sandbox.NONE) & ~runs,
        when=handler.eq(Handler.UNKNOWN),
    ),
    always("a sandbox has its network exactly while it is ready", SANDBOX, network.eq(sandbox.eq(Sandbox.READY))),
    every_step(
        "a process is started from a created container",
        SANDBOX,
        container.eq(Process.CREATED),
        when=~runs & after(container).eq(Process.RUNNING),
    ),
    every_step(
        "a container is created in a ready sandbox",
        SANDBOX,
        sandbox.eq(Sandbox.READY),
        when=container.eq(Process.NONE) & after(container).eq(Process.CREATED),
    ),
    every_step(
        "a running container is stopped before it is removed", SANDBOX, ~after(container).eq(Process.NONE), when=runs
    ),
    every_step(
        "a sandbox is removed after its container",
        SANDBOX,
        container.eq(Process.NONE),
        when=~sandbox.eq(Sandbox.NONE) & after(sandbox).eq(Sandbox.NONE),
    ),
    every_step(
        "the sandbox is stopped after its container, unless it dies by itself",
        SANDBOX,
        ~runs,
        when=network & ~after(network) & after(failures).eq(failures),
    ),
    leads_to("when the pod ends, nothing is left", SANDBOX, ~wanted, nothing_left),
    leads_to(
        "a pod with a known handler runs, if it is not ended",
        SANDBOX,
        wanted & ~handler.eq(Handler.UNKNOWN),
        runs | ~wanted,
    ),
    sometimes("a pod can run again in a new sandbox", SANDBOX, runs & wanted),
)

STUDIES = (
    always(
        "a running container has a ready sandbox",
        SANDBOX,
        sandbox.eq(Sandbox.READY),
        when=runs,
        note="until the kubelet stops it, it outlives a sandbox that died",
    ),
    leads_to(
        "every pod runs in the end, if it is not ended",
        SANDBOX,
        wanted,
        runs | ~wanted,
        note="an unknown handler fails for ever",
    ),
)
