"""A LimitRange: amounts for containers that name none, and bounds, from its creation on (core/v1)."""

from __future__ import annotations

from functools import cached_property

import msgspec
from lightkube.models import core_v1, meta_v1

from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.typed_meta import meta


class LiveLimitRange(msgspec.Struct, frozen=True, dict=True):
    """One LimitRange; `manifest` is its spec as it was given (JSON)."""

    meta: Meta
    manifest: bytes = b"{}"

    @cached_property
    def typed(self) -> core_v1.LimitRange:
        """As admission reads it."""
        about = meta_v1.ObjectMeta(name=self.meta.name, namespace=self.meta.namespace)
        return core_v1.LimitRange(metadata=about, spec=msgspec.json.decode(self.manifest, type=core_v1.LimitRangeSpec))


def limit_range(raw: core_v1.LimitRange) -> LiveLimitRange:
    """Ours for a typed one."""
    spec = raw.spec or core_v1.LimitRangeSpec(limits=[])
    return LiveLimitRange(meta(raw.metadata), msgspec.json.encode(spec, order="sorted"))
