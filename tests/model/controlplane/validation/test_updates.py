"""What an update may change: a table of refusals with their exact texts, and what is counted."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

import pytest

from kubeproof.model.controlplane.validation.problem import HIDDEN
from kubeproof.model.controlplane.validation.request import Accepted, Refused, Request, answer
from tests.model.controlplane.validation.test_request import UID, made

Json = Any


class Update(NamedTuple):
    """A sentence, the kind, what the stored object is made of, what the update puts there, and what is said."""

    sentence: str
    kind: str
    first: dict[str, Json]
    put: dict[str, Json]
    says: str


GATES = [{"name": "a"}]
UPDATES = (
    Update(
        "a pod's tolerations stay",
        "Pod",
        {"spec.tolerations": [{"key": "a", "operator": "Exists"}]},
        {"spec.tolerations": []},
        "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
    ),
    Update(
        "gates only go",
        "Pod",
        {"spec.schedulingGates": GATES},
        {"spec.schedulingGates": [*GATES, {"name": "b"}]},
        "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
    ),
    Update(
        "a deadline only comes nearer",
        "Pod",
        {"spec.activeDeadlineSeconds": 5},
        {"spec.activeDeadlineSeconds": 6},
        "spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value",
    ),
    Update(
        "a pod's containers stay",
        "Pod",
        {},
        {"spec.containers": []},
        "[spec.containers: Required value, spec.containers: Forbidden: pod updates may not add or remove containers]",
    ),
    Update(
        "a gated pod's choice of nodes only narrows",
        "Pod",
        {"spec.schedulingGates": GATES, "spec.nodeSelector": {"a": "b"}},
        {"spec.nodeSelector": {"c": "d"}},
        'spec.nodeSelector: Invalid value: {"c":"d"}: '
        "only additions to spec.nodeSelector are allowed (no mutations or deletions)",
    ),
    Update(
        "a Job's selector stays",
        "Job",
        {"spec.manualSelector": True, "spec.selector": {}, "spec.template.metadata": {"labels": {"a": "b"}}},
        {"spec.selector": {"matchLabels": {"a": "b"}}},
        'spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
    ),
    Update(
        "completions go with the parallelism",
        "Job",
        {"spec.completionMode": "Indexed", "spec.completions": 2},
        {"spec.completions": 3},
        "spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism",
    ),
    Update(
        "a node keeps its network",
        "Node",
        {"spec.podCIDR": "10.0.0.0/24"},
        {"spec.podCIDR": "10.0.1.0/24", "spec.podCIDRs": ["10.0.1.0/24"]},
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
    ),
    Update(
        "an object does not come back from deletion",
        "Deployment",
        {},
        {"metadata.deletionTimestamp": "2020-01-01T00:00:00Z"},
        'metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable',
    ),
)


def case(sentence: str) -> Update:
    """The update of a sentence."""
    return next(one for one in UPDATES if one.sentence == sentence)


def stored(kind: str, put: dict[str, Json]) -> Json:
    """The object of a kind as the server stores it."""
    answered = answer(Request(kind, made(kind, put), uid=UID))
    assert isinstance(answered, Accepted)
    return answered.stored


def changed(old: Json, put: dict[str, Json]) -> Json:
    """The object with these values at these paths."""
    new = deepcopy(old)
    for path, value in put.items():
        *steps, last = path.split(".")
        at = new
        for step in steps:
            at = at[int(step)] if isinstance(at, list) else at[step]
        at[last] = value
    return new


def check(one: Update) -> None:
    """The server refuses the update with that text."""
    old = stored(one.kind, one.first)
    answered = answer(Request(one.kind, changed(old, one.put), old=old))
    assert isinstance(answered, Refused)
    assert answered.message.partition(" is invalid: ")[2] == one.says


@pytest.mark.parametrize("one", UPDATES, ids=lambda one: one.sentence)
def test_an_update_is_refused(one: Update) -> None:
    check(one)


def test_an_update_that_changes_nothing_is_not_counted() -> None:
    old = stored("Deployment", {})
    same, more = (answer(Request("Deployment", changed(old, {"spec.replicas": n}), old=old)) for n in (1, 2))
    assert isinstance(same, Accepted)
    assert isinstance(more, Accepted)
    assert (same.stored["metadata"]["generation"], more.stored["metadata"]["generation"]) == (1, 2)


def test_the_dump_of_a_changed_spec_is_left_open() -> None:
    old = stored("Pod", {})
    answered = answer(Request("Pod", changed(old, {"spec.restartPolicy": "Never"}), old=old))
    assert isinstance(answered, Refused)
    assert answered.problems[0].path == "spec"
    assert answered.message.endswith(repr(HIDDEN))


def test_a_suspended_job_that_never_ran_may_go_to_other_nodes_but_not_run_another_image() -> None:
    old = stored("Job", {"spec.suspend": True})
    moved, other = deepcopy(old), deepcopy(old)
    moved["spec"]["template"]["spec"]["nodeSelector"] = {"a": "b"}
    other["spec"]["template"]["spec"]["containers"][0]["image"] = "v2"
    uid = UID
    assert isinstance(answer(Request("Job", moved, old=old, uid=uid)), Accepted)
    refused = answer(Request("Job", other, old=old, uid=uid))
    assert isinstance(refused, Refused)
    assert [one.path for one in refused.problems] == ["spec.template.spec"]


def test_a_name_is_that_of_the_url() -> None:
    old = stored("Pod", {})
    answered = answer(Request("Pod", changed(old, {"metadata.name": "q"}), old=old))
    assert answered == Refused(400, "BadRequest", "the name of the object (q) does not match the name on the URL (p)")


def test_a_service_keeps_what_it_was_given_and_gives_back_what_its_type_has_no_use_for() -> None:
    old = stored("Service", {"spec.type": "NodePort"})
    bare = changed(old, {"spec.clusterIP": "", "spec.clusterIPs": [], "spec.ports.0.nodePort": 0})
    inner = changed(old, {"spec.type": "ClusterIP"})
    kept, returned = (answer(Request("Service", one, old=old)) for one in (bare, inner))
    assert isinstance(kept, Accepted)
    assert isinstance(returned, Accepted)
    assert kept.stored == old
    assert "nodePort" not in returned.stored["spec"]["ports"][0]
    assert "externalTrafficPolicy" not in returned.stored["spec"]
