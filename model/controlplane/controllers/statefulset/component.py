"""The StatefulSet controller as a component: one look at a set (stateful_set.go, v1.36.2).

Left out: claims that are deleted with their pods (persistentVolumeClaimRetentionPolicy, refused in objects/typed.py).
"""

from __future__ import annotations

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import claiming, creation, history
from kubeproof.model.controlplane.controllers import pods as p
from kubeproof.model.controlplane.controllers.statefulset import identity
from kubeproof.model.controlplane.controllers.statefulset.revisions import revisions
from kubeproof.model.controlplane.controllers.statefulset.update import completed, update
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_storage import LiveClaim
from kubeproof.model.objects.statefulset import StatefulSet


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    owner = look.get(key, StatefulSet)
    if owner is None:
        return
    by = creation.controller_of(owner.meta, "apps/v1", "StatefulSet")
    claims = claiming.pods_of(
        look, by, owner.meta, owner.spec.selector, may_be=lambda pod: identity.is_member(owner, pod)
    )
    if claims.denied:
        return
    yield from claims.writes
    known = history.revisions_of(look, owner.meta)
    between = revisions(look, owner, known)
    yield from between.writes
    done = update(owner, between, claims.pods, look.now)
    for write in done.writes:
        if write.key.kind != "PersistentVolumeClaim" or look.get(write.key, LiveClaim) is None:
            yield write
    status = completed(owner, done.status)
    yield Write("status", key, replace(owner, status=status))
    live = {status.current_revision, status.update_revision, *map(identity.revision_of, claims.pods)}
    yield from history.truncated(known, (*live, between.current.meta.name), owner.spec.revision_history_limit)
    waits = [
        p.ready_since(pod)
        for pod in claims.pods
        if not pod_state.is_available(pod, owner.spec.min_ready_seconds, look.now)
    ]
    if (soonest := min((since for since in waits if since is not None), default=None)) is not None:
        yield Again(soonest + owner.spec.min_ready_seconds)


STATEFULSET = Component("statefulset-controller", each("StatefulSet"), _decide, steady=True, reads_own_writes=True)
