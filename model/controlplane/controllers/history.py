"""The ControllerRevisions of a StatefulSet or DaemonSet (controller/history/controller_history.go, v1.36.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import creation
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.controller_revision import ControllerRevision
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.template import PodTemplate

REVISION_HASH = "controller-revision-hash"
"""The label of a pod that says of which revision it is."""


def revisions_of(look: Look, owner: Meta) -> tuple[ControllerRevision, ...]:
    """The revisions that an object controls, oldest first (SortControllerRevisions)."""
    held = look.owned("ControllerRevision", owner.uid, ControllerRevision)
    ours = (one for one in held if one.meta.controller is not None and one.meta.controller.uid == owner.uid)
    return tuple(sorted(ours, key=lambda one: (one.revision, one.meta.created_at or 0, one.meta.name)))


def equal(revisions: Iterable[ControllerRevision], template: PodTemplate) -> tuple[ControllerRevision, ...]:
    """Those of the same template (FindEqualRevisions)."""
    return tuple(one for one in revisions if creation.same_template(one.template, template))


def next_number(revisions: Sequence[ControllerRevision]) -> int:
    """The number after the highest (nextRevision)."""
    return max((one.revision for one in revisions), default=0) + 1


def made(owner: Owner, of: Meta, template: PodTemplate, number: int, labels: Map[str, str]) -> ControllerRevision:
    """A new revision of an object; its name is to be given."""
    meta = Meta("", of.namespace, labels=labels, annotations=of.annotations, owners=(owner,))
    return ControllerRevision(meta, template, number)


def named(revision: ControllerRevision, tag: str, label: str) -> ControllerRevision:
    """The revision named, and labelled, by the hash of its template."""
    meta = revision.meta
    name = f"{meta.owners[0].name}-{tag}"
    return replace(revision, meta=replace(meta, name=name, labels=meta.labels.set(label, tag)))


def key(revision: ControllerRevision) -> Key:
    """What names a revision."""
    return key_of("ControllerRevision", revision.meta)


def truncated(revisions: Sequence[ControllerRevision], live: Iterable[str], limit: int) -> Iterable[Write]:
    """The deletions of revisions that nobody needs, oldest first, beyond the limit (truncateHistory)."""
    needed = frozenset(live)
    old = [one for one in revisions if one.meta.name not in needed]
    for one in old[: max(0, len(old) - limit)]:
        yield Write("delete", key(one), why="the history keeps no more")
