"""How many volumes of a CSI driver a node takes: kube-scheduler's NodeVolumeLimits filter (v1.34).

Volumes count once, however many pods use them, and while they are attached. Disks of the in-tree plugins that CSI
drivers have taken over count too. Left out: Portworx disks on nodes that have not migrated them (NotModelled).
"""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.model.logic.terms import FALSE, ZERO, Term
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.storage import Storage
from kubeproof.model.objects.volumes import Claim, CsiVolume, csi_of
from kubeproof.model.scheduler import attached
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.open_node import OnVolume, attach_limit, attached_volumes, pods

REASON = "node(s) exceed max volume count"
VOLUMES = "spec.volumes"


def clauses(pod: Pod, facts: Facts) -> Iterator[Clause]:
    """One clause where a claim cannot be looked up, else one for each CSI driver that limits the pod's volumes."""
    wanted: dict[str, dict[CsiVolume, None]] = {}
    for held in pod.spec.volumes:
        if isinstance(held, Claim):
            problem = _problem(pod, held, facts.storage)
            if problem:
                yield problem
                return
            volume = attached.of_claim(facts.storage.claims[pod.namespace, held.name], facts.storage)
        else:
            volume = csi_of(held)
        if volume is not None:
            wanted.setdefault(volume.driver, {})[volume] = None
    for driver, volumes in wanted.items():
        if any(driver in node.limits for node in facts.storage.csi_nodes.values()):
            attached.check_portworx(facts.storage)
            new = sum((_new(volume, facts) for volume in volumes), start=ZERO)
            fits = (new <= 0) | (attached_volumes(driver) + new <= attach_limit(driver))
            yield Clause(fits, REASON, True, VOLUMES, f"the limit of volumes of {driver}")


def _problem(pod: Pod, held: Claim, storage: Storage) -> Clause | None:
    """The refusal of every node because of a claim: it does not exist, or is not the pod's own though it has to be."""
    claim = storage.claims.get((pod.namespace, held.name))
    if claim is None:
        reason = f'looking up PVC {pod.namespace}/{held.name}: persistentvolumeclaim "{held.name}" not found'
        return Clause(FALSE, reason, False, VOLUMES, f"the missing claim {held.name}")
    if held.ephemeral and claim.owner != pod.uid:
        rule = f"the claim {held.name} that was not made for this pod"
        return Clause(FALSE, not_owner(pod, held.name), False, VOLUMES, rule, fault=True)
    return None


def not_owner(pod: Pod, claim: str) -> str:
    """What kube-scheduler says of a claim that stands in the place of an ephemeral one (ephemeral.VolumeIsForPod)."""
    return f"PVC {pod.namespace}/{claim} was not created for pod {pod.key} (pod is not owner)"


def _new(volume: CsiVolume, facts: Facts) -> Term:
    """1 where no pod on the node uses the volume yet."""
    users = OnVolume(volume, facts.claims_of.get(volume, frozenset()))
    return (pods(users) <= 0).then(1, 0)


def left(pod: Pod, other: Pod, facts: Facts) -> bool:
    """A pod with any claim, or any disk that a CSI driver has taken over, may have kept it out."""
    return any(isinstance(held, Claim) or csi_of(held) for held in other.spec.volumes)


NODE_VOLUME_LIMITS = Constraint("NodeVolumeLimits", clauses, left=left)
