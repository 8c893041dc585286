"""StatefulSets in a world: order, updates in parts, revisions, and the rollback that stands still."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from lightkube.models import apps_v1
from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.typed import LIVE
from tests.model.world.workloads import NAMESPACE, Cluster, template

PARALLEL = {"podManagementPolicy": "Parallel"}


def names(cluster: Cluster) -> list[str]:
    return [one.meta.name for one in cluster.pods()]


def created(cluster: Cluster, until: int) -> list[str]:
    """What happens to pods, statuses aside, as the controller asked for it."""
    told = (line.split(": ")[1] for line in cluster.run(until) if line.startswith("statefulset-controller"))
    return [line for line in told if not line.startswith("status") and " Pod " in line]


def images(cluster: Cluster) -> dict[str, str]:
    return {one.meta.name: one.run.containers[0].image for one in cluster.pods()}


def test_pods_are_made_in_order_each_once_the_one_before_is_ready() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=2, template=template("app:broken"))
    cluster.run(10)
    assert names(cluster) == ["web-0"]
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=3)
    assert created(cluster, 10) == ["create Pod web-0", "create Pod web-1", "create Pod web-2"]


def test_parallel_pods_do_not_wait_for_each_other() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=3, template=template("app:broken"), **PARALLEL)
    cluster.run(10)
    assert names(cluster) == ["web-0", "web-1", "web-2"]


def test_a_pod_tells_its_set_its_number_and_its_revision() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=1, ordinals={"start": 3})
    cluster.run(10)
    (pod,), (revision,) = cluster.pods(), cluster.all("ControllerRevision")
    assert dict(pod.meta.labels) == {
        "app": "web",
        "apps.kubernetes.io/pod-index": "3",
        "controller-revision-hash": revision.meta.name,
        "statefulset.kubernetes.io/pod-name": "web-3",
    }
    assert revision.meta.name == f"web-{revision.meta.labels['controller.kubernetes.io/hash']}"
    status = cluster.get("StatefulSet").status
    assert (status.replicas, status.ready_replicas, status.current_replicas, status.updated_replicas) == (1, 1, 1, 1)
    assert status.current_revision == status.update_revision == revision.meta.name


def test_a_smaller_set_loses_its_last_pods_one_after_the_other() -> None:
    cluster = Cluster()
    slow = template(annotations={"fake/term-delay": "5"})
    cluster.create("StatefulSet", replicas=4, template=slow)
    cluster.run(10)
    cluster.patch("StatefulSet", replicas=2)
    assert created(cluster, 12) == ["delete Pod web-3"]
    assert created(cluster, 30) == ["delete Pod web-2"]
    assert names(cluster) == ["web-0", "web-1"]


def test_a_rolling_update_goes_from_the_last_pod_to_the_first() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=3)
    cluster.run(10)
    cluster.patch("StatefulSet", template=template("app:v2"))
    assert created(cluster, 40) == [
        line for number in (2, 1, 0) for line in (f"delete Pod web-{number}", f"create Pod web-{number}")
    ]
    assert set(images(cluster).values()) == {"app:v2"}
    status = cluster.get("StatefulSet").status
    assert (status.current_revision, status.current_replicas) == (status.update_revision, 3)


def test_pods_below_the_partition_stay_and_come_back_as_they_were() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=3, updateStrategy={"rollingUpdate": {"partition": 2}})
    cluster.run(10)
    cluster.patch("StatefulSet", template=template("app:v2"))
    cluster.run(20)
    assert images(cluster) == {"web-0": "app:v1", "web-1": "app:v1", "web-2": "app:v2"}
    cluster.delete("Pod", "web-0")
    cluster.run(40)
    assert images(cluster)["web-0"] == "app:v1"
    status = cluster.get("StatefulSet").status
    assert (status.current_replicas, status.updated_replicas) == (2, 1)
    assert status.current_revision != status.update_revision


def test_with_on_delete_only_deleted_pods_are_replaced() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=2, updateStrategy={"type": "OnDelete"})
    cluster.run(10)
    cluster.patch("StatefulSet", template=template("app:v2"))
    cluster.run(20)
    assert images(cluster) == {"web-0": "app:v1", "web-1": "app:v1"}
    cluster.delete("Pod", "web-0")
    cluster.run(40)
    assert images(cluster) == {"web-0": "app:v2", "web-1": "app:v1"}


def test_a_rollback_stands_still_at_a_pod_that_never_gets_ready() -> None:
    """kubernetes#67250: in order, the broken pod is waited for, though the template that broke it is gone."""
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=2)
    cluster.run(10)
    cluster.patch("StatefulSet", template=template("app:broken"))
    cluster.run(20)
    cluster.patch("StatefulSet", template=template("app:v1"))
    cluster.run(100)
    assert images(cluster) == {"web-0": "app:v1", "web-1": "app:broken"}
    cluster.delete("Pod", "web-1")
    cluster.run(150)
    assert images(cluster) == {"web-0": "app:v1", "web-1": "app:v1"}


def test_a_parallel_set_gets_out_of_a_broken_update_by_itself() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=2, **PARALLEL)
    cluster.run(10)
    cluster.patch("StatefulSet", template=template("app:broken"))
    cluster.run(20)
    cluster.patch("StatefulSet", template=template("app:v1"))
    cluster.run(100)
    assert images(cluster) == {"web-0": "app:v1", "web-1": "app:v1"}


def test_a_template_that_comes_back_makes_its_revision_the_newest() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=1)
    for image in ("app:v2", "app:v1"):
        cluster.run(cluster.runner.world.now + 20)
        cluster.patch("StatefulSet", template=template(image))
    cluster.run(100)
    numbers = {one.template.run.containers[0].image: one.revision for one in cluster.all("ControllerRevision")}
    assert numbers == {"app:v1": 3, "app:v2": 2}


def test_old_revisions_beyond_the_history_go() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=1, revisionHistoryLimit=1)
    for number in (2, 3, 4):
        cluster.run(number * 20)
        cluster.patch("StatefulSet", template=template(f"app:v{number}"))
    cluster.run(200)
    assert sorted(one.revision for one in cluster.all("ControllerRevision")) == [3, 4]


@pytest.mark.parametrize("code", ["0", "1"])
def test_a_pod_that_ended_is_deleted_and_made_again_under_its_name(code: str) -> None:
    cluster = Cluster()
    ends = template(annotations={"fake/exit.c": f"{code}:5"}, restartPolicy="Never")
    cluster.create("StatefulSet", replicas=1, template=ends)
    assert created(cluster, 7) == ["create Pod web-0", "delete Pod web-0", "create Pod web-0"]


def test_a_pod_is_replaced_only_once_the_old_one_is_gone() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=1, template=template(annotations={"fake/term-delay": "20"}))
    cluster.run(10)
    cluster.delete("Pod", "web-0")
    assert created(cluster, 25) == []
    assert created(cluster, 40) == ["create Pod web-0"]


def test_a_pod_that_lost_its_labels_gets_them_again() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=1)
    cluster.run(10)
    bare = cluster.get("Pod", "web-0").meta.labels.delete("apps.kubernetes.io/pod-index")
    cluster.change("Pod", "web-0", lambda pod: replace(pod, meta=replace(pod.meta, labels=bare)))
    assert created(cluster, 20) == ["update Pod web-0"]
    assert cluster.get("Pod", "web-0").meta.labels["apps.kubernetes.io/pod-index"] == "0"


def test_each_pod_gets_its_claims_before_it_is_made() -> None:
    cluster = Cluster()
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    cluster.create("StatefulSet", replicas=1, volumeClaimTemplates=[claim])
    cluster.run(5)
    (held,) = cluster.all("PersistentVolumeClaim")
    assert (held.meta.name, held.meta.namespace, dict(held.meta.labels)) == ("data-web-0", NAMESPACE, {"app": "web"})
    assert msgspec.json.decode(held.manifest)["resources"] == {"requests": {"storage": "1Gi"}}
    volumes = msgspec.json.decode(cluster.get("Pod", "web-0").manifest).get("volumes")
    assert volumes == [{"name": "data", "persistentVolumeClaim": {"claimName": "data-web-0"}}]


def test_with_its_gate_on_so_many_pods_are_replaced_at_a_time() -> None:
    cluster = Cluster()
    cluster.create("StatefulSet", replicas=5, template=template(annotations={"fake/term-delay": "3"}), **PARALLEL)
    cluster.change("StatefulSet", "web", lambda one: replace(one, spec=replace(one.spec, max_unavailable="40%")))
    cluster.run(10)
    new = cluster.get("StatefulSet").spec
    other = replace(new.template, annotations=new.template.annotations.set("a", "b"))
    cluster.change("StatefulSet", "web", lambda one: replace(one, spec=replace(one.spec, template=other)))
    assert created(cluster, 11) == ["delete Pod web-4", "delete Pod web-3"]


def test_claims_that_would_be_deleted_are_not_modelled() -> None:
    raw: Any = {
        "metadata": {"name": "web"},
        "spec": {
            "selector": {},
            "serviceName": "",
            "template": template(),
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete"},
        },
    }
    with pytest.raises(NotModelled, match="persistentVolumeClaimRetentionPolicy"):
        LIVE["StatefulSet"](msgspec.convert(raw, apps_v1.StatefulSet))
