"""Which version of kube-scheduler is asked, where versions decide differently: all that is known of that, told here.

What the model follows is v1.34.1. Of v1.36 one change is known to matter for where pods go: a node's balance is scored
by how the pod changes it (scores/node_resources_balanced_allocation.py); and one for what is said: a taint that is not
tolerated is not named (filters/taint_toleration.py). The first rests on fifty scheduling runs recorded
from v1.36.2, which are explained step by step (tests/conformance/test_scheduling_runs.py), not on a reading of all that
changed between the two.
"""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.errors import BadInput
from kubeproof.model.scheduler.filters.taint_toleration import TAINT_TOLERATION, TAINT_TOLERATION_UNNAMED
from kubeproof.model.scheduler.profile import Profile

DEFAULT = "1.34"
BALANCE_CHANGED = "1.36"
VERSIONS = (DEFAULT, BALANCE_CHANGED)


def as_of(version: str, profile: Profile | None = None) -> Profile:
    """A profile (the default one) as this version of kube-scheduler has it. Raises BadInput for one not known."""
    if version not in VERSIONS:
        raise BadInput(f"{version!r} is not a version of kube-scheduler that is known: {' or '.join(VERSIONS)}")
    profile = profile or Profile()
    changed = version == BALANCE_CHANGED
    taints = TAINT_TOLERATION_UNNAMED if changed else TAINT_TOLERATION
    filters = tuple(taints if one.name == taints.name else one for one in profile.filters)
    return replace(profile, filters=filters, args=replace(profile.args, balanced_change=changed))


def version_of(profile: Profile) -> str:
    """The version of kube-scheduler whose profile it is."""
    return BALANCE_CHANGED if profile.args.balanced_change else DEFAULT
