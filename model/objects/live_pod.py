"""A pod as the API server holds it: what it asks for, how it is run, where it is, and what was last reported of it."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.pod_status import PodStatus

PREEMPTED = "PreemptionByScheduler"
"""The reason of DisruptionTarget for a pod that makes room for another."""


class LivePod(msgspec.Struct, frozen=True):
    """One pod. `spec` is the scheduler's part of it and `run` the kubelet's; `node` is spec.nodeName ("" while it is
    pending), `nominated` is status.nominatedNodeName, `manifest` the whole spec as it was given (JSON)."""

    meta: Meta
    run: RunSpec
    spec: PodSpec = PodSpec()
    node: str = ""
    nominated: str = ""
    status: PodStatus = PodStatus()
    manifest: bytes = b""

    @property
    def for_scheduler(self) -> Pod:
        """What the scheduler sees of it."""
        meta, owner = self.meta, self.meta.controller
        disruption = self.status.condition("DisruptionTarget")
        preempted = disruption is not None and (disruption.status, disruption.reason) == ("True", PREEMPTED)
        return Pod(
            namespace=meta.namespace,
            name=meta.name,
            labels=meta.labels,
            spec=self.spec,
            node=self.node,
            nominated=self.nominated,
            phase=self.status.phase or "Pending",
            deleting=meta.deleted_at is not None,
            preempted=meta.deleted_at is not None and preempted,
            uid=meta.uid,
            start_time="" if self.status.start_time is None else f"{self.status.start_time:012}",
            owner=f"{owner.kind}/{owner.name}" if owner else "",
            owner_key=f"{owner.api_version} {owner.kind} {owner.name}" if owner else "",
        )
