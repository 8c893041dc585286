"""What an input leaves open of its claims: classes and volumes that it does not hold, what drivers can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lightkube.models import apps_v1, core_v1

from kubeproof.model.controlplane.admission import Admission
from kubeproof.model.controlplane.controllers.statefulset import identity
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.manifests.stated import Input, Stated, pod_spec
from kubeproof.model.objects.live_storage import CLAIM, CLASS, VOLUME, CSIFact, LiveClaim, LiveClass
from kubeproof.model.objects.statefulset import StatefulSet
from kubeproof.model.objects.storage import CSINode
from kubeproof.model.scheduler.filters.volume_binding import NO_PROVISIONER


class Open(NamedTuple):
    """Something that is open: of which object, in words. `decides`: whether a cluster may end up elsewhere for it."""

    one: Stated
    words: str
    decides: bool = True


def open_points(found: Input, admission: Admission) -> Iterator[Open]:
    """What is open of an input's claims, in its order."""
    held: dict[tuple[str, str], Any] = {(one.key.kind, one.key.name): one.live for one in found.stated}
    asked, claims = set[str](), {one.key for one in found.stated if one.key.kind == CLAIM}
    made = {key for one in found.stated for key in _made(one)}
    for one in found.stated:
        for name, bound_to in _claims(one, admission):
            asked.add(name)
            if bound_to and (VOLUME, bound_to) not in held:
                yield Open(one, f"its volume {bound_to} is not in the input, so that the claim is lost")
            elif not bound_to and name and (CLASS, name) not in held:
                if not _kept(found, name):
                    yield Open(one, f"the StorageClass {name} is not in the input, so that nothing makes its volume")
            elif not bound_to and not name and not _kept(found, name):
                yield Open(one, "the input has no default StorageClass, so that nothing makes its volume")
        spec = pod_spec(one)
        for volume in (spec and spec.volumes) or ():
            named = volume.persistentVolumeClaim
            if named and Key(CLAIM, one.key.namespace, named.claimName) not in claims | made:
                yield Open(one, "a claim that it names is not in the input, so that it does not run")
        if spec is not None and spec.resourceClaims:
            yield Open(one, "not modelled: claims of devices over time")
    drivers = {driver for one in found.stated for driver in _driven(one)}
    for one in found.stated:
        made_by = one.live
        if isinstance(made_by, LiveClass) and made_by.given.name in asked and _makes(made_by):
            provisioner = made_by.given.provisioner
            where = "" if provisioner in drivers or made_by.given.topologies else ", reached from every node"
            yield Open(one, f"{provisioner} is taken to make every volume at once{where}", decides=False)


def _claims(one: Stated, admission: Admission) -> Iterator[tuple[str, str]]:
    """The claims that an object is or makes: the class of each ("": none), and the volume that it is bound to."""
    listed: Sequence[core_v1.PersistentVolumeClaim] = ()
    if isinstance(one.raw, core_v1.PersistentVolumeClaim):
        listed = [one.raw]
    elif isinstance(one.raw, apps_v1.StatefulSet) and one.raw.spec is not None:
        listed = one.raw.spec.volumeClaimTemplates or ()
    spec = pod_spec(one)
    made = [volume.ephemeral.volumeClaimTemplate for volume in (spec and spec.volumes) or () if volume.ephemeral]
    templates = [core_v1.PersistentVolumeClaim(metadata=each.metadata, spec=each.spec) for each in made if each]
    for raw in (*listed, *templates):
        held = admission.claim(raw).spec or core_v1.PersistentVolumeClaimSpec()
        bound = one.live.bound if isinstance(one.live, LiveClaim) else False
        yield held.storageClassName or "", (held.volumeName or "") if bound else ""


def _made(one: Stated) -> Iterator[Key]:
    """The claims that a StatefulSet makes for its pods."""
    if isinstance(one.live, StatefulSet):
        start = one.live.spec.start
        for number in range(start, start + one.live.spec.replicas):
            yield from (write.key for write in identity.claims(one.live, number))


def _kept(found: Input, name: str) -> bool:
    """Whether there are volumes of that class to be bound."""
    volumes = (one.live for one in found.stated if one.key.kind == VOLUME)
    return any(volume.given.storage_class == name for volume in volumes)


def _driven(one: Stated) -> Mapping[str, Any]:
    fact = one.live.given if isinstance(one.live, CSIFact) else None
    return fact.topology if isinstance(fact, CSINode) else {}


def _makes(made_by: LiveClass) -> bool:
    return made_by.given.provisioner not in ("", NO_PROVISIONER)
