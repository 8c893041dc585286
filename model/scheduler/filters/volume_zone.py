"""Volumes with zone and region labels are reached from there: kube-scheduler's VolumeZone filter (v1.34).

Nodes without any such label are not held to them. Only claims that are bound count; ephemeral ones never do.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.logic.terms import FALSE, Term, any_of
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import Requirement
from kubeproof.model.objects.storage import (
    BETA_REGION,
    BETA_ZONE,
    REGION,
    ZONE,
    PersistentVolume,
    PersistentVolumeClaim,
    Storage,
)
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.scheduler.constraint import Clause, Constraint, Stage
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters.volume_restrictions import CLAIMS, missing_claim
from kubeproof.model.scheduler.open_node import has_label, labelled

REASON = "node(s) had no available volume zone"
STABLE = {BETA_ZONE: ZONE, BETA_REGION: REGION, ZONE: ZONE, REGION: REGION}
"""The labels that count, in the order in which they are looked at, each with the name it has now."""

DELIMITER = "__"


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """What is missing rejects the pod; then one clause for each zone or region label of each bound volume."""
    found: list[Clause] = []
    for held in pod.spec.volumes:
        if not isinstance(held, Claim) or held.ephemeral:
            continue
        claim = facts.storage.claims.get((pod.namespace, held.name))
        if claim is None:
            yield missing_claim(held.name)
            return
        problem = _problem(claim, facts.storage)
        if problem:
            rule = f"the claim {claim.name} that has no volume and waits for no pod"
            yield Clause(FALSE, problem, False, CLAIMS, rule, stage=Stage.REJECT)
            return
        if claim.volume:
            found.extend(_zones(facts.storage.volumes[claim.volume], claim))
    yield from dict.fromkeys(found)


def _problem(claim: PersistentVolumeClaim, storage: Storage) -> str | None:
    """Why a claim rejects its pod, in kube-scheduler's words."""
    if claim.volume:
        known = claim.volume in storage.volumes
        return None if known else f'persistentvolume "{claim.volume}" not found'
    if not claim.storage_class:
        return "PersistentVolumeClaim had no pv name and storageClass name"
    made_by = storage.classes.get(claim.storage_class)
    if made_by is None:
        return f'storageclass.storage.k8s.io "{claim.storage_class}" not found'
    return None if made_by.waits else "PersistentVolume had no name"


def _zones(volume: PersistentVolume, claim: PersistentVolumeClaim) -> Iterator[Clause]:
    for key, stable in STABLE.items():
        zones = tuple(zone.strip() for zone in volume.labels.get(key, "").split(DELIMITER))
        if all(zones):  # a label with an empty part is left out of account
            rule = f"the volume {volume.name} of the claim {claim.name} in {key} {' or '.join(zones)}"
            yield Clause(~_zoned() | _in(key, stable, zones), REASON, False, CLAIMS, rule)


def _zoned() -> Term:
    """The node says of itself in which zone or region it is."""
    return any_of(has_label(key) for key in STABLE)


def _in(key: str, stable: str, zones: tuple[str, ...]) -> Term:
    """The node's label is one of the zones; where it lacks the old name of the label, the new name counts."""
    here = labelled(Requirement(key, "In", zones))
    return here if key == stable else here | (~has_label(key) & labelled(Requirement(stable, "In", zones)))


VOLUME_ZONE = Constraint("VolumeZone", clauses)
