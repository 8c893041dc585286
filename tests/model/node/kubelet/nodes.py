"""Pods as a node has them, in few words: tests of admission, eviction and the runtime tell their cases so."""

from __future__ import annotations

from typing import Any

from immutables import Map

from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import PodSpec

GIB = 2**30


def asking(
    name: str = "web", *, cpu: int = 0, memory: int = 0, guaranteed: bool = False, priority: int = 0, **more: Any
) -> LivePod:
    """A pod with one container that asks for this much; a guaranteed one may use no more. `more` is of its spec."""
    requests = {resource: amount for resource, amount in (("cpu", cpu), ("memory", memory)) if amount}
    spec = PodSpec(
        requests=Map({**requests, **more.pop("requests", {})}),
        priority=priority,
        **{key: value for key, value in more.items() if key not in ("labels", "static", "os")},
    )
    run = RunSpec(
        (Container("c", requests=Map(requests), limits=Map(requests) if guaranteed else Map()),),
        static=more.get("static", False),
        os=more.get("os", ""),
    )
    return LivePod(Meta(name, "shop", uid=name, labels=Map(more.get("labels", {}))), run, spec, node="n1")
