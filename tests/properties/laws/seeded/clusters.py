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
    Image,
    OnNode,
    ProbeFail,
    Scale,
    Scripted,
    SetImage,
    Step,
    TaintNode,
)
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Act, Move, node_lost, pod_deleted, scripted


class Given(NamedTuple):
    """One cluster. `breaks`: the laws that real Kubernetes breaks in it, too."""

    text: str
    moves: tuple[Move, ...] = ()
    old: int = 60
    breaks: tuple[str, ...] = ()


def object_(kind: str, spec: str, name: str = "web", version: str = "v1", meta: str = "") -> str:
    """A manifest as a document of its own."""
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{meta}}}\nspec: {{{spec}}}\n"


def machine(name: str = "n1", cpu: str = "4", spec: str = "", labels: str = "") -> str:
    """A node."""
    return (
        f"---\napiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}{labels}}}}}\n"
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
WHOLE_SET = "every StatefulSet has all its pods available, of its newest template"

# where a pod may not be
CORDONED = Given(machine(spec="unschedulable: true") + a_pod("p"))
TAINTED = Given(machine(spec="taints: [{key: a, value: b, effect: NoSchedule}]") + a_pod("p"))
ELSEWHERE = Given(N1 + a_pod("p", "nodeSelector: {zone: b}"))
FULL = Given(machine(cpu="1") + a_pod("p") + a_pod("q"))
ONE_PORT = ", ports: [{containerPort: 80, hostPort: 80}]"
PORTS = Given(N1 + a_pod("p", container=ONE_PORT) + a_pod("q", container=ONE_PORT))
APART = "podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}]}"
ALONE = Given(N1 + a_pod("p", f"affinity: {{{APART}}}") + a_pod("q", f"affinity: {{{APART}}}"))
EVENLY = "topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}]"
SPREAD = Given(N1 + machine("n2", "100m") + a_pod("p", EVENLY) + a_pod("q", EVENLY))
PRIORITY = "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: high}\nvalue: 100\n"
PREEMPTING = Given(
    PRIORITY + machine(cpu="1") + a_pod("p"), (asks("makes room", Write("delete", Key("Pod", "default", "none"))),)
)
NEVER = Given(
    PRIORITY.replace("value: 100", "value: 100\npreemptionPolicy: Never")
    + machine(cpu="1")
    + a_pod("p", "priorityClassName: high")
    + a_pod("q")
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
SPACE = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
NAMESPACE = Given(
    SPACE + N1 + a_pod("p", meta=", namespace: shop"),
    (may("delete", Delete("namespace/shop")), asks("makes a pod", plain("late", "shop"))),
)

# budgets and drains
DRAINED = Given(
    N1 + N2 + workload("ReplicaSet", "replicas: 2") + budget("maxUnavailable: 1"), (may("drain", OnNode("n1")),)
)
BOTH_ON_ONE = Given(
    N1 + workload("ReplicaSet", "replicas: 2") + budget("minAvailable: 1"),
    (may("drain", OnNode("n1")),),
    breaks=("every drain ends",),
)
UNREADY = Given(
    N1 + workload("ReplicaSet", "replicas: 2", container=SLOW) + budget("maxUnavailable: 1"),
    (may("probe-fail", ProbeFail("web-*")),),
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
TOO_LARGE = Given(
    machine(cpu="2") + workload("ReplicaSet", "replicas: 3"),
    (may("scale", Scale("replicaset/web", 2)), may("scale", Scale("replicaset/web", 1))),
)
STATEFUL = Given(
    N1 + workload("StatefulSet", "replicas: 2, serviceName: web", container=SLOW),
    (NEW_IMAGE["statefulset"], pod_deleted()),
)
SMALLER = Given(
    N1 + workload("StatefulSet", "replicas: 3, serviceName: web"), (may("scale", Scale("statefulset/web", 1)),)
)
PARTITIONED = Given(
    N1 + workload("StatefulSet", "replicas: 2, serviceName: web, updateStrategy: {rollingUpdate: {partition: 1}}"),
    (NEW_IMAGE["statefulset"],),
)
DAEMONS = Given(N1 + N2 + workload("DaemonSet", container=SLOW), (NEW_IMAGE["daemonset"],))
JOB = Given(N1 + job("completions: 3, parallelism: 2"))
FAILING = Given(N1 + job("completions: 1, backoffLimit: 0"), (may("exit", EndContainer("web-*")),))
SUSPENDED = Given(N1 + job("completions: 1, suspend: true"))
INDEXED = Given(N1 + job("completions: 2, parallelism: 2, completionMode: Indexed"))
JOB_POD_DELETED = Given(N1 + job("completions: 1"), (pod_deleted(),))
SCALED = Given(
    N1
    + workload("Deployment", "replicas: 1")
    + object_(
        "HorizontalPodAutoscaler",
        "minReplicas: 1, maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}",
        version="autoscaling/v2",
    ),
    (may("scale", Scale("deployment/web", 3)),),
)
SCALED_UP = SCALED._replace(text=SCALED.text.replace("minReplicas: 1", "minReplicas: 2"), moves=())
QUOTA = Given(
    N1 + object_("ResourceQuota", "hard: {pods: '1'}", "q"),
    (asks("makes two pods at once", plain("p"), plain("q")), asks("makes a pod", plain("r"))),
)

# Services
SERVED = Given(
    N1 + workload("ReplicaSet", "replicas: 1", container=SLOW) + SERVICE + OTHER,
    (may("probe-fail", ProbeFail("web-*")), pod_deleted()),
)
NODE_GONE = Given(N1 + N2 + workload("ReplicaSet", "replicas: 1") + SERVICE, (may("node-removed", OnNode("n1")),))

# owners
OWNED = Given(N1 + workload("Deployment", "replicas: 1"), (may("delete", Delete("deployment/web")),))

# nodes
LOST = Given(N1 + N2 + workload("ReplicaSet", "replicas: 1") + SERVICE, (node_lost(),), old=400)
RETURNS = Given(N1 + N2 + a_pod("p"), (may("node-lost", OnNode("n1")), may("node-back", OnNode("n1"))), old=400)
SOON_GONE = Given(N1 + a_pod("p", SOON), (TAINT,))
FOR_EVER = Given(N1 + a_pod("p", EVER), (TAINT,))
AT_ONCE = Given(N1 + a_pod("p"), (TAINT,))
SET_LOST = Given(
    N1 + N2 + workload("StatefulSet", "replicas: 1, serviceName: web"), (node_lost(),), old=400, breaks=(WHOLE_SET,)
)
MISSING = Given(N1 + workload("ReplicaSet", "replicas: 1"), (may("image-missing", Image("web:1")), pod_deleted()))
