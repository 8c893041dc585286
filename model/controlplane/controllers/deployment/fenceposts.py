"""Between which numbers of pods a rollout moves: maxSurge and maxUnavailable (deployment/util, v1.36.2)."""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.objects.deployment import DeploymentSpec
from kubeproof.model.objects.intstr import BadPercentage, scaled


class Fenceposts(NamedTuple):
    """How many pods more, and how many available ones fewer, than the Deployment asks for."""

    max_surge: int
    max_unavailable: int


def resolve_fenceposts(max_surge: int | str, max_unavailable: int | str, replicas: int) -> Fenceposts:
    """Both as numbers of pods: surge is rounded up, unavailable down (ResolveFenceposts).

    Where both are none, one pod may be unavailable, or the rollout could not move. Raises BadPercentage.
    """
    surge = scaled(max_surge, replicas, round_up=True)
    unavailable = scaled(max_unavailable, replicas, round_up=False)
    return Fenceposts(surge, 1 if surge == 0 and unavailable == 0 else unavailable)


def max_surge(spec: DeploymentSpec) -> int:
    """How many pods beyond `replicas` there may be (MaxSurge); 0 without RollingUpdate or with a bad percentage."""
    return _resolved(spec).max_surge


def max_unavailable(spec: DeploymentSpec) -> int:
    """How many of `replicas` may be unavailable, never more than all; 0 as for max_surge (MaxUnavailable)."""
    return min(_resolved(spec).max_unavailable, spec.replicas)


def _resolved(spec: DeploymentSpec) -> Fenceposts:
    if spec.strategy != "RollingUpdate":
        return Fenceposts(0, 0)
    try:
        return resolve_fenceposts(spec.max_surge, spec.max_unavailable, spec.replicas)
    except BadPercentage:
        return Fenceposts(0, 0)
