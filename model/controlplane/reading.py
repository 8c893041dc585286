"""What the API server looks at when it carries out a request: only a change of this can change what comes of it.

Apart from what is given to it once and for all (admission's classes) and the time.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Bucket, Key, in_namespace, of_kind


def reads(write: Write) -> Iterable[Bucket | Key]:
    """The objects and buckets that a request rests on. Which number comes next is told by numbering.py."""
    yield write.key
    match write.verb:
        case "create" | "apply":
            yield Key("Namespace", "", write.key.namespace)
            yield in_namespace("ResourceQuota", write.key.namespace)
            yield in_namespace("LimitRange", write.key.namespace)
            yield of_kind("Service")
        case "bind":
            yield Key("Node", "", write.body)
        case "evict":
            yield in_namespace("PodDisruptionBudget", write.key.namespace)
        case "update" | "status" | "delete":
            pass
