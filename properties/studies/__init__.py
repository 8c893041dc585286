"""Published failures of real clusters, rebuilt: each with its source, what is expected of it, and what mends it.

`STUDIES` lists them in the order in which one reads them; `named` loads one by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from kubeproof.model.errors import BadInput

if TYPE_CHECKING:
    from kubeproof.properties.studies.study import Study

STUDIES: Mapping[str, str] = {
    "rollout_deadlock": "ROLLOUT_DEADLOCK",
    "drain_and_budget": "DRAIN_AND_BUDGET",
    "conflicting_spread": "CONFLICTING_SPREAD",
    "toleration_loop": "TOLERATION_LOOP",
    "admission_storm": "ADMISSION_STORM",
    "startup_load": "STARTUP_LOAD",
    "apply_resets_replicas": "APPLY_RESETS_REPLICAS",
    "tainted_domain": "TAINTED_DOMAIN",
    "skew_after_rollout": "SKEW_AFTER_ROLLOUT",
    "sidecar_job": "SIDECAR_JOB",
    "crashing_and_budget": "CRASHING_AND_BUDGET",
    "node_lost": "NODE_LOST",
    "rollback_trap": "ROLLBACK_TRAP",
    "greedy_dead_end": "GREEDY_DEAD_END",
    "duplicates_put_back": "DUPLICATES_PUT_BACK",
    "preference_against_spread": "PREFERENCE_AGAINST_SPREAD",
    "constraints_apart": "CONSTRAINTS_APART",
    "manifest_against_autoscaler": "MANIFEST_AGAINST_AUTOSCALER",
    "two_schedulers": "TWO_SCHEDULERS",
    "tolerated_nowhere": "TOLERATED_NOWHERE",
    "cascading_overload": "CASCADING_OVERLOAD",
    "maintenance_piles_up": "MAINTENANCE_PILES_UP",
    "volume_in_another_zone": "VOLUME_IN_ANOTHER_ZONE",
}
"""The module of each study, and the study's name there."""


def named(name: str) -> Study:
    """The study of that name. Raises BadInput, which lists those that there are."""
    if name not in STUDIES:
        raise BadInput(f"there is no study {name!r}; there are {', '.join(STUDIES)}")
    found: Study = getattr(import_module(f"kubeproof.properties.studies.{name}"), STUDIES[name])
    return found


def about(name: str) -> str:
    """What a study is about, in its own words. Raises BadInput."""
    named(name)
    return (import_module(f"kubeproof.properties.studies.{name}").__doc__ or "").strip()
