"""The standard laws of a cluster: those of every cluster, and those that the kinds of objects in it call for.

The laws themselves stand by subject in world_pods.py, world_nodes.py and the like; docs/laws.md lists them.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.world import World
from kubeproof.properties.laws import (
    world_budgets,
    world_daemon_sets,
    world_jobs,
    world_nodes,
    world_objects,
    world_pods,
    world_replica_sets,
    world_rollouts,
    world_services,
    world_sizes,
    world_stateful_sets,
    world_storage,
)
from kubeproof.properties.laws.world_rollouts import WHOLE, never_fewer_available, whole
from kubeproof.properties.laws.world_stateful_sets import BY_FORCE
from kubeproof.properties.world_law import Form, WorldLaw, in_the_end

__all__ = [
    "COMES_TO_REST",
    "EVERYWHERE",
    "STANDARD",
    "SUBJECTS",
    "WHOLE",
    "Subject",
    "never_fewer_available",
    "standard",
    "whole",
]

COMES_TO_REST = in_the_end("the cluster comes to rest")

STANDARD: tuple[WorldLaw, ...] = (*world_objects.LAWS, *world_pods.LAWS, COMES_TO_REST)
"""Laws of every cluster."""


class Subject(NamedTuple):
    """Laws of clusters that have an object of one of these kinds."""

    kinds: tuple[str, ...]
    laws: tuple[WorldLaw, ...]


SUBJECTS: tuple[Subject, ...] = (
    Subject(("Node",), (*world_nodes.LAWS, world_budgets.ENDS)),
    Subject(("Namespace",), world_objects.OF_NAMESPACES),
    Subject(("Deployment",), world_rollouts.LAWS),
    Subject(("Deployment", "ReplicaSet"), world_replica_sets.LAWS),
    Subject(("StatefulSet",), world_stateful_sets.LAWS),
    Subject(("DaemonSet",), world_daemon_sets.LAWS),
    Subject(("Job", "CronJob"), world_jobs.OF_JOBS),
    Subject(("CronJob",), world_jobs.OF_CRON_JOBS),
    Subject(("PodDisruptionBudget",), world_budgets.OF_BUDGETS),
    Subject(("HorizontalPodAutoscaler",), world_sizes.OF_AUTOSCALERS),
    Subject(("ResourceQuota",), world_sizes.OF_QUOTAS),
    Subject(("Service",), world_services.LAWS),
    Subject(("PersistentVolumeClaim", "PersistentVolume", "StorageClass"), world_storage.LAWS),
)
"""What the kinds of a cluster's objects call for."""


EVERYWHERE: tuple[WorldLaw, ...] = (
    *(law for law in STANDARD if law is not world_pods.SILENT),
    *(law for one in SUBJECTS for law in one.laws if law.form is not Form.IN_THE_END and law is not BY_FORCE),
)
"""Laws that no cluster breaks, whatever happens to it and however little room it has. Most of those about the end of a
kind are hopes: that a Deployment has all its pods, say. A node that was not ready before it fell silent leaves its
pods ready (kubernetes #109998), and force makes two pods of a StatefulSet's ordinal run: two laws fewer."""


def standard(world: World) -> list[WorldLaw]:
    """The laws that apply to a cluster, those of every cluster first."""
    there = [one for one in SUBJECTS if any(world.store.bucket(of_kind(kind)) for kind in one.kinds)]
    return [*STANDARD, *(law for one in there for law in one.laws)]
