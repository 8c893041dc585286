"""Which persistent volumes the unbound claims of a pod would be given at a node: FindMatchingVolume (v1.34), as terms.

Claims choose one after another, the smallest volume first; a volume goes once. Of volumes equally large kube-scheduler
takes whichever its cache lists first, which differs from run to run: here it is the first by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cmp_to_key
from typing import NamedTuple

from kubeproof.model.logic.terms import FALSE, TRUE, Term, all_of, any_of
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.quantity import ZERO, Quantity
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.storage import PersistentVolume, PersistentVolumeClaim, Storage
from kubeproof.model.scheduler.filters import node_affinity

by_size = cmp_to_key(Quantity.cmp)


class Candidates(NamedTuple):
    """The volumes that a claim may be given: those kept for it, which go first, and the free ones, smallest first."""

    kept: Sequence[PersistentVolume]
    free: Sequence[PersistentVolume]


def reach(volume: PersistentVolume) -> Term:
    """The volume can be reached from the node (CheckNodeAffinity: only labels are known, the node's name is not)."""
    return TRUE if volume.node_terms is None else any_of(map(_reaches, volume.node_terms))


def _reaches(term: NodeSelectorTerm) -> Term:
    if any(node_affinity.problems(term)) or any((r.operator == "In") is not ("" in r.values) for r in term.fields):
        return FALSE
    labels = NodeSelectorTerm(term.expressions)
    return TRUE if term.fields and not term.expressions else node_affinity.term(labels)


def matched(claims: Iterable[PersistentVolumeClaim], storage: Storage) -> Iterator[tuple[PersistentVolumeClaim, Term]]:
    """The claims in the order in which they choose, each with: a volume is found for it at the node."""
    ordered = sorted(claims, key=lambda claim: by_size(claim.request or ZERO))
    offers = [candidates(claim, storage) for claim in ordered]
    taken: dict[str, list[Term]] = {}
    for at, (claim, offer) in enumerate(zip(ordered, offers, strict=True)):
        wanted_later = {volume.name for later in offers[at + 1 :] for volume in (*later.kept, *later.free)}
        gone = {name: any_of(terms) for name, terms in taken.items()}
        open_, found = TRUE, []
        for volume in offer.kept:
            there = ~gone.get(volume.name, FALSE)
            choice = all_of((open_, there, reach(volume)))
            found.append(choice)
            taken.setdefault(volume.name, []).append(choice)
            open_ = open_ & ~there
        can = [(volume, all_of((open_, ~gone.get(volume.name, FALSE), reach(volume)))) for volume in offer.free]
        earlier = _Earlier()
        for volume, choice in can:
            if volume.name in wanted_later:
                before = (~other for other in earlier.beside(volume))
                taken.setdefault(volume.name, []).append(all_of((choice, *before)))
            earlier.add(volume, choice)
        yield claim, any_of((*found, *(term for _, term in can)))


def chosen(
    claims: Iterable[PersistentVolumeClaim], storage: Storage, reached: Callable[[Term], bool]
) -> list[tuple[PersistentVolumeClaim, PersistentVolume | None]]:
    """The claims in the order in which they choose, each with the volume that it is given at the node of which
    `reached` says whether a term holds; None where there is none for it."""
    found: list[tuple[PersistentVolumeClaim, PersistentVolume | None]] = []
    gone = set[str]()
    for claim in sorted(claims, key=lambda claim: by_size(claim.request or ZERO)):
        offer = candidates(claim, storage)
        kept = next((one for one in offer.kept if one.name not in gone), None)
        able = (one for one in ([kept] if kept else offer.free) if one.name not in gone and reached(reach(one)))
        volume = next(able, None)
        if volume is not None:
            gone.add(volume.name)
        found.append((claim, volume))
    return found


def candidates(claim: PersistentVolumeClaim, storage: Storage) -> Candidates:
    """The volumes that a claim may be given, but for the node."""
    return candidates_among(storage.volumes.values(), claim)


def candidates_among(volumes: Iterable[PersistentVolume], claim: PersistentVolumeClaim) -> Candidates:
    """Those of some volumes that a claim may be given, but for the node."""
    able = sorted((one for one in volumes if could_hold(one, claim)), key=lambda volume: volume.name)
    free = [volume for volume in able if volume.claim is None and _is_offered(volume, claim)]
    return Candidates(
        kept=[volume for volume in able if volume.claim is not None],
        free=sorted(free, key=lambda volume: by_size(volume.capacity)),
    )


def _is_offered(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    return (
        volume.phase == "Available"
        and (claim.selector is None or claim.selector.matches(volume.labels))
        and claim.access_modes <= volume.access_modes
    )


def could_hold(volume: PersistentVolume, claim: PersistentVolumeClaim) -> bool:
    """Whether a volume is large enough for a claim, of its class and kind, and kept for nobody else."""
    ref = volume.claim
    return (
        volume.storage_class == claim.storage_class
        and (ref is None or ((ref.namespace, ref.name) == (claim.namespace, claim.name) and ref.uid in ("", claim.uid)))
        and volume.capacity.cmp(claim.request or ZERO) >= 0
        and volume.volume_mode == claim.volume_mode
        and volume.attributes_class == claim.attributes_class
        and not volume.deleting
    )


class _Earlier:
    """The choices that go before one, without those at places where that one cannot be.

    Thousands of local volumes are pinned to a node each, by one label: only those with its value stand in its way.
    """

    def __init__(self) -> None:
        self._loose: list[Term] = []
        self._pinned: dict[str, dict[str, list[Term]]] = {}

    def add(self, volume: PersistentVolume, choice: Term) -> None:
        """The choice of a volume goes before those that come."""
        pin = _pin(volume)
        if pin is None:
            self._loose.append(choice)
            return
        for value in pin.values:
            self._pinned.setdefault(pin.key, {}).setdefault(value, []).append(choice)

    def beside(self, volume: PersistentVolume) -> Iterator[Term]:
        """The earlier choices that could be made at a node from which this volume is reached."""
        pin = _pin(volume)
        yield from self._loose
        for key, by_value in self._pinned.items():
            values = pin.values if pin is not None and pin.key == key else by_value
            for value in values:
                yield from by_value.get(value, ())


def _pin(volume: PersistentVolume) -> Requirement | None:
    """A label's values of which every node has one that reaches the volume; None where no label is so plain."""
    if volume.node_terms is None or len(volume.node_terms) != 1:
        return None
    return next((r for r in volume.node_terms[0].expressions if r.operator == "In"), None)
