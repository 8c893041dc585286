"""The revisions between which a StatefulSet moves (getStatefulSetRevisions, stateful_set_control.go, v1.36.2).

The name has the shape of Kubernetes' hash, not its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import creation, history
from kubeproof.model.objects.controller_revision import ControllerRevision
from kubeproof.model.objects.statefulset import StatefulSet

HASH = "controller.kubernetes.io/hash"


class Revisions(NamedTuple):
    """From which revision to which, the collisions of names so far, and what is written to have them so."""

    current: ControllerRevision
    update: ControllerRevision
    collisions: int
    writes: tuple[Write, ...] = ()


def revisions(look: Look, owner: StatefulSet, known: Sequence[ControllerRevision]) -> Revisions:
    """The revisions in one look; `known` are the set's own, oldest first.

    The template of an older one that comes back makes that one the newest; a new template makes a new revision.
    """
    template, number = owner.spec.template, history.next_number(known)
    same, collisions = history.equal(known, template), owner.status.collision_count or 0
    writes: tuple[Write, ...] = ()
    if same and same[-1].meta.name == known[-1].meta.name:
        update = known[-1]
    elif same:
        update = replace(same[-1], revision=number)
        writes = (Write("update", history.key(update), update, why="its template is back", when_stale="merged"),)
    else:
        update, collisions, exists = _new(look, owner, number, collisions)
        writes = () if exists else (Write("create", history.key(update), update),)
    current = next((one for one in known if one.meta.name == owner.status.current_revision), update)
    return Revisions(current, update, collisions, writes)


def _new(look: Look, owner: StatefulSet, number: int, collisions: int) -> tuple[ControllerRevision, int, bool]:
    """A revision of the set's template, the collisions until its name was free, and whether it is there already."""
    template = owner.spec.template
    by = creation.controller_of(owner.meta, "apps/v1", "StatefulSet")
    unnamed = history.made(by, owner.meta, template, number, template.labels)
    while True:
        new = history.named(unnamed, creation.template_hash(template, collisions), HASH)
        seen = look.get(history.key(new), ControllerRevision)
        there = seen or look.live(history.key(new), ControllerRevision)
        if there is None:
            return new, collisions, False
        if creation.same_template(there.template, template):
            return there, collisions, True
        collisions += 1
