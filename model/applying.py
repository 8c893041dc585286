"""`kubectl apply` (client-side) of one object: what is asked of the API server, whoever applies.

The object as it is in the manifest replaces the one that is there, but for its status, what others have added to its
labels, annotations and finalizers, and replicas that the manifest does not give. Left out: fields that were in the
manifest that was applied before and no longer are (they stay), and server-side apply.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kubeproof.model import environment
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.templates import MOST_PODS
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import lines
from kubeproof.model.manifests.stated import Stated
from kubeproof.model.objects.meta import Meta


def applied(held: Any, one: Stated, now: int) -> Write:
    """The request: to create the object, or to change `held`, the one that is there. Raises BadInput if it cannot be.

    `now` is in seconds: a node says since when it is ready.
    """
    asked = getattr(getattr(one.live, "spec", None), "replicas", 0)
    if problem := too_many(asked):
        raise _bad(problem, one, "spec.replicas")
    if held is None and one.key.kind == "Node":
        return environment.registered(one.live, now)[0]
    if held is None:
        return Write("create", one.key, one.live)
    new = one.live
    if one.key.kind == "Pod":
        if held.manifest != new.manifest:
            problem = "the containers of a pod stay as they are: delete it first"
            raise _bad(problem, one, "spec")
        new = replace(held, meta=new.meta)
    if getattr(getattr(one.raw, "spec", None), "replicas", 0) is None:
        new = replace(new, spec=replace(new.spec, replicas=held.spec.replicas))
    return Write("update", one.key, replace(new, meta=_merged(held.meta, new.meta)))


def too_many(replicas: object) -> str:
    """What is wrong with a number of replicas, "" where nothing is."""
    fits = isinstance(replicas, int) and 0 <= replicas <= MOST_PODS
    return "" if fits else f"{replicas} replicas: from 0 to {MOST_PODS} can be run"


def _merged(held: Meta, new: Meta) -> Meta:
    return replace(
        held,
        labels=held.labels.update(new.labels),
        annotations=held.annotations.update(new.annotations),
        finalizers=tuple(dict.fromkeys((*held.finalizers, *new.finalizers))),
    )


def _bad(problem: str, one: Stated, path: str) -> BadInput:
    return BadInput(problem, file=one.origin.file, line=lines.locate(one.origin, path), path=path)
