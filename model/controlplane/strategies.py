"""What the API server itself puts into a workload when it is created: a Job's selector and labels (registry, v1.36).

Left out: what it takes out of fields whose feature gates are off (typed.py drops those), and all validation.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kubeproof.model.objects import selectors
from kubeproof.model.objects.job import CONTROLLER_UID, JOB_NAME, Job
from kubeproof.model.objects.selectors import NOTHING


def prepared(made: Any) -> Any:
    """The object as it is stored; its uid and name are given already."""
    return _job(made) if isinstance(made, Job) else made


def _job(job: Job) -> Job:
    """A Job that has no selector of its own selects its pods by its uid (generateSelector)."""
    if job.spec.selector != NOTHING:
        return job
    own = {**dict.fromkeys(CONTROLLER_UID, job.meta.uid), **dict.fromkeys(JOB_NAME, job.meta.name)}
    labels = job.spec.template.labels.update(own)
    template = replace(job.spec.template, labels=labels)
    meta = job.meta if job.meta.labels else replace(job.meta, labels=labels)
    selector = selectors.of_labels({CONTROLLER_UID[0]: job.meta.uid})
    return replace(job, meta=meta, spec=replace(job.spec, selector=selector, template=template))
