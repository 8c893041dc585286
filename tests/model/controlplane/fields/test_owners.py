"""Who owns which field: what applying makes of an object, what it conflicts with, and how owners are told."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from lightkube.models import core_v1, meta_v1, node_v1, storage_v1

from kubeproof.model.controlplane.fields import kubectl, owners, paths, said
from kubeproof.model.controlplane.fields import schema as types
from kubeproof.model.controlplane.fields.owners import Applier, Conflicts, Owned
from kubeproof.model.controlplane.fields.schema import of_kind
from kubeproof.model.controlplane.validation.decode import Malformed
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema
from kubeproof.model.objects.managed_fields import Element

Json = Any
EMPTY = owners.nothing("apps/v1", "Deployment")


def web(image: str = "app:1", *, labels: Json = None, container: Json = None, pod: Json = None, **spec: Json) -> Json:
    """A Deployment's manifest."""
    main = {"name": "c", "image": image, **(container or {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [main], **(pod or {})}}
    about = {"name": "web", **({"labels": labels} if labels else {})}
    whole = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": about, "spec": whole}


class Apply(NamedTuple):
    """Server-side apply by a manager."""

    by: str
    manifest: Json
    force: bool = False


class Update(NamedTuple):
    """What a manager writes: fields of the spec, and labels."""

    by: str
    spec: Json = MappingProxyType({})
    labels: Json = MappingProxyType({})
    subresource: str = ""


def after(*steps: Apply | Update) -> Owned:
    """The Deployment after these requests, with defaults, and who owns what."""
    held = EMPTY
    for now, step in enumerate(steps, start=1):
        if isinstance(step, Apply):
            made = kubectl.upgraded(held, step.manifest, Applier(step.by, step.force), now)
        else:
            about = {**held.raw["metadata"], "labels": {**held.raw["metadata"].get("labels", {}), **step.labels}}
            new = {**held.raw, "metadata": about, "spec": {**held.raw["spec"], **step.spec}}
            made = owners.updated(held, new, step.by, now, version="apps/v1", subresource=step.subresource)
        held = Owned(said.stored(said.plain(made.raw), "Deployment"), made.owners)
    return held


def refused(*steps: Apply | Update) -> str:
    """Why the last of these requests is refused, in the API server's words."""
    with pytest.raises(Conflicts) as conflicts:
        after(*steps)
    return str(conflicts.value)


def images(held: Owned) -> list[str]:
    return [one["image"] for one in held.raw["spec"]["template"]["spec"]["containers"]]


SCALED = Update("hpa", {"replicas": 4}, subresource="scale")

REPLICAS = (
    ("what is applied is there", [Apply("gitops", web(replicas=2))], 2),
    ("who alone said it and says it no more leaves the default",
     [Apply("gitops", web(replicas=3)), Apply("gitops", web())], 1),
    ("what another has taken since stays", [Apply("gitops", web(replicas=3)), SCALED, Apply("gitops", web())], 4),
    ("what another says, too, stays",
     [Apply("gitops", web(replicas=3)), Apply("other", web(replicas=3)), Apply("gitops", web())], 3),
    ("who never said it does not take it out",
     [Apply("gitops", web()), SCALED, Apply("gitops", web(image="app:2"))], 4),
    ("by force it is what is applied",
     [Apply("gitops", web(replicas=2)), SCALED, Apply("gitops", web(replicas=2), True)], 2),
    ("what lost its owner by force goes with the one that took it",
     [Apply("gitops", web(replicas=2)), Apply("other", web(replicas=5), True), Apply("gitops", web()),
      Apply("other", web())], 1),
    ("what was taken by force is not given back",
     [Apply("gitops", web(replicas=2)), Apply("other", web(replicas=5), True), Apply("other", web())], 1),
    ("what another wrote over is no longer the applier's to take out",
     [Apply("gitops", web(replicas=2)), Update("kubectl-edit", {"replicas": 7}), Apply("gitops", web())], 7),
)  # fmt: skip


@pytest.mark.parametrize(("steps", "replicas"), [row[1:] for row in REPLICAS], ids=[row[0] for row in REPLICAS])
def test_how_many_replicas_there_are(steps: list[Apply | Update], replicas: int) -> None:
    assert after(*steps).raw["spec"]["replicas"] == replicas


CONFLICTS = (
    ("another value for what somebody applied", [Apply("a", web("app:1")), Apply("b", web("app:2"))],
     'Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="c"].image'),
    ("another value for what somebody wrote",
     [Update("kubectl-create", web(replicas=2)["spec"]), Apply("b", web(replicas=3))],
     'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1: .spec.replicas'),
    ("another value for what was scaled", [Apply("a", web(replicas=2)), SCALED, Apply("a", web(replicas=2))],
     'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using apps/v1: .spec.replicas'),
    ("several fields of one owner", [Apply("a", web("app:1", replicas=1)), Apply("b", web("app:2", replicas=2))],
     ('Apply failed with 2 conflicts: conflicts with "a":\n'
      '- .spec.replicas\n- .spec.template.spec.containers[name="c"].image')),
    ("fields of one level are told by their names",
     [Apply("a", web(labels={"y": "1", "x": "1"})), Apply("b", web(labels={"y": "2", "x": "2"}))],
     'Apply failed with 2 conflicts: conflicts with "a":\n- .metadata.labels.x\n- .metadata.labels.y'),
    ("fields of several owners", [Apply("z", web("app:1")), SCALED, Apply("b", web("app:2", replicas=2))],
     ('Apply failed with 2 conflicts: conflicts with "hpa" with subresource "scale" using apps/v1:\n- .spec.replicas\n'
      'conflicts with "z":\n- .spec.template.spec.containers[name="c"].image')),
    ("one port of two that are told apart by port and protocol",
     [Apply("a", web(container={"ports": [{"containerPort": 53, "name": "dns"}]})),
      Apply("b", web(container={"ports": [{"containerPort": 53, "protocol": "TCP", "name": "other"}]}))],
     ('Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="c"]'
      '.ports[containerPort=53,protocol="TCP"].name')),
    ("a list that is one as a whole",
     [Apply("a", web(container={"args": ["x"]})), Apply("b", web(container={"args": ["x", "y"]}))],
     'Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="c"].args'),
    ("a map that is one as a whole",
     [Apply("a", web(pod={"nodeSelector": {"x": "1"}})), Apply("b", web(pod={"nodeSelector": {"y": "1"}}))],
     'Apply failed with 1 conflict: conflict with "a": .spec.template.spec.nodeSelector'),
)  # fmt: skip


@pytest.mark.parametrize(("steps", "words"), [row[1:] for row in CONFLICTS], ids=[row[0] for row in CONFLICTS])
def test_what_is_a_conflict(steps: list[Apply | Update], words: str) -> None:
    assert refused(*steps) == words


def test_the_same_value_is_shared_and_goes_with_its_last_owner() -> None:
    both = after(Apply("a", web(labels={"x": "1"})), Apply("b", web(labels={"x": "1"})))
    assert sorted(one.manager for one in both.owners) == ["a", "b"]
    one = after(Apply("a", web(labels={"x": "1"})), Apply("b", web(labels={"x": "1"})), Apply("a", web()))
    assert one.raw["metadata"]["labels"] == {"x": "1"}
    none = after(
        Apply("a", web(labels={"x": "1"})), Apply("b", web(labels={"x": "1"})), Apply("a", web()), Apply("b", web())
    )
    assert "labels" not in none.raw["metadata"]


def test_a_default_that_nobody_owns_is_no_conflict() -> None:
    made = after(Apply("a", web()), Apply("b", web(revisionHistoryLimit=3)))
    assert made.raw["spec"]["revisionHistoryLimit"] == 3


def test_a_default_is_owned_by_who_wrote_the_whole_object() -> None:
    whole = said.stored(web(), "Deployment")["spec"]
    assert refused(Update("kubectl-create", whole), Apply("b", web(revisionHistoryLimit=3))) == (
        'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1: .spec.revisionHistoryLimit'
    )


def with_sidecar(*names: str) -> Json:
    manifest = web()
    listed = [{"name": name, "image": f"{name}:1"} for name in names]
    manifest["spec"]["template"]["spec"]["containers"] = listed
    return manifest


LISTS = (
    ("who injects a container keeps it", [Apply("a", with_sidecar("c")), Apply("mesh", with_sidecar("proxy")),
     Apply("a", with_sidecar("c"))], ["c:1", "proxy:1"]),
    ("who gives a container up takes it out", [Apply("a", with_sidecar("c", "d")), Apply("a", with_sidecar("c"))],
     ["c:1"]),
    ("one of another stays", [Apply("a", with_sidecar("c", "d")), Apply("b", with_sidecar("d")),
     Apply("a", with_sidecar("c"))], ["c:1", "d:1"]),
    ("the order is the one applied last", [Apply("a", with_sidecar("c", "d")), Apply("a", with_sidecar("d", "c"))],
     ["d:1", "c:1"]),
    ("what only the object has stays behind what it was behind",
     [Apply("a", with_sidecar("c", "d")), Apply("b", with_sidecar("x")), Apply("a", with_sidecar("d", "c"))],
     ["d:1", "x:1", "c:1"]),
)  # fmt: skip


@pytest.mark.parametrize(("steps", "found"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_lists_are_merged_by_their_keys(steps: list[Apply | Update], found: list[str]) -> None:
    assert images(after(*steps)) == found


def test_who_changes_another_field_of_an_element_shares_it() -> None:
    made = after(Apply("a", web()), Apply("b", {**web(), "spec": {"template": {"spec": {"containers": [
        {"name": "c", "workingDir": "/srv"}]}}}}))  # fmt: skip
    assert made.raw["spec"]["template"]["spec"]["containers"][0]["workingDir"] == "/srv"
    gone = owners.applied(made, {**web(), "spec": {}}, Applier("b"), 9)
    assert "workingDir" not in gone.raw["spec"]["template"]["spec"]["containers"][0]
    assert images(gone) == ["app:1"]


def test_a_set_has_an_owner_for_each_of_its_values() -> None:
    def held(*finalizers: str) -> Json:
        return {**web(), "metadata": {"name": "web", "finalizers": list(finalizers)}}

    made = after(Apply("a", held("x/a")), Apply("b", held("x/b")), Apply("a", held()))
    assert made.raw["metadata"]["finalizers"] == ["x/b"]


def test_what_there_was_before_anybody_applied_has_an_owner() -> None:
    whole = said.stored(web(replicas=2), "Deployment")
    with pytest.raises(Conflicts) as conflicts:
        owners.applied(Owned(whole, ()), web(replicas=3), Applier("a"), 1)
    assert str(conflicts.value) == (
        'Apply failed with 1 conflict: conflict with "before-first-apply" using apps/v1: .spec.replicas'
    )


def test_owners_are_told_as_managed_fields() -> None:
    made = after(Apply("gitops", web(labels={"x": "1"}, replicas=2)), SCALED)
    assert owners.managed_fields(made.owners, str) == [
        {
            "apiVersion": "apps/v1",
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:metadata": {"f:labels": {"f:x": {}}},
                "f:spec": {
                    "f:selector": {},
                    "f:template": {
                        "f:metadata": {"f:labels": {"f:app": {}}},
                        "f:spec": {
                            "f:containers": {'k:{"name":"c"}': {".": {}, "f:image": {}, "f:name": {}}},
                        },
                    },
                },
            },
            "manager": "gitops",
            "operation": "Apply",
            "time": "1",
        },
        {
            "apiVersion": "apps/v1",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
            "manager": "hpa",
            "operation": "Update",
            "subresource": "scale",
            "time": "2",
        },
    ]
    for one in made.owners:
        assert paths.of_fields_v1(paths.fields_v1(one.fields)) == one.fields


def test_applying_the_same_again_changes_nothing() -> None:
    once = after(Apply("a", web(replicas=2)))
    assert owners.applied(once, web(replicas=2), Applier("a"), 99) == once


def test_who_owns_nothing_more_is_no_owner() -> None:
    made = after(Apply("a", web()), Update("tool", {"replicas": 3}), Update("other", {"replicas": 4}))
    assert [one.manager for one in made.owners] == ["a", "other"]


MIGRATIONS: tuple[tuple[str, list[Update], Json, int], ...] = (
    ("kubectl takes over what it applied before", [], web(replicas=3), 3),
    ("what kubectl applied before and says no more goes", [], web(), 1),
    ("what another took stays", [SCALED], web(), 4),
)


@pytest.mark.parametrize(("steps", "then", "replicas"), [row[1:] for row in MIGRATIONS], ids=[r[0] for r in MIGRATIONS])
def test_kubectl_moves_to_the_servers_side(steps: list[Update], then: Json, replicas: int) -> None:
    client = said.stored(kubectl.configured(web(replicas=3)), "Deployment")
    held = owners.updated(EMPTY, client, kubectl.CLIENT_SIDE, 1, version="apps/v1")
    for step in steps:
        new = {**held.raw, "spec": {**held.raw["spec"], **step.spec}}
        held = owners.updated(held, new, step.by, 2, version="apps/v1", subresource=step.subresource)
    made = kubectl.upgraded(held, then, Applier("kubectl"), 3)
    assert said.stored(said.plain(made.raw), "Deployment")["spec"]["replicas"] == replicas
    kept = {"hpa"} if steps else set()
    assert {one.manager for one in made.owners} == {"kubectl", "kubectl-last-applied"} | kept
    annotation = made.raw["metadata"]["annotations"][owners.LAST_APPLIED]
    assert annotation == kubectl.configured(then)["metadata"]["annotations"][owners.LAST_APPLIED]


def test_kubectl_may_change_what_it_applied_before_but_not_what_somebody_else_made_of_it() -> None:
    client = said.stored(kubectl.configured(web(replicas=3)), "Deployment")
    held = owners.updated(EMPTY, client, kubectl.CLIENT_SIDE, 1, version="apps/v1")
    made = kubectl.upgraded(held, web(replicas=5), Applier("kubectl"), 3)
    assert made.raw["spec"]["replicas"] == 5
    with pytest.raises(Conflicts, match=r'conflict with "kubectl-client-side-apply" using apps/v1: \.spec\.replicas'):
        kubectl.upgraded(held, web(replicas=5), Applier("gitops"), 3)


UNTOLD = (
    ("a kind that no struct is read for", {"apiVersion": "x/v1", "kind": "Deployment"}, "kind"),
    ("a field that there is none", {**web(), "spec": {"replicaz": 3}}, "replicaz"),
    ("an element that stands twice", {**web(), "spec": {"template": {"spec": {"containers": [
        {"name": "c"}, {"name": "c"}]}}}}, 'containers[name="c"]'),
)  # fmt: skip


@pytest.mark.parametrize(("manifest", "path"), [row[1:] for row in UNTOLD], ids=[row[0] for row in UNTOLD])
def test_of_what_nothing_can_be_told_is_not_modelled(manifest: Json, path: str) -> None:
    with pytest.raises(NotModelled) as unknown:
        owners.applied(EMPTY, manifest, Applier("a"), 1)
    assert path in str(unknown.value)


def test_a_version_that_others_do_not_own_in_is_not_modelled() -> None:
    held = after(Apply("a", web()))
    with pytest.raises(NotModelled, match="fields that are owned in apps/v1, not in apps/v1beta1"):
        owners.applied(held, {**web(), "apiVersion": "apps/v1beta1"}, Applier("a"), 1)


def test_what_does_not_decode_is_refused() -> None:
    with pytest.raises(Malformed):
        owners.applied(EMPTY, {**web(), "spec": {"replicas": "three"}}, Applier("a"), 1)


UNREAD = (
    ("nothing", None),
    ("no list", 3),
    ("no set of fields", [{"manager": "a", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"x": {}}}]),
    ("a key that is no JSON", [{"manager": "a", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {"k:{": {}}}]),
    ("no manager", [{"operation": "Apply", "apiVersion": "v1", "fieldsV1": {}}]),
    ("no time", [{"manager": "a", "operation": "Apply", "apiVersion": "v1", "fieldsV1": {}, "time": "soon"}]),
)


@pytest.mark.parametrize("told", [row[1] for row in UNREAD], ids=[row[0] for row in UNREAD])
def test_owners_that_cannot_be_read_are_unknown(told: Json) -> None:
    assert owners.of_managed_fields(told) is None


def test_owners_are_read_as_they_are_told() -> None:
    made = after(Apply("gitops", web(labels={"x": "1"}, replicas=2)), SCALED)
    told = owners.managed_fields(made.owners, lambda at: f"1970-01-01T00:00:0{at}Z")
    assert owners.of_managed_fields(told) == made.owners


@pytest.mark.parametrize("annotation", ["{", "3", '{"spec": 3}'])
def test_an_annotation_that_cannot_be_read_allows_nothing(annotation: str) -> None:
    client = said.stored(web(replicas=3), "Deployment")
    client["metadata"] = {**client["metadata"], "annotations": {owners.LAST_APPLIED: annotation}}
    held = owners.updated(EMPTY, client, kubectl.CLIENT_SIDE, 1, version="apps/v1")
    with pytest.raises(Conflicts):
        kubectl.upgraded(held, web(replicas=5), Applier("kubectl"), 3)


PATHS = (
    ("a field", ("spec", "replicas"), ".spec.replicas"),
    ("an element", ("containers", Element((("name", "c"),)), "image"), '.containers[name="c"].image'),
    ("an element of two keys", ("ports", Element((("containerPort", 80), ("protocol", "TCP")))),
     '.ports[containerPort=80,protocol="TCP"]'),
)  # fmt: skip


@pytest.mark.parametrize(("path", "words"), [row[1:] for row in PATHS], ids=[row[0] for row in PATHS])
def test_paths_are_told_as_the_server_tells_them(path: Any, words: str) -> None:
    assert paths.text(path) == words


TYPES = (
    ("containers are told apart by their names", "Deployment", "spec.template.spec.containers", "keys name"),
    ("spread by key and what it does", "Pod", "spec.topologySpreadConstraints", "keys topologyKey,whenUnsatisfiable"),
    ("ports of Services by port and protocol", "Service", "spec.ports", "keys port,protocol"),
    ("finalizers are a set", "Pod", "metadata.finalizers", "keys "),
    ("tolerations are one", "Pod", "spec.tolerations", "atomic"),
    ("taints are one", "Node", "spec.taints", "atomic"),
    ("a selector is one", "Deployment", "spec.selector", "atomic"),
    ("a node selector is one", "Pod", "spec.nodeSelector", "atomic"),
    ("labels are not", "Pod", "metadata.labels", "granular"),
    ("nor is what an autoscaler scales", "HorizontalPodAutoscaler", "spec.scaleTargetRef", "granular"),
    ("nor what a quota bounds", "ResourceQuota", "spec.hard", "granular"),
    ("nor a volume's claim", "PersistentVolume", "spec.claimRef", "granular"),
    ("a reference is one", "PersistentVolumeClaim", "spec.dataSource", "atomic"),
    ("a number is one", "Deployment", "spec.replicas", "granular"),
)


@pytest.mark.parametrize(("kind", "path", "told"), [row[1:] for row in TYPES], ids=[row[0] for row in TYPES])
def test_of_what_type_a_field_is(kind: str, path: str, told: str) -> None:
    type_ = of_kind(schema.VERSIONS[kind], kind)
    for name in path.split("."):
        type_ = type_.field(name)
    kept = f"keys {','.join(type_.keys)}" if type_.listed and not type_.atomic else "granular"
    assert ("atomic" if type_.atomic else kept) == told


def test_every_field_of_the_tables_is_there() -> None:
    listed = {*types.KEYS, *types.SETS, *types.GRANULAR, *(one for one in types.ATOMIC if "." in one)}
    missing = {one for one in listed if not _is_field(*one.split("."))}
    assert missing == set()


def _is_field(struct: str, field: str) -> bool:
    modules = (core_v1, meta_v1, storage_v1, node_v1)
    found = next((getattr(one, struct) for one in modules if hasattr(one, struct)), None)
    return found is not None and field in found.__annotations__
