"""A GitOps re-applier as a component: what stands in its manifests is applied again and again (Argo CD, Flux).

    gitops(GitOps(interval=60, objects=to_apply(found)))    # found: what stated() has read

It applies as `kubectl apply` does (kubectl_apply.py): what others changed is changed back, what is gone is made anew.
The first time is at once, the others an interval after the one before, as Flux's kustomize-controller does; Argo CD's
selfHeal looks sooner, at each change (a short interval is nearest to that). Left out: what is no longer in the
manifests and would be pruned, ignoreDifferences (leave the field out of the manifest), waves and hooks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from kubeproof.model.component import Component, Look, Pick
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.errors import BadInput
from kubeproof.model.kubectl_apply import applied
from kubeproof.model.manifests.stated import Stated
from kubeproof.model.periodic import periodic

NAME = "gitops"
INTERVAL = 180
"""Seconds from one application to the next (Argo CD's timeout.reconciliation)."""


class GitOps(NamedTuple):
    """What is applied, and every how many seconds; no objects: those with which the world begins."""

    interval: int = INTERVAL
    objects: tuple[Stated, ...] = ()


def gitops(told: GitOps | None = None) -> Component:
    """The re-applier of these manifests."""
    told = told or GitOps()
    return periodic(NAME, "GitOps", told.interval, partial(_applied, told))


def _applied(told: GitOps, look: Look, pick: Pick) -> Iterator[Write]:
    """One application."""
    for one in told.objects:
        held: Any = look.get(one.key, object)
        if held is not None and held.meta.deleted_at is not None:
            continue  # made anew once it is gone
        try:
            yield applied(held, one, look.now)._replace(why="as in its manifest")
        except BadInput:
            continue  # such as a pod whose containers have changed: the sync fails, and the others go on
