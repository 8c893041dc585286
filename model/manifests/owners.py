"""The owners that objects of an input name, where the input leaves something of them out.

Manifests have no uids, so an object that others name as their controller takes the uid by which they know it. A dump of
pods and Deployments without the ReplicaSets between them gets these back: a ReplicaSet that pods name, and whose name
is a Deployment's with the pods' hash, is of that Deployment's template and as large as the pods are many. Left out:
pods of an older template, which such a dump cannot tell from others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers.deployment.new_replicaset import HASH, of_tag
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.replicaset import ReplicaSet


def completed(live: Mapping[Key, Any]) -> dict[Key, Any]:
    """Those of the objects that take a uid, and the ReplicaSets that are missing, by name."""
    new: dict[Key, Any] = {}
    for (owner, uid), owned in _owned(live).items():
        tag = next((pod.meta.labels.get(HASH, "") for pod in owned if isinstance(pod, LivePod)), "")
        above = Key("Deployment", owner.namespace, owner.name.removesuffix(f"-{tag}"))
        if owner in live:
            _name(owner, uid, live, new)
        elif owner.kind == "ReplicaSet" and tag and above in live:
            _name(above, f"deployment-{above.namespace}-{above.name}", live, new)
            new[owner] = _replica_set(new.get(above, live[above]), tag, uid, len(owned))
    return new


def _owned(live: Mapping[Key, Any]) -> dict[tuple[Key, str], list[Any]]:
    """What each controller owns, by its name and the uid by which they know it."""
    found: dict[tuple[Key, str], list[Any]] = {}
    for key, held in live.items():
        owner = held.meta.controller
        if owner is not None and owner.uid:
            found.setdefault((Key(owner.kind, key.namespace, owner.name), owner.uid), []).append(held)
    return found


def _name(key: Key, uid: str, live: Mapping[Key, Any], new: dict[Key, Any]) -> None:
    """Gives an object a uid, where it has none."""
    held = new.get(key, live[key])
    if not held.meta.uid:
        new[key] = replace(held, meta=replace(held.meta, uid=uid))


def _replica_set(deployment: Deployment, tag: str, uid: str, pods: int) -> ReplicaSet:
    made = of_tag(deployment, tag)
    return replace(made, meta=replace(made.meta, uid=uid), spec=replace(made.spec, replicas=pods))
