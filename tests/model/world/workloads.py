"""Worlds with workloads, told by the little that a test is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from kubeproof.model import steps
from kubeproof.model.cluster import picking
from kubeproof.model.component import Component
from kubeproof.model.conformance.recorded import does, merged
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.cronjob.component import CRONJOB
from kubeproof.model.controlplane.controllers.daemonset.component import DAEMONSET
from kubeproof.model.controlplane.controllers.deployment.component import DEPLOYMENT
from kubeproof.model.controlplane.controllers.garbage_collector import GARBAGE_COLLECTOR
from kubeproof.model.controlplane.controllers.job.component import JOB
from kubeproof.model.controlplane.controllers.replicaset import REPLICASET
from kubeproof.model.controlplane.controllers.statefulset.component import STATEFULSET
from kubeproof.model.controlplane.controllers.ttl_after_finished import TTL_AFTER_FINISHED
from kubeproof.model.controlplane.etcd import Key, in_namespace
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.manifests import schema
from kubeproof.model.node.kubelet.component import Does, kubelet
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.typed import LIVE
from kubeproof.model.script import parsed
from kubeproof.model.world import Runner, World

Json = Any
NAMESPACE = "shop"
CONTROLLERS = (DEPLOYMENT, REPLICASET, STATEFULSET, DAEMONSET, JOB, CRONJOB, TTL_AFTER_FINISHED, GARBAGE_COLLECTOR)

VERSIONS = {
    "Job": "batch/v1",
    "ResourceQuota": "v1",
    "CronJob": "batch/v1",
    "Node": "v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
}


def template(image: str = "app:v1", annotations: Mapping[str, str] | None = None, **spec: Json) -> Json:
    """A pod template with the label app: web and one container c."""
    meta = {"labels": {"app": "web"}, "annotations": dict(annotations or {})}
    return {"metadata": meta, "spec": {"containers": [{"name": "c", "image": image}], **spec}}


def key_of(kind: str, name: str) -> Key:
    """The key of an object of a kind; nodes have no namespace."""
    return Key(kind, "" if kind == "Node" else NAMESPACE, name)


class Cluster:
    """A world with nodes and what users ask of it. `run` goes to a time, in seconds from the beginning. `seed`: looks
    are interleaved by it."""

    def __init__(self, *more: Component, nodes: int = 3, does: Does = does, seed: int | None = None) -> None:
        self.parts = (*CONTROLLERS, *more, scheduler(), kubelet(does))
        self.runner = Runner(World(), self.parts)
        if seed is not None:
            self.runner = Runner(World(), self.parts, pick=picking(seed), interleaved=True)
        self.manifests: dict[Key, Json] = {}
        for number in range(1, nodes + 1):
            self.node(f"n{number}")

    def node(self, name: str, **spec: Json) -> None:
        """One more node."""
        status = {
            "allocatable": {"cpu": "4", "pods": "20"},
            "conditions": [{"type": "Ready", "status": "True"}],
        }
        body = {"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}, "spec": spec, "status": status}
        self._create(Key("Node", "", name), body)

    def create(self, kind: str, name: str = "web", **spec: Json) -> None:
        """An object of a kind; a selector for app: web is added where workloads need one."""
        if kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
            spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template(), **spec}
        self._create(Key(kind, NAMESPACE, name), {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec})

    def patch(self, kind: str, name: str = "web", **spec: Json) -> None:
        """A user changes fields of a spec."""
        key = key_of(kind, name)
        self.manifests[key] = merged(self.manifests[key], {"spec": spec}, strategic=False)
        held: Any = self.runner.world.store.objects[key]
        new = self._live(key)
        kept = {"meta": held.meta}
        if hasattr(held, "status"):
            kept["status"] = held.status
        self.runner.ask(Write("update", key, replace(new, **kept)), "user")

    def delete(self, kind: str, name: str) -> None:
        """A user deletes something."""
        event = self.runner.ask(Write("delete", key_of(kind, name)), "user")
        assert event.refused is None

    def change(self, kind: str, name: str, how: Callable[[Any], Any]) -> None:
        """A user writes an object of ours, status aside."""
        key = Key(kind, NAMESPACE, name)
        self.runner.ask(Write("update", key, how(self.get(kind, name))), "user")

    def change_node(self, name: str, how: Callable[[Any], Any]) -> None:
        """A user writes a node."""
        key = Key("Node", "", name)
        self.runner.ask(Write("update", key, how(self.runner.world.store.objects[key])), "user")

    def happens(self, name: str, **fields: Json) -> None:
        """A step of a script that is none of a user's, now."""
        (one,) = parsed(msgspec.json.encode([{name: fields}]).decode())
        self.runner = Runner(steps.outside(self.runner.world, name, one.step), self.parts)

    def run(self, until: int) -> list[str]:
        """What happens until then, a line a request: who, what, which."""
        told = [f"{one.by}: {one.write.verb} {one.key.kind} {one.key.name}" for one in self.runner.run(until)]
        self.runner.advance(until)
        return told

    def get(self, kind: str, name: str = "web") -> Any:
        """An object that is there."""
        return self.runner.world.store.objects[Key(kind, NAMESPACE, name)]

    def all(self, kind: str) -> list[Any]:
        """The objects of a kind, by name."""
        found = self.runner.world.store.bucket(in_namespace(kind, NAMESPACE))
        return [found[key] for key in sorted(found)]

    def pods(self) -> list[LivePod]:
        """The pods that are not being deleted."""
        return [one for one in self.all("Pod") if one.meta.deleted_at is None]

    def images(self) -> list[str]:
        """The images of these pods."""
        return sorted(one.run.containers[0].image for one in self.pods())

    def _create(self, key: Key, body: Json) -> None:
        self.manifests[key] = {"apiVersion": VERSIONS.get(key.kind, "apps/v1"), "kind": key.kind, **body}
        event = self.runner.ask(Write("create", key, self._live(key)), "user")
        assert event.refused is None

    def _live(self, key: Key) -> Any:
        manifest = self.manifests[key]
        return LIVE[key.kind](msgspec.convert(manifest, schema.known(manifest["apiVersion"], key.kind)))
