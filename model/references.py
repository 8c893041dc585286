"""Objects as people name them to kubectl: `pod/web-1`, `deploy/shop/web`, `po`, with the short names of kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import NamedTuple

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.schema import CLUSTER_WIDE, READ

SHORT: Mapping[str, str] = {
    "po": "Pod",
    "no": "Node",
    "ns": "Namespace",
    "svc": "Service",
    "deploy": "Deployment",
    "rs": "ReplicaSet",
    "rc": "ReplicationController",
    "sts": "StatefulSet",
    "ds": "DaemonSet",
    "cj": "CronJob",
    "hpa": "HorizontalPodAutoscaler",
    "pdb": "PodDisruptionBudget",
    "pv": "PersistentVolume",
    "pvc": "PersistentVolumeClaim",
    "pc": "PriorityClass",
    "sc": "StorageClass",
    "quota": "ResourceQuota",
    "limits": "LimitRange",
}
"""The short names of kinds."""

KINDS: Mapping[str, str] = {
    **{kind.lower(): kind for _, kinds in READ.values() for kind in kinds},
    **SHORT,
    "lease": "Lease",
    "endpointslice": "EndpointSlice",
    "event": "Event",
}
"""All kinds by their names in small letters, and by their short ones."""


class Reference(NamedTuple):
    """One object, or several: a kind ("": any), a namespace and a name, in which * stands for any letters."""

    kind: str
    namespace: str
    name: str

    def names(self, key: Key) -> bool:
        """Whether it names this object."""
        return (
            self.kind in ("", key.kind)
            and (not key.namespace or fnmatchcase(key.namespace, self.namespace))
            and fnmatchcase(key.name, self.name)
        )


def kind_of(text: str) -> str:
    """The kind of this name: Deployment for deployment, deployments, deploy. Raises BadInput."""
    small = text.lower()
    for name in (small, small.removesuffix("s"), small.removesuffix("es"), f"{small.removesuffix('ies')}y"):
        if name in KINDS:
            return KINDS[name]
    near = get_close_matches(small, KINDS, n=1)
    raise BadInput(f"{text!r} is not a kind of object" + (f" (did you mean {near[0]}?)" if near else ""))


def reference(text: str) -> Reference:
    """What a text names: KIND, KIND/NAME, KIND/NAMESPACE/NAME, or NAME of any kind. Raises BadInput."""
    parts = text.split("/")
    if len(parts) > 3 or not all(parts):
        raise BadInput(f"{text!r} does not name an object: KIND/NAME or KIND/NAMESPACE/NAME")
    if len(parts) == 1:
        try:
            return Reference(kind_of(text), "*", "*")
        except BadInput:
            return Reference("", "*", text)
    kind = kind_of(parts[0])
    return Reference(kind, parts[1] if len(parts) == 3 else "default", parts[-1])


def key_of(text: str) -> Key:
    """The one object that a text names: KIND/NAME (in namespace default) or KIND/NAMESPACE/NAME. Raises BadInput."""
    found = reference(text)
    if not found.kind or "*" in (found.namespace, found.name):
        raise BadInput(f"{text!r} does not name one object: KIND/NAME or KIND/NAMESPACE/NAME")
    return Key(found.kind, "" if found.kind in CLUSTER_WIDE else found.namespace, found.name)


def written(key: Key) -> str:
    """The object as one would name it: pod/web-1, pod/shop/web-1."""
    middle = f"{key.namespace}/" if key.namespace not in ("", "default") else ""
    return f"{key.kind.lower()}/{middle}{key.name}"


def nothing(text: str, known: Iterable[Key]) -> BadInput:
    """The error for a text that names no object that there is."""
    names = {written(key): None for key in known}
    near = get_close_matches(text, names, n=3, cutoff=0.7) or sorted(names)[:3]
    return BadInput(f"there is no {text!r}" + (f"; near: {', '.join(near)}" if near else ""))
