"""The flags that a recording's control plane was started with, as far as a component here follows them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from kubeproof.model.component import Component
from kubeproof.model.controlplane.controllers.node_lifecycle.component import PERIOD, node_lifecycle
from kubeproof.model.controlplane.controllers.node_lifecycle.health import Grace
from kubeproof.model.controlplane.controllers.node_lifecycle.monitor import DEFAULTS
from kubeproof.model.objects.defaults import TOLERATION_SECONDS
from kubeproof.model.recording.lines import Recording

_TOLERATION = "--default-unreachable-toleration-seconds"
_GRACE, _STARTUP, _PERIOD = "--node-monitor-grace-period", "--node-startup-grace-period", "--node-monitor-period"
FAST, SLOW = 2, 10
"""Seconds between two renewals of a lease by the recordings' kubelets, with and without flags."""


class Flags(NamedTuple):
    """What differs; times in seconds."""

    toleration_seconds: int = TOLERATION_SECONDS
    grace: int = DEFAULTS.grace.monitor
    startup: int = DEFAULTS.grace.startup
    period: int = PERIOD
    lease_renewal: int = SLOW


def flags_of(recording: Recording) -> Flags:
    """The flags that META names."""
    given = dict(_options(recording.meta.get("nonDefaultFlags") or {}))
    usual = Flags()
    return Flags(
        given.get(_TOLERATION, usual.toleration_seconds),
        given.get(_GRACE, usual.grace),
        given.get(_STARTUP, usual.startup),
        given.get(_PERIOD, usual.period),
        FAST if given else SLOW,
    )


def node_controller(flags: Flags) -> Component:
    """The node lifecycle controller with these flags."""
    return node_lifecycle(DEFAULTS._replace(grace=Grace(startup=flags.startup, monitor=flags.grace)), flags.period)


def _options(raw: Any) -> list[tuple[str, int]]:
    words = [word for one in (raw.values() if isinstance(raw, dict) else ()) for word in _words(one)]
    found = (re.fullmatch(r"(--[a-z-]+)=(\d+)s?", word) for word in words)
    return [(match[1], int(match[2])) for match in found if match]


def _words(raw: Any) -> list[str]:
    return [str(one) for one in raw] if isinstance(raw, list) else str(raw).split()
