"""The nodes of a cluster as the DaemonSet controller sees them: where its pods should run, and which it has there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from lightkube.models import core_v1, meta_v1
from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.daemonset import eligibility
from kubeproof.model.controlplane.controllers.daemonset import pod as daemon
from kubeproof.model.controlplane.controllers.daemonset.eligibility import ShouldRun
from kubeproof.model.controlplane.controllers.history import REVISION_HASH
from kubeproof.model.errors import NotModelled
from kubeproof.model.objects import pod as pods
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.daemonset import TEMPLATE_GENERATION, DaemonSet
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.template import PodTemplate
from kubeproof.model.scheduler.remember import remembered
from kubeproof.model.scheduler.values import ClusterValues

GENERATION = "pod-template-generation"
"""The label of a pod that says of which generation of the template it is."""


class Daemons(NamedTuple):
    """A DaemonSet in one look. `should`: by node, in order; `pods`: by node, those that still count; `hash`: of the
    newest revision."""

    owner: DaemonSet
    should: Mapping[str, ShouldRun]
    pods: Mapping[str, tuple[LivePod, ...]]
    hash: str
    now: int

    def updated(self, pod: LivePod) -> bool:
        """Whether the pod is of the newest template (IsPodUpdated)."""
        generation = self.owner.meta.annotations.get(TEMPLATE_GENERATION)
        labels = pod.meta.labels
        of_hash = bool(self.hash) and labels.get(REVISION_HASH) == self.hash
        return of_hash or (generation is not None and labels.get(GENERATION) == generation)

    def available(self, pod: LivePod) -> bool:
        """Whether the pod has been ready for long enough."""
        return pod_state.is_available(pod, self.owner.spec.min_ready_seconds, self.now)


def daemons(owner: DaemonSet, nodes: Sequence[LiveNode], claimed: Sequence[LivePod], hash_: str, now: int) -> Daemons:
    """What there is to see (getNodesToDaemonPods, NodeShouldRunDaemonPod)."""
    pod = _pod(owner.meta.name, owner.meta.namespace, owner.spec.template)
    at = ClusterValues(Snapshot(tuple(node.for_scheduler for node in nodes))).nodes
    by_node: dict[str, tuple[LivePod, ...]] = {}
    for one in claimed:
        # one that ended and is deleted is about to be gone, and nothing is left to do about it
        if not (pod_state.is_terminal(one) and one.meta.deleted_at is not None):
            place = daemon.place(one.node, one.spec)
            by_node[place] = (*by_node.get(place, ()), one)
    should = {values.node.name: eligibility.should_run(pod, values) for values in at}
    return Daemons(owner, should, by_node, hash_, now)


def template_for(owner: DaemonSet, node: str, hash_: str) -> PodTemplate:
    """The template of the pod for one node (CreatePodTemplate and its pin)."""
    template = owner.spec.template
    spec = daemon.pinned(daemon.tolerating(_spec(template)), node)
    labels = template.labels.set(REVISION_HASH, hash_)
    generation = owner.meta.annotations.get(TEMPLATE_GENERATION)
    if generation is not None:
        labels = labels.set(GENERATION, generation)
    return replace(template, labels=labels, manifest=msgspec.json.encode(spec))


def oldest_first(found: Sequence[LivePod]) -> tuple[LivePod, ...]:
    """Those with a node first, then by creation, then by name (podByCreationTimestampAndPhase)."""
    return tuple(sorted(found, key=lambda pod: (not pod.node, pod.meta.created_at or 0, pod.meta.name)))


@remembered
def _pod(name: str, namespace: str, template: PodTemplate) -> Pod:
    """A pod of the template, for any node."""
    meta = meta_v1.ObjectMeta(name=name, namespace=namespace, labels=dict(template.labels))
    return pods.normalise(core_v1.Pod(metadata=meta, spec=daemon.tolerating(_spec(template))))


def _spec(template: PodTemplate) -> core_v1.PodSpec:
    if not template.manifest:
        raise NotModelled("spec.template", "a DaemonSet's template has to be known as it was given")
    return _decoded(template.manifest)


@lru_cache(256)
def _decoded(manifest: bytes) -> core_v1.PodSpec:
    return msgspec.json.decode(manifest, type=core_v1.PodSpec)
