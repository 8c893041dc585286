"""CronJobs: schedule, time zone, names that leave room for those of their Jobs (pkg/apis/batch, v1.36.2)."""

from __future__ import annotations

import re
from typing import Any

from kubeproof.model.controlplane.validation import cron_schedule, job
from kubeproof.model.controlplane.validation.problem import (
    Problems,
    at_least_zero,
    invalid,
    required,
    unsupported,
)

Json = Any
LONGEST_NAME = 52
"""Letters of a CronJob's name: its Jobs add eleven to it."""

_PART = re.compile("[A-Za-z._0-9+-]{1,14}", re.ASCII)
_POLICIES = ("Allow", "Forbid", "Replace")


def problems(cron_job: Json, old: Json | None = None) -> Problems:
    """What is wrong with a CronJob, the rules that all metadata has apart. `old`: what an update would replace.

    Zones in schedules and long names stay where they are.
    """
    spec, name = cron_job["spec"], cron_job["metadata"].get("name", "")
    if not spec["schedule"]:
        yield required("spec.schedule")
    else:
        yield from _schedule(spec, zoned=old is not None and "TZ" in old["spec"]["schedule"])
    yield from at_least_zero("spec.startingDeadlineSeconds", spec.get("startingDeadlineSeconds"))
    if "timeZone" in spec and (old is None or old["spec"].get("timeZone") != spec["timeZone"]):
        yield from _time_zone(spec["timeZone"])
    policy = spec.get("concurrencyPolicy", "")
    if not policy:
        yield required("spec.concurrencyPolicy")
    elif policy not in _POLICIES:
        yield unsupported("spec.concurrencyPolicy", policy, _POLICIES)
    yield from _job_template(spec["jobTemplate"], "spec.jobTemplate")
    for field in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from at_least_zero(f"spec.{field}", spec.get(field))
    if old is None and len(name) > LONGEST_NAME:
        yield invalid("metadata.name", name, f"must be no more than {LONGEST_NAME} characters")


def _schedule(spec: Json, zoned: bool) -> Problems:
    text = spec["schedule"]
    if wrong := cron_schedule.wrong(text):
        yield invalid("spec.schedule", text, wrong)
    if "TZ" in text and zoned and "timeZone" in spec:
        detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
        yield invalid("spec.schedule", text, detail)
    elif "TZ" in text and not zoned:
        detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield invalid("spec.schedule", text, detail)


def _job_template(template: Json, path: str) -> Problems:
    yield from job.spec_problems(template["spec"], f"{path}.spec")
    if "selector" in template["spec"]:
        yield invalid(f"{path}.spec.selector", template["spec"]["selector"], "`selector` will be auto-generated")
    if template["spec"].get("manualSelector"):
        yield unsupported(f"{path}.spec.manualSelector", True, ("nil", "false"))


def _time_zone(zone: str) -> Problems:
    if not zone:
        yield invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string")
    elif any(part in (".", "..") or part.startswith("-") or not _PART.fullmatch(part) for part in zone.split("/")):
        yield invalid("spec.timeZone", zone, f"unknown time zone {zone}")
    elif zone.casefold() == "local":
        yield invalid(
            "spec.timeZone",
            zone,
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
        )
    else:
        yield from _known(zone)


def _known(zone: str) -> Problems:
    if wrong := cron_schedule.unknown_zone(zone):
        yield invalid("spec.timeZone", zone, wrong)
