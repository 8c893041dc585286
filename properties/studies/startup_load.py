"""An autoscaler that mistakes the work of starting for load: it goes to its maximum, and comes back.

Each pod is busy for its first minutes and nearly idle then. The busy new pods ask for more pods, which are busy as they
start, and so on until the most that is allowed; once all have started, half as many are enough. Nothing about the load
has changed. A readiness probe that waits for the start ends it, as cpu of pods that are not ready yet does not count
within their first five minutes; so does a window over which the autoscaler looks before it scales up.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, nodes, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import WorldLaw, always, in_the_end

WINDOW = "behavior: {scaleUp: {stabilizationWindowSeconds: 600}}"
PROBE = "readinessProbe: {exec: {command: [started]}, initialDelaySeconds: 280}"


def replicas(world: World) -> int:
    """How many the Deployment asks for."""
    held = world.store.get(Key("Deployment", "default", "web"))
    return held.spec.replicas if isinstance(held, Deployment) else 0


def autoscaler(least: int, most: int, more: str = "") -> str:
    """The manifest of the autoscaler: half of what each pod asks for is its target."""
    return f"""---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: web}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}
  minReplicas: {least}
  maxReplicas: {most}
  metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 50}}}}}}]
  {more}
"""


def cluster(
    count: int, most: int, asked: tuple[tuple[WorldLaw, Outcome], ...], *, probe: str = "", more: str = ""
) -> Case:
    """So many nodes; pods that use all that they ask for until they have run for 300 s, and three eighths then."""
    least = max(1, count // 5)
    container = f'resources: {{requests: {{cpu: "8"}}}}{probe and ", " + probe}'
    return Case(
        nodes(count, "64") + workload(least, container=container) + autoscaler(least, most, more),
        asked,
        settles=False,
        old=315,  # an autoscaler looks back for five minutes
        script='[{at: 0, load: {pod: "web-*", cpu: "3"}}, {at: 0, load: {pod: "web-*", cpu: "8", lasts: 300s}}]',
    )


def modest(most: int) -> WorldLaw:
    """The autoscaler never asks for all that it may."""
    return always("the autoscaler stays below its maximum", lambda world: replicas(world) < most)


HALF = in_the_end("in the end half as many are enough", lambda world: replicas(world) <= 3)
CALM = ((modest(6), Outcome.PROVED), (HALF, Outcome.PROVED))

STARTUP_LOAD = Study(
    "an autoscaler under load that pods make as they start",
    "https://www.usenix.org/conference/atc24/presentation/liu-bingzhe",
    cluster(1, 6, ((modest(6), Outcome.VIOLATED), (HALF, Outcome.PROVED))),
    cluster(1, 6, CALM, more=WINDOW),
    also=(("ready once started", cluster(1, 6, CALM, probe=PROBE)),),
    sized=lambda count: cluster(count, 2 * count, ((modest(2 * count), Outcome.VIOLATED),)),
    least=2,
)
