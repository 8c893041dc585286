"""Writes a dump such as `kubectl get nodes,pods -A -o json` prints: managedFields, status and all.

    python -m benchmarks.dumps NODES PODS FILE

The same numbers give the same bytes. Most pods run; one in 300 waits, for reasons that differ.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

ZONES = ("a", "b", "c")
TIME = "2026-03-01T12:00:00Z"
PODS_OF_A_WORKLOAD = 25
WAITS_EVERY = 300


class Cause(IntEnum):
    """Why a pod waits; the waiting pods take turns."""

    SIZE = 0  # larger than every node
    LABEL = 1  # asks for a label that no node has
    PRIORITY = 2  # no node has room, but lower priorities could go
    NEIGHBOURS = 3  # keeps out of every zone that has its tier


def objects(nodes: int, pods: int) -> Iterator[dict[str, Any]]:
    """The nodes, then the pods, as the API server would give them."""
    yield from (_node(number) for number in range(nodes))
    yield from (_pod(number, nodes) for number in range(pods))


def write(file: Path, nodes: int, pods: int) -> None:
    """Writes the dump to a file, object by object."""
    with file.open("w") as out:
        out.write('{\n    "apiVersion": "v1",\n    "items": [\n')
        for index, one in enumerate(objects(nodes, pods)):
            text = json.dumps(one, indent=4)
            out.write(("" if index == 0 else ",\n") + "\n".join("        " + line for line in text.splitlines()))
        out.write('\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n')


def waiting(pods: int) -> Iterator[str]:
    """The pods (`namespace/name`) of such a dump that wait for a node, by number: one for each cause in turn."""
    for number in range(WAITS_EVERY - 1, pods, WAITS_EVERY):
        meta = _pod(number, 1)["metadata"]
        yield f"{meta['namespace']}/{meta['name']}"


def _uid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


def _managed(manager: str, fields: dict[str, Any], subresource: str | None = None) -> dict[str, Any]:
    found = {
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": manager,
        "operation": "Update",
        "time": TIME,
    }
    return found | ({"subresource": subresource} if subresource else {})


def _node(number: int) -> dict[str, Any]:
    name, zone = f"node-{number:05}", ZONES[number % len(ZONES)]
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m6i.8xlarge",
        "topology.kubernetes.io/region": "eu-1",
        "topology.kubernetes.io/zone": f"eu-1{zone}",
    }
    room = {"cpu": "32", "ephemeral-storage": "99604Mi", "memory": "129Gi", "pods": "110"}
    conditions = ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
    spec: dict[str, Any] = {"podCIDR": "10.0.0.0/24", "providerID": f"cloud:///{name}"}
    if number % 20 == 0:
        spec["taints"] = [{"effect": "NoSchedule", "key": "dedicated", "value": "batch"}]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
            "creationTimestamp": TIME,
            "labels": labels,
            "managedFields": [_managed("kubelet", {"f:metadata": {"f:labels": {f"f:{key}": {} for key in labels}}})],
            "name": name,
            "resourceVersion": str(1000 + number),
            "uid": _uid(1, number),
        },
        "spec": spec,
        "status": {
            "addresses": [{"address": f"10.1.{number // 250}.{number % 250}", "type": "InternalIP"}],
            "allocatable": room,
            "capacity": room,
            "conditions": [
                {
                    "lastHeartbeatTime": TIME,
                    "lastTransitionTime": TIME,
                    "message": "kubelet says so",
                    "reason": "Kubelet",
                    "status": "True" if kind == "Ready" else "False",
                    "type": kind,
                }
                for kind in conditions
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": [
                {"names": [f"registry.example/app-{i}@sha256:{i:064x}"], "sizeBytes": 10**8 + i} for i in range(25)
            ],
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": _uid(2, number),
                "containerRuntimeVersion": "containerd://2.0.0",
                "kernelVersion": "6.8.0",
                "kubeProxyVersion": "",
                "kubeletVersion": "v1.34.1",
                "machineID": _uid(3, number),
                "operatingSystem": "linux",
                "osImage": "Linux",
                "systemUUID": _uid(4, number),
            },
        },
    }


def _pod(number: int, nodes: int) -> dict[str, Any]:
    workload = number // PODS_OF_A_WORKLOAD
    app = f"app-{workload}"
    waits = number % WAITS_EVERY == WAITS_EVERY - 1
    name = f"{app}-7d4b9c6f5-{number:05x}"
    labels = {"app.kubernetes.io/name": app, "pod-template-hash": "7d4b9c6f5", "tier": f"tier-{workload % 5}"}
    cause = number // WAITS_EVERY % len(Cause) if waits else None
    cpu = "64" if cause == Cause.SIZE else "31" if cause == Cause.PRIORITY else f"{50 + 50 * (workload % 6)}m"
    container: dict[str, Any] = {
        "env": [{"name": f"SETTING_{i}", "value": f"value of setting {i}"} for i in range(4)],
        "image": f"registry.example/app-{workload % 40}:v1.2.3",
        "imagePullPolicy": "IfNotPresent",
        "livenessProbe": {"failureThreshold": 3, "httpGet": {"path": "/", "port": "http", "scheme": "HTTP"}},
        "name": "main",
        "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"cpu": cpu, "memory": f"{64 + workload % 64}Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "volumeMounts": [{"mountPath": "/var/run/secrets/x", "name": "token", "readOnly": True}],
    }
    spec: dict[str, Any] = {
        "containers": [container],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 1000 if cause == Cause.PRIORITY else 0,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": "default",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 30,
        "tolerations": [
            {"effect": "NoExecute", "key": f"node.kubernetes.io/{what}", "operator": "Exists", "tolerationSeconds": 300}
            for what in ("not-ready", "unreachable")
        ],
        "volumes": [{"name": "token", "projected": {"defaultMode": 420, "sources": [{"configMap": {"name": "ca"}}]}}],
    }
    if workload % 4 == 0:
        spec["topologySpreadConstraints"] = [
            {
                "labelSelector": {"matchLabels": {"app.kubernetes.io/name": app}},
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
            }
        ]
    if cause == Cause.LABEL:
        spec["nodeSelector"] = {"disk": "fast"}
    if cause == Cause.NEIGHBOURS:
        term = {
            "labelSelector": {"matchLabels": {"tier": labels["tier"]}},
            "topologyKey": "topology.kubernetes.io/zone",
        }
        spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    status: dict[str, Any] = {"phase": "Pending", "qosClass": "Burstable"}
    if not waits:
        spec["nodeName"] = f"node-{number % nodes:05}"
        status = _running(number)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "creationTimestamp": TIME,
            "generateName": f"{app}-7d4b9c6f5-",
            "labels": labels,
            "managedFields": _pod_fields(labels),
            "name": name,
            "namespace": f"team-{workload % 30}",
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "blockOwnerDeletion": True,
                    "controller": True,
                    "kind": "ReplicaSet",
                    "name": f"{app}-7d4b9c6f5",
                    "uid": _uid(5, workload),
                }
            ],
            "resourceVersion": str(100_000 + number),
            "uid": _uid(6, number),
        },
        "spec": spec,
        "status": status,
    }


def _pod_fields(labels: dict[str, str]) -> list[dict[str, Any]]:
    container: dict[str, Any] = {
        "f:image": {},
        "f:name": {},
        "f:resources": {"f:limits": {"f:memory": {}}, "f:requests": {"f:cpu": {}}},
    }
    meta: dict[str, Any] = {"f:generateName": {}, "f:labels": {f"f:{key}": {} for key in labels}}
    spec = {"f:containers": {'k:{"name":"main"}': container}, "f:dnsPolicy": {}, "f:restartPolicy": {}}
    kinds = ("ContainersReady", "Initialized", "PodReadyToStartContainers", "Ready")
    conditions: dict[str, Any] = {f'k:{{"type":"{kind}"}}': {"f:status": {}, "f:type": {}} for kind in kinds}
    return [
        _managed("kube-controller-manager", {"f:metadata": meta, "f:spec": spec}),
        _managed("kubelet", {"f:status": {"f:conditions": conditions, "f:phase": {}}}, "status"),
    ]


def _running(number: int) -> dict[str, Any]:
    address = f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250}"
    kinds = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "conditions": [{"lastTransitionTime": TIME, "status": "True", "type": kind} for kind in kinds],
        "containerStatuses": [
            {
                "containerID": f"containerd://{number:064x}",
                "image": "registry.example/app:v1.2.3",
                "imageID": f"registry.example/app@sha256:{number:064x}",
                "lastState": {},
                "name": "main",
                "ready": True,
                "restartCount": 0,
                "started": True,
                "state": {"running": {"startedAt": TIME}},
            }
        ],
        "hostIP": "10.1.0.1",
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "qosClass": "Burstable",
        "startTime": TIME,
    }


def main() -> None:
    """Writes the dump that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("nodes", type=int)
    parser.add_argument("pods", type=int)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    write(asked.file, asked.nodes, asked.pods)


if __name__ == "__main__":
    main()
