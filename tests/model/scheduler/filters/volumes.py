"""Storage objects for the tests of the volume filters, as manifests with what matters to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kubeproof.model.scheduler.cycle import Cycle, Verdict
from kubeproof.model.scheduler.filters.node_resources_fit import NODE_RESOURCES_FIT
from kubeproof.model.scheduler.filters.volume_binding import NO_PROVISIONER, VOLUME_BINDING
from tests.model.scheduler.witness import Raw, Witness, node, pod, read

ZONE = "topology.kubernetes.io/zone"
EBS = "ebs.csi.aws.com"


def claim(name: str = "data", **more: object) -> Raw:
    """An unbound claim for 10Gi of the class `standard` in the namespace of the pod."""
    meta = {key: more.pop(key) for key in ("annotations", "deletionTimestamp", "ownerReferences") if key in more}
    status = {"phase": more.pop("phase", "Pending")}
    request = {"resources": {"requests": {"storage": more.pop("size", "10Gi")}}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "standard", **request, **more}
    return {"metadata": {"name": name, "namespace": "shop", "uid": name, **meta}, "spec": spec, "status": status}


def bound(name: str = "data", volume: str = "pv", **more: object) -> Raw:
    """A claim that is bound to a volume."""
    return claim(
        name, volumeName=volume, annotations={"pv.kubernetes.io/bind-completed": "yes"}, **{"phase": "Bound", **more}
    )


def volume(name: str = "pv", *, on: Raw | None = None, **more: object) -> Raw:
    """An available volume of 10Gi of the class `standard`; `on` is a node selector term of where it can be reached."""
    meta = {key: more.pop(key) for key in ("labels", "annotations", "deletionTimestamp") if key in more}
    status = {"phase": more.pop("phase", "Available")}
    place = {"nodeAffinity": {"required": {"nodeSelectorTerms": [on]}}} if on is not None else {}
    size = {"capacity": {"storage": more.pop("size", "10Gi")}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "standard", **size, **place, **more}
    return {"metadata": {"name": name, **meta}, "spec": spec, "status": status}


def csi(handle: str, driver: str = EBS) -> Raw:
    """The source of a volume of a CSI driver."""
    return {"driver": driver, "volumeHandle": handle}


def label_in(key: str, *values: str) -> Raw:
    """A node selector term of one label."""
    return {"matchExpressions": [{"key": key, "operator": "In", "values": list(values)}]}


def storage_class(name: str = "standard", **more: object) -> Raw:
    """A class that waits for a pod and makes volumes with a CSI driver."""
    return {"metadata": {"name": name}, "provisioner": EBS, "volumeBindingMode": "WaitForFirstConsumer", **more}


def csi_node(name: str, limits: Mapping[str, int | None], **meta: object) -> Raw:
    """What drivers say of a node."""
    told = limits.items()
    drivers = [{"name": driver, "nodeID": name, **_count(limit)} for driver, limit in told]
    return {"metadata": {"name": name, **meta}, "spec": {"drivers": drivers}}


def _count(limit: int | None) -> Raw:
    return {} if limit is None else {"allocatable": {"count": limit}}


def using(*claims: str) -> Sequence[Raw]:
    """The volumes of a pod that uses these claims."""
    return [{"name": f"v{at}", "persistentVolumeClaim": {"claimName": name}} for at, name in enumerate(claims)]


def having(
    claims: Iterable[Raw] = (), volumes: Iterable[Raw] = (), classes: Iterable[Raw] | None = None, **more: Sequence[Raw]
) -> Mapping[str, Sequence[Raw]]:
    """The storage objects of a cluster; a class `standard` unless it says otherwise."""
    known = [storage_class()] if classes is None else list(classes)
    return {"claims": list(claims), "volumes": list(volumes), "classes": known, **more}


A, B = node("a", labels={ZONE: "a", "rack": "1"}), node("b", labels={ZONE: "b", "rack": "2"})
IN_A, IN_B = label_in(ZONE, "a"), label_in(ZONE, "b")


def on_both(
    sentence: str, a: Verdict | None, b: Verdict | None, objects: Mapping[str, Sequence[Raw]], *claims: str
) -> Witness:
    """A pod that uses these claims (`data`, if none) on two nodes."""
    return Witness(sentence, pod(volumes=using(*(claims or ("data",)))), [A, B], {"a": a, "b": b}, more=objects)


def static(claims: Sequence[Raw], volumes: Sequence[Raw]) -> Mapping[str, Sequence[Raw]]:
    """The storage objects of a cluster with a class that makes no volumes, so that one must be found."""
    return having(claims, volumes, [storage_class(provisioner=NO_PROVISIONER)])


def binding(asked: Witness) -> Mapping[str, Verdict | None] | Verdict | None:
    """What VolumeBinding says by itself: other filters reject some of these pods before it does."""
    snapshot, waiting = read(asked)
    found = Cycle(snapshot, [VOLUME_BINDING, NODE_RESOURCES_FIT]).decide(waiting)
    return found.whole or dict(found.nodes)
