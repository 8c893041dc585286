"""Host ports that are taken: kube-scheduler's NodePorts filter (v1.34)."""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import OnPort, counts, pods


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause for each host port that the pod asks for."""
    for port in sorted(pod.spec.host_ports):
        yield Clause(
            holds=pods(OnPort(port)) <= 0,
            reason="node(s) didn't have free ports for the requested pod ports",
            resolvable=True,
            where="spec.containers[].ports",
            rule=f"host port {port.port}/{port.protocol}",
        )


def left(pod: Pod, other: Pod, facts: Facts) -> bool:
    """A pod that had one of its ports may have kept it out."""
    return any(counts(OnPort(port), other) for port in pod.spec.host_ports)


NODE_PORTS = Constraint("NodePorts", clauses, left=left)
