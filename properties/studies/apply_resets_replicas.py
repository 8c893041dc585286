"""An apply that takes back what the autoscaler did: a template without replicas, where replicas stood before.

`kubectl apply` takes out of the object what the last apply said and this one does not, and the API server puts the
default, one replica, in its place: below the autoscaler's minimum, all pods but one gone, until the autoscaler looks
again. Recorded on a running v1.36 control plane: where another manager owns the field as well (the autoscaler has
written it, and the apply is server-side), it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move
from kubeproof.properties.studies.startup_load import autoscaler, replicas
from kubeproof.properties.studies.study import Case, Study, nodes, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, in_the_end

WEB = Key("Deployment", "default", "web")


def applied(world: World, *, alone: bool) -> Iterator[Act]:
    """Somebody applies the manifest without replicas. `alone`: nobody else owns the field."""
    held = world.store.get(WEB)
    if isinstance(held, Deployment):
        new = replace(held, spec=replace(held.spec, replicas=1)) if alone else held
        yield Act("applies web without replicas", (Write("update", WEB, new),))


def enough(least: int) -> WorldLaw:
    """There are never fewer replicas than the autoscaler's minimum."""
    return always(f"the Deployment asks for {least} pods at least", lambda world: replicas(world) >= least)


def cluster(count: int, pods: int, asked: tuple[tuple[WorldLaw, Outcome], ...], *, alone: bool = True) -> Case:
    """So many nodes, and an autoscaler that wants so many pods at least."""
    web = workload(pods, container="resources: {requests: {cpu: 100m}}")
    return Case(
        nodes(count) + web + autoscaler(pods, pods + 2),
        asked,
        moves=(Move("web is applied without replicas", lambda world: applied(world, alone=alone)),),
        old=315,  # an autoscaler looks back for five minutes
        script='[{at: 0, load: {pod: "web-*", cpu: 50m}}]',
        assumes=("the apply is a request with the replicas that the API server makes of it",),
    )


BACK = in_the_end("the autoscaler brings them back", lambda world: replicas(world) >= 2)

APPLY_RESETS_REPLICAS = Study(
    "an apply without replicas under an autoscaler",
    "https://github.com/kubernetes/kubernetes/issues/67135",
    cluster(1, 2, ((enough(2), Outcome.VIOLATED), (BACK, Outcome.PROVED))),
    cluster(1, 2, ((enough(2), Outcome.PROVED), (BACK, Outcome.PROVED)), alone=False),
    sized=lambda count: cluster(count, count, ((enough(count), Outcome.VIOLATED),)),
    least=2,
)
