"""Storage objects for the tests of the volume filters, as manifests with what matters to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.model.scheduler.witness import Raw

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
