"""Which pods stand in a Service's EndpointSlices, and how: staging/src/k8s.io/endpointslice (v1.36).

Left out: how endpoints are dealt out to slices, ports, addresses and hints.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready, is_terminal


class EndpointConditions(NamedTuple):
    """An endpoint's conditions. `serving` is readiness alone; `ready` is what kube-proxy sends traffic to."""

    ready: bool
    serving: bool
    terminating: bool


def conditions(pod: LivePod, *, publish_not_ready: bool = False) -> EndpointConditions:
    """The conditions of the pod's endpoint (podToEndpoint).

    `publish_not_ready` is the Service's publishNotReadyAddresses. A pod that is being deleted is not ready, unless the
    Service publishes what is not ready, too.
    """
    serving, terminating = is_ready(pod), pod.meta.deleted_at is not None
    return EndpointConditions(publish_not_ready or (serving and not terminating), serving, terminating)


def included(pod: LivePod, *, terminating: bool = True) -> bool:
    """Whether the pod has an endpoint at all (ShouldPodBeInEndpoints); EndpointSlices hold `terminating` pods, too."""
    if is_terminal(pod) or not pod.status.ips:
        return False
    return terminating or pod.meta.deleted_at is None
