"""What a DaemonSet reports of its nodes: daemon_controller.go, updateDaemonSetStatus (v1.36.2)."""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.daemonset.nodes import Daemons, oldest_first
from kubeproof.model.objects.daemonset import DaemonSetStatus
from kubeproof.model.objects.pod_state import is_ready


def status_of(seen: Daemons) -> DaemonSetStatus:
    """The counts; of several pods on a node the oldest speaks for it."""
    wanted = [name for name, should in seen.should.items() if should.run]
    leading = [oldest_first(seen.pods[name])[0] for name in wanted if name in seen.pods]
    ready = [pod for pod in leading if is_ready(pod)]
    available = sum(map(seen.available, ready))
    return replace(
        seen.owner.status,
        desired_number_scheduled=len(wanted),
        current_number_scheduled=len(leading),
        number_misscheduled=sum(not should.run and name in seen.pods for name, should in seen.should.items()),
        number_ready=len(ready),
        updated_number_scheduled=sum(map(seen.updated, leading)),
        number_available=available,
        number_unavailable=len(wanted) - available,
        observed_generation=seen.owner.meta.generation,
    )
