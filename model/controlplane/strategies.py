"""What the API server itself puts into an object when it is written (registry, v1.36).

Left out: what it takes out of fields whose feature gates are off (typed.py drops those), and all validation.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kubeproof.model.objects import selectors
from kubeproof.model.objects.daemonset import TEMPLATE_GENERATION, DaemonSet
from kubeproof.model.objects.job import CONTROLLER_UID, JOB_NAME, Job
from kubeproof.model.objects.selectors import NOTHING
from kubeproof.model.objects.service import Service


def prepared(made: Any, before: Any = None) -> Any:
    """The object as it is stored, after its creation or, if it was there `before`, after an update."""
    if isinstance(made, Job):
        return _job(made)
    if isinstance(made, Service):
        return _service(made, before)
    return _daemon_set(made, before) if isinstance(made, DaemonSet) else made


def _service(service: Service, before: Service | None) -> Service:
    """An update that does not say which address and node ports a Service has leaves them as they are: ports of one name
    are the same (patchAllocatedValues)."""
    if before is None:
        return service
    if not service.cluster_ip and "ExternalName" not in (service.type, before.type):
        service = replace(service, cluster_ip=before.cluster_ip)
    if not (service.has_node_ports and before.has_node_ports):
        return service
    stated = {port.node_port for port in service.ports}
    kept = {port.name: port.node_port for port in before.ports if port.node_port not in stated}
    ports = (port if port.node_port else replace(port, node_port=kept.get(port.name, 0)) for port in service.ports)
    return replace(service, ports=tuple(ports))


def _daemon_set(daemon_set: DaemonSet, before: DaemonSet | None) -> DaemonSet:
    """Changes of a DaemonSet's template are counted in an annotation (templateGeneration)."""
    number = 1
    if before is not None:
        told = before.meta.annotations.get(TEMPLATE_GENERATION, "")
        number = (int(told) if told.isdecimal() else 0) + (before.spec.template != daemon_set.spec.template)
    annotations = daemon_set.meta.annotations.set(TEMPLATE_GENERATION, str(number))
    return replace(daemon_set, meta=replace(daemon_set.meta, annotations=annotations))


def _job(job: Job) -> Job:
    """A Job that has no selector of its own selects its pods by its uid (generateSelector)."""
    if job.spec.selector != NOTHING:
        return job
    own = {**dict.fromkeys(CONTROLLER_UID, job.meta.uid), **dict.fromkeys(JOB_NAME, job.meta.name)}
    labels = job.spec.template.labels.update(own)
    template = replace(job.spec.template, labels=labels)
    meta = job.meta if job.meta.labels else replace(job.meta, labels=labels)
    selector = selectors.of_labels({CONTROLLER_UID[0]: job.meta.uid})
    return replace(job, meta=meta, spec=replace(job.spec, selector=selector, template=template))
