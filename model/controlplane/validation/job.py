"""Jobs: their spec, pod failure and success policies, and what an update may change (pkg/apis/batch, v1.36.2).

CronJobs' templates of Jobs have the same spec (`spec_problems`). Left out: gangs of pods (the feature is off).
"""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import names, pod_spec, selectors, workloads
from kubeproof.model.controlplane.validation.job_policies import (
    failure_policy_problems,
    success_policy_problems,
)
from kubeproof.model.controlplane.validation.problem import (
    HIDDEN,
    Problems,
    at_least_zero,
    immutable,
    invalid,
    required,
    too_long,
    unsupported,
)

Json = Any
MOST_INDEXED = 100_000
"""The parallelism that an Indexed Job may have."""

MOST_OF_MANY, LONGEST_MANAGER = 10_000, 63
"""Parallelism and failed indices of a Job with more than 100,000; letters of the name of a Job's manager."""

_MODES = ("NonIndexed", "Indexed")
_COUNTS = (
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
    "maxFailedIndexes",
)
_UID, _NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"


def problems(job: Json) -> Problems:
    """What is wrong with a Job, its metadata apart."""
    spec = job["spec"]
    yield from _generated(job)
    yield from spec_problems(spec, "spec")
    if "selector" not in spec:
        yield required("spec.selector")
    else:
        yield from selectors.problems(spec["selector"], "spec.selector")
    yield from workloads.match_problems(spec)
    yield from _hostname(job)


def spec_problems(spec: Json, path: str) -> Problems:
    """What is wrong with the spec of a Job, its selector apart (validateJobSpec)."""
    for field in _COUNTS:
        yield from at_least_zero(f"{path}.{field}", spec.get(field))
    if "maxFailedIndexes" in spec and "backoffLimitPerIndex" not in spec:
        yield required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified")
    if "managedBy" in spec:
        yield from _manager(spec["managedBy"], f"{path}.managedBy")
    indexed = spec.get("completionMode") == "Indexed"
    if "completionMode" in spec and spec["completionMode"] not in _MODES:
        yield unsupported(f"{path}.completionMode", spec["completionMode"], _MODES)
    if indexed:
        yield from _indexed(spec, path)
    elif spec.get("completionMode", "NonIndexed") == "NonIndexed":
        for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if field in spec:
                yield invalid(f"{path}.{field}", spec[field], "requires indexed completion mode")
    if "podFailurePolicy" in spec:
        yield from failure_policy_problems(spec, f"{path}.podFailurePolicy")
    if "successPolicy" in spec:
        yield from success_policy_problems(spec, f"{path}.successPolicy", indexed)
    yield from _replacement(spec, path)
    yield from pod_spec.template_problems(spec["template"], f"{path}.template")
    yield from _restart(spec, f"{path}.template.spec.restartPolicy")


def update_problems(new: Json, old: Json) -> Problems:
    """What an update may not change; of a Job that is suspended, the pods' scheduling may (ValidateJobSpecUpdate)."""
    mine, before = new["spec"], old["spec"]
    yield from _completions(mine, before)
    yield from immutable("spec.selector", mine.get("selector"), before.get("selector"))
    yield from _template(mine, before, old)
    for field in ("completionMode", "podFailurePolicy"):
        shown = HIDDEN if field == "podFailurePolicy" and field in mine else mine.get(field)
        yield from immutable(f"spec.{field}", mine.get(field), before.get(field), shown)
    yield from immutable(
        "spec.backoffLimitPerIndex", mine.get("backoffLimitPerIndex"), before.get("backoffLimitPerIndex")
    )
    yield from immutable("spec.managedBy", mine.get("managedBy"), before.get("managedBy"))
    shown = HIDDEN if "successPolicy" in mine else None
    yield from immutable("spec.successPolicy", mine.get("successPolicy"), before.get("successPolicy"), shown)


def _generated(job: Json) -> Problems:
    """A selector that is not the server's, though it should be (validateGeneratedSelector)."""
    spec, about = job["spec"], job["metadata"]
    if spec.get("manualSelector") or "selector" not in spec:
        return
    labels = spec["template"]["metadata"].get("labels", {})
    wanted = {
        "controller-uid": about.get("uid", ""),
        _UID: about.get("uid", ""),
        "job-name": about.get("name", ""),
        _NAME: about.get("name", ""),
    }
    for key, value in wanted.items():
        here = "spec.template.metadata.labels"
        if key not in labels:
            yield required(here, f"must be '{value}'")
        elif labels[key] != value:
            yield invalid(here, labels, f"must be '{value}'")
    if not selectors.matches(spec["selector"], wanted):
        yield invalid("spec.selector", spec["selector"], "`selector` not auto-generated")


def _hostname(job: Json) -> Problems:
    """The name of an Indexed Job whose last pod would have no name that is a DNS label."""
    spec, name = job["spec"], job["metadata"].get("name", "")
    if spec.get("completionMode") == "Indexed" and spec.get("completions", 0) > 0:
        host = f"{name}-{spec['completions'] - 1}"
        if names.dns_label(host):
            yield invalid("metadata.name", name, f"will not able to create pod with invalid DNS label: {host}")


def _manager(name: str, path: str) -> Problems:
    if not name:
        yield required(path)
        return
    yield from names.domain_prefixed_path(path, name)
    if len(name) > LONGEST_MANAGER:
        yield too_long(path, LONGEST_MANAGER)


def _restart(spec: Json, path: str) -> Problems:
    restart = spec["template"]["spec"].get("restartPolicy", "")
    if restart in ("", "Always"):
        yield required(path, 'valid values: "OnFailure", "Never"')
    elif restart not in ("OnFailure", "Never"):
        yield unsupported(path, restart, ("OnFailure", "Never"))
    elif "podFailurePolicy" in spec and restart != "Never":
        yield invalid(path, restart, 'only "Never" is supported when podFailurePolicy is specified')


def _indexed(spec: Json, path: str) -> Problems:
    """What an Indexed Job needs, and how far it may go; with a back-off for each index, not so far."""
    completions, parallelism, failed = (spec.get(f) for f in ("completions", "parallelism", "maxFailedIndexes"))
    if completions is None:
        yield required(f"{path}.completions", "when completion mode is Indexed")
    if parallelism is not None and parallelism > MOST_INDEXED:
        detail = f"must be less than or equal to {MOST_INDEXED} when completion mode is Indexed"
        yield invalid(f"{path}.parallelism", parallelism, detail)
    if completions is not None and failed is not None and failed > completions:
        yield invalid(f"{path}.maxFailedIndexes", failed, "must be less than or equal to completions")
    if failed is not None and failed > MOST_INDEXED:
        yield invalid(f"{path}.maxFailedIndexes", failed, f"must be less than or equal to {MOST_INDEXED}")
    if (completions or 0) <= MOST_INDEXED or "backoffLimitPerIndex" not in spec:
        return
    if failed is None:
        detail = f"must be specified when completions is above {MOST_INDEXED}"
        yield required(f"{path}.maxFailedIndexes", detail)
    above = f"when completions are above {MOST_INDEXED} and used with backoff limit per index"
    for field, value in (("parallelism", parallelism), ("maxFailedIndexes", failed)):
        if value is not None and value > MOST_OF_MANY:
            yield invalid(f"{path}.{field}", value, f"must be less than or equal to {MOST_OF_MANY} {above}")


def _replacement(spec: Json, path: str) -> Problems:
    policy, here = spec.get("podReplacementPolicy"), f"{path}.podReplacementPolicy"
    if policy is None:
        return
    if "podFailurePolicy" in spec:
        if policy != "Failed":
            yield unsupported(here, policy, ("Failed",))
    elif policy not in ("Failed", "TerminatingOrFailed"):
        yield unsupported(here, policy, ("Failed", "TerminatingOrFailed"))


def _completions(mine: Json, before: Json) -> Problems:
    """The completions stay, but those of an Indexed Job may go with its parallelism (ElasticIndexedJob)."""
    new, old = mine.get("completions"), before.get("completions")
    if mine.get("completionMode") != "Indexed":
        yield from immutable("spec.completions", new, old)
    elif new not in (None, old, mine.get("parallelism")):
        yield invalid("spec.completions", new, "can only be modified in tandem with spec.parallelism")


_SCHEDULING = ("nodeSelector", "tolerations", "schedulingGates")


def _template(mine: Json, before: Json, old: Json) -> Problems:
    """Before a suspended Job first starts, its template's labels, scheduling and resources may change."""
    template, known = mine["template"], before["template"]
    if template == known:
        return
    conditions = {one["type"]: one["status"] for one in old["status"].get("conditions", [])}
    stopped = before.get("suspend") and conditions.get("Suspended") == "True"
    if not (before.get("suspend") and "startTime" not in old["status"]) and not stopped:
        yield invalid("spec.template", HIDDEN, "field is immutable")
        return
    if {k: v for k, v in template.items() if k not in ("metadata", "spec")} != {
        k: v for k, v in known.items() if k not in ("metadata", "spec")
    }:
        yield invalid("spec.template", HIDDEN, "field is immutable")
    if _fixed(template["spec"]) != _fixed(known["spec"]):
        yield invalid("spec.template.spec", HIDDEN, "field is immutable")


def _fixed(spec: Json) -> Json:
    """What may not change of the pods of a suspended Job: all but scheduling and resources."""
    kept = {field: value for field, value in spec.items() if field not in _SCHEDULING}
    others = {field: value for field, value in spec.get("affinity", {}).items() if field != "nodeAffinity"}
    kept = {**kept, "affinity": others}
    for field in ("containers", "initContainers"):
        if field in kept:
            kept[field] = [{k: v for k, v in one.items() if k != "resources"} for one in kept[field]]
    return kept
