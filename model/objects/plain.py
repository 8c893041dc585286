"""Objects of which only the metadata matters here: ConfigMaps, Secrets and the like, as owners and as owned ones."""

from __future__ import annotations

import msgspec

from kubeproof.model.objects.meta import Meta


class Plain(msgspec.Struct, frozen=True):
    """One object of any kind."""

    meta: Meta
