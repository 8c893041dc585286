"""A DaemonSet's pod for one node: its pin, its tolerations, and for which node a pod is (daemonset_util.go, v1.36)."""

from __future__ import annotations

from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.objects import defaults
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.scheduler.filters import node_affinity


def tolerating(spec: core_v1.PodSpec) -> core_v1.PodSpec:
    """The spec with what every daemon tolerates (AddOrUpdateDaemonPodTolerations)."""
    tolerations = defaults.daemonset_tolerations(spec.tolerations, bool(spec.hostNetwork))
    return replace(spec, tolerations=tolerations)


def pinned(spec: core_v1.PodSpec, node: str) -> core_v1.PodSpec:
    """The spec for one node: its required node affinity is the node's name (ReplaceDaemonSetPodNodeNameNodeAffinity).

    The terms' own matchExpressions were read when the node was chosen, and are replaced, as upstream replaces them.
    """
    affinity = spec.affinity or core_v1.Affinity()
    near = affinity.nodeAffinity or core_v1.NodeAffinity()
    pin = core_v1.NodeSelectorTerm(
        matchFields=[core_v1.NodeSelectorRequirement(key=node_affinity.NODE_NAME_FIELD, operator="In", values=[node])]
    )
    near = replace(near, requiredDuringSchedulingIgnoredDuringExecution=core_v1.NodeSelector(nodeSelectorTerms=[pin]))
    return replace(spec, affinity=replace(affinity, nodeAffinity=near))


def place(node: str, spec: PodSpec) -> str:
    """The node on which a daemon runs (`node`), or for which it waits; "" where nothing says (GetTargetNodeName)."""
    named = node_affinity.names(spec.node_terms) if spec.node_terms else None
    return node or next(iter(named or ()), "")
