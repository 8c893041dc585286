"""Which pods belong with a pod (helper.DefaultSelector, v1.34)."""

from __future__ import annotations

import pytest
from immutables import Map
from lightkube.models import meta_v1

from kubeproof.model.objects import selecting
from kubeproof.model.objects.pod import Pod


def meta(name: str, namespace: str = "default") -> meta_v1.ObjectMeta:
    return meta_v1.ObjectMeta(name=name, namespace=namespace)


KNOWN = selecting.normalise(
    services=[
        (meta("web"), {"app": "web"}),
        (meta("canary"), {"track": "canary"}),
        (meta("none"), None),
        (meta("far", "far"), {"track": "stable"}),
    ],
    replication_controllers=[(meta("rc"), {"app": "web", "by": "rc"})],
    replica_sets=[(meta("rs"), meta_v1.LabelSelector(matchLabels={"hash": "1"})), (meta("unset"), None)],
    stateful_sets=[(meta("ss"), meta_v1.LabelSelector(matchLabels={"set": "ss"}))],
)
CASES: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("nobody's pod", {"app": "x"}, "", ""),
    ("a service", {"app": "web", "more": "1"}, "", "app=web"),
    ("two services", {"app": "web", "track": "canary"}, "", "app=web,track=canary"),
    ("services of other namespaces do not count", {"track": "stable"}, "", ""),
    ("a replica set", {}, "apps/v1 ReplicaSet rs", "hash=1"),
    ("a service and a replica set", {"app": "web"}, "apps/v1 ReplicaSet rs", "app=web,hash=1"),
    ("a stateful set", {}, "apps/v1 StatefulSet ss", "set=ss"),
    ("a replication controller says what its services say once", {"app": "web"}, "v1 ReplicationController rc",
     "app=web,by=rc"),
    ("a controller without a selector", {"app": "web"}, "apps/v1 ReplicaSet unset", "app=web"),
    ("a kind of somebody else", {}, "example.com/v1 ReplicaSet rs", ""),
    ("a controller that is not there", {}, "apps/v1 ReplicaSet gone", ""),
)  # fmt: skip


@pytest.mark.parametrize(("labels", "owner", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_selects_a_pod(labels: dict[str, str], owner: str, text: str) -> None:
    pod = Pod("default", "p", Map(labels), owner_key=owner)
    assert selecting.selector(pod, KNOWN).text == text


def test_what_is_joined_selects_as_both_do() -> None:
    more = selecting.normalise(services=[(meta("tier"), {"tier": "front"})])
    pod = Pod("default", "p", Map({"app": "web", "tier": "front"}), owner_key="apps/v1 ReplicaSet rs")
    assert selecting.selector(pod, KNOWN.joined(more)).text == "app=web,hash=1,tier=front"
    assert selecting.selector(pod, more.joined(KNOWN)).text == "app=web,hash=1,tier=front"
