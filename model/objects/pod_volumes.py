"""The volumes of a pod, of all kinds: what volumes.py leaves out is asked for by who moves pods."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from lightkube.models import core_v1


@lru_cache(maxsize=4096)
def volumes(manifest: bytes) -> tuple[core_v1.Volume, ...]:
    """The volumes of a pod with this spec (JSON; `LivePod.manifest`)."""
    return tuple(msgspec.json.decode(manifest, type=core_v1.PodSpec).volumes or ()) if manifest else ()
