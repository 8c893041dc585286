"""Disks and claims that only one pod may use: kube-scheduler's VolumeRestrictions filter (v1.34).

A claim with the access mode ReadWriteOncePod keeps a second pod out everywhere; a disk that is named in pods keeps it
off the node where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.logic.terms import FALSE, total
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.volumes import Claim, Disk
from kubeproof.model.scheduler.constraint import Clause, Constraint, Stage
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import OnClaim, OnDisk, counts, pods

DISK_TAKEN = "node(s) had no available disk"
CLAIM_TAKEN = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
)
CLAIMS = "spec.volumes[].persistentVolumeClaim"


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """What is missing rejects the pod; then a clause for each disk, and one for each ReadWriteOncePod claim."""
    names = dict.fromkeys(held.name for held in pod.spec.volumes if isinstance(held, Claim) and not held.ephemeral)
    claims = {name: facts.storage.claims.get((pod.namespace, name)) for name in names}
    for name, claim in claims.items():
        if claim is None:
            yield missing_claim(name)
            return
    for disk in dict.fromkeys(held for held in pod.spec.volumes if isinstance(held, Disk)):
        rule = f"the use of the disk {'/'.join(disk.identity)} by other pods"
        yield Clause(pods(OnDisk(disk)) <= 0, DISK_TAKEN, True, f"spec.volumes[].{disk.kind}", rule)
    for name, claim in claims.items():
        if claim is not None and "ReadWriteOncePod" in claim.access_modes:
            rule = f"the ReadWriteOncePod claim {name} in use"
            yield Clause(total(pods(OnClaim(pod.namespace, name))) <= 0, CLAIM_TAKEN, True, CLAIMS, rule)


def missing_claim(name: str) -> Clause:
    """The rejection of a pod whose claim does not exist."""
    rule = f"the missing claim {name}"
    return Clause(FALSE, f'persistentvolumeclaim "{name}" not found', False, CLAIMS, rule, stage=Stage.REJECT)


def skips(pod: Pod) -> bool:
    """A pod without disks only meets claims that are in use."""
    return not any(isinstance(held, Disk) for held in pod.spec.volumes)


def left(pod: Pod, other: Pod, facts: Facts) -> bool:
    """A pod of its namespace that had one of its disks or claims may have kept it out, whatever the access mode."""
    if other.namespace != pod.namespace:
        return False
    disks = [held for held in pod.spec.volumes if isinstance(held, Disk)]
    return bool(_claims(pod) & _claims(other)) or any(counts(OnDisk(disk), other) for disk in disks)


def _claims(pod: Pod) -> set[str]:
    return {held.name for held in pod.spec.volumes if isinstance(held, Claim) and not held.ephemeral}


VOLUME_RESTRICTIONS = Constraint("VolumeRestrictions", clauses, skips=skips, left=left)
