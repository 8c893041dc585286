"""Plans that go on from world to world: they are what the component would decide anew."""

from __future__ import annotations

import gc
from collections import Counter
from math import inf

import pytest

from kubeproof.model.component import Again
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.play import Setup, begun
from kubeproof.model.world import Runner, World
from kubeproof.properties.engines.collecting import YOUNG, seldom
from kubeproof.properties.engines.world_moves import Move, node_lost, pod_deleted
from kubeproof.properties.engines.world_plans import Plan, Planner, Plans, Touched
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored
from kubeproof.properties.studies.study import node

WORKLOADS = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  minReadySeconds: 20
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  minReadySeconds: 10
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "db:1"}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: log}
spec:
  minReadySeconds: 5
  selector: {matchLabels: {app: log}}
  template:
    metadata: {labels: {app: log}}
    spec: {containers: [{name: log, image: "log:1"}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "*/2 * * * *"
  startingDeadlineSeconds: 30
  jobTemplate:
    spec:
      template: {spec: {restartPolicy: Never, containers: [{name: job, image: "job:1"}]}}
"""


def cluster(*moves: Move, manifests: str = WORKLOADS, until: int | None = 0) -> Cluster:
    """Two nodes and what was applied to them; at that time, None: nobody has looked yet."""
    played = begun(Setup(), stated_text("".join(node(f"n{number}") for number in range(2)) + manifests))
    components = played.setup.components(played.world)
    runner = Runner(played.world, components)
    if until is not None:
        list(runner.run(until))
    return Cluster(runner.world, components, moves, played.setup.server)


CLUSTERS = (
    ("workloads that start", Options(limit=400), cluster()),
    ("… in any order", Options(Order.ATOMIC, limit=400), cluster()),
    ("a node is lost, a pod deleted", Options(limit=600), cluster(node_lost(1), pod_deleted(1), until=300)),
)


@pytest.mark.parametrize(("options", "cluster"), [row[1:] for row in CLUSTERS], ids=[row[0] for row in CLUSTERS])
def test_a_plan_that_goes_on_is_what_would_be_decided_anew(
    options: Options, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: Counter[str] = Counter()
    behind = Planner.behind

    def told(planner: Planner, before: Plans, world: World, touched: Touched | None) -> Plans:
        plans = behind(planner, before, world, touched)
        for whose, plan in plans.idle.items():
            component = cluster.components[whose[0]]
            fresh = planner.plan(whose, world)
            if before.now == world.now or fresh.until == inf or not component.steady:
                assert fresh.options == plan.options, (component.name, whose[1])
            else:
                assert _waits(fresh, world) == _waits(plan, world), (component.name, whose[1])
                assert _writes(fresh) == _writes(plan), (component.name, whose[1])
                checked[component.name] += 1
        return plans

    monkeypatch.setattr(Planner, "behind", told)
    explored(cluster, options=options)
    assert options.order is Order.ATOMIC or {"kubelet", "deployment-controller", "cronjob-controller"} <= set(checked)


def _waits(plan: Plan, world: World) -> int | None:
    """When it wants to look again."""
    again = [part.at for _, parts in plan.options for part in parts if isinstance(part, Again)]
    return max(min(again), world.now + 1) if again else None


def _writes(plan: Plan) -> list[object]:
    """What it asks for, and remembers."""
    return [part for _, parts in plan.options for part in parts if not isinstance(part, Again)]


def test_the_collector_of_garbage_looks_seldom_in_a_search_and_as_before_after_it() -> None:
    before = gc.get_threshold()
    with seldom():
        assert gc.get_threshold()[0] == YOUNG
    assert gc.get_threshold() == before
