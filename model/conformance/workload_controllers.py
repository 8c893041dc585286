"""The lifecycle golden topics of the workload controllers: what the model answers to each case.

Those of Jobs and CronJobs are in jobs.py and cronjobs.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from immutables import Map

from kubeproof.model.conformance import cronjobs, jobs, undetermined
from kubeproof.model.controlplane.controllers import replicaset
from kubeproof.model.controlplane.controllers.deployment import fenceposts, rolling, scaling
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.deployment import Deployment, DeploymentSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition, ContainerStatus, PodStatus
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
from kubeproof.model.objects.template import PodTemplate

Json = Any
"""Decoded JSON: golden cases and answers are compared, never computed with."""

NOW = 1_700_000_000
"""Cases tell ages, so any clock will do."""

NO_ANNOTATIONS: Map[str, str] = Map()
SLACK = 0.5
"""How long after the instant that the ages are told from Kubernetes was called, in seconds."""


def _pods_to_delete(case: Json) -> Json:
    pods = [_owned(raw) for raw in case["pods"]]
    related = [*pods, *(_owned(raw) for raw in case.get("relatedPods") or ())]
    ranked = replicaset.ranked(pods, related)
    less = [[replicaset.goes_first(a, b, NOW + SLACK) for b in ranked] for a in ranked]
    told = {
        "hasTies": any(not less[i][j] and not less[j][i] for i in range(len(pods)) for j in range(i)),
        "less": less,
    }

    def deleted(late: float) -> Json:
        gone = replicaset.pods_to_delete(pods, related, case["count"], NOW + late)
        return {**told, "deleted": [pod.meta.name for pod in gone]}

    ages = (raw[age] for raw in case["pods"] for age in ("ageSeconds", "readyForSeconds") if age in raw)
    return undetermined.with_others(deleted(SLACK), map(deleted, undetermined.later_clocks([*ages], SLACK)))


def _owned(raw: Json) -> LivePod:
    """A pod of a ReplicaSet, whose ages are seconds before now."""
    cost, sidecar = raw.get("deletionCost"), raw.get("sidecarRestartCount")
    restarts = enumerate(raw.get("restartCounts") or ())
    return LivePod(
        meta=Meta(
            raw["name"],
            uid=raw.get("uid", ""),
            annotations=Map() if cost is None else Map({replicaset.DELETION_COST: cost}),
            created_at=_ago(raw.get("ageSeconds")),
        ),
        run=RunSpec(containers=(), init_containers=(Container("sidecar", restart_policy="Always"),)),
        node=raw["node"],
        status=PodStatus(
            phase=raw["phase"],
            conditions=_ready(raw),
            containers=tuple(ContainerStatus(f"c{i}", restarts=count) for i, count in restarts),
            init_containers=() if sidecar is None else (ContainerStatus("sidecar", restarts=sidecar),),
        ),
    )


def _ready(raw: Json) -> tuple[Condition, ...]:
    since = _ago(raw.get("readyForSeconds"))
    return (Condition("Ready", "True" if raw.get("ready") else "False", changed_at=since),)


def _ago(seconds: int | None) -> int | None:
    return None if seconds is None else NOW - seconds


def _replicaset_status(case: Json) -> Json:
    labels = Map({"app": "web"})
    spec = ReplicaSetSpec(case["replicas"], case["minReadySeconds"], template=PodTemplate(labels))
    pods = [
        LivePod(
            Meta(
                "pod",
                labels=labels if raw["fullyLabeled"] else Map(),
                deleted_at=NOW if raw.get("terminating") else None,
            ),
            RunSpec(containers=()),
            status=PodStatus("Running", conditions=_ready(raw)),
        )
        for raw in case["pods"]
    ]
    status = replicaset.status_of(ReplicaSet(Meta("rs"), spec), pods, NOW)
    return {
        "availableReplicas": status.available_replicas,
        "fullyLabeledReplicas": status.fully_labeled_replicas,
        "readyReplicas": status.ready_replicas,
        "replicas": status.replicas,
        "terminatingReplicas": status.terminating_replicas,
    }


def _fenceposts(case: Json) -> Json:
    surge, unavailable = fenceposts.resolve_fenceposts(case["maxSurge"], case["maxUnavailable"], case["replicas"])
    return {
        "maxSurge": surge,
        "maxUnavailable": unavailable,
        "deploymentMaxSurge": fenceposts.max_surge(_spec(case)),
        "deploymentMaxUnavailable": fenceposts.max_unavailable(_spec(case)),
    }


def _rolling_step(case: Json) -> Json:
    new, old = _replica_set(case["newRS"]), [_replica_set(raw) for raw in case["oldRSs"]]
    sizes = rolling.rolling_step(_spec(case), new, old)
    action = "none" if not sizes else "scaledNew" if new.meta.name in sizes else "scaledOld"
    return {"action": action, "replicas": _sizes((new, *old), sizes)}


def _proportional_scale(case: Json) -> Json:
    before = _spec({**case, "replicas": case["previousReplicas"]})
    told = {
        scaling.DESIRED_REPLICAS: str(before.replicas),
        scaling.MAX_REPLICAS: str(before.replicas + fenceposts.max_surge(before)),
    }
    new, *old = (_replica_set(raw, Map(told)) for raw in (case["newRS"], *case["oldRSs"]))
    sizes = scaling.scale(Deployment(Meta("web"), _spec(case)), new, old)
    return {"replicas": _sizes((new, *old), sizes)}


def _spec(case: Json) -> DeploymentSpec:
    return DeploymentSpec(case["replicas"], max_surge=case["maxSurge"], max_unavailable=case["maxUnavailable"])


def _replica_set(raw: Json, annotations: Map[str, str] = NO_ANNOTATIONS) -> ReplicaSet:
    size, available = raw["replicas"], raw["available"]
    return ReplicaSet(
        Meta(raw["name"], created_at=raw["createdAt"], annotations=annotations),
        ReplicaSetSpec(size),
        ReplicaSetStatus(size, ready_replicas=available, available_replicas=available),
    )


def _sizes(replica_sets: Sequence[ReplicaSet], sizes: Mapping[str, int]) -> Json:
    return {each.meta.name: sizes.get(each.meta.name, each.spec.replicas) for each in replica_sets}


TOPICS: Mapping[str, Callable[[Json], Json]] = {
    "replicaset-pods-to-delete": _pods_to_delete,
    "replicaset-status": _replicaset_status,
    "deployment-fenceposts": _fenceposts,
    "deployment-rolling-step": _rolling_step,
    "deployment-proportional-scale": _proportional_scale,
    **jobs.TOPICS,
    **cronjobs.TOPICS,
}
