"""What a pod requests must be free: kube-scheduler's NodeResourcesFit filter (v1.34)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kubeproof.model.objects.node import PODS
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.quantity import text_of
from kubeproof.model.scheduler.constraint import Clause, Constraint, Says
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.new_node import alone
from kubeproof.model.scheduler.open_node import alloc, free
from kubeproof.model.scheduler.remember import remembered

NATIVE = frozenset({"cpu", "memory", "ephemeral-storage"})
COUNTED_PREFIXES = ("hugepages-", "attachable-volumes-")


def counted(resource: str) -> bool:
    """Whether kube-scheduler looks at a resource: the native three and scalar ones (helper.IsScalarResourceName)."""
    return resource in NATIVE or "/" in resource or resource.startswith(COUNTED_PREFIXES)


def extended(resource: str) -> bool:
    """Whether a resource is neither Kubernetes' own nor a quota's (helper.IsExtendedResourceName)."""
    return "/" in resource and "kubernetes.io/" not in resource and not resource.startswith("requests.")


def clauses(
    pod: Pod, facts: Facts, resources: Collection[str] = frozenset(), groups: Collection[str] = frozenset()
) -> Iterator[Clause]:
    """A place among the node's pods, then each requested resource: had at all, which no eviction helps, and free.

    Extended resources of these names, and of these groups (what stands before '/'), are ignored.
    """
    yield Clause(free(PODS) >= 1, "Too many pods", True, "spec", "the number of pods that a node takes")
    for resource, want in sorted(pod.spec.requests.items()):
        ignored = extended(resource) and (resource in resources or resource.partition("/")[0] in groups)
        if want > 0 and counted(resource) and not ignored:
            yield from _request(resource, want)


@remembered
def _request(resource: str, want: int) -> tuple[Clause, Clause]:
    """Of many pods that ask for the same, the clauses are made once."""
    reason, where = f"Insufficient {resource}", f"spec.containers[].resources.requests.{resource}"
    rule = f"the request of {text_of(resource, want)} {resource}"
    return (
        Clause(alloc(resource) >= want, reason, False, where, rule),
        Clause(free(resource) >= want, reason, True, where, rule),
    )


NODE_RESOURCES_FIT = Constraint("NodeResourcesFit", clauses, says=Says.ALL, node_came=alone(clauses))


def constraint(resources: Collection[str], groups: Collection[str]) -> Constraint:
    """The plugin where a profile ignores extended resources (ignoredResources, ignoredResourceGroups).

    Its hint does not: it passes over a new node that lacks them (isFit).
    """
    if not (resources or groups):
        return NODE_RESOURCES_FIT
    return NODE_RESOURCES_FIT._replace(clauses=lambda pod, facts: clauses(pod, facts, resources, groups))
