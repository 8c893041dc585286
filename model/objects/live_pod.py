"""A pod as the API server holds it: what it asks for, how it is run, where it is, and what was last reported of it."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.container import RunSpec
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.objects.pod_status import PodStatus


class LivePod(msgspec.Struct, frozen=True):
    """One pod. `spec` is the scheduler's part of it and `run` the kubelet's; `node` is spec.nodeName ("" while it is
    pending), `nominated` is status.nominatedNodeName."""

    meta: Meta
    run: RunSpec
    spec: PodSpec = PodSpec()
    node: str = ""
    nominated: str = ""
    status: PodStatus = PodStatus()
