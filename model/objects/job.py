"""A Job: pods that run to completion, when it gives up and when it is done (batch/v1).

A Job's conditions are the same struct as a pod's; times are whole seconds on the clock of the cluster.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import Condition
from kubeproof.model.objects.selectors import NOTHING, Selector
from kubeproof.model.objects.template import PodTemplate

COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"
INDEX_FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count"
INDEX_IGNORED_FAILURE_COUNT = "batch.kubernetes.io/job-index-ignored-failure-count"
TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking"
CONTROLLER_UID = ("batch.kubernetes.io/controller-uid", "controller-uid")
JOB_NAME = ("batch.kubernetes.io/job-name", "job-name")
"""Labels of a Job's pods, each under its new and its old name."""
JOB_CONTROLLER = "kubernetes.io/job-controller"


class OnExitCodes(msgspec.Struct, frozen=True):
    """Matches a container that ended with one of (or none of) these codes; `container_name` None means any."""

    operator: str
    values: tuple[int, ...]
    container_name: str | None = None


class OnPodCondition(msgspec.Struct, frozen=True):
    """Matches a pod's condition of this type and status."""

    type: str
    status: str = "True"


class PodFailureRule(msgspec.Struct, frozen=True):
    """One rule of a podFailurePolicy. `on_pod_conditions` is None where the rule looks at exit codes."""

    action: str
    on_exit_codes: OnExitCodes | None = None
    on_pod_conditions: tuple[OnPodCondition, ...] | None = None


class PodFailurePolicy(msgspec.Struct, frozen=True):
    """What failed pods mean for the job: the first rule that matches decides."""

    rules: tuple[PodFailureRule, ...] = ()


class SuccessRule(msgspec.Struct, frozen=True):
    """One rule of a successPolicy: which indexes, or how many, are enough."""

    succeeded_indexes: str | None = None
    succeeded_count: int | None = None


class SuccessPolicy(msgspec.Struct, frozen=True):
    """When an Indexed job is done before all its indexes are: the first rule that is met."""

    rules: tuple[SuccessRule, ...] = ()


class JobSpec(msgspec.Struct, frozen=True):
    """What is asked for. `completions` None: one success is enough."""

    parallelism: int = 1
    completions: int | None = 1
    completion_mode: str = "NonIndexed"
    backoff_limit: int = 6
    backoff_limit_per_index: int | None = None
    max_failed_indexes: int | None = None
    active_deadline_seconds: int | None = None
    ttl_seconds_after_finished: int | None = None
    suspend: bool = False
    pod_failure_policy: PodFailurePolicy | None = None
    success_policy: SuccessPolicy | None = None
    pod_replacement_policy: Literal["TerminatingOrFailed", "Failed"] | None = None
    managed_by: str | None = None
    selector: Selector = NOTHING
    template: PodTemplate = PodTemplate()


class UncountedTerminatedPods(msgspec.Struct, frozen=True):
    """The uids of pods that ended and still hold the tracking finalizer: not yet in the counters."""

    succeeded: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class JobStatus(msgspec.Struct, frozen=True):
    """What was last counted. `completed_indexes` and `failed_indexes` are lists of intervals such as "0,2-4"."""

    conditions: tuple[Condition, ...] = ()
    start_time: int | None = None
    completion_time: int | None = None
    active: int = 0
    succeeded: int = 0
    failed: int = 0
    terminating: int | None = None
    ready: int | None = None
    completed_indexes: str = ""
    failed_indexes: str | None = None
    uncounted_terminated_pods: UncountedTerminatedPods = UncountedTerminatedPods()

    def condition(self, type_: str) -> Condition | None:
        """The first condition of a type, None where there is none."""
        return next((condition for condition in self.conditions if condition.type == type_), None)


class Job(msgspec.Struct, frozen=True):
    """One Job."""

    meta: Meta
    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()

    @property
    def indexed(self) -> bool:
        """Whether each completion has an index of its own."""
        return self.spec.completion_mode == "Indexed"

    @property
    def finished(self) -> str:
        """The terminal condition that is True, "Complete" or "Failed"; "" while the job goes on (IsJobFinished)."""
        return next((c.type for c in self.status.conditions if c.type in FINISHED and c.status == "True"), "")


FINISHED = ("Complete", "Failed")
