"""Which pods stand in a Service's EndpointSlices, and how: staging/src/k8s.io/endpointslice (v1.36).

`ENDPOINT_SLICE` is the component. A Service has one slice for each set of ports that its pods have for it: one, where
targetPort is a number. Left out: splitting a slice of more than 100 endpoints, hints, the trigger time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from immutables import Map
from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.component import Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.creation import controller_of
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.endpoint_slice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_state import is_ready, is_terminal
from kubeproof.model.objects.service import HEADLESS, Service, ServicePort

SERVICE_NAME, MANAGED_BY = "kubernetes.io/service-name", "endpointslice.kubernetes.io/managed-by"
CONTROLLER = "endpointslice-controller.k8s.io"
HEADLESS_LABEL = "service.kubernetes.io/headless"
ZONE = "topology.kubernetes.io/zone"

Ports = tuple[EndpointPort, ...]


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


def ports_of(service: Service, pod: LivePod) -> Ports:
    """The ports under which the pod is reached (getEndpointPorts); one whose name no container has is left out."""
    found = ((own, port_number(own, pod)) for own in service.ports)
    return tuple(EndpointPort(own.name, number, own.protocol) for own, number in found if number is not None)


def port_number(port: ServicePort, pod: LivePod) -> int | None:
    """The pod's port for a Service's one, None where it has none of that name (FindPort)."""
    if isinstance(port.target, int):
        return port.target or port.port
    if not pod.manifest:
        return None
    spec = msgspec.json.decode(pod.manifest, type=core_v1.PodSpec)
    sidecars = (one for one in spec.initContainers or () if one.restartPolicy == "Always")
    for container in (*spec.containers, *sidecars):
        for own in container.ports or ():
            if (own.name, own.protocol or "TCP") == (port.target, port.protocol):
                return own.containerPort
    return None


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    service = look.get(key, Service)
    if service is None or not service.selects_pods:
        return
    held = [one for one in look.owned("EndpointSlice", service.meta.uid, EndpointSlice) if one.meta.deleted_at is None]
    wanted = _wanted(look, service)
    kept, spare = _matched(held, wanted)
    for ports, endpoints in wanted.items():
        slice_ = kept.get(ports) or (spare.pop(0) if spare else None)
        if slice_ is None:
            name = f"{key.name}-"
            owner = controller_of(service.meta, "v1", "Service")
            meta = Meta(name, key.namespace, labels=_labels(service), owners=(owner,))
            made = EndpointSlice(meta, endpoints, ports)
            yield Write("create", Key("EndpointSlice", key.namespace, name), made)
            continue
        meta = replace(slice_.meta, labels=_labels(service))
        named = Key("EndpointSlice", key.namespace, slice_.meta.name)
        yield Write("update", named, EndpointSlice(meta, endpoints, ports))
    for slice_ in spare:
        yield Write("delete", Key("EndpointSlice", key.namespace, slice_.meta.name))


def _wanted(look: Look, service: Service) -> dict[Ports, tuple[Endpoint, ...]]:
    """The endpoints for each set of ports; a Service without any has one slice without ports."""
    found: defaultdict[Ports, list[Endpoint]] = defaultdict(list)
    for pod in look.within("Pod", service.meta.namespace, LivePod):
        if not service.selects(pod.meta) or not included(pod):
            continue
        node = look.get(Key("Node", "", pod.node), LiveNode)
        if node is None and not service.publish_not_ready:
            continue
        found[ports_of(service, pod)].append(
            Endpoint(
                pod.meta.name,
                pod.meta.uid,
                pod.status.ips[:1],
                conditions(pod, publish_not_ready=service.publish_not_ready),
                pod.node,
                node.meta.labels.get(ZONE, "") if node is not None else "",
            )
        )
    return {ports: tuple(endpoints) for ports, endpoints in found.items()} or {(): ()}


def _matched(
    held: Sequence[EndpointSlice], wanted: dict[Ports, tuple[Endpoint, ...]]
) -> tuple[dict[Ports, EndpointSlice], list[EndpointSlice]]:
    """The slices that have wanted ports already, by their ports, and the others: those are used for new ports first."""
    kept = {one.ports: one for one in reversed(held) if one.ports in wanted}
    return kept, [one for one in held if kept.get(one.ports) is not one]


def _labels(service: Service) -> Map[str, str]:
    """The Service's own labels, and those by which its slices are found (setEndpointSliceLabels)."""
    reserved = (SERVICE_NAME, MANAGED_BY, HEADLESS_LABEL)
    labels = {key: value for key, value in service.meta.labels.items() if key not in reserved}
    if service.cluster_ip == HEADLESS:
        labels[HEADLESS_LABEL] = ""
    return Map({**labels, SERVICE_NAME: service.meta.name, MANAGED_BY: CONTROLLER})


ENDPOINT_SLICE = Component("endpointslice-controller", each("Service"), _decide, reads_own_writes=True)
