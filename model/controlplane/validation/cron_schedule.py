"""Whether a CronJob's schedule and time zone can be read, in upstream's words (pkg/apis/batch/validation, v1.36.2)."""

from __future__ import annotations

from kubeproof.model.controlplane.controllers.cronjob import parse, zones


def wrong(schedule: str) -> str:
    """Why the text is no schedule, "" if it is one."""
    try:
        parse.parse(schedule)
    except parse.BadSchedule as error:
        return str(error)
    return ""


def unknown_zone(name: str) -> str:
    """Why the name is that of no time zone, "" if it is."""
    try:
        zones.load(name)
    except zones.UnknownTimeZone as error:
        return str(error)
    return ""
