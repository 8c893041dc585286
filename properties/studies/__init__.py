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
