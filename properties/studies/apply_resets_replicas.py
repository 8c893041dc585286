"""An apply that takes back what the autoscaler did: a template without replicas, where replicas stood before.

`kubectl apply` takes out of the object what the last apply said and this one does not, and the API server puts the
default, one replica, in its place: below the autoscaler's minimum, all pods but one gone, until the autoscaler looks
again. An apply on the server's side goes by who owns the field: the autoscaler has written it, so it is kept. Recorded
on a running v1.36 control plane: it is kept where another owns it, and one where nobody else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kubeproof.model import kubectl_apply
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.manifests.stated import Stated, stated_text
from kubeproof.model.script import Applying
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move
from kubeproof.properties.studies.startup_load import autoscaler, replicas
from kubeproof.properties.studies.study import Case, Study, nodes, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, in_the_end

WEB = Key("Deployment", "default", "web")
FIRST = workload(1, container="resources: {requests: {cpu: 100m}}")


@cache
def without_replicas() -> Stated:
    """The manifest, from which somebody has taken the replicas."""
    return stated_text(FIRST.replace("replicas: 1, ", "")).stated[0]


def applied(world: World, how: Applying) -> Iterator[Act]:
    """Somebody applies the manifest without replicas."""
    held = world.store.get(WEB)
    if held is not None:
        write = kubectl_apply.applied(held, without_replicas(), world.now, how)
        yield Act("applies web without replicas", (write,))


def enough(least: int) -> WorldLaw:
    """There are never fewer replicas than the autoscaler's minimum."""
    return always(f"the Deployment asks for {least} pods at least", lambda world: replicas(world) >= least)


def cluster(count: int, least: int, asked: tuple[tuple[WorldLaw, Outcome], ...], *, server_side: bool = False) -> Case:
    """So many nodes, and an autoscaler that has asked for so many pods when the manifest is applied again."""
    how = Applying(server_side)
    return Case(
        nodes(count) + FIRST + autoscaler(least, least + 2),
        asked,
        moves=(Move("web is applied without replicas", lambda world: applied(world, how)),),
        old=315,  # an autoscaler looks back for five minutes
        script='[{at: 0, load: {pod: "web-*", cpu: 50m}}]',
    )


BACK = in_the_end("the autoscaler brings them back", lambda world: replicas(world) >= 2)

APPLY_RESETS_REPLICAS = Study(
    "an apply without replicas under an autoscaler",
    "https://github.com/kubernetes/kubernetes/issues/67135",
    cluster(1, 2, ((enough(2), Outcome.VIOLATED), (BACK, Outcome.PROVED))),
    cluster(1, 2, ((enough(2), Outcome.PROVED), (BACK, Outcome.PROVED)), server_side=True),
    sized=lambda count: cluster(count, count, ((enough(count), Outcome.VIOLATED),)),
    least=2,
)
