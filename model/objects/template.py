"""The pod that a workload would make: the template of a ReplicaSet, Deployment or Job (core/v1 PodTemplateSpec)."""

from __future__ import annotations

import msgspec
from immutables import Map

from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.pod import PodSpec


class PodTemplate(msgspec.Struct, frozen=True):
    """What all pods of a workload share; `spec` is the scheduler's part of it, `run` the kubelet's, and `manifest` the
    whole spec as it was given (JSON of core/v1 PodSpec)."""

    labels: Map[str, str] = Map()
    annotations: Map[str, str] = Map()
    finalizers: tuple[str, ...] = ()
    run: RunSpec = RunSpec(containers=())
    spec: PodSpec = PodSpec()
    manifest: bytes = b""
