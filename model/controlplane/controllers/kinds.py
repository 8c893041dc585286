"""Which kinds a world has, for controllers that look at objects of every kind."""

from __future__ import annotations

NAMESPACED = (
    "Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "ReplicationController", "Job", "CronJob",
    "ControllerRevision", "PodDisruptionBudget", "Service", "EndpointSlice", "Lease", "ConfigMap", "Secret",
    "PersistentVolumeClaim", "HorizontalPodAutoscaler",
)  # fmt: skip
"""Kinds of objects that lie in a namespace."""

CLUSTER_WIDE = ("Node", "Namespace", "PersistentVolume")
"""Kinds of objects that lie in none."""
