"""The cluster as a scheduler sees it in a world: the snapshot that a look gives (model/objects/snapshot.py).

Whoever asks where pods fit asks it of this: kube-scheduler, the cluster autoscaler, laws. Left out: who is nominated by
which scheduler (scheduling.py).
"""

from __future__ import annotations

from immutables import Map

from kubeproof.model.component import Look
from kubeproof.model.controlplane.decided import Decided
from kubeproof.model.controlplane.volume_binding import storage
from kubeproof.model.objects.budget import LiveBudget
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.namespace import ALWAYS_THERE, NAME_LABEL, Namespace
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.selecting import REPLICA_SET, STATEFUL_SET, Selecting
from kubeproof.model.objects.service import Service
from kubeproof.model.objects.snapshot import Snapshot


def seen(look: Look, decided: Decided | None = None) -> Snapshot:
    """The cluster as the scheduler sees it. `decided`: what it has seen and decided before."""
    decided = decided or Decided()
    pods, nodes = look.all("Pod", LivePod), look.all("Node", LiveNode)
    decided.forget(len(pods) + len(nodes))
    return Snapshot(
        nodes=tuple([decided.view(node) for node in nodes]),
        pods=tuple([decided.view(pod) for pod in pods if not is_terminal(pod)]),
        budgets=tuple([decided.view(budget) for budget in look.all("PodDisruptionBudget", LiveBudget)]),
        namespaces=_namespaces(look),
        selecting=_selecting(look),
        storage=storage(look),
    )


def _namespaces(look: Look) -> Map[str, Map[str, str]]:
    """The labels of all namespaces; one that nobody created is there where pods are."""
    given = {one.meta.name: one.meta.labels for one in look.all("Namespace", Namespace)}
    names = dict.fromkeys((*given, *ALWAYS_THERE, *(key.namespace for key in look.keys("Pod"))))
    return Map({name: given.get(name, Map()).set(NAME_LABEL, name) for name in names})


def _selecting(look: Look) -> Selecting:
    """What services and controllers select, for topology spread that names no selector of its own."""
    services: dict[str, tuple[Map[str, str], ...]] = {}
    for one in look.all("Service", Service):
        if one.selector:
            services[one.meta.namespace] = (*services.get(one.meta.namespace, ()), one.selector)
    controllers = {
        (f"{owner} {one.meta.name}", one.meta.namespace): one.spec.selector
        for kind, owner in (("ReplicaSet", REPLICA_SET), ("StatefulSet", STATEFUL_SET))
        for one in look.all(kind, ReplicaSet)
    }
    return Selecting(Map(services), Map(controllers))
