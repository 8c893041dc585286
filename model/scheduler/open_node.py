"""The open node: what a scheduler rule may ask of the node it is about, as leaves of terms.

A leaf is plain data. What it is at a node is told in three places side by side: at one node (values.py), at all nodes
(columns.py), and with unknowns (encode.py); each has a table with one entry for each leaf, and a test compares them.
A rule about pods counts those that a query means; `counts` says which, once, for all readings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import assert_never

import msgspec
from immutables import Map

from kubeproof.model.logic.terms import FALSE, Sort, Term, leaf
from kubeproof.model.objects.affinity import PodAffinityTerm, PreferredPods
from kubeproof.model.objects.node import PODS
from kubeproof.model.objects.pod import ANY_ADDRESS, HostPort, Pod
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.taints import Taint
from kubeproof.model.objects.volumes import Claim, CsiVolume, Disk, csi_of


class Matching(msgspec.Struct, frozen=True):
    """Pods that every one of these terms means.

    If `alive`, as topology spread counts: none that is being deleted, and with an empty selector none at all.
    """

    terms: tuple[PodAffinityTerm, ...]
    alive: bool = False


class Carrying(msgspec.Struct, frozen=True):
    """Pods that require this anti-affinity term."""

    term: PodAffinityTerm


class Requiring(msgspec.Struct, frozen=True):
    """Pods that require this affinity term, so many times over."""

    term: PodAffinityTerm
    times: int = 1


class Preferring(msgspec.Struct, frozen=True):
    """Pods that prefer this term with this weight (negative: anti-affinity), so many times over."""

    preferred: PreferredPods
    times: int = 1


class OnPort(msgspec.Struct, frozen=True):
    """Pods that hold a host port which this one would conflict with; 0.0.0.0 stands for every address."""

    port: HostPort


class OnDisk(msgspec.Struct, frozen=True):
    """Pods that use a disk in a way that keeps `disk` from being used beside them."""

    disk: Disk


class OnClaim(msgspec.Struct, frozen=True):
    """Pods of a namespace that use a claim."""

    namespace: str
    claim: str


class OnVolume(msgspec.Struct, frozen=True):
    """Pods that use a CSI volume, by one of the claims (namespace and name) that mean it or as a disk of their own."""

    volume: CsiVolume
    claims: frozenset[tuple[str, str]]


Query = Matching | Carrying | Requiring | Preferring | OnPort | OnDisk | OnClaim | OnVolume


def counts(query: Query, pod: Pod) -> bool:
    """Whether a query means a pod, wherever it is."""
    match query:
        case Matching(terms, alive):
            counted = not (alive and pod.deleting) and not (alive and any(t.selector.is_everything for t in terms))
            return counted and all(t.matches(pod.namespace, pod.labels, NO_LABELS) for t in terms)
        case Carrying(term):
            return term in pod.spec.anti_affinity
        case Requiring(term, times):
            return pod.spec.affinity.count(term) == times
        case Preferring(preferred, times):
            return pod.spec.preferred_pods.count(preferred) == times
        case OnPort(port):
            return any(conflict(port, held) for held in pod.spec.host_ports)
        case OnDisk(disk):
            return any(isinstance(held, Disk) and disks_conflict(disk, held) for held in pod.spec.volumes)
        case OnClaim(namespace, claim):
            claims = (held.name for held in pod.spec.volumes if isinstance(held, Claim))
            return pod.namespace == namespace and claim in claims
        case OnVolume(volume, claims):
            return any(
                (pod.namespace, held.name) in claims if isinstance(held, Claim) else csi_of(held) == volume
                for held in pod.spec.volumes
            )
        case _:
            assert_never(query)


NO_LABELS: Map[str, str] = Map()


def conflict(one: HostPort, other: HostPort) -> bool:
    """Whether two host ports cannot be had on one node (framework.HostPortInfo.CheckConflict, v1.34)."""
    same_address = one.ip == other.ip or ANY_ADDRESS in (one.ip, other.ip)
    return same_address and (one.protocol, one.port) == (other.protocol, other.port)


def disks_conflict(one: Disk, other: Disk) -> bool:
    """Whether two pods with these disks cannot be on one node (volumerestrictions.isVolumeConflict, v1.34)."""
    if (one.kind, one.identity) != (other.kind, other.identity):
        return False
    if one.kind == "rbd" and one.monitors.isdisjoint(other.monitors):
        return False
    return one.kind == "awsElasticBlockStore" or not (one.read_only and other.read_only)


class Unschedulable(msgspec.Struct, frozen=True):
    """spec.unschedulable: the node is cordoned."""

    def __str__(self) -> str:
        return "unschedulable"


class NameIn(msgspec.Struct, frozen=True):
    """The node has one of these names."""

    names: frozenset[str]

    def __str__(self) -> str:
        return f"name in {{{', '.join(sorted(self.names))}}}"


class Labelled(msgspec.Struct, frozen=True):
    """The node's labels meet a requirement, as a node selector's (In, NotIn, Exists, DoesNotExist, Gt, Lt)."""

    requirement: Requirement

    def __str__(self) -> str:
        return f"label {self.requirement.key} {self.requirement.operator} {list(self.requirement.values)}"


class HasTaint(msgspec.Struct, frozen=True):
    """The node has exactly this taint."""

    taint: Taint

    def __str__(self) -> str:
        return f"taint {self.taint.key}={self.taint.value}:{self.taint.effect}"


class TaintRank(msgspec.Struct, frozen=True):
    """Where the taint stands in the node's list, from 0; the list's length where the node has it not."""

    taint: Taint

    def __str__(self) -> str:
        return f"rank of taint {self.taint.key}={self.taint.value}:{self.taint.effect}"


class Alloc(msgspec.Struct, frozen=True):
    """What the node has to give of a resource (millicores, bytes, units)."""

    resource: str

    def __str__(self) -> str:
        return f"allocatable({self.resource})"


class Free(msgspec.Struct, frozen=True):
    """What is left of a resource beside the requests of the pods on the node; negative where it is overcommitted."""

    resource: str

    def __str__(self) -> str:
        return f"free({self.resource})"


class Pods(msgspec.Struct, frozen=True):
    """How many pods on the node a query means."""

    query: Query

    def __str__(self) -> str:
        return f"pods({self.query})"


class AttachLimit(msgspec.Struct, frozen=True):
    """How many volumes of a CSI driver the node takes; NO_LIMIT where its CSINode does not say."""

    driver: str

    def __str__(self) -> str:
        return f"limit({self.driver})"


class AttachedVolumes(msgspec.Struct, frozen=True):
    """How many different volumes of a CSI driver the pods on the node use, or are attached to it."""

    driver: str

    def __str__(self) -> str:
        return f"attached({self.driver})"


class Feasible(msgspec.Struct, frozen=True):
    """The filters let the pod go there; every node does, unless the reading is told which do."""

    def __str__(self) -> str:
        return "feasible"


class Counted(msgspec.Struct, frozen=True):
    """What the pods on the node ask for, as scores count it: no container asks for nothing (PodSpec.scored)."""

    resource: str

    def __str__(self) -> str:
        return f"counted({self.resource})"


class HasImage(msgspec.Struct, frozen=True):
    """The node has a container image by this name."""

    name: str

    def __str__(self) -> str:
        return f"image {self.name}"


Leaf = (
    Unschedulable
    | NameIn
    | Labelled
    | HasTaint
    | TaintRank
    | Alloc
    | Free
    | Pods
    | AttachLimit
    | AttachedVolumes
    | Feasible
    | Counted
    | HasImage
)

NO_LIMIT = 2**31
"""More volumes than any driver's limit, which is an int32."""

unschedulable = leaf(Unschedulable(), Sort.BOOL)
feasible = leaf(Feasible(), Sort.BOOL)


def name_in(names: Collection[str]) -> Term:
    """The node has one of these names."""
    return leaf(NameIn(frozenset(names)), Sort.BOOL) if names else FALSE


def labelled(requirement: Requirement) -> Term:
    """The node's labels meet the requirement."""
    return leaf(Labelled(requirement), Sort.BOOL)


def has_label(key: str) -> Term:
    """The node has the label."""
    return labelled(Requirement(key, "Exists", ()))


def has_taint(taint: Taint) -> Term:
    """The node has exactly this taint."""
    return leaf(HasTaint(taint), Sort.BOOL)


def taint_rank(taint: Taint) -> Term:
    """Where the taint stands in the node's list."""
    return leaf(TaintRank(taint), Sort.INT)


def alloc(resource: str) -> Term:
    """What the node has to give of a resource."""
    return leaf(Alloc(resource), Sort.INT)


def free(resource: str) -> Term:
    """What the node has left of a resource."""
    return leaf(Free(resource), Sort.INT)


def pods(query: Query) -> Term:
    """How many pods on the node the query means."""
    return leaf(Pods(query), Sort.INT)


def attach_limit(driver: str) -> Term:
    """How many volumes of the driver the node takes."""
    return leaf(AttachLimit(driver), Sort.INT)


def attached_volumes(driver: str) -> Term:
    """How many volumes of the driver are on the node."""
    return leaf(AttachedVolumes(driver), Sort.INT)


def counted(resource: str) -> Term:
    """What the pods on the node ask for of cpu or memory, as scores count it."""
    return leaf(Counted(resource), Sort.INT)


def has_image(name: str) -> Term:
    """The node has the image."""
    return leaf(HasImage(name), Sort.BOOL)


def requested(pod: Pod) -> Mapping[str, int]:
    """What a pod takes from its node, the place among the node's pods included."""
    return pod.spec.requests.set(PODS, 1)
