"""Seeded bugs: a broken copy of what a component does, the cluster in which it shows, and the laws that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

from kubeproof.model.controlplane import apiserver, creating, draining, eviction, quota, scheduling
from kubeproof.model.controlplane.controllers import (
    endpoint_slice,
    garbage_collector,
    namespace,
    pod_gc,
    replicaset,
    resource_quota,
    taint_eviction,
    volume_protection,
)
from kubeproof.model.controlplane.controllers.cronjob import sync as cron
from kubeproof.model.controlplane.controllers.daemonset import component as daemonset
from kubeproof.model.controlplane.controllers.daemonset import manage as daemons
from kubeproof.model.controlplane.controllers.daemonset import rolling as daemon_rolling
from kubeproof.model.controlplane.controllers.deployment import component as deployment
from kubeproof.model.controlplane.controllers.deployment import fenceposts, rolling
from kubeproof.model.controlplane.controllers.deployment import status as deployment_status
from kubeproof.model.controlplane.controllers.disruption import status as disruption
from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler import component as autoscaler
from kubeproof.model.controlplane.controllers.job import component as job
from kubeproof.model.controlplane.controllers.job import indexes, parallelism, sync, verdict
from kubeproof.model.controlplane.controllers.node_lifecycle import component as lifecycle
from kubeproof.model.controlplane.controllers.node_lifecycle import health, monitor, tainting
from kubeproof.model.controlplane.controllers.persistent_volume import component as persistent_volume
from kubeproof.model.controlplane.controllers.statefulset import update as sets
from kubeproof.model.node import leases
from kubeproof.model.node.kubelet import component as kubelet
from kubeproof.model.scheduler import preemption, victims
from tests.model.scheduler.mutants.mutant import edited
from tests.properties.laws.seeded import clusters as c
from tests.properties.laws.seeded.clusters import Given


class Bug(NamedTuple):
    """`old` stands once in the text of `rule`; the broken copy has `new` there. `finds`: the laws that it breaks in a
    cluster, by how they begin, beside those that are broken there anyway; `limit`: worlds, where they have no end."""

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    given: Given
    finds: tuple[str, ...]
    limit: int = 5000

    def broken(self) -> FunctionType:
        """The rule with the edit."""
        return edited(self.sentence, self.rule, self.old, self.new)


def ignores(plugin: str, given: Given) -> Bug:
    """A scheduler without one of its filters."""
    kept = f'tuple(one for one in profile.filters if one.name != "{plugin}")'
    return Bug(
        f"the scheduler ignores {plugin}",
        scheduling._decide,
        "Board(snapshot, profile)",
        f"Board(snapshot, replace(profile, filters={kept}))",
        given,
        ("no pod is bound where a filter forbids it",),
    )


# fmt: off
BUGS: tuple[Bug, ...] = (
    ignores("TaintToleration", c.TAINTED),
    ignores("NodeAffinity", c.ELSEWHERE),
    ignores("NodeResourcesFit", c.FULL),
    ignores("NodePorts", c.PORTS),
    ignores("InterPodAffinity", c.ALONE),
    ignores("PodTopologySpread", c.SPREAD),
    Bug("the scheduler preempts pods of the same priority", victims.Search._goes, "<", "<=", c.FULL,
        ("a pod makes room only for one that is more important",)),
    Bug("the scheduler preempts for pods that never preempt", preemption._ineligible, '== "Never"', '== "never"',
        c.NEVER, ("a pod makes room only for one that is more important",)),
    Bug("the scheduler overlooks pods", scheduling._attempts, "if board.pod(key) is None:", "if True:", c.AT_ONCE,
        ("no pod is left waiting that fits on a node",)),

    Bug("etcd loses a compare-and-swap", apiserver._there, "write.revision is not None and", "False and", c.CLIENTS,
        ("no update is lost: one that names a revision changes that one",)),
    Bug("the API server takes a spec from a status", apiserver._updated,
        "new = replace(held, **{", "new = replace(replace(body, meta=held.meta), **{", c.CLIENTS,
        ("who writes a status changes no spec", "a generation counts")),
    Bug("the API server does not count changes of a spec", apiserver._replaced,
        "generation=held.meta.generation + 1", "generation=held.meta.generation", c.CLIENTS,
        ("a generation counts the changes of a spec",)),
    Bug("the API server keeps a revision", apiserver._stored,
        "resource_version=numbering.next_revision(store, held, new)", "resource_version=held.meta.resource_version",
        c.AT_ONCE, ("revisions only grow",)),
    Bug("the API server forgets finalizers", apiserver._deleted, "if not finalizers:", "if True:", c.HELD_UP,
        ("an object that is deleted stays while it has finalizers",)),
    Bug("the API server gives a pod no time to end", apiserver._deleted,
        "if asked.graceful and asked.options.grace_period:", "if False:", c.DELETED,
        ("a pod goes only once its containers have ended, unless it is deleted by force",)),
    Bug("the API server lets things be made in a namespace that goes", creating.closed,
        "namespace.meta.deleted_at is None", "True", c.NAMESPACE,
        ("nothing is made in a namespace that is being deleted",)),
    Bug("the API server binds a pod again", apiserver._bound, "if held.node:", "if False:", c.BOUND_AGAIN,
        ("a pod stays on its node", "no pod is bound where")),

    Bug("an eviction forgets the budget", apiserver._evicted, "[one for one in guards if isinstance(one, LiveBudget)]",
        "[]", c.BOTH_ON_ONE, ("no eviction",)),
    Bug("an eviction is not counted", eviction.counted, "budget.status.allowed - 1", "budget.status.allowed",
        c.BOTH_ON_ONE, ("no eviction",)),
    Bug("an eviction does not look at what is allowed", eviction.refusal, "status.allowed == 0", "False",
        c.BOTH_ON_ONE, ("no eviction",)),
    Bug("an eviction takes any pod for an unhealthy one", eviction.unhealthy_may_go, "if is_ready(pod):", "if False:",
        c.BOTH_ON_ONE, ("no eviction",)),
    Bug("a budget counts pods that are not ready", disruption.count_healthy, "is_ready(pod)", "1", c.UNREADY,
        ("the status of a budget",)),
    Bug("a budget allows one too many", disruption.sync, "max(healthy - expected.healthy, 0)",
        "max(healthy - expected.healthy + 1, 0)", c.UNREADY, ("the status of a budget",)),
    Bug("a budget is counted once", disruption.sync, "if new == old and _says(old):", "if old.expected:", c.UNREADY,
        ("the status of a budget",)),
    Bug("a drain asks once", draining._decide, "yield Again(asks_at)", "pass", c.DRAINED, ("every drain ends",)),

    Bug("a rollout forgets maxUnavailable", fenceposts.max_unavailable,
        "min(_resolved(spec).max_unavailable, spec.replicas)", "spec.replicas", c.ROLLOUT, ("a rollout leaves",)),
    Bug("a rollout takes whole ReplicaSets", rolling.without_available, "min(each.spec.replicas, spare)",
        "each.spec.replicas", c.ROLLOUT, ("a rollout leaves",)),
    Bug("a rollout forgets maxSurge", rolling.new_replica_set_size,
        "scaled(spec.max_surge, spec.replicas, round_up=True)", "spec.replicas", c.ROLLOUT, ("a rollout makes",)),
    Bug("a rollout never shrinks what is old", rolling.scaled_down, "if not shrinking or allowed <= 0:", "if True:",
        c.ROLLOUT, ("in the end every Deployment",)),
    Bug("Recreate rolls", deployment._decide, 'deployment.spec.strategy == "Recreate"', "False", c.RECREATED,
        ("a Deployment that recreates", "a rollout makes")),
    Bug("Recreate does not wait for pods that end", deployment._recreated,
        "not sizes and not _old_pods_run(look, going)", "not sizes", c.RECREATED, ("a Deployment that recreates",)),
    Bug("a paused Deployment rolls", deployment._decide, "deployment.spec.paused or _was_scaled(going)",
        "_was_scaled(going)", c.PAUSED, ("a Deployment that is paused", "the cluster comes to rest")),
    Bug("a Deployment counts what it asks for", deployment_status.status_of,
        "ready_replicas=sum(one.status.ready_replicas for one in replica_sets)", "ready_replicas=spec.replicas",
        c.CROWDED, ("the status of a Deployment",)),
    Bug("a Deployment that is being deleted goes on", deployment._decide, "deployment.meta.deleted_at is not None",
        "False", c.DELETED_DEPLOYMENT, ("who is being deleted", "the cluster comes to rest")),

    Bug("a ReplicaSet that is being deleted goes on", replicaset._decide,
        "meta.deleted_at is None and look.fresh", "look.fresh", c.DELETED_SET, ("who is being deleted",)),
    Bug("a ReplicaSet makes one too many", replicaset.replicas_to_change, "replica_set.spec.replicas - active_pods",
        "replica_set.spec.replicas + 1 - active_pods", c.TOO_LARGE, ("a ReplicaSet makes", "a ReplicaSet has")),
    Bug("a ReplicaSet ends one too many", replicaset._decide, "-missing, look.now, pick", "1 - missing, look.now, pick",
        c.TOO_LARGE, ("a ReplicaSet makes",)),
    Bug("a ReplicaSet ends ready pods first", replicaset.goes_first, "p.goes_by_progress(a.pod, b.pod)",
        "p.goes_by_progress(b.pod, a.pod)", c.TOO_LARGE, ("a ReplicaSet ends",)),
    Bug("a ReplicaSet ends its newest pod first", replicaset.goes_first, "decided = p.goes_by_progress(a.pod, b.pod)",
        "old, new = a.pod.meta.created_at or 0, b.pod.meta.created_at or 0\n"
        "    decided = old > new if old != new else p.goes_by_progress(a.pod, b.pod)", c.NEWER, ("a ReplicaSet ends",)),
    Bug("a ReplicaSet makes none again", replicaset.replicas_to_change,
        "min(BURST, replica_set.spec.replicas - active_pods)",
        "min(0 if active_pods else BURST, replica_set.spec.replicas - active_pods)", c.THINNED,
        ("a ReplicaSet has",)),
    Bug("a ReplicaSet counts every pod as ready", replicaset.status_of,
        "ready_replicas=sum(map(pod_state.is_ready, live))", "ready_replicas=len(live)", c.TOO_LARGE,
        ("the status of a ReplicaSet",)),

    Bug("a StatefulSet does not wait for a pod to be ready", sets._replica, "not (ready and seen.available(pod))",
        "False", c.STATEFUL, ("a StatefulSet makes a pod only",)),
    Bug("a StatefulSet makes all its pods at once", sets._replica, "_new(seen, number)], True",
        "_new(seen, number)], False", c.STATEFUL, ("a StatefulSet makes a pod only",)),
    Bug("a StatefulSet makes a pod beyond its last", sets._sorted, "range(spec.start, spec.start + spec.replicas)",
        "range(spec.start, spec.start + spec.replicas + 1)", c.STATEFUL, ("a StatefulSet makes no pod", c.WHOLE_SET)),
    Bug("a StatefulSet loses several pods at once", sets._condemned,
        'return [_delete(pod, "the set has become smaller")], True',
        'return [_delete(pod, "the set has become smaller")], False', c.SMALLER, ("a StatefulSet that becomes",)),
    Bug("a StatefulSet loses its first pods", sets._sorted, "reverse=True", "reverse=False", c.SMALLER,
        ("a StatefulSet that becomes",)),
    Bug("a StatefulSet forgets its partition", sets._replaced, "least = spec.partition or 0", "least = 0",
        c.PARTITIONED, ("a StatefulSet leaves", "the cluster comes to rest")),
    Bug("a StatefulSet updates all at once", sets._replaced, "            return\n        if seen.unavailable(pod)",
        "        if seen.unavailable(pod)", c.STATEFUL, ("a StatefulSet updates",)),
    Bug("a StatefulSet updates its first pod first", sets._replaced, "range(len(seen.replicas) - 1, least - 1, -1)",
        "range(least, len(seen.replicas))", c.STATEFUL, ("a StatefulSet updates",)),
    Bug("a StatefulSet never updates", sets._replaced, "least = spec.partition or 0", "least = len(seen.replicas)",
        c.STATEFUL, (c.WHOLE_SET,)),
    Bug("a StatefulSet ends pods by force", sets._delete, 'return Write("delete", key_of("Pod", pod.meta), why=why)',
        "from kubeproof.model.controlplane.deletion import DeleteOptions\n"
        '    return Write("delete", key_of("Pod", pod.meta), DeleteOptions(0))',
        c.STATEFUL, ("no pod of a StatefulSet",)),

    Bug("a DaemonSet updates all nodes at once", daemon_rolling._replaced,
        "_picked(candidates, most - unavailable, pick)", "candidates", c.DAEMONS, ("an update of a DaemonSet",)),
    Bug("a DaemonSet does not wait for new pods", daemon_rolling._replaced,
        "unavailable += not seen.available(node.new)", "unavailable += 0", c.DAEMONS, ("an update of a DaemonSet",)),
    Bug("a DaemonSet never updates", daemonset._decide, 'and owner.spec.strategy == "RollingUpdate"', "and False",
        c.DAEMONS, ("every DaemonSet",)),
    Bug("a DaemonSet makes a pod beside another", daemons._on_node, "should.run and pods is None", "should.run",
        c.DAEMONS, ("a DaemonSet has",), limit=40),

    Bug("a Job forgets its parallelism", parallelism.wanted, "min(spec.parallelism, spec.completions - seen.succeeded)",
        "spec.completions - seen.succeeded", c.JOB, ("a Job has",)),
    Bug("a Job forgets its completions", parallelism.wanted, "min(spec.parallelism, spec.completions - seen.succeeded)",
        "spec.parallelism", c.JOB, ("a Job makes no more",), limit=300),
    Bug("a suspended Job goes on", parallelism.change, "if job.spec.suspend:", "if False:", c.SUSPENDED,
        ("a Job makes no pod while",)),
    Bug("a Job forgets its backoffLimit", verdict._limit_passed, "seen.failed > look.job.spec.backoff_limit", "False",
        c.FAILING, ("a Job makes no pod once",)),
    Bug("a Job never completes", sync._complete, "active == 0 and", "False and", c.JOB, ("every Job",)),
    Bug("a Job is complete with its first success", sync._complete, "return active == 0 and (",
        "return successes > 0 or (", c.JOB, ("a Job that is complete",)),
    Bug("a Job makes two pods of an index", indexes.Indexes.missing, "index for index, _ in zip(",
        "next(iter(self._outside(completions)), 0) for _, _ in zip(", c.INDEXED, ("there is at most one active",)),
    Bug("pods of a Job that is gone are held", job._without_job, "yield from _released(pod)", "yield from ()",
        c.DELETED_JOB, ("all that was deleted",)),

    Bug("a CronJob forgets that it forbids", cron.started,
        'spec.concurrency_policy == "Forbid" and active', "False", c.EVERY_MINUTE,
        ("a CronJob that forbids",), limit=300),

    Bug("an autoscaler forgets its maximum", autoscaler._desired, "return Desired(spec.max_replicas, status, memory)",
        "return Desired(spec.max_replicas + 1, status, memory)", c.SCALED,
        ("an autoscaler asks", "what an autoscaler scales")),
    Bug("an autoscaler forgets its minimum", autoscaler._desired, "current < spec.min_replicas", "False", c.SCALED_UP,
        ("what an autoscaler scales",)),

    Bug("a quota bounds nothing", quota.charged, "used[name] + more > hard[name]", "False", c.QUOTA,
        ("nothing is made that exceeds",)),
    Bug("a quota is not charged", quota.charged, "used[name] + amount for", "used[name] for", c.QUOTA,
        ("nothing is made that exceeds",)),
    Bug("a quota is not counted again", resource_quota._decide, "quotas.counted(quota, found, look.now)",
        "quota.status.used or quotas.counted(quota, found, look.now)", c.QUOTA_FREED,
        ("the status of a quota",)),

    Bug("an endpoint is ready whatever its pod says", endpoint_slice.conditions,
        "publish_not_ready or (serving and not terminating)", "True", c.SERVED, ("no traffic",)),
    Bug("a pod that terminates gets traffic", endpoint_slice.conditions,
        "publish_not_ready or (serving and not terminating)", "publish_not_ready or serving", c.LOST_AND_DELETED,
        ("no traffic",)),
    Bug("a slice stays as it was made", endpoint_slice._decide,
        'yield Write("update", named, EndpointSlice(meta, endpoints, ports))', "pass", c.SERVED, ("a Service sends",)),
    Bug("the endpoints of a node that is gone stay", endpoint_slice._wanted, "if node is None and not",
        "if False and not", c.NODE_GONE, ("no traffic",)),
    Bug("a Service takes everybody's pods", endpoint_slice._wanted, "not service.selects(pod.meta) or", "", c.SERVED,
        ("a Service sends",)),

    ignores("VolumeBinding", c.OUT_OF_REACH),
    Bug("a pod that waits for its claims takes no room", scheduling._assuming, "if not assumed", "if True", c.CLAIMED,
        ("no pod is bound where",)),
    Bug("a claim goes though it is used", volume_protection._claim, "if not any(", "if any((True,)) or any(",
        c.CLAIMED, ("no claim goes",)),
    Bug("a volume goes though it is bound", volume_protection._volume, 'volume.status.phase != "Bound"', "True",
        c.ONE_VOLUME, ("no volume goes",)),
    Bug("a volume is taken that another claim has", persistent_volume._sought,
        "is_bound_to(volume, claim)\n            if", "True\n            if", c.ONE_VOLUME, ("no volume is bound",)),
    Bug("a container starts without its volumes", kubelet._decide, "not all_bound(look, pod)", "False",
        c.BOUND_BY_HAND, ("no container starts",)),

    Bug("the garbage collector forgets", garbage_collector.classified, "dangling.append(owner)", "solid.append(owner)",
        c.OWNED, ("nothing is left",)),
    Bug("the garbage collector takes what is owned", garbage_collector.classified, "solid.append(owner)",
        "dangling.append(owner)", c.OWNED, ("nothing is collected",)),
    Bug("the garbage collector keeps an owner for ever", garbage_collector._decide,
        "if not any(_blocks(one, meta.uid) for one in dependents(look, meta.uid)):", "if False:", c.DELETED_SET,
        ("all that was deleted",)),
    Bug("a namespace goes before what is in it", namespace._decide, "if not left:", "if True:", c.NAMESPACE,
        ("a namespace goes",)),
    Bug("a namespace never goes", namespace._decide, "without_finalizer(namespace.meta, KUBERNETES)", "namespace.meta",
        c.NAMESPACE, ("all that was deleted",)),
    Bug("nobody collects the pods of a node that is gone", pod_gc.collect, "pod.node in gone", "False", c.NODE_GONE,
        ("no pod of a silent node",)),
    Bug("a pod that succeeded is taken for failed when it is collected", pod_gc.failed, "if is_terminal(pod):",
        "if False:", c.ENDED, ("a pod that has ended",)),

    Bug("renewals of leases are overlooked", lifecycle._renewals, "renewed_at=now", "renewed_at=0", c.LOST,
        ("no node is given up",)),
    Bug("a node is never given up", health.judge, "if now <= known.probed_at + patience:", "if True:", c.LOST,
        ("a node that stays silent", "no pod of a silent node")),
    Bug("a node that is given up gets no taint", monitor.no_execute_pass, "if taints != node.taints:", "if False:",
        c.LOST, ("a node that stays silent",)),
    Bug("a node that returns keeps its taint", tainting.reachable, "_without(taints,", "_without(taints, []) or (",
        c.RETURNS, ("a node that is ready",)),
    Bug("pods of a node that is given up stay ready", lifecycle._written, "done.pods_not_ready_on", "()", c.LOST,
        ("no pod of a silent node",)),

    Bug("an eviction by taint ignores tolerationSeconds", taint_eviction.decide,
        "return Decision(False, Scheduled(since, now + seconds)) if now + seconds > since else Decision(True)",
        "return Decision(True)", c.SOON_GONE, ("a taint evicts",)),
    Bug("an eviction by taint comes early", taint_eviction.decide, "Scheduled(since, now + seconds)",
        "Scheduled(since, now + seconds // 2)", c.SOON_GONE, ("a taint evicts",)),
    Bug("an eviction by taint takes who tolerates it for ever", taint_eviction.decide,
        "if seconds is None:\n        return Decision(False)", "if seconds is None:\n        return Decision(True)",
        c.FOR_EVER, ("a taint evicts",)),
    Bug("an eviction by taint spares who does not tolerate it", taint_eviction.decide,
        "if used is None:\n        return Decision(True)", "if used is None:\n        return Decision(False)",
        c.AT_ONCE, ("no pod stays",)),
    Bug("an eviction by taint is forgotten", taint_eviction._decide, "yield Again(decided.scheduled.at)", "pass",
        c.SOON_GONE, ("no pod stays",)),

    Bug("a kubelet lets a pod go and leaves its containers running", kubelet._decide,
        "yield Remember(after.work)", "yield Remember(after.work if pod.meta.deleted_at is None else work)", c.DELETED,
        ("a pod goes only once",)),
    Bug("a kubelet keeps a pod that has ended", kubelet._decide,
        'after.work.stage == "terminated" and pod.meta.deleted_at is not None', "False", c.DELETED,
        ("all that was deleted",)),
    Bug("a lost machine still speaks", leases.is_silent, "return lease.lease.renewed_at is not None",
        "return False", c.LOST, ("nothing is heard",)),
)
