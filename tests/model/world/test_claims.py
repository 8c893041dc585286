"""Claims over time: who binds them, what waits for them, and what becomes of them and their volumes."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from kubeproof.model.cluster import not_modelled
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers.persistent_volume.binding import BOUND_BY_CONTROLLER, PROVISIONER
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import CLAIM, VOLUME, LiveClaim, LiveVolume
from kubeproof.model.objects.pod_status import is_terminal
from kubeproof.model.objects.storage import SELECTED_NODE
from kubeproof.model.play import Played, Setup, begun, play
from kubeproof.model.script import parsed
from kubeproof.model.story.tables import tables

T = TypeVar("T")
ZONES = ("n1 a", "n2 b")


def nodes(*told: str, cpu: str = "2", driver: str = "csi.example") -> str:
    """Nodes, each told as `name zone`, whose CSI driver reaches volumes of their zone."""
    made = ""
    for name, zone in (one.split() for one in told):
        made += f"""
---
{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{zone: {zone}}}}},
  status: {{allocatable: {{cpu: "{cpu}", memory: 8Gi, pods: "9"}}}}}}
---
{{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {{name: {name}}},
  spec: {{drivers: [{{name: {driver}, nodeID: {name}, topologyKeys: [zone]}}]}}}}
"""
    return made


def storage_class(name: str = "fast", *, waits: bool = True, provisioner: str = "csi.example", more: str = "") -> str:
    mode = "WaitForFirstConsumer" if waits else "Immediate"
    return f"""
---
{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, provisioner: {provisioner},
  volumeBindingMode: {mode}{more}}}
"""


def volume(name: str, size: str = "1Gi", zone: str = "", more: str = "", storage_class: str = "fast") -> str:
    terms = f"[{{matchExpressions: [{{key: zone, operator: In, values: [{zone}]}}]}}]"
    where = f", nodeAffinity: {{required: {{nodeSelectorTerms: {terms}}}}}" if zone else ""
    return f"""
---
{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: {name}}}, spec: {{capacity: {{storage: {size}}},
  accessModes: [ReadWriteOnce], storageClassName: {storage_class}, hostPath: {{path: /data}}{where}{more}}}}}
"""


def claim(name: str = "data", size: str = "1Gi", more: str = ", storageClassName: fast") -> str:
    return f"""
---
{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}}}, spec: {{accessModes: [ReadWriteOnce],
  resources: {{requests: {{storage: {size}}}}}{more}}}}}
"""


def pod(name: str = "web", claims: str = "data", more: str = "", cpu: str = "1") -> str:
    listed = ", ".join(
        f"{{name: {one}, persistentVolumeClaim: {{claimName: {one}}}}}" for one in filter(None, claims.split(","))
    )
    return f"""
---
{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: c, image: "c:1",
  resources: {{requests: {{cpu: "{cpu}"}}}}}}], volumes: [{listed}]{more}}}}}
"""


def run(text: str, script: str = "[]", until: int = 900) -> Played:
    started = begun(Setup(), stated_text(text))
    return play(started.setup, started.world, until, parsed(script))


def there(played: Played, kind: type[T], name: str) -> T:
    called = {"LivePod": "Pod", "LiveClaim": CLAIM, "LiveVolume": VOLUME}[kind.__name__]
    held = played.world.store.get(Key(called, "" if called == VOLUME else "default", name))
    assert isinstance(held, kind)
    return held


def gone(played: Played, kind: str, name: str) -> bool:
    return Key(kind, "" if kind == VOLUME else "default", name) not in played.world.store.objects


def message(played: Played, name: str = "web") -> str:
    scheduled = there(played, LivePod, name).status.condition("PodScheduled")
    assert scheduled is not None
    return scheduled.message


def test_a_claim_that_waits_has_a_volume_made_where_its_pod_goes() -> None:
    done = run(nodes(*ZONES) + storage_class() + claim() + pod(more=", nodeSelector: {zone: b}"))
    held = there(done, LiveClaim, "data")
    made = there(done, LiveVolume, held.volume)
    assert (held.status.phase, made.status.phase, there(done, LivePod, "web").status.phase) == (
        "Bound",
        "Bound",
        "Running",
    )
    assert held.meta.annotations[SELECTED_NODE] == "n2"
    assert [held.meta.annotations[name] for name in PROVISIONER] == ["csi.example", "csi.example"]
    assert made.given.node_terms is not None
    assert [(one.key, one.values) for one in made.given.node_terms[0].expressions] == [("zone", ("b",))]
    order = [f"{event.by}: {event.write.verb} {event.key.kind}" for event in done.events if event.by != "user"]
    steps = ["scheduler: update PersistentVolumeClaim", "csi-provisioner: create PersistentVolume"]
    steps += ["scheduler: bind Pod", "kubelet: status Pod"]
    assert [order.index(one) for one in steps] == sorted(order.index(one) for one in steps)


def test_a_claim_that_waits_stays_without_a_volume_while_no_pod_wants_it() -> None:
    done = run(nodes(*ZONES) + storage_class() + volume("v") + claim())
    assert (there(done, LiveClaim, "data").status.phase, there(done, LiveVolume, "v").status.phase) == (
        "Pending",
        "Available",
    )


def test_a_volume_made_at_once_may_be_where_the_pod_cannot_go() -> None:
    done = run(nodes(*ZONES) + storage_class(waits=False) + claim() + pod(more=", nodeSelector: {zone: b}"))
    assert there(done, LiveClaim, "data").status.phase == "Bound"
    assert message(done).startswith(
        "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, "
        "1 node(s) didn't match Pod's node affinity/selector."
    )


def test_the_smallest_volume_that_is_large_enough_is_taken() -> None:
    text = volume("small", "1Gi") + volume("large", "9Gi") + volume("fits", "3Gi") + claim(size="2Gi")
    done = run(nodes("n1 a") + storage_class(waits=False, provisioner="kubernetes.io/no-provisioner") + text)
    held = there(done, LiveClaim, "data")
    assert (held.volume, held.status.phase, str(held.status.capacity)) == ("fits", "Bound", "3Gi")
    assert there(done, LiveVolume, "fits").meta.annotations.get(BOUND_BY_CONTROLLER) == "yes"
    assert [there(done, LiveVolume, name).status.phase for name in ("small", "large")] == ["Available"] * 2


def test_the_scheduler_takes_a_volume_that_the_pods_node_reaches() -> None:
    text = volume("here", zone="b") + volume("elsewhere", zone="a") + claim() + pod(more=", nodeSelector: {zone: b}")
    local = storage_class(provisioner="kubernetes.io/no-provisioner")
    done = run(nodes(*ZONES) + local + text)
    assert (there(done, LiveClaim, "data").volume, there(done, LivePod, "web").node) == ("here", "n2")
    assert there(done, LiveVolume, "elsewhere").status.phase == "Available"


def test_of_two_pods_only_one_gets_the_only_volume() -> None:
    local = storage_class(provisioner="kubernetes.io/no-provisioner")
    both = pod("one", "first") + pod("two", "second") + claim("first") + claim("second")
    done = run(nodes("n1 a") + local + volume("v") + both)
    assert (there(done, LivePod, "one").node, there(done, LivePod, "two").node) == ("n1", "")
    assert message(done, "two").startswith(
        "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind."
    )


def test_a_pod_that_waits_for_its_claims_keeps_its_room() -> None:
    """Nobody makes volumes of this class, so the first pod waits on the node; the other does not fit beside it."""
    names = tuple(name for name in Setup().names if name != "csi-provisioner")
    text = nodes("n1 a", cpu="1") + storage_class() + claim() + pod() + pod("other", "")
    started = begun(Setup(names), stated_text(text))
    done = play(started.setup, started.world, 599)
    assert there(done, LiveClaim, "data").meta.annotations[SELECTED_NODE] == "n1"
    assert (there(done, LivePod, "web").node, there(done, LivePod, "other").node) == ("", "")
    assert "Insufficient cpu" in message(done, "other")
    later = play(done.setup, done.world, 1200)
    assert there(later, LivePod, "web").node == ""


def test_a_volume_that_names_the_claim_is_kept_for_it() -> None:
    kept = volume("kept", "9Gi", more=", claimRef: {namespace: default, name: data}")
    done = run(nodes("n1 a") + storage_class(waits=False) + volume("free") + kept + claim())
    assert there(done, LiveClaim, "data").volume == "kept"
    assert BOUND_BY_CONTROLLER not in there(done, LiveVolume, "kept").meta.annotations
    assert there(done, LiveVolume, "free").status.phase == "Available"


@pytest.mark.parametrize(
    ("sentence", "told", "phase"),
    [
        ("a claim takes the volume that it names", volume("v"), "Bound"),
        ("a volume that is too small is not taken", volume("v", "512Mi"), "Pending"),
        ("a volume of another class is not taken", volume("v", storage_class="slow"), "Pending"),
        ("a volume that is kept for another is not taken",
         volume("v", more=", claimRef: {namespace: default, name: other}"), "Pending"),
        ("a volume that is not there is waited for", "", "Pending"),
    ],
)  # fmt: skip
def test_a_claim_that_names_its_volume(sentence: str, told: str, phase: str) -> None:
    asked = claim(more=", storageClassName: fast, volumeName: v")
    done = run(nodes("n1 a") + storage_class(waits=False) + told + asked)
    assert there(done, LiveClaim, "data").status.phase == phase, sentence


@pytest.mark.parametrize(
    ("policy", "stays"), [("Delete", False), ("Retain", True)], ids=["one that is to be deleted goes", "one stays"]
)
def test_a_volume_whose_claim_is_gone(policy: str, stays: bool) -> None:
    cls = storage_class(waits=False, more=f", reclaimPolicy: {policy}")
    done = run(nodes("n1 a") + cls + claim(), "[{at: 10s, delete: persistentvolumeclaim/data}]")
    assert gone(done, CLAIM, "data")
    left = [held for key, held in done.world.store.objects.items() if key.kind == VOLUME]
    assert [one.status.phase for one in left if isinstance(one, LiveVolume)] == (["Released"] if stays else [])


def test_a_claim_in_use_goes_once_its_pod_is_gone() -> None:
    text = nodes("n1 a") + storage_class() + claim() + pod()
    done = run(text, "[{at: 10s, delete: persistentvolumeclaim/data}]")
    assert there(done, LiveClaim, "data").meta.deleted_at == 10
    assert there(done, LivePod, "web").status.phase == "Running"
    script = "[{at: 10s, delete: persistentvolumeclaim/data}, {at: 20s, delete: pod/web}]"
    assert gone(run(text, script), CLAIM, "data")


def test_a_pod_that_has_ended_still_uses_its_claim() -> None:
    text = nodes("n1 a") + storage_class() + claim() + pod(more=", restartPolicy: Never")
    script = "[{at: 5s, exit: {pod: web, code: 0}}, {at: 10s, delete: persistentvolumeclaim/data}]"
    done = run(text, script)
    assert is_terminal(there(done, LivePod, "web").status.phase)
    assert there(done, LiveClaim, "data").meta.deleted_at == 10


def test_a_volume_in_use_is_not_removed_before_it_is_released() -> None:
    text = nodes("n1 a") + storage_class(waits=False) + volume("v") + claim()
    done = run(text, "[{at: 10s, delete: persistentvolume/v}]")
    assert there(done, LiveVolume, "v").meta.deleted_at == 10
    script = "[{at: 10s, delete: persistentvolume/v}, {at: 20s, delete: persistentvolumeclaim/data}]"
    assert gone(run(text, script), VOLUME, "v")


def test_a_claim_whose_volume_is_gone_is_lost() -> None:
    bound = claim(more=", storageClassName: fast, volumeName: v").replace(
        "{name: data}", '{name: data, annotations: {pv.kubernetes.io/bind-completed: "yes"}}'
    )
    done = run(nodes("n1 a") + storage_class() + bound + pod())
    assert there(done, LiveClaim, "data").status.phase == "Lost"
    assert 'persistentvolumeclaim "data" bound to non-existent persistentvolume "v"' in message(done)


def test_an_ephemeral_volume_has_a_claim_that_goes_with_its_pod() -> None:
    asks = "spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}"
    volumes = f"volumes: [{{name: scratch, ephemeral: {{volumeClaimTemplate: {{{asks}}}}}}}]"
    text = nodes("n1 a") + storage_class() + pod().replace(pod()[pod().index("volumes:") : pod().index("]}") + 1], "@")
    text = text.replace("@", volumes)
    done = run(text)
    assert there(done, LivePod, "web").status.phase == "Running"
    assert there(done, LiveClaim, "web-scratch").status.phase == "Bound"
    assert gone(run(text, "[{at: 10s, delete: pod/web}]"), CLAIM, "web-scratch")


def test_a_claim_without_a_class_gets_the_default_one() -> None:
    default = storage_class(waits=False).replace(
        "{name: fast}", '{name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}'
    )
    done = run(nodes("n1 a") + default + claim(more=""))
    held = there(done, LiveClaim, "data")
    assert (held.asked.storage_class, held.status.phase) == ("fast", "Bound")


def test_a_pod_bound_by_hand_waits_for_its_claims() -> None:
    done = run(nodes("n1 a") + storage_class() + claim() + pod(more=", nodeName: n1"))
    held = there(done, LivePod, "web")
    assert (held.status.phase, held.status.containers) == ("Pending", ())
    later = [Write("delete", Key("Pod", "default", "web"))]
    runner = done.setup.runner(done.world)
    assert [runner.ask(one, "user").refused for one in later] == [None]
    list(runner.run(2000))
    assert Key("Pod", "default", "web") not in runner.world.store.objects


def test_recycled_volumes_are_not_modelled() -> None:
    recycled = volume("v", more=", persistentVolumeReclaimPolicy: Recycle")
    text = nodes("n1 a") + storage_class(waits=False) + recycled + claim()
    with pytest.raises(NotModelled, match="persistentVolumeReclaimPolicy"):
        run(text, "[{at: 10s, delete: persistentvolumeclaim/data}]")


@pytest.mark.parametrize(
    ("sentence", "text", "told"),
    [
        ("a class that is not there is named", claim(),
         ["PersistentVolumeClaim data: the StorageClass fast is not in the input, so that nothing makes its volume"]),
        ("without a default class nothing is made", claim(more=""),
         ["PersistentVolumeClaim data: the input has no default StorageClass, so that nothing makes its volume"]),
        ("a volume of that class will do", volume("v") + claim(), []),
        ("a driver that says nothing of its reach reaches all", storage_class() + claim(),
         ["StorageClass fast: csi.example is taken to make every volume at once, reached from every node"]),
        ("a driver that says so reaches some", nodes("n1 a") + storage_class() + claim(),
         ["StorageClass fast: csi.example is taken to make every volume at once"]),
        ("a pod whose claim is not there is named", nodes("n1 a") + pod(),
         ["Pod web: a claim that it names is not in the input, so that it does not run"]),
        ("claims of devices are not modelled", pod("web", "", ", resourceClaims: [{name: gpu, resourceClaimName: g}]"),
         ["Pod web: not modelled: claims of devices over time"]),
    ],
)  # fmt: skip
def test_what_an_input_leaves_open_is_told(sentence: str, text: str, told: list[Any]) -> None:
    assert [one.text for one in not_modelled(stated_text(text))] == told, sentence


def test_claims_and_volumes_as_kubectl_shows_them() -> None:
    done = run(nodes("n1 a") + storage_class(waits=False) + volume("v") + claim())
    shown = {table.kind: table.rows[0][2:] for table in tables(done.world)}
    assert shown[CLAIM] == ("Bound", "v", "1Gi", "RWO", "fast", "15m")
    assert shown[VOLUME] == ("1Gi", "RWO", "Retain", "Bound", "default/data", "fast", "15m")
    assert shown["StorageClass"] == ("csi.example", "Delete", "Immediate", "15m")
