"""Short ways to write pods, ReplicaSets and Jobs in tests. Ages are seconds before NOW."""

from __future__ import annotations

from typing import Any

from immutables import Map

from kubeproof.model.controlplane.controllers import replicaset
from kubeproof.model.objects import job as j
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import (
    Condition,
    ContainerState,
    ContainerStatus,
    Phase,
    PodStatus,
    Running,
    Terminated,
)
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
from kubeproof.model.objects.template import PodTemplate

NOW = 1_000_000


def pod(
    name: str,
    *,
    phase: Phase = "Running",
    node: str = "n1",
    ready: int | None = None,
    age: int | None = 100,
    restarts: int = 0,
    sidecar: int = 0,
    cost: str | None = None,
    labels: tuple[str, ...] = (),
    deleted: bool = False,
) -> LivePod:
    """A pod of a ReplicaSet; `ready`: for how many seconds, None where it is not."""
    condition = Condition("Ready", "False") if ready is None else Condition("Ready", "True", changed_at=NOW - ready)
    return LivePod(
        Meta(
            name,
            uid=name,
            labels=Map(dict.fromkeys(labels, "")),
            annotations=Map() if cost is None else Map({replicaset.DELETION_COST: cost}),
            created_at=None if age is None else NOW - age,
            deleted_at=NOW if deleted else None,
        ),
        RunSpec((Container("c"),), init_containers=(Container("proxy", restart_policy="Always"), Container("setup"))),
        node=node,
        status=PodStatus(
            phase,
            conditions=(condition,),
            containers=(ContainerStatus("c", restarts=restarts),),
            init_containers=(ContainerStatus("proxy", restarts=sidecar), ContainerStatus("setup", restarts=99)),
        ),
    )


def replica_set(name: str, size: int, available: int | None = None, *, age: int = 100, **told: str) -> ReplicaSet:
    """A ReplicaSet, with what its Deployment told it under short names: desired, most."""
    keys = {"desired": "deployment.kubernetes.io/desired-replicas", "most": "deployment.kubernetes.io/max-replicas"}
    there = size if available is None else available
    return ReplicaSet(
        Meta(name, created_at=NOW - age, annotations=Map({keys[key]: text for key, text in told.items()})),
        ReplicaSetSpec(size),
        ReplicaSetStatus(size, ready_replicas=there, available_replicas=there),
    )


def job_pod(
    name: str,
    *,
    phase: Phase = "Running",
    index: int | None = None,
    failures: int | None = None,
    code: int | None = None,
    ended: int = 0,
    restarts: int = 0,
    ready: bool = False,
    deleted: bool = False,
    tracked: bool = True,
    disrupted: bool = False,
    age: int = 100,
) -> LivePod:
    """A pod of a Job with one container, that ended with `code` so many seconds ago where it has one."""
    numbers = {j.COMPLETION_INDEX: index, j.INDEX_FAILURE_COUNT: failures}
    state: ContainerState = Running() if code is None else Terminated(code, finished_at=NOW - ended)
    conditions = [Condition("Ready", "True" if ready else "False")]
    if disrupted:
        conditions.append(Condition("DisruptionTarget", "True"))
    return LivePod(
        Meta(
            name,
            "ns",
            uid=name,
            annotations=Map({key: str(number) for key, number in numbers.items() if number is not None}),
            finalizers=(j.TRACKING_FINALIZER,) if tracked else (),
            created_at=NOW - age,
            deleted_at=NOW if deleted else None,
        ),
        RunSpec((Container("c"),)),
        node="n1",
        status=PodStatus(
            phase, conditions=tuple(conditions), containers=(ContainerStatus("c", state, restarts=restarts),)
        ),
    )


def job(status: j.JobStatus | None = None, *, on_failure: bool = False, deleted: bool = False, **spec: Any) -> j.Job:
    """A Job that started a minute ago; `spec` as in JobSpec."""
    run = RunSpec((), restart_policy="OnFailure" if on_failure else "Never")
    return j.Job(
        Meta("job", "ns", deleted_at=NOW if deleted else None),
        j.JobSpec(template=PodTemplate(run=run), **spec),
        j.JobStatus(start_time=NOW - 60) if status is None else status,
    )
