"""Which pods belong with a pod: those that its services and its controller select (helper.DefaultSelector, v1.34).

What topology spread constraints look at that name no selector of their own: a profile's default constraints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from immutables import Map
from lightkube.models import meta_v1

from kubeproof.model.objects import selectors
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selectors import NOTHING, Selector

REPLICATION_CONTROLLER = "v1 ReplicationController"
REPLICA_SET, STATEFUL_SET = "apps/v1 ReplicaSet", "apps/v1 StatefulSet"


class Selecting(msgspec.Struct, frozen=True):
    """The selectors of services, by namespace, and of controllers, by what a pod's `owner_key` says of them."""

    services: Map[str, tuple[Map[str, str], ...]] = Map()
    controllers: Map[tuple[str, str], Selector] = Map()

    def joined(self, other: Selecting) -> Selecting:
        """These and the other's; of controllers of one name the other's."""
        spaces = {**self.services, **other.services}
        both = {name: (*self.services.get(name, ()), *other.services.get(name, ())) for name in spaces}
        return Selecting(Map(both), self.controllers.update(other.controllers))


Meta = meta_v1.ObjectMeta | None
Labels = Mapping[str, str] | None


def normalise(
    services: Iterable[tuple[Meta, Labels]] = (),
    replication_controllers: Iterable[tuple[Meta, Labels]] = (),
    replica_sets: Iterable[tuple[Meta, meta_v1.LabelSelector | None]] = (),
    stateful_sets: Iterable[tuple[Meta, meta_v1.LabelSelector | None]] = (),
) -> Selecting:
    """Ours for the metadata and the selectors of typed objects; a service without one selects nothing.

    Raises BadSelector.
    """
    by_namespace: dict[str, tuple[Map[str, str], ...]] = {}
    for meta, labels in services:
        if labels:
            space, _ = _name(meta)
            by_namespace[space] = (*by_namespace.get(space, ()), Map(labels))
    sets = ((REPLICA_SET, replica_sets), (STATEFUL_SET, stateful_sets))
    controllers = {_key(kind, meta): selectors.of_label_selector(own) for kind, listed in sets for meta, own in listed}
    for meta, labels in replication_controllers:
        controllers[_key(REPLICATION_CONTROLLER, meta)] = selectors.of_labels(labels)
    return Selecting(Map(by_namespace), Map(controllers))


def selector(pod: Pod, selecting: Selecting) -> Selector:
    """What the pod's services and its controller ask of a pod's labels, all together; empty where there are none."""
    labels: dict[str, str] = {}
    for own in selecting.services.get(pod.namespace, ()):
        if all(pod.labels.get(key) == value for key, value in own.items()):
            labels.update(own)
    controller = selecting.controllers.get((pod.owner_key, pod.namespace), NOTHING)
    asked = {requirement.key for requirement in controller.requirements}
    if pod.owner_key.startswith(f"{REPLICATION_CONTROLLER} "):  # its labels replace those of services
        labels = {key: value for key, value in labels.items() if key not in asked}
    return selectors.of_requirements((*selectors.of_labels(labels).requirements, *controller.requirements))


def _name(meta: Meta) -> tuple[str, str]:
    return (meta and meta.namespace) or "default", (meta and meta.name) or ""


def _key(kind: str, meta: Meta) -> tuple[str, str]:
    namespace, name = _name(meta)
    return f"{kind} {name}", namespace
