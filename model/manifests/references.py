"""What objects refer to and is not there, as warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import lines
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.volumes import Claim


def problems(snapshot: Snapshot, objects: Mapping[str, Sequence[Any]]) -> Iterator[BadInput]:
    """One warning for each kind of reference that leads nowhere: the first place, and how many pods are meant."""
    yield from _nodes(snapshot)
    yield from _namespaces(snapshot, objects)
    yield from _claims(snapshot)


def _nodes(snapshot: Snapshot) -> Iterator[BadInput]:
    known = {node.name for node in snapshot.nodes}
    lost = [pod for pod in snapshot.bound if pod.node not in known]
    if lost:
        first = f"{lost[0].key} runs on the node '{lost[0].node}', which is not in the input: it occupies nothing"
        yield _warning(lost, first, "spec.nodeName")


def _namespaces(snapshot: Snapshot, objects: Mapping[str, Sequence[Any]]) -> Iterator[BadInput]:
    known = {one.metadata.name for one in objects.get("Namespace", ())} | {"default", "kube-system"}
    lost = [pod for pod in snapshot.pods if pod.namespace not in known] if objects.get("Namespace") else []
    if lost:
        first = f"the namespace '{lost[0].namespace}' of {lost[0].key} is not in the input: taken to have no labels"
        yield _warning(lost, first, "metadata.namespace")


def _claims(snapshot: Snapshot) -> Iterator[BadInput]:
    known = snapshot.storage.claims
    lost: dict[str, list[Pod]] = {}
    for pod in snapshot.pending:
        for volume in pod.spec.volumes:
            if isinstance(volume, Claim) and not volume.ephemeral and (pod.namespace, volume.name) not in known:
                lost.setdefault(volume.name, []).append(pod)
    for name, pods in lost.items():
        yield _warning(pods, f"the PersistentVolumeClaim '{name}' of {pods[0].key} is not in the input", "spec.volumes")


def _warning(pods: Sequence[Pod], problem: str, path: str) -> BadInput:
    more = f" (and {len(pods) - 1} more pods likewise)" if len(pods) > 1 else ""
    origin = pods[0].origin or Origin("")
    if path.startswith("spec") and origin.template:
        path = origin.path(path)
    return BadInput(problem + more, file=origin.file, line=lines.locate(origin, path), path=path)
