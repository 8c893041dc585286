"""`kubectl apply` of one object: what is asked of the API server, whoever applies.

As kubectl does by itself: a three-way merge of what stands in the manifest, what stood there when it was last applied
(an annotation), and what there is; or (server-side) the manifest as it is, which the API server merges by owners.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kubeproof.model import environment
from kubeproof.model.controlplane import applying
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.fields import kubectl, said
from kubeproof.model.controlplane.fields.owners import KUBECTL, Applier
from kubeproof.model.controlplane.templates import MOST_PODS
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import lines, schema
from kubeproof.model.manifests.stated import Stated
from kubeproof.model.script import BY_KUBECTL, Applying


def applied(held: Any, one: Stated, now: int, how: Applying = BY_KUBECTL) -> Write:
    """The request: to create the object, or to change `held`, the one that is there. Raises BadInput if it cannot be.

    `now` is in seconds: a node says since when it is ready.
    """
    manifest = _manifest(one)
    if problem := too_many(_replicas(one, manifest)):
        raise _bad(problem, one, "spec.replicas")
    if how.server_side:
        by = Applier(how.manager or KUBECTL, how.force)
        return Write("apply", one.key, by, said=said.encoded(manifest))
    manager, new = how.manager or kubectl.CLIENT_SIDE, not one.live.meta.uid
    if held is None:
        body = environment.registered(one.live, now)[0].body if one.key.kind == "Node" else one.live
        told = kubectl.configured(manifest) if new else manifest
        return Write("create", one.key, body, said=said.encoded(told), manager=manager)
    was = msgspec.json.decode(applying.saying(one.key, held).said)
    after = kubectl.patched(was, said.cut(manifest))
    if one.key.kind == "Pod" and said.stored(was, "Pod")["spec"] != said.stored(after, "Pod")["spec"]:
        problem = "the containers of a pod stay as they are: delete it first"
        raise _bad(problem, one, "spec")
    body = applying.changed(one.key, held, after)
    return Write("update", one.key, body, said=said.encoded(after), manager=manager)


def _replicas(one: Stated, manifest: Any) -> object:
    """How many replicas an object asks for, or a part of one; 0 where it does not say."""
    if one.partial and isinstance(spec := manifest.get("spec"), dict):
        return spec.get("replicas", 0)
    return getattr(getattr(one.live, "spec", None), "replicas", 0)


def _manifest(one: Stated) -> Any:
    """The manifest as kubectl sends it."""
    raw: Any = msgspec.json.decode(one.origin.manifest or (msgspec.json.encode(one.raw) if one.raw else b"{}"))
    about = {**(raw.get("metadata") or {}), "name": one.key.name}
    if one.key.namespace:
        about["namespace"] = one.key.namespace
    version = raw.get("apiVersion") or schema.VERSIONS.get(one.key.kind, "v1")
    return {**raw, "apiVersion": version, "kind": one.key.kind, "metadata": about}


def too_many(replicas: object) -> str:
    """What is wrong with a number of replicas, "" where nothing is."""
    fits = isinstance(replicas, int) and 0 <= replicas <= MOST_PODS
    return "" if fits else f"{replicas} replicas: from 0 to {MOST_PODS} can be run"


def _bad(problem: str, one: Stated, path: str) -> BadInput:
    return BadInput(problem, file=one.origin.file, line=lines.locate(one.origin, path), path=path)
