"""Smaller clusters of the same shape: which ones, in which order, and what is in them."""

from __future__ import annotations

import msgspec
import pytest

from kubeproof.model.manifests.stated import Input, stated, stated_text
from kubeproof.properties.queries.given import given
from kubeproof.properties.queries.sizes import LARGEST, smaller, text

NODES = "a{1..3} cpu=4 zone=a; b{1..2} cpu=4 zone=b"


def deployment(name: str, replicas: int, near: str = "") -> str:
    term = f"{{topologyKey: kubernetes.io/hostname, labelSelector: {{matchLabels: {{app: {near}}}}}}}"
    required = f"podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}"
    spread = f"affinity: {{{required}}}, " if near else ""
    return f"""\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{{spread}containers: [{{name: c, image: x}}]}}
"""


def budget(name: str) -> str:
    return f"""\
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {name}}}
spec: {{minAvailable: 1, selector: {{matchLabels: {{app: {name}}}}}}}
"""


CRON = """\
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}
"""


def read(manifests: str, nodes: str = NODES) -> Input:
    found = stated_text(manifests)
    sketched = stated([], nodes=nodes)
    return found._replace(stated=(*found.stated, *sketched.stated))


def names(manifests: str) -> list[str]:
    told = [msgspec.json.decode(one) for one in manifests.split("\n---\n")]
    return [f"{one['kind']}/{one['metadata']['name']}" for one in told]


SIZES: tuple[tuple[str, str, list[str]], ...] = (
    (
        "one workload: replicas grow, then nodes of each kind, up to the whole",
        deployment("web", 2),
        ["1 pod, 2 nodes", "2 pods, 2 nodes", "2 pods, 4 nodes"],
    ),
    ("a whole that is as small as can be has no smaller one", "", []),
    (
        "each of several workloads is there alone, then all of them",
        deployment("web", 1) + deployment("api", 1),
        [
            "Deployment web alone: 1 pod, 2 nodes",
            "Deployment api alone: 1 pod, 2 nodes",
            "2 pods, 2 nodes",
        ],
    ),
    (
        "a workload has with it what it must be near to",
        deployment("web", 1, near="api") + deployment("api", 1, near="db") + deployment("db", 1),
        [
            "Deployment web alone with api, db: 3 pods, 2 nodes",
            "Deployment api alone with db: 2 pods, 2 nodes",
            "Deployment db alone: 1 pod, 2 nodes",
        ],
    ),
)


@pytest.mark.parametrize(("sentence", "manifests", "expected"), SIZES, ids=[one[0] for one in SIZES])
def test_the_smallest_come_first(sentence: str, manifests: str, expected: list[str]) -> None:
    nodes = NODES if manifests else "a1 cpu=4"
    assert [one.name for one in smaller(read(manifests, nodes))][: len(expected)] == expected, sentence
    assert bool(expected) or not list(smaller(read(manifests, nodes)))


def test_budgets_of_others_and_cron_jobs_are_left_out() -> None:
    found = read(deployment("web", 1) + budget("web") + deployment("api", 1) + budget("api") + CRON, "a1 cpu=4")
    alone = next(one for one in smaller(found) if one.name.startswith("Deployment web alone"))
    assert names(alone.manifests) == ["PodDisruptionBudget/web", "Node/a1", "Deployment/web"]


def test_no_cluster_is_told_twice_and_none_is_the_whole() -> None:
    found = read(deployment("web", 9) + deployment("api", 2), "a{1..9} cpu=4")
    told = [one.manifests for one in smaller(found)]
    assert len(told) == len(set(told))
    assert text(found) not in told
    assert max(len(names(one)) for one in told) == 2 + LARGEST


def test_what_is_written_reads_as_the_same_cluster() -> None:
    found = stated(["examples/shop"])
    one, other = given(found).world, given(stated_text(text(found))).world
    assert one == other
