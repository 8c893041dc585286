"""What objects count for in ResourceQuotas, and which creations exceed one (pkg/quota/v1, the ResourceQuota admission).

Follows v1.36. A quota is enforced by its status: one that the resource-quota controller has not looked at yet bounds
nothing. `charged` is what admission does to the quotas of a namespace; pods that have ended, or whose time to end is
over, count for no more than themselves.
Left out: updates (Services that change their type, pods resized in place), the Priority and CrossNamespacePodAffinity
scopes, storage, pod-level limits and overhead on limits, and quotas that are charged for what is then not created.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import Key, Store, in_namespace
from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects.container import Container
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.resource_quota import ResourceQuota, told
from kubeproof.model.objects.service import Service

KIND = "ResourceQuota"
COUNTED: Mapping[str, tuple[str, ...]] = {
    "Pod": ("count/pods",),
    "Service": ("services", "count/services"),
    "ConfigMap": ("configmaps", "count/configmaps"),
    "Secret": ("secrets", "count/secrets"),
    KIND: ("resourcequotas", "count/resourcequotas"),
    "Deployment": ("count/deployments.apps",),
    "ReplicaSet": ("count/replicasets.apps",),
    "StatefulSet": ("count/statefulsets.apps",),
    "DaemonSet": ("count/daemonsets.apps",),
    "ControllerRevision": ("count/controllerrevisions.apps",),
    "Job": ("count/jobs.batch",),
    "CronJob": ("count/cronjobs.batch",),
    "PodDisruptionBudget": ("count/poddisruptionbudgets.policy",),
    "HorizontalPodAutoscaler": ("count/horizontalpodautoscalers.autoscaling",),
    "EndpointSlice": ("count/endpointslices.discovery.k8s.io",),
}
"""The names by which the objects of a kind are counted."""

OF_SERVICES = ("services.nodeports", "services.loadbalancers")
PLAIN = frozenset({"cpu", "memory", "ephemeral-storage"})
OF_PODS = frozenset({"pods", "count/pods", *PLAIN, *(f"{of}.{one}" for of in ("requests", "limits") for one in PLAIN)})
DEMANDED = ("cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory")
"""What every container has to name where a quota bounds it."""


def names_of(kind: str, bounded: Iterable[str]) -> list[str]:
    """Which of the bounded names objects of a kind count for, in order (MatchingResources)."""
    own = {*COUNTED.get(kind, ()), *(OF_SERVICES if kind == "Service" else ())}
    return sorted(name for name in bounded if name in own or (kind == "Pod" and _is_of_pods(name)))


def _is_of_pods(name: str) -> bool:
    return name in OF_PODS or name.startswith(("hugepages-", "requests.hugepages-")) or _is_extended(name)


def _is_extended(name: str) -> bool:
    """Whether a quota bounds an extended resource by this name: only its requests can be bounded."""
    resource = name.removeprefix("requests.")
    return resource != name and "/" in resource and "kubernetes.io/" not in resource


def usage(kind: str, held: Any, now: int) -> dict[str, int]:
    """What an object counts for, by all names that a quota may have for it."""
    counts = dict.fromkeys(COUNTED.get(kind, ()), 1)
    match held:
        case LivePod():
            over = over_at(held)
            counts_more = not is_terminal(held) and (over is None or now <= over)
            return counts | _pod(held) if counts_more else counts
        case Service():
            ports = len(held.ports) if held.has_node_ports else 0
            return counts | {"services.nodeports": ports, "services.loadbalancers": int(held.type == "LoadBalancer")}
    return counts


def over_at(pod: LivePod) -> int | None:
    """The last second in which a pod that is being deleted counts, None for others."""
    if is_terminal(pod) or pod.meta.deleted_at is None or pod.meta.grace_period is None:
        return None
    return pod.meta.deleted_at + pod.meta.grace_period


def _pod(pod: LivePod) -> dict[str, int]:
    return {"pods": 1} | _computed(pod.spec.requests, _limits(pod))


def _computed(requests: Mapping[str, int], limits: Mapping[str, int]) -> dict[str, int]:
    """Requests and limits by the names that quotas have for them (podComputeUsageHelper)."""
    found: dict[str, int] = {}
    for name, amount in requests.items():
        if name in PLAIN or name.startswith("hugepages-"):
            found[name] = amount
        if name in PLAIN or name.startswith("hugepages-") or _is_extended(f"requests.{name}"):
            found[f"requests.{name}"] = amount
    return found | {f"limits.{name}": amount for name, amount in limits.items() if name in PLAIN}


def _limits(pod: LivePod) -> dict[str, int]:
    """The limits of a pod as a whole (PodLimits): containers add up, of init containers the largest moment counts."""
    total: dict[str, int] = {}
    beside: dict[str, int] = {}
    peak: dict[str, int] = {}
    for one in pod.run.containers:
        _add(total, one.limits)
    for one in pod.run.init_containers:
        moment = dict(beside)
        _add(moment, one.limits)
        if one.is_sidecar:
            _add(total, one.limits)
            beside = moment
        peak = {name: max(peak.get(name, 0), moment.get(name, 0)) for name in {*peak, *moment}}
    return {name: max(total.get(name, 0), peak.get(name, 0)) for name in {*total, *peak}}


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def in_scopes(quota: ResourceQuota, held: Any) -> bool:
    """Whether an object is in all scopes of a quota; only pods are in any. Raises NotModelled."""
    return all(isinstance(held, LivePod) and _in_scope(scope, held) for scope in quota.spec.scopes)


def _in_scope(scope: str, pod: LivePod) -> bool:
    match scope:
        case "Terminating" | "NotTerminating":
            return (pod.run.active_deadline is not None) == (scope == "Terminating")
        case "BestEffort" | "NotBestEffort":
            return _asks_nothing(pod) == (scope == "BestEffort")
    raise NotModelled("spec.scopes", f"the scope {scope} of a quota")


def _asks_nothing(pod: LivePod) -> bool:
    listed = (amounts for one in _containers(pod) for amounts in (one.requests, one.limits))
    return not any(amounts.get(name) for amounts in listed for name in ("cpu", "memory"))


def _containers(pod: LivePod) -> tuple[Container, ...]:
    return (*pod.run.containers, *pod.run.init_containers)


def quotas(store: Store, namespace: str) -> Iterator[tuple[Key, ResourceQuota]]:
    """The quotas of a namespace, by name."""
    found = store.bucket(in_namespace(KIND, namespace)) if namespace else {}
    for key in sorted(found):
        held = found[key]
        if isinstance(held, ResourceQuota):
            yield key, held


class Exceeded(KubeproofError):
    """Why a quota refuses a creation, in the API server's words."""


def charged(store: Store, key: Key, made: Any, now: int) -> list[tuple[Key, ResourceQuota]]:
    """The quotas that change when the object is created, as they are then (CheckRequest). Raises Exceeded."""
    matching: list[tuple[Key, ResourceQuota, list[str]]] = []
    for at, quota in quotas(store, key.namespace):
        names = names_of(key.kind, quota.status.hard)
        if names and in_scopes(quota, made):
            if isinstance(made, LivePod) and (why := _undemanded(made, names)):
                raise Exceeded(f"failed quota: {at.name}: must specify {why}")
            if any(name not in quota.status.used for name in names):
                raise Exceeded(f"status unknown for quota: {at.name}, resources: {','.join(names)}")
            matching.append((at, quota, names))
    own = usage(key.kind, made, now) if matching else {}
    found = []
    for at, quota, names in matching:
        asked = {name: own[name] for name in names if own.get(name)}
        hard, used = quota.status.hard, quota.status.used
        if exceeded := [name for name, more in asked.items() if used[name] + more > hard[name]]:
            raise Exceeded(
                f"exceeded quota: {at.name}, requested: {_listed(asked, exceeded)}, "
                f"used: {_listed(used, exceeded)}, limited: {_listed(hard, exceeded)}"
            )
        if asked:
            more = used.update({name: used[name] + amount for name, amount in asked.items()})
            found.append((at, replace(quota, status=replace(quota.status, used=more))))
    return found


def _undemanded(pod: LivePod, names: Iterable[str]) -> str:
    """What is bounded and some container does not name, with those containers (Constraints)."""
    bounded = [name for name in DEMANDED if name in names]
    lacking = {
        name: sorted({one.name for one in _containers(pod) if name not in _computed(one.requests, one.limits)})
        for name in bounded
    }
    return "; ".join(f"{name} for: {','.join(who)}" for name, who in lacking.items() if who)


def _listed(amounts: Mapping[str, int], names: Iterable[str]) -> str:
    return ",".join(f"{name}={told(name, amounts[name])}" for name in names)


def counted(quota: ResourceQuota, found: Iterable[tuple[str, Any]], now: int) -> Map[str, int]:
    """What there is of all that a quota bounds; `found`: the namespace's objects, each with its kind."""
    bounded = {kind: names_of(kind, quota.spec.hard) for kind in COUNTED}
    used: dict[str, int] = dict.fromkeys((name for names in bounded.values() for name in names), 0)
    for kind, held in found:
        if bounded[kind] and in_scopes(quota, held):
            own = usage(kind, held, now)
            _add(used, {name: own.get(name, 0) for name in bounded[kind]})
    return Map(used)
