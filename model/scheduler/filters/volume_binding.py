"""A pod's claims are bound to volumes that the node reaches, or can be: kube-scheduler's VolumeBinding filter (v1.34).

Left out: what binding itself does after the node is chosen; where a CSI driver has taken over an in-tree volume with a
place of its own, whose labels it renames (NotModelled).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.terms import FALSE, TRUE, Term, all_of, any_of
from kubeproof.model.objects.affinity import NodeSelectorTerm
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import Requirement, Selector
from kubeproof.model.objects.storage import (
    BETA_REGION,
    BETA_ZONE,
    REGION,
    ZONE,
    PersistentVolume,
    PersistentVolumeClaim,
    Storage,
    StorageClass,
)
from kubeproof.model.objects.volumes import MIGRATED, Claim
from kubeproof.model.scheduler.constraint import Clause, Constraint, Says, Stage
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.filters import node_affinity
from kubeproof.model.scheduler.filters.node_volume_limits import not_owner
from kubeproof.model.scheduler.filters.volume_restrictions import CLAIMS
from kubeproof.model.scheduler.open_node import labelled, name_in
from kubeproof.model.scheduler.volume_matching import matched, reach

NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity"
BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind"
NO_SPACE = "node(s) did not have enough free storage"
VOLUME_GONE = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
UNBOUND = "pod has unbound immediate PersistentVolumeClaims"
NO_PROVISIONER = "kubernetes.io/no-provisioner"


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """What no node can help rejects the pod; then clauses for the bound claims, and for those that wait for a node."""
    storage = facts.storage
    held = [volume for volume in pod.spec.volumes if isinstance(volume, Claim)]
    for one in held:
        problem = _problem(pod, one, storage)
        if problem:
            rule = f"the claim {one.name} that is not there for this pod"
            yield Clause(FALSE, problem, False, _where(one), rule, stage=Stage.REJECT)
            return
    claims = [storage.claims[pod.namespace, one.name] for one in held]
    bound = [claim for claim in claims if claim.volume and claim.bind_completed]
    waiting = [claim for claim in claims if not claim.volume and _waits(claim, storage)]
    if len(bound) + len(waiting) < len(claims):
        unbound = next(claim for claim in claims if claim not in bound and claim not in waiting)
        rule = f"the unbound claim {unbound.name}"
        yield Clause(FALSE, UNBOUND, False, CLAIMS, rule, stage=Stage.REJECT)
        return
    yield from _bound(list(dict.fromkeys(bound)), storage)
    yield from _waiting(waiting, storage)


def _where(volume: Claim) -> str:
    return "spec.volumes[].ephemeral" if volume.ephemeral else CLAIMS


def _problem(pod: Pod, held: Claim, storage: Storage) -> str | None:
    """Why a claim rejects its pod at once, in kube-scheduler's words (podHasPVCs)."""
    claim = storage.claims.get((pod.namespace, held.name))
    if claim is None:
        waiting = f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{held.name}"'
        return waiting if held.ephemeral else f'persistentvolumeclaim "{held.name}" not found'
    if claim.phase == "Lost":
        return f'persistentvolumeclaim "{held.name}" bound to non-existent persistentvolume "{claim.volume}"'
    if claim.deleting:
        return f'persistentvolumeclaim "{held.name}" is being deleted'
    return not_owner(pod, held.name) if held.ephemeral and claim.owner != pod.uid else None


def _waits(claim: PersistentVolumeClaim, storage: Storage) -> bool:
    made_by = storage.classes.get(claim.storage_class)
    return made_by is not None and made_by.waits


def _bound(claims: Sequence[PersistentVolumeClaim], storage: Storage) -> Iterator[Clause]:
    """Each volume is reached; one that is gone is only come upon where those before it are (checkBoundClaims)."""
    before = TRUE
    for claim in claims:
        volume = storage.volumes.get(claim.volume)
        if volume is None:
            rule = f"the missing volume {claim.volume} of the claim {claim.name}"
            yield Clause(~before, VOLUME_GONE, False, CLAIMS, rule)
            return
        _check_migration(volume, storage)
        here = reach(volume)
        rule = f"the reach of the volume {volume.name} of the claim {claim.name}"
        yield Clause(here, NODE_CONFLICT, False, CLAIMS, rule)
        before = before & here


def _check_migration(volume: PersistentVolume, storage: Storage) -> None:
    served = MIGRATED.get(volume.source)
    placed = volume.node_terms is not None or any(
        key in volume.labels for key in (ZONE, BETA_ZONE, REGION, BETA_REGION)
    )
    if served and placed and any(served.plugin in node.migrated for node in storage.csi_nodes.values()):
        path = f"PersistentVolume {volume.name}: spec.{volume.source}"
        raise NotModelled(
            path, f"where {served.driver} reaches the volumes that it has taken over from {served.plugin}"
        )


def _waiting(claims: Sequence[PersistentVolumeClaim], storage: Storage) -> Iterator[Clause]:
    """A volume is found or can be made for each claim; what fails first speaks (findMatchingVolumes and on)."""
    chosen = [(claim, claim.selected_node) for claim in claims if claim.selected_node is not None]
    for claim, node in chosen:
        rule = f"the provisioning of the claim {claim.name} for {node}"
        yield Clause(name_in([node]), BIND_CONFLICT, False, CLAIMS, rule)
    before = all_of(name_in([node]) for _, node in chosen)
    found = matched((claim for claim in claims if claim.selected_node is None), storage)
    for claim, has_volume in (*((claim, FALSE) for claim, _ in chosen), *found):
        made_by = storage.classes[claim.storage_class]
        makes, room = _makes(made_by), _room(claim, made_by, storage)
        rule = f"the lack of a volume of the class {made_by.name} for the claim {claim.name}"
        if made_by.provisioner not in ("", NO_PROVISIONER):
            rule += ", and of a way to make one there"
        yield Clause(any_of((~before, has_volume, makes)), BIND_CONFLICT, False, CLAIMS, rule)
        rule = f"the lack of room in the class {made_by.name} for the claim {claim.name}"
        if room is not TRUE:
            yield Clause(any_of((~before, has_volume, ~makes, room)), NO_SPACE, False, CLAIMS, rule)
        before = before & (has_volume | (makes & room))


def _makes(made_by: StorageClass) -> Term:
    """The class makes volumes for the node (MatchTopologySelectorTerms)."""
    if made_by.provisioner in ("", NO_PROVISIONER):
        return FALSE
    places = (node_affinity.term(NodeSelectorTerm(place)) for place in made_by.topologies)
    return any_of(places) if made_by.topologies else TRUE


def _room(claim: PersistentVolumeClaim, made_by: StorageClass, storage: Storage) -> Term:
    """Where the driver publishes its capacity, some of it takes the claim and is reached (hasEnoughCapacity)."""
    if claim.request is None or made_by.provisioner not in storage.tracked:
        return TRUE
    size = claim.request.value()
    return any_of(
        _selected(capacity.topology)
        for capacity in storage.capacities
        if capacity.storage_class == made_by.name and capacity.limit is not None and capacity.limit >= size
    )


def _selected(selector: Selector) -> Term:
    if selector.nothing:
        return FALSE
    return all_of(
        labelled(Requirement(r.key, "In" if r.operator == "=" else r.operator, r.values)) for r in selector.requirements
    )


VOLUME_BINDING = Constraint("VolumeBinding", clauses, says=Says.ALL)
