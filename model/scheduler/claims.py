"""Volume claims in a joint placement: which ones are decided node by node, and which would be bound together.

A bound claim is reached from where its volume is. A claim of one pod alone, for which a volume is made wherever the pod
goes, is nobody else's matter. For other claims, the choice of one pod's volume takes it from the next: not modelled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import PersistentVolumeClaim, Storage
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.scheduler.filters.volume_binding import NO_PROVISIONER


def bound_together(pods: Iterable[Pod], snapshot: Snapshot) -> str:
    """The first claim of the pods whose binding is not modelled, in words with its path; "" if there is none."""
    users = Counter((pod.namespace, name) for pod in snapshot.pods for name in {claim.name for claim in _claims(pod)})
    for pod in pods:
        for held in _claims(pod):
            claim = snapshot.storage.claims.get((pod.namespace, held.name))
            if claim is None or (claim.volume and claim.bind_completed):
                continue  # there is none, which refuses the pod; or where it is reached is settled
            if users[pod.namespace, held.name] > 1 or not _is_made(claim, snapshot.storage):
                path = f"{pod.key}: spec.volumes[{pod.spec.volumes.index(held)}]"
                return (
                    f"{path}: claim {held.name} is not bound; binding claims of several pods together is not modelled"
                )
    return ""


def _claims(pod: Pod) -> list[Claim]:
    return [volume for volume in pod.spec.volumes if isinstance(volume, Claim)]


def _is_made(claim: PersistentVolumeClaim, storage: Storage) -> bool:
    """Whether a volume is made for the claim where its pod goes, however many others are made."""
    made_by = storage.classes.get(claim.storage_class)
    if made_by is None or not made_by.waits or made_by.provisioner in ("", NO_PROVISIONER):
        return False
    ready = any(volume.claim is None and volume.storage_class == made_by.name for volume in storage.volumes.values())
    return not ready and made_by.provisioner not in storage.tracked
