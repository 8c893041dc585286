"""Which ReplicaSet belongs to a Deployment's template, and the one that is made where there is none (v1.36.2).

Follows deployment_util.go (FindNewReplicaSet) and sync.go (getNewReplicaSet). The hash in the name has the same shape
as Kubernetes', though not the same value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from kubeproof.model.controlplane.controllers import creation
from kubeproof.model.controlplane.controllers.deployment.replicasets import oldest_first
from kubeproof.model.controlplane.controllers.deployment.revisions import annotated, next_revision
from kubeproof.model.controlplane.controllers.deployment.rolling import new_replica_set_size
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.replicaset import ReplicaSet, ReplicaSetSpec
from kubeproof.model.objects.template import PodTemplate

HASH = "pod-template-hash"


def find_new(deployment: Deployment, replica_sets: Iterable[ReplicaSet]) -> ReplicaSet | None:
    """The ReplicaSet of the Deployment's template; of several the oldest (FindNewReplicaSet)."""
    wanted = deployment.spec.template
    return next((one for one in oldest_first(replica_sets) if same_template(wanted, one.spec.template)), None)


def same_template(a: PodTemplate, b: PodTemplate) -> bool:
    """Whether two templates make the same pods, the hash label aside (EqualIgnoreHash)."""
    return creation.same_template(_bare(a), _bare(b))


def made(deployment: Deployment, old: Sequence[ReplicaSet]) -> ReplicaSet:
    """The ReplicaSet of the Deployment's template, as large as a rollout lets it be now. Raises BadPercentage."""
    tag = creation.template_hash(deployment.spec.template, deployment.status.collision_count)
    new = of_tag(deployment, tag)
    size = new_replica_set_size(deployment.spec, new, old)
    return annotated(deployment, replace(new, spec=replace(new.spec, replicas=size)), next_revision(old), exists=False)


def of_tag(deployment: Deployment, tag: str) -> ReplicaSet:
    """The ReplicaSet of the Deployment's template that bears this hash, without any pods yet."""
    spec = deployment.spec
    template = replace(spec.template, labels=spec.template.labels.set(HASH, tag))
    return ReplicaSet(
        Meta(
            f"{deployment.meta.name}-{tag}",
            deployment.meta.namespace,
            labels=template.labels,
            owners=(creation.controller_of(deployment.meta, "apps/v1", "Deployment"),),
        ),
        ReplicaSetSpec(
            replicas=0,
            min_ready_seconds=spec.min_ready_seconds,
            selector=spec.selector.and_labels({HASH: tag}, "="),
            template=template,
        ),
    )


def _bare(template: PodTemplate) -> PodTemplate:
    labels = template.labels.delete(HASH) if HASH in template.labels else template.labels
    return replace(template, labels=labels)
