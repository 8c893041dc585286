"""The ControllerRevisions of a DaemonSet: daemon/update.go, constructHistory (v1.36.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import creation, history
from kubeproof.model.controlplane.etcd import key_of
from kubeproof.model.objects.controller_revision import ControllerRevision
from kubeproof.model.objects.daemonset import DaemonSet


class Revisions(NamedTuple):
    """The newest revision (None where its name is taken by another: one more collision), older ones, and requests."""

    current: ControllerRevision | None
    old: tuple[ControllerRevision, ...]
    writes: tuple[Write, ...] = ()


def revisions(look: Look, owner: DaemonSet, known: Sequence[ControllerRevision]) -> Revisions:
    """The revisions in one look; `known` are the set's own, oldest first."""
    template = owner.spec.template
    same = history.equal(known, template)
    old = tuple(one for one in known if one not in same)
    number = history.next_number(old)
    if not same:
        return _new(look, owner, old, number)
    current = same[-1]  # of several the newest is kept (dedupCurHistories)
    writes = [Write("delete", history.key(one), why="another says the same") for one in same[:-1]]
    if current.revision < number:
        current = replace(current, revision=number)
        writes.append(Write("update", history.key(current), current, why="its template is back", when_stale="merged"))
    return Revisions(current, old, tuple(writes))


def _new(look: Look, owner: DaemonSet, old: tuple[ControllerRevision, ...], number: int) -> Revisions:
    template = owner.spec.template
    by = creation.controller_of(owner.meta, "apps/v1", "DaemonSet")
    unnamed = history.made(by, owner.meta, template, number, template.labels)
    new = history.named(unnamed, creation.template_hash(template, owner.status.collision_count), history.REVISION_HASH)
    seen = look.get(history.key(new), ControllerRevision)
    there = seen or look.live(history.key(new), ControllerRevision)
    if there is None:
        return Revisions(new, old, (Write("create", history.key(new), new),))
    if creation.same_template(there.template, template):
        return Revisions(there, old)
    status = replace(owner.status, collision_count=(owner.status.collision_count or 0) + 1)
    return Revisions(None, old, (Write("status", key_of("DaemonSet", owner.meta), replace(owner, status=status)),))
