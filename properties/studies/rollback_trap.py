"""A StatefulSet that cannot roll back: its broken pod never gets ready, and nothing else goes on until it is.

In order, the controller waits for each pod before it looks at the next, and does not take a broken one for granted to
replace it. Rolling the template back changes nothing; deleting the broken pod does. Recorded on v1.36, where
podManagementPolicy: Parallel rolls back by itself.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.objects.statefulset import StatefulSet
from kubeproof.model.script import Delete, Scripted, SetImage
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Move, scripted
from kubeproof.properties.studies.study import Case, Study, nodes, pods, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, in_the_end

BAD = "web:broken"
BACK = scripted(Scripted(0, "set-image", SetImage("statefulset/web", "web:1")))
HELP = scripted(Scripted(0, "delete", Delete("pod/web-0")))


def web(image: str, policy: str) -> str:
    """The StatefulSet."""
    return workload(
        1, kind="StatefulSet", spec=f"serviceName: web, podManagementPolicy: {policy}", container=f'image: "{image}"'
    )


def template_is_bad(world: World) -> bool:
    """Whether the template still has the broken image."""
    held = world.store.get(Key("StatefulSet", "default", "web"))
    return isinstance(held, StatefulSet) and held.spec.template.run.containers[0].image == BAD


def broken(world: World) -> bool:
    """Whether a pod has the broken image."""
    return any(pod.run.containers[0].image == BAD for pod in pods(world))


def ready(world: World) -> bool:
    """Whether the pod is ready."""
    return any(map(is_ready, pods(world)))


ROLLED_BACK = in_the_end("once it is rolled back it is ready", lambda world: template_is_bad(world) or ready(world))
HELPED = in_the_end(
    "once it is rolled back and the broken pod deleted it is ready",
    lambda world: template_is_bad(world) or broken(world) or ready(world),
)


def cluster(law: WorldLaw, outcome: Outcome, *moves: Move, policy: str = "OrderedReady") -> Case:
    """A broken image is rolled out, and rolled back."""
    return Case(
        nodes(1) + web("web:1", policy),
        ((law, outcome),),
        change=web(BAD, policy),
        moves=(BACK, *moves),
        old=60,
        script=f'[{{at: 0, image-missing: "{BAD}"}}]',
    )


ROLLBACK_TRAP = Study(
    "a StatefulSet that cannot roll back from a broken image",
    "https://github.com/kubernetes/kubernetes/issues/67250",
    cluster(ROLLED_BACK, Outcome.VIOLATED),
    cluster(HELPED, Outcome.PROVED, HELP),
    also=(("in parallel", cluster(ROLLED_BACK, Outcome.PROVED, policy="Parallel")),),
)
