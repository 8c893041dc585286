"""The small clusters in which seeded bugs are looked for: what was applied, what may happen, how long a time is young.

Each is searched from the moment at which it was applied. Without a bug all standard laws hold in it (but for those that
it names), and the search is complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.script import (
    Delete,
    EndContainer,
    OnNode,
    Scale,
    Scripted,
    SetImage,
    Step,
    TaintNode,
)
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move, node_lost, pod_deleted, scripted


class Given(NamedTuple):
    """One cluster. `breaks`: the laws that real Kubernetes breaks in it, too; `ends`: whether its worlds are finitely
    many."""

    text: str
    moves: tuple[Move, ...] = ()
    old: int = 60
    breaks: tuple[str, ...] = ()
    ends: bool = True


def object_(kind: str, spec: str, name: str = "web", version: str = "v1", meta: str = "") -> str:
    """A manifest as a document of its own."""
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{meta}}}\nspec: {{{spec}}}\n"


def machine(name: str = "n1", cpu: str = "4", spec: str = "", labels: str = "") -> str:
    """A node."""
    named = f"{{name: {name}, labels: {{kubernetes.io/hostname: {name}{labels}}}}}"
    return (
        f"---\napiVersion: v1\nkind: Node\nmetadata: {named}\n"
        f'spec: {{{spec}}}\nstatus: {{allocatable: {{cpu: "{cpu}", memory: 8Gi, pods: "110"}}}}\n'
    )


def pod_spec(extra: str = "", cpu: str = "1", container: str = "") -> str:
    """The spec of a pod that ends within a second."""
    more = f"{extra}, " if extra else ""
    return (
        f"{more}terminationGracePeriodSeconds: 1, "
        f'containers: [{{name: web, image: "web:1", resources: {{requests: {{cpu: "{cpu}"}}}}{container}}}]'
    )


def a_pod(name: str, extra: str = "", cpu: str = "1", container: str = "", meta: str = "") -> str:
    """A pod by itself."""
    return object_("Pod", pod_spec(extra, cpu, container), name, meta=f", labels: {{app: web}}{meta}")


def workload(kind: str, extra: str = "", pod: str = "", container: str = "", meta: str = "") -> str:
    """A workload whose pods ask for one cpu."""
    template = f"template: {{metadata: {{labels: {{app: web}}}}, spec: {{{pod_spec(pod, container=container)}}}}}"
    selector = "" if kind == "Job" else "selector: {matchLabels: {app: web}}, "
    more = f"{extra}, " if extra else ""
    return object_(kind, more + selector + template, version="batch/v1" if kind == "Job" else "apps/v1", meta=meta)


def job(extra: str) -> str:
    """A Job."""
    return workload("Job", extra, "restartPolicy: Never")


SERVICE = object_("Service", "selector: {app: web}, ports: [{port: 80}]")
OTHER = object_("Service", "selector: {app: other}, ports: [{port: 80}]", "other")


def budget(text: str) -> str:
    """A PodDisruptionBudget of all pods."""
    return object_("PodDisruptionBudget", f"{text}, selector: {{matchLabels: {{app: web}}}}", version="policy/v1")


def may(name: str, step: Step) -> Move:
    """A step of a script that may happen once."""
    return scripted(Scripted(0, name, step))


def asks(name: str, *writes: Write) -> Move:
    """A user who asks for these."""

    def acts(world: World) -> Iterable[Act]:
        yield Act(name, writes)

    return Move(name, acts)


def plain(name: str, space: str = "default") -> Write:
    """The request for a pod that asks for nothing."""
    held = LivePod(Meta(name, space), RunSpec((Container("c"),), grace_period=1), PodSpec(Map({"pods": 1})))
    return Write("create", Key("Pod", space, name), held)


def _writes_old(world: World) -> Iterable[Act]:
    """A client that writes back what it read at the beginning."""
    key = Key("Deployment", "default", "web")
    held = world.store.get(key)
    if isinstance(held, Deployment):
        new = replace(held, meta=replace(held.meta, annotations=Map({"seen": "yes"})))
        yield Act("a client writes what it read before", (Write("update", key, new, revision=1),))


def _writes_status(world: World) -> Iterable[Act]:
    """A client that writes a status, with a spec that it made up."""
    key = Key("Deployment", "default", "web")
    held = world.store.get(key)
    if isinstance(held, Deployment):
        yield Act("a client reports", (Write("status", key, replace(held, spec=replace(held.spec, replicas=3))),))


def in_background(kind: str) -> Move:
    """Somebody deletes an object, and what it owns goes later."""
    return asks("deletes it", Write("delete", Key(kind, "default", "web"), DeleteOptions(propagation="Background")))


def foreground(kind: str) -> Move:
    """Somebody deletes an object and waits for all that it owns."""
    return asks(
        "deletes it in the foreground",
        Write("delete", Key(kind, "default", "web"), DeleteOptions(propagation="Foreground")),
    )


N1, N2 = machine("n1"), machine("n2")
NEW_IMAGE = {
    kind: may("set-image", SetImage(f"{kind}/web", "web:2")) for kind in ("deployment", "statefulset", "daemonset")
}
SOON = "tolerations: [{key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 10}]"
EVER = "tolerations: [{key: a, operator: Exists, effect: NoExecute}]"
TAINT = may("taint", TaintNode("n1", "a=b:NoExecute"))
SLOW = ", readinessProbe: {exec: {command: [x]}, initialDelaySeconds: 2, periodSeconds: 1}"
ONE_RUNS = "no pod of a StatefulSet is made while containers of one of its name run, by force or not"
WHOLE_SET = "every StatefulSet has all its pods available, of its newest template"

# where a pod may not be
TAINTED = Given(machine(spec="taints: [{key: a, value: b, effect: NoSchedule}]") + a_pod("p"))
ELSEWHERE = Given(N1 + a_pod("p", "nodeSelector: {zone: b}"))
FULL = Given(machine(cpu="1") + a_pod("p") + a_pod("q"))
ONE_PORT = ", ports: [{containerPort: 80, hostPort: 80}]"
PORTS = Given(N1 + a_pod("p", container=ONE_PORT) + a_pod("q", container=ONE_PORT))
EACH_NODE = "topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}"
APART = f"podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{{EACH_NODE}}}]}}"
ALONE = Given(N1 + a_pod("p", f"affinity: {{{APART}}}") + a_pod("q", f"affinity: {{{APART}}}"))
EVENLY = f"topologySpreadConstraints: [{{maxSkew: 1, whenUnsatisfiable: DoNotSchedule, {EACH_NODE}}}]"
SPREAD = Given(N1 + machine("n2", "100m") + a_pod("p", EVENLY) + a_pod("q", EVENLY))
PRIORITY = "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 100\n"
PREEMPTING = Given(PRIORITY + machine(cpu="1") + a_pod("p", "priorityClassName: high") + a_pod("q", "nodeName: n1"))
NEVER = Given(
    PRIORITY.replace("value: 100", "value: 100\npreemptionPolicy: Never")
    + machine(cpu="1")
    + a_pod("p", "priorityClassName: high")
    + a_pod("q", "nodeName: n1")
)

# the API server and etcd
CLIENTS = Given(
    N1 + workload("Deployment", "replicas: 1"),
    (Move("a client is late", _writes_old), Move("a client reports", _writes_status), NEW_IMAGE["deployment"]),
)
HELD_UP = Given(
    N1 + workload("Deployment", "replicas: 1", meta=", finalizers: [example.com/x]"),
    (may("delete", Delete("deployment/web")),),
)
DELETED = Given(N1 + a_pod("p"), (pod_deleted(),))
BOUND_AGAIN = Given(
    N1 + N2 + a_pod("p"),
    tuple(asks(f"binds it to {name}", Write("bind", Key("Pod", "default", "p"), name)) for name in ("n1", "n2")),
)
SPACE = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
NAMESPACE = Given(
    SPACE + N1 + a_pod("p", meta=", namespace: shop"),
    (may("delete", Delete("namespace/shop")), asks("makes a pod", plain("late", "shop"))),
)

# budgets and drains
DRAINED = Given(
    N1
    + machine("n2", spec="taints: [{key: a, effect: PreferNoSchedule}]")
    + workload("ReplicaSet", "replicas: 2")
    + budget("maxUnavailable: 1"),
    (may("drain", OnNode("n1")),),
)
BOTH_ON_ONE = Given(
    N1 + workload("ReplicaSet", "replicas: 2") + budget("minAvailable: 1"),
    (may("drain", OnNode("n1")),),
    breaks=("every drain ends",),
)
UNREADY = Given(
    machine(cpu="1") + workload("ReplicaSet", "replicas: 2") + budget("maxUnavailable: 1"),
    (pod_deleted(),),
)

# workloads
ROLLOUT = Given(
    N1
    + workload(
        "Deployment", "replicas: 2, strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}", container=SLOW
    ),
    (NEW_IMAGE["deployment"],),
)
RECREATED = Given(N1 + workload("Deployment", "replicas: 2, strategy: {type: Recreate}"), (NEW_IMAGE["deployment"],))
PAUSED = Given(
    N1 + workload("Deployment", "replicas: 1, paused: true"),
    (NEW_IMAGE["deployment"],),
)
DELETED_DEPLOYMENT = Given(N1 + workload("Deployment", "replicas: 1"), (foreground("Deployment"),))
DELETED_SET = Given(N1 + workload("ReplicaSet", "replicas: 2"), (foreground("ReplicaSet"),))
CROWDED = Given(
    machine(cpu="1") + workload("Deployment", "replicas: 2"),
    breaks=("in the end every Deployment has all its pods available, of its newest template",),
)
TOO_LARGE = Given(
    machine(cpu="2") + workload("ReplicaSet", "replicas: 3"),
    (may("scale", Scale("replicaset/web", 2)), may("scale", Scale("replicaset/web", 1))),
)
NEWER = Given(
    N1 + N2 + workload("ReplicaSet", "replicas: 2"),
    (may("node-lost", OnNode("n1")), pod_deleted(), may("scale", Scale("replicaset/web", 1))),
    old=60,
)
THINNED = TOO_LARGE._replace(moves=(pod_deleted(),))
STATEFUL = Given(
    N1 + workload("StatefulSet", "replicas: 2, serviceName: web", container=SLOW),
    (NEW_IMAGE["statefulset"],),
)
SMALLER = Given(
    N1 + workload("StatefulSet", "replicas: 3, serviceName: web"), (may("scale", Scale("statefulset/web", 1)),)
)
FORCED = Given(
    N1 + workload("StatefulSet", "replicas: 1, serviceName: web"),
    (may("delete", Delete("pod/web-0", 0)),),
    breaks=(ONE_RUNS,),
)
PARTITIONED = Given(
    N1 + workload("StatefulSet", "replicas: 2, serviceName: web, updateStrategy: {rollingUpdate: {partition: 1}}"),
    (NEW_IMAGE["statefulset"],),
)
DAEMONS = Given(N1 + N2 + workload("DaemonSet", container=SLOW), (NEW_IMAGE["daemonset"],))
JOB = Given(N1 + job("completions: 3, parallelism: 2"))
DELETED_JOB = Given(N1 + job("completions: 1"), (in_background("Job"),))
FAILING = Given(N1 + job("completions: 1, backoffLimit: 0"), (may("exit", EndContainer("web-*")),))
SUSPENDED = Given(N1 + job("completions: 1, suspend: true"))
INDEXED = Given(N1 + job("completions: 2, parallelism: 2, completionMode: Indexed"))
EVERY_MINUTE = Given(
    machine(cpu="100m")
    + object_(
        "CronJob",
        "schedule: '* * * * *', concurrencyPolicy: Forbid, "
        f"jobTemplate: {{spec: {{template: {{spec: {{{pod_spec('restartPolicy: Never')}}}}}}}}}",
        version="batch/v1",
    ),
    ends=False,
)
SCALED = Given(
    N1
    + workload("Deployment", "replicas: 1")
    + object_(
        "HorizontalPodAutoscaler",
        "minReplicas: 1, maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}",
        version="autoscaling/v2",
    ),
    (may("scale", Scale("deployment/web", 4)),),
)
SCALED_UP = SCALED._replace(text=SCALED.text.replace("minReplicas: 1", "minReplicas: 2"), moves=())
QUOTA = Given(
    N1 + object_("ResourceQuota", "hard: {pods: '1'}", "q"),
    (asks("makes two pods at once", plain("p"), plain("q")), asks("makes a pod", plain("r"))),
)

QUOTA_FREED = QUOTA._replace(moves=(*QUOTA.moves, pod_deleted()))

# Services
SERVED = Given(
    N1 + workload("ReplicaSet", "replicas: 1", container=SLOW) + SERVICE + OTHER,
    (pod_deleted(),),
)
NODE_GONE = Given(N1 + N2 + workload("ReplicaSet", "replicas: 1") + SERVICE, (may("node-removed", OnNode("n1")),))

ENDED = Given(N1 + N2 + a_pod("p", "restartPolicy: Never"), (may("node-removed", OnNode("n1")),))


# claims and volumes
def storage(mode: str) -> str:
    """A class of volumes that are made by a driver, which reaches every node."""
    zone = "topology.kubernetes.io/zone"
    nodes = "".join(
        f"---\n{{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {{name: {name}}}, "
        f"spec: {{drivers: [{{name: csi.example, nodeID: {name}, topologyKeys: [{zone}]}}]}}}}\n"
        for name in ("n1", "n2")
    )
    return (
        machine("n1", labels=f", {zone}: a")
        + machine("n2", "1", labels=f", {zone}: b")
        + nodes
        + "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: disks}\n"
        + f"provisioner: csi.example\nvolumeBindingMode: {mode}\n"
        + object_(
            "PersistentVolumeClaim",
            "accessModes: [ReadWriteOnce], storageClassName: disks, resources: {requests: {storage: 1Gi}}",
            "data",
        )
    )


MOUNTED = "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]"
IN_B = "nodeSelector: {topology.kubernetes.io/zone: b}"
CLAIMED = Given(
    storage("WaitForFirstConsumer") + a_pod("p", f"{IN_B}, {MOUNTED}") + a_pod("q", IN_B),
    (asks("deletes the claim", Write("delete", Key("PersistentVolumeClaim", "default", "data"))), pod_deleted()),
)
ASKS = "accessModes: [ReadWriteOnce], storageClassName: manual"
ONE_VOLUME = Given(
    object_("PersistentVolume", f"{ASKS}, capacity: {{storage: 1Gi}}, hostPath: {{path: /data}}", "disk")
    + "".join(
        object_("PersistentVolumeClaim", f"{ASKS}, volumeName: disk, resources: {{requests: {{storage: 1Gi}}}}", name)
        for name in ("data", "more")
    ),
    (asks("deletes the volume", Write("delete", Key("PersistentVolume", "", "disk"))),),
)
OUT_OF_REACH = Given(storage("Immediate") + a_pod("p", f"{IN_B}, {MOUNTED}"))
BOUND_BY_HAND = Given(storage("WaitForFirstConsumer") + a_pod("p", f"nodeName: n2, {MOUNTED}"))

# owners
OWNED = Given(N1 + workload("Deployment", "replicas: 1"), (may("delete", Delete("deployment/web")),))

# nodes
LOST = Given(N1 + N2 + workload("ReplicaSet", "replicas: 1") + SERVICE, (node_lost(),), old=120)
LOST_AND_DELETED = LOST._replace(moves=(node_lost(), pod_deleted()))
RETURNS = Given(N1 + N2 + a_pod("p"), (may("node-lost", OnNode("n1")), may("node-back", OnNode("n1"))), old=120)
SOON_GONE = Given(N1 + a_pod("p", SOON), (TAINT,))
FOR_EVER = Given(N1 + a_pod("p", EVER), (TAINT,))
AT_ONCE = Given(N1 + a_pod("p"), (TAINT,))
SET_GONE = Given(
    N1 + N2 + workload("StatefulSet", "replicas: 1, serviceName: web"),
    (may("node-removed", OnNode("n1")),),
    breaks=(ONE_RUNS,),
)
SET_LOST = Given(
    N1 + N2 + workload("StatefulSet", "replicas: 1, serviceName: web"), (node_lost(),), old=120, breaks=(WHOLE_SET,)
)
