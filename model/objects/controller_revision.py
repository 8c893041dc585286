"""A ControllerRevision: a template that a StatefulSet or DaemonSet had, and its number (apps/v1)."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.template import PodTemplate


class ControllerRevision(msgspec.Struct, frozen=True):
    """One revision. `template` is what its data holds, `revision` its place in the order of its owner's."""

    meta: Meta
    template: PodTemplate = PodTemplate()
    revision: int = 0
