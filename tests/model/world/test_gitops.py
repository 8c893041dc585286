"""GitOps: what stands in the manifests is applied again and again, whatever others do."""

from __future__ import annotations

from typing import Any

import pytest

from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.extras import Extras
from kubeproof.model.gitops import GitOps
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.service import Service
from kubeproof.model.play import Played, Setup, apply, begun, play
from kubeproof.model.script import parsed

NODE = """---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {allocatable: {cpu: "8", memory: 8Gi, pods: "110"}}
"""


def web(replicas: str = "replicas: 1") -> str:
    return f"""{NODE}---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{terminationGracePeriodSeconds: 1, containers: [{{name: c, image: "app:1"}}]}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: web}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}
  minReplicas: 3
  maxReplicas: 5
  metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 50}}}}}}]
"""


def run(text: str, until: int, script: str = "[]", interval: int = 50) -> Played:
    first = begun(Setup(extras=Extras(gitops=GitOps(interval))), stated_text(text))
    return play(first.setup, first.world, until, parsed(script))


def sizes(played: Played) -> list[tuple[int, str, int]]:
    """How often somebody changed the size of the Deployment: when, who, to what."""
    found = []
    for event in played.events:
        before: Any = event.before
        after: Any = event.after
        if event.key.kind == "Deployment" and before and before.spec.replicas != after.spec.replicas:
            found.append((event.at, event.by, after.spec.replicas))
    return found


AUTOSCALER = "horizontal-pod-autoscaler"


def check_flapping() -> None:
    assert sizes(run(web(), 170)) == [
        (15, AUTOSCALER, 3),
        (50, "gitops", 1),
        (60, AUTOSCALER, 3),
        (100, "gitops", 1),
        (105, AUTOSCALER, 3),
        (150, "gitops", 1),
        (150, AUTOSCALER, 3),
    ]


def test_replicas_in_the_manifest_and_an_autoscaler_flap_for_ever() -> None:
    check_flapping()


def check_settled() -> None:
    assert sizes(run(web(""), 170)) == [(15, AUTOSCALER, 3)]


def test_without_replicas_in_the_manifest_they_do_not() -> None:
    check_settled()


CHANGED = (
    ("an image that a user sets", "[{at: 10s, set-image: {object: deployment/web, image: 'app:2'}}]"),
    ("a deployment that a user deletes", "[{at: 10s, delete: deployment/web}]"),
)


def check_back(script: str) -> None:
    before, after = (run(web(), until, script).world.store.objects for until in (49, 60))
    key = Key("Deployment", "default", "web")
    there: Any = before.get(key)
    assert there is None or there.spec.template.run.containers[0].image == "app:2"
    again: Any = after.get(key)
    assert again is not None
    assert again.spec.template.run.containers[0].image == "app:1"


@pytest.mark.parametrize("script", [row[1] for row in CHANGED], ids=[row[0] for row in CHANGED])
def test_what_a_user_does_is_undone(script: str) -> None:
    check_back(script)


EVERYTHING = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: one}
spec: {containers: [{name: c, image: app}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: task}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: app}]}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "0 0 1 1 *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: app}]}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: set}
spec:
  serviceName: web
  selector: {matchLabels: {app: set}}
  template: {metadata: {labels: {app: set}}, spec: {containers: [{name: c, image: app}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: app}]}}
"""


def test_applying_what_is_there_changes_nothing() -> None:
    played = run(web("") + "---" + EVERYTHING, 170)
    assert [str(event.key) for event in played.events if event.by == "gitops"] == []


def test_a_service_that_is_applied_with_another_selector_keeps_its_address_and_ports() -> None:
    manifest = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
"""
    first = begun(Setup(), stated_text(manifest))
    after = apply(first.setup, first.world, stated_text(manifest.replace("app: web", "app: next")))
    was, now = (one.world.store.objects[Key("Service", "default", "web")] for one in (first, after))
    assert isinstance(was, Service)
    assert isinstance(now, Service)
    assert (dict(was.selector), dict(now.selector)) == ({"app": "web"}, {"app": "next"})
    assert was.cluster_ip
    assert (now.cluster_ip, now.ports) == (was.cluster_ip, was.ports)
