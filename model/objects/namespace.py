"""A Namespace (core/v1). Its spec.finalizers stand among the finalizers of its metadata: both hold it up alike."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubeproof.model.objects.meta import Meta

NAME_LABEL = "kubernetes.io/metadata.name"
"""The label of each namespace that is its name."""

ALWAYS_THERE = ("default", "kube-system")
"""Namespaces that nobody needs to create."""

KUBERNETES = "kubernetes"
"""The finalizer of each namespace: it goes when the namespace is empty."""


class Namespace(msgspec.Struct, frozen=True):
    """One Namespace."""

    meta: Meta

    @property
    def phase(self) -> Literal["Active", "Terminating"]:
        """Its status.phase."""
        return "Active" if self.meta.deleted_at is None else "Terminating"
