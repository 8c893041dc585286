"""Applying in a world: by kubectl itself, on the server's side, and with others who change what was applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import kubeproof as kp
from kubeproof.cli import run as command
from kubeproof.model.controlplane.templates import MOST_PODS
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.objects.managed_fields import Owner
from kubeproof.model.world_trace import read

Json = Any
NODES = "n{1,2} cpu=8 memory=8Gi"
BOTH: tuple[Json, ...] = ({}, {"server_side": True, "force": True})
"""How kubectl applies: by itself, and on the server's side."""

BY_GITOPS: Json = {"server_side": True, "manager": "gitops"}


def web(image: str = "app:1", *, labels: Json = None, **spec: Json) -> Json:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": image}]}}
    whole = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}
    about = {"name": "web", **({"labels": labels} if labels else {})}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": about, "spec": whole}


def begun(manifest: Json, **how: Any) -> kp.World:
    return kp.world(nodes=NODES).apply(manifest, **how).advance(5)


def replicas(world: kp.World) -> int:
    held: Any = world.get("deploy/web")
    found: int = held.spec.replicas
    return found


def owners(world: kp.World, name: str = "deploy/web") -> list[tuple[str, str, str]]:
    managed = world.get(name).meta.managed
    assert managed is not None
    assert managed.owners is not None
    return sorted((one.manager, one.operation, one.subresource) for one in managed.owners)


def refusal(world: kp.World) -> str:
    return str(world.events[-1].refused)


def scaled(world: kp.World) -> kp.World:
    return world.do("scale", object="deploy/web", replicas=5).advance(5)


SIZES: tuple[tuple[str, Callable[[], kp.World], int], ...] = (
    ("kubectl sets again what is said", lambda: scaled(begun(web(replicas=3))).apply(web(replicas=3)), 3),
    ("kubectl leaves what was never said", lambda: scaled(begun(web())).apply(web("app:2")), 5),
    ("kubectl takes out what it said before, and the default is there",
     lambda: scaled(begun(web(replicas=3))).apply(web()), 1),
    ("what was never said stays as somebody else left it, on the server's side, too",
     lambda: scaled(begun(web(), server_side=True)).apply(web("app:2"), server_side=True), 5),
    ("who alone said it and says it no more leaves the default",
     lambda: begun(web(replicas=3), **BY_GITOPS).apply(web(), **BY_GITOPS), 1),
    ("what somebody has scaled since stays",
     lambda: scaled(begun(web(replicas=3), server_side=True)).apply(web(), server_side=True), 5),
    ("by force what is applied is there",
     lambda: scaled(begun(web(replicas=3), server_side=True)).apply(web(replicas=2), server_side=True, force=True), 2),
    ("a conflict changes nothing",
     lambda: scaled(begun(web(replicas=3), server_side=True)).apply(web("app:2", replicas=2), server_side=True), 5),
    ("kubectl takes over what it applied itself before",
     lambda: begun(web(replicas=3)).apply(web(replicas=4), server_side=True), 4),
    ("and takes out what it said then and says no more",
     lambda: begun(web(replicas=3)).apply(web(), server_side=True), 1),
)  # fmt: skip


@pytest.mark.parametrize(("do", "size"), [row[1:] for row in SIZES], ids=[row[0] for row in SIZES])
def test_how_many_replicas_there_are(do: Callable[[], kp.World], size: int) -> None:
    world = do()
    assert replicas(world) == size
    assert len(world.advance("2m").pods) == size


def test_a_conflict_is_told_in_the_servers_words() -> None:
    world = scaled(begun(web(replicas=3), server_side=True)).apply(web("app:2", replicas=2), server_side=True)
    told = (
        'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas'
    )
    assert refusal(world) == told
    assert world.story.partition("10s")[2].startswith(
        f"  user                   Deployment web: apply is refused: {told}"
    )


def test_an_autoscaler_owns_what_it_scales() -> None:
    hpa = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "minReplicas": 2,
                 "maxReplicas": 4},
    }  # fmt: skip
    world = begun(web(replicas=1), server_side=True, manager="gitops").apply(hpa).advance("1m")
    assert replicas(world) == 2
    assert refusal(world.apply(web(replicas=1), server_side=True, manager="gitops")) == (
        'Apply failed with 1 conflict: conflict with "kube-controller-manager" with subresource "scale" using apps/v1: '
        ".spec.replicas"
    )
    assert replicas(world.apply(web(), server_side=True, manager="gitops")) == 2


def test_owners_are_told_by_how_they_wrote() -> None:
    world = scaled(begun(web(replicas=3))).do("set-image", object="deploy/web", image="app:2").advance(5)
    assert owners(world) == [
        ("kube-controller-manager", "Update", "status"),
        ("kubectl", "Update", "scale"),
        ("kubectl-client-side-apply", "Update", ""),
        ("kubectl-set", "Update", ""),
    ]
    both = begun(web(replicas=3)).apply(web(replicas=3), server_side=True)
    assert owners(both) == [
        ("kube-controller-manager", "Update", "status"),
        ("kubectl", "Apply", ""),
        ("kubectl-last-applied", "Apply", ""),
    ]


def test_the_same_told_otherwise_rolls_nothing_out() -> None:
    explicit = web(replicas=2)
    explicit["spec"]["template"]["spec"] |= {"restartPolicy": "Always", "terminationGracePeriodSeconds": 30}
    for how in BOTH:
        world = begun(web(replicas=2)).apply(explicit, **how).advance("1m")
        assert len(world.objects("rs")) == 1


def test_going_back_finds_the_old_replica_set_again() -> None:
    for how in BOTH:
        world = begun(web("app:1"), **how).apply(web("app:2"), **how).advance("1m").apply(web("app:1"), **how)
        assert len(world.advance("1m").objects("rs")) == 2


def test_labels_of_others_stay() -> None:
    world = begun(web(labels={"a": "1", "b": "1"}), server_side=True)
    other = world.apply(web(labels={"c": "1"}), server_side=True, manager="other")
    assert dict(other.get("deploy/web").meta.labels) == {"a": "1", "b": "1", "c": "1"}
    assert dict(other.apply(web(labels={"a": "1"}), server_side=True).get("deploy/web").meta.labels) == {
        "a": "1",
        "c": "1",
    }


def test_what_the_server_refuses_is_refused() -> None:
    changed = web()
    changed["spec"]["selector"] = {"matchLabels": {"app": "other"}}
    changed["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    for how in BOTH:
        told = refusal(begun(web()).apply(changed, **how))
        assert told.startswith('Deployment.apps "web" is invalid: spec.selector: Invalid value: ')
        assert told.endswith(": field is immutable")


def test_taints_that_a_manifest_does_not_speak_of_stay() -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"disk": "ssd"}}}
    world = kp.world(nodes=NODES).do("taint", node="n1", taint="gpu=yes:NoSchedule").apply(node)
    held = world.nodes[0]
    assert held.meta.labels["disk"] == "ssd"
    assert [one.text for one in held.taints] == ["gpu=yes:NoSchedule"]


def test_a_service_keeps_its_address() -> None:
    def service(port: int) -> Json:
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": port}]}}  # fmt: skip

    world = kp.world(nodes=NODES).apply(service(80))
    before: Any = world.get("svc/web")
    for how in BOTH:
        after: Any = world.apply({**service(80), "metadata": {"name": "web", "labels": {"a": "b"}}}, **how).get(
            "svc/web"
        )
        assert (after.cluster_ip, after.ports) == (before.cluster_ip, before.ports)
        assert dict(after.meta.labels) == {"a": "b"}


def test_a_trace_tells_how_things_were_applied() -> None:
    world = scaled(begun(web(replicas=3), server_side=True)).apply(web(replicas=2), server_side=True, force=True)
    again = kp.world(nodes=NODES).replay(read(world.trace.json()))
    assert replicas(again) == 2


def test_of_what_a_controller_made_nobody_knows_who_owns_it() -> None:
    world = begun(web())
    name = world.objects("rs")[0].meta.name
    manifest = {**web(), "kind": "ReplicaSet", "metadata": {"name": name}}
    for how in BOTH:
        with pytest.raises(NotModelled, match="applying to what no user has applied before"):
            world.apply(manifest, **how)


READ = {**web(replicas=2), "metadata": {"name": "web", "namespace": "default", "uid": "u-1"}}


def test_what_was_read_without_its_owners_cannot_be_applied_on_the_servers_side() -> None:
    world = kp.world(nodes=NODES).apply(READ)
    assert replicas(world.apply(web(replicas=3))) == 3
    with pytest.raises(NotModelled, match="who owns what: it was read without them, or had elements twice in a list"):
        world.apply(web(replicas=3), server_side=True)


def test_elements_that_stand_twice_are_nobodys_but_kubectl_goes_on() -> None:
    twice = web(replicas=2)
    main = twice["spec"]["template"]["spec"]["containers"][0]
    main["env"] = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    for world in (begun(twice), begun(web(replicas=2)).apply(twice)):
        assert replicas(world.apply(web(replicas=3))) == 3
        with pytest.raises(NotModelled, match="had elements twice in a list"):
            world.apply(web(replicas=3), server_side=True)


def test_owners_are_read_where_they_are_told() -> None:
    fields: Json = {"f:spec": {"f:replicas": {}}}
    entry = {"manager": "hpa", "operation": "Update", "apiVersion": "apps/v1", "subresource": "scale",
             "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": fields}  # fmt: skip
    world = kp.world(nodes=NODES).apply({**READ, "metadata": {**READ["metadata"], "managedFields": [entry]}})
    managed = world.get("deploy/web").meta.managed
    assert managed is not None
    assert managed.owners == (
        Owner("hpa", "Update", "apps/v1", frozenset({("spec", "replicas")}), 1_767_225_600, "scale"),
    )
    assert refusal(world.apply(web(replicas=3), server_side=True)) == (
        'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas'
    )


def test_force_is_of_the_servers_side() -> None:
    with pytest.raises(BadInput, match="force takes fields from their owners: with server-side alone"):
        begun(web()).do("apply", manifest=web(), force=True)


def test_a_script_applies_on_the_servers_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "web.yaml").write_text(yaml.safe_dump(web(replicas=2)))
    (tmp_path / "script.yaml").write_text(
        "- {at: 5s, apply: {file: web.yaml, server-side: true, manager: gitops}}\n"
        "- {at: 10s, scale: {object: deploy/web, replicas: 3}}\n"
        "- {at: 15s, apply: {file: web.yaml, server-side: true, manager: gitops}}\n"
    )
    arguments = ["run", str(tmp_path / "web.yaml"), "--nodes", NODES, "--script", str(tmp_path / "script.yaml")]
    assert command([*arguments, "--for", "2m"]) == 0
    assert (
        "15s  user                   Deployment web: apply is refused: Apply failed with 1 conflict: "
        'conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas'
    ) in capsys.readouterr().out
    assert command([*arguments, "-o", "yaml", "--show-managed-fields"]) == 0
    shown = [one for one in yaml.safe_load_all(capsys.readouterr().out) if one["kind"] == "Deployment"]
    assert [(one["manager"], one["operation"]) for one in shown[0]["metadata"]["managedFields"]] == [
        ("gitops", "Apply"),
        ("kube-controller-manager", "Update"),
        ("kubectl-client-side-apply", "Update"),
        ("kubectl", "Update"),
    ]
    assert command([*arguments, "-o", "yaml"]) == 0
    assert "managedFields" not in capsys.readouterr().out


def test_a_claim_that_is_bound_stays_so() -> None:
    of_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "s"},
        "provisioner": "x",
    }
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
             "spec": {"storageClassName": "s", "accessModes": ["ReadWriteOnce"],
                      "resources": {"requests": {"storage": "1Gi"}}}}  # fmt: skip
    world = kp.world(nodes=NODES).apply(of_class).apply(claim).advance(5)
    bound: Any = world.get("pvc/data")
    assert bound.volume
    for how in BOTH:
        after: Any = world.apply({**claim, "metadata": {"name": "data", "labels": {"a": "b"}}}, **how).get("pvc/data")
        assert (after.volume, after.asked, after.status) == (bound.volume, bound.asked, bound.status)
        assert dict(after.meta.labels) == {"a": "b"}


ONLY_REPLICAS: Json = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"replicas": 4},
}


def test_a_part_of_an_object_is_applied_by_another_manager() -> None:
    world = begun(web(replicas=2), **BY_GITOPS)
    assert refusal(world.apply(ONLY_REPLICAS, server_side=True, manager="scaler")) == (
        'Apply failed with 1 conflict: conflict with "gitops": .spec.replicas'
    )
    handed = world.apply(ONLY_REPLICAS, server_side=True, manager="scaler", force=True).apply(web(), **BY_GITOPS)
    assert replicas(handed) == 4
    assert ("scaler", "Apply", "") in owners(handed)
    assert replicas(handed.replay(handed.trace)) == 4
    assert handed.notes == ()
    with pytest.raises(BadInput, match="the field selector is missing"):
        world.apply(ONLY_REPLICAS)


def test_a_part_of_what_is_not_there_is_refused() -> None:
    assert refusal(kp.world(nodes=NODES).apply(ONLY_REPLICAS, server_side=True)).startswith(
        'Deployment.apps "web" is invalid: [spec.selector: Required value, '
    )
    bounds = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"}, "spec": {}}
    with pytest.raises(NotModelled, match="what the API server says of it: Object missing required field `limits`"):
        kp.world(nodes=NODES).apply(bounds, server_side=True)


@pytest.mark.parametrize("size", [-1, 10**9, "many"])
def test_a_part_may_not_ask_for_more_than_can_be_run(size: Any) -> None:
    part = {**ONLY_REPLICAS, "spec": {"replicas": size}}
    with pytest.raises(BadInput, match=f"{size} replicas: from 0 to {MOST_PODS} can be run"):
        begun(web()).apply(part, server_side=True, force=True)
