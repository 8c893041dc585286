"""A Job that never ends: its proxy is an ordinary container, and nobody tells it that the work is done.

A pod has succeeded once all its containers have; the proxy runs until it is killed. As a native sidecar (an init
container with restartPolicy: Always) it starts first, does not count, and is ended when the others are.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.job import Job
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, node
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end


def cluster(containers: str, outcome: Outcome) -> Case:
    """A Job whose main container does its work in five seconds."""
    job = f"""---
apiVersion: batch/v1
kind: Job
metadata: {{name: work}}
spec: {{template: {{spec: {{restartPolicy: Never, {containers}}}}}}}
"""
    return Case(
        node("n1") + job,
        ((in_the_end("the Job completes", completes), outcome),),
        settles=False,
        old=60,
        script='[{at: 0, runs: {pod: "work-*", container: proxy}}]',
    )


def completes(world: World) -> bool:
    """Whether the Job is complete."""
    held = world.store.get(Key("Job", "default", "work"))
    return isinstance(held, Job) and any(
        one.type == "Complete" and one.status == "True" for one in held.status.conditions
    )


SIDECAR_JOB = Study(
    "a sidecar that keeps a Job running",
    "https://github.com/kubernetes/enhancements/issues/753",
    cluster('containers: [{name: main, image: "main:1"}, {name: proxy, image: "proxy:1"}]', Outcome.VIOLATED),
    cluster(
        'containers: [{name: main, image: "main:1"}], '
        'initContainers: [{name: proxy, image: "proxy:1", restartPolicy: Always}]',
        Outcome.PROVED,
    ),
)
