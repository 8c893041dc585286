"""Two schedulers that undo each other's work: one preempts the other's pod, which is replaced and bound at once.

kube-scheduler keeps the room for its pod by a nomination, of which the second scheduler knows nothing: where it is the
faster, the pod that it refills the node with is preempted next, for ever. One scheduler for both honours its own
nomination, and the pod with the higher priority runs.
"""

from __future__ import annotations

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.scheduling import SECOND
from kubeproof.model.extras import NONE, Extras
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.world import World
from kubeproof.properties.studies.study import Case, Study, node, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end

HIGH = """---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
---
apiVersion: v1
kind: Pod
metadata: {name: high}
spec:
  priorityClassName: high
  containers: [{name: high, image: "high:1", resources: {requests: {cpu: "1"}}}]
"""


def runs(world: World) -> bool:
    """Whether the pod with the higher priority is ready."""
    held = world.store.get(Key("Pod", "default", "high"))
    return isinstance(held, LivePod) and is_ready(held)


def cluster(scheduler: str, outcome: Outcome, extras: Extras = NONE) -> Case:
    """A node for one pod, which a low one has when the high one comes."""
    pod = f"terminationGracePeriodSeconds: 1, schedulerName: {scheduler}"
    web = workload(1, pod, kind="ReplicaSet", container='resources: {requests: {cpu: "1"}}')
    return Case(
        node("n1", cpu="1") + web,
        ((in_the_end("the high pod runs", runs), outcome),),
        change=HIGH,
        old=20,
        extras=extras,
        ahead=SECOND,
        assumes=("of the two schedulers the second one looks first",) if extras != NONE else (),
    )


TWO_SCHEDULERS = Study(
    "two schedulers that preempt and refill",
    "https://github.com/kubernetes/kubernetes/issues/130429",
    cluster("batch", Outcome.VIOLATED, Extras(second_scheduler=Profile("batch"))),
    cluster("default-scheduler", Outcome.PROVED),
)
