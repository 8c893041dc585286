"""The pod's own manifest, as it was read: which line of it asks for an amount or a port.

Left out: everything that the scheduler adds up from more than one place (init containers, pod-level resources,
overhead): there an amount has no line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from kubeproof.model.errors import KubeproofError
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import ANY_ADDRESS, HostPort, Pod
from kubeproof.model.objects.quantity import parse
from kubeproof.model.objects.resources import as_units


class Line(NamedTuple):
    """One value in a manifest: its path in the pod, and what stands there (an amount in the scheduler's units)."""

    where: str
    text: str
    amount: int


def path(pod: Pod, where: str) -> str:
    """The path, in the manifest that the pod comes from, of `where` in the pod."""
    return pod.origin.path(where) if pod.origin else where


def exact(pod: Pod, where: str) -> str:
    """`where` with the container that asks, where one alone does: 'spec.containers[].…' -> 'spec.containers[0].…'."""
    start, bracket, rest = where.partition("containers[].")
    if not bracket:
        return where
    found = [at for at, one in enumerate(_containers(pod)) if _has(one, rest)]
    return f"{start}containers[{found[0]}].{rest}" if len(found) == 1 else where


def requests(pod: Pod, resource: str) -> Sequence[Line]:
    """What each container asks for of a resource; empty where other things of the pod count too, or none is known."""
    spec = _spec(pod)
    others = (spec, *(one for one in spec.get("initContainers") or () if isinstance(one, dict)))
    if resource in (spec.get("overhead") or {}) or any(_asks(one, resource) for one in others):
        return ()
    found = []
    for at, container in enumerate(_containers(pod)):
        resources = container.get("resources") or {}
        kind = "requests" if resource in (resources.get("requests") or {}) else "limits"
        text = (resources.get(kind) or {}).get(resource)
        if text is not None:
            try:
                amount = as_units({resource: parse(str(text))})[resource]
            except KubeproofError:
                return ()
            found.append(Line(f"spec.containers[{at}].resources.{kind}.{resource}", str(text), amount))
    return found if sum(line.amount for line in found) == pod.spec.requests.get(resource, 0) else ()


def _asks(one: Mapping[str, Any], resource: str) -> bool:
    resources = one.get("resources") or {}
    return any(resource in (resources.get(kind) or {}) for kind in ("requests", "limits"))


def host_ports(pod: Pod, port: HostPort) -> Sequence[Line]:
    """The lines that ask for a host port; empty where the pod has the whole network of the host, or none is known."""
    if _spec(pod).get("hostNetwork"):
        return ()
    found = []
    for at, container in enumerate(_containers(pod)):
        for index, own in enumerate(container.get("ports") or ()):
            asked = HostPort(own.get("hostIP") or ANY_ADDRESS, own.get("protocol") or "TCP", own.get("hostPort") or 0)
            if asked == port:
                where = f"spec.containers[{at}].ports[{index}].hostPort"
                found.append(Line(where, str(port.port), port.port))
    return found


def replicas(origin: Origin) -> int | None:
    """How many pods the manifest asks for; None where it asks for no number."""
    found = _read(origin).get("spec") or {}
    number = found.get("replicas", 1) if isinstance(found, dict) else None
    return number if isinstance(number, int) else None


def _read(origin: Origin | None) -> Mapping[str, Any]:
    if origin is None or not origin.manifest:
        return {}
    found = msgspec.json.decode(origin.manifest)
    return found if isinstance(found, dict) else {}


def _spec(pod: Pod) -> Mapping[str, Any]:
    found: Any = _read(pod.origin)
    for step in (*(pod.origin.template if pod.origin else ()), "spec"):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _containers(pod: Pod) -> Iterator[Mapping[str, Any]]:
    return (one for one in _spec(pod).get("containers") or () if isinstance(one, dict))


def _has(container: Mapping[str, Any], rest: str) -> bool:
    """Whether the container has something at the path, whose last key may hold dots."""
    found: Any = container
    steps = rest.split(".")
    while steps and isinstance(found, dict):
        taken = next((n for n in range(len(steps), 0, -1) if ".".join(steps[:n]) in found), 0)
        if not taken:
            return False
        found, steps = found[".".join(steps[:taken])], steps[taken:]
    return not steps
