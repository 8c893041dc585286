"""What clauses may know of a cluster: the taints, anti-affinity terms, namespaces and storage that exist.

Never where a pod is: clauses stay the same while pods are placed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from immutables import Map

from kubeproof.model.objects.affinity import PodAffinityTerm, PreferredPods
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.selecting import selector
from kubeproof.model.objects.selectors import Selector
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import Storage
from kubeproof.model.objects.taints import Taint
from kubeproof.model.objects.volumes import CsiVolume
from kubeproof.model.scheduler import attached

Wanted = TypeVar("Wanted", PodAffinityTerm, PreferredPods)


class Facts:
    """The facts of a snapshot, each found when first asked for. In a joint problem, `pods` includes the new pods."""

    def __init__(self, snapshot: Snapshot, extra: Iterable[Pod] = ()) -> None:
        self.snapshot = snapshot
        self._extra = tuple(extra)

    @cached_property
    def taints(self) -> tuple[Taint, ...]:
        """Every taint of some node, once."""
        return tuple(dict.fromkeys(taint for node in self.snapshot.nodes for taint in node.taints))

    @cached_property
    def anti_affinity(self) -> tuple[PodAffinityTerm, ...]:
        """Every anti-affinity term that some pod requires, once."""
        return tuple(dict.fromkeys(term for spec in self._specs for term in spec.anti_affinity))

    @cached_property
    def affinity(self) -> tuple[tuple[PodAffinityTerm, int], ...]:
        """Every affinity term that some pod requires, with how often over it does, each pair once."""
        return self._wanted(lambda spec: spec.affinity)

    @cached_property
    def preferred_pods(self) -> tuple[tuple[PreferredPods, int], ...]:
        """Every affinity and anti-affinity term that some pod prefers, with how often over it does, each pair once."""
        return self._wanted(lambda spec: spec.preferred_pods)

    def _wanted(self, terms: Callable[[PodSpec], tuple[Wanted, ...]]) -> tuple[tuple[Wanted, int], ...]:
        return tuple(dict.fromkeys(pair for spec in self._specs for pair in Counter(terms(spec)).items()))

    @cached_property
    def _specs(self) -> Sequence[PodSpec]:
        """What pods ask for, what many of them share once."""
        return list({id(pod.spec): pod.spec for pod in (*self.snapshot.pods, *self._extra)}.values())

    @cached_property
    def image_sizes(self) -> Mapping[str, int]:
        """The size of each image in bytes, as the first node by name tells it that has it.

        A scheduler keeps the size that it saw first, and it sees nodes in the API server's order as it starts.
        """
        by_name = sorted(self.snapshot.nodes, key=lambda node: node.name, reverse=True)
        return {name: size for node in by_name for name, size in node.images.items()}

    @property
    def namespaces(self) -> Map[str, Map[str, str]]:
        """Labels of every namespace that is known."""
        return self.snapshot.namespaces

    @cached_property
    def claims_of(self) -> Mapping[CsiVolume, frozenset[tuple[str, str]]]:
        """For each CSI volume the claims (namespace and name) that mean it."""
        return attached.of_claims(self.storage)

    def default_selector(self, pod: Pod) -> Selector:
        """Which pods a pod's services and its controller select; empty where it has none."""
        return selector(pod, self.snapshot.selecting)

    @property
    def storage(self) -> Storage:
        """The cluster's storage objects."""
        return self.snapshot.storage
