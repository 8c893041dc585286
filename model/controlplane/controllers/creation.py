"""The pods that a controller creates from its template (controller_utils.go GetPodFromTemplate, v1.36), and how many at
once: after a refusal there are no more batches (slowStartBatch)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from immutables import Map

from kubeproof.model.component import Look
from kubeproof.model.controlplane.apiserver import TERMINATING, Refused, Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.templates import hashed
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta, Owner
from kubeproof.model.objects.template import PodTemplate

PREFIX = 247
"""Characters of a name that are kept before the letters that the API server adds."""


def controller_of(meta: Meta, api_version: str, kind: str) -> Owner:
    """The reference by which an object says that this one controls it."""
    return Owner(api_version, kind, meta.name, meta.uid, controller=True, block_owner_deletion=True)


def template_hash(template: PodTemplate, collisions: int | None = None) -> str:
    """A hash of a template and how often such hashes collided: of the shape, not the value, of ComputeHash."""
    told = template.manifest or repr((template.run, template.spec)).encode()
    own = [sorted(template.labels.items()), sorted(template.annotations.items()), template.finalizers]
    return hashed([own, told.hex(), collisions])


def same_template(a: PodTemplate, b: PodTemplate) -> bool:
    """Whether two templates make the same pods; where both are known as they were given, that alone counts."""
    if a.manifest and b.manifest:
        return _as_given(a) == _as_given(b)
    return a == b


def _as_given(template: PodTemplate) -> tuple[object, ...]:
    return template.labels, template.annotations, template.finalizers, template.manifest


def create_pod(
    template: PodTemplate, owner: Owner, namespace: str, name: str = "", labels: Mapping[str, str] | None = None
) -> Write:
    """The request for a pod of the template; without a name the API server finds one that begins with its owner's."""
    meta = Meta(
        name=name or f"{owner.name[:PREFIX]}-",
        namespace=namespace,
        labels=Map({**template.labels, **(labels or {})}),
        annotations=template.annotations,
        owners=(owner,),
        finalizers=template.finalizers,
    )
    pod = LivePod(meta, template.run, template.spec, manifest=template.manifest)
    return Write("create", Key("Pod", namespace, meta.name), pod)


def slow_start(look: Look, creations: Sequence[Write]) -> Iterator[Write]:
    """The creations in batches that double, and none after a batch in which one was refused."""
    done = 0
    while done < len(creations):
        size, before = min(done + 1, len(creations) - done), len(look.refused)
        yield from creations[done : done + size]
        done += size
        if failure(look.refused[before:]):
            break


def failure(refused: Iterable[Refused]) -> str:
    """The first refusal that is a failure: that a pod is gone already, or its namespace is to go, is none."""
    told = (str(one) for one in refused if one.reason != "NotFound" and one.cause != TERMINATING)
    return next(told, "")
