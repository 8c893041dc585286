"""What PodTopologySpread says (v1.34)."""

from typing import Any

import pytest

from kubeproof.model.scheduler.filters.pod_topology_spread import MISSING_LABEL, SKEWED
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, refusal, verdict

SKEW, NO_KEY = refusal("PodTopologySpread", SKEWED), final("PodTopologySpread", MISSING_LABEL)
WEB = {"app": "web"}
A, B = node("a", labels={"zone": "a"}), node("b", labels={"zone": "b"})


LIKE_WEB: Raw = {"matchLabels": WEB}


def spread(key: str = "zone", skew: int = 1, selector: Raw | None = LIKE_WEB, **more: Any) -> Raw:
    base = {"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector}
    return {**base, **more}


def web(*constraints: Raw, **more: Any) -> Raw:
    return pod(**{"labels": WEB, "topologySpreadConstraints": list(constraints), **more})


def on(*places: str, **more: Any) -> list[Raw]:
    return [pod(f"{place}{at}", **{"node": place, "labels": WEB, **more}) for at, place in enumerate(places)]


WITHIN = Witness(
    "a domain may hold maxSkew more than the emptiest", web(spread(skew=2)), [A, B], {"a": FITS, "b": FITS}, on("a")
)
BEYOND = Witness("no domain may hold more than that", web(spread(skew=2)), [A, B], {"a": SKEW, "b": FITS}, on("a", "a"))
NOT_LIKE_ITSELF = Witness(
    "a pod that its own selector does not mean adds nothing",
    web(spread(), labels={"app": "db"}),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a"),
)
MISSING_KEY = Witness("a node needs the topology key", web(spread()), [A, node("bare")], {"a": FITS, "bare": NO_KEY})
OTHER_NAMESPACE = Witness(
    "only pods of its own namespace count",
    web(spread()),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "a", namespace="ops"),
)
TERMINATING = Witness(
    "pods that are being deleted do not count",
    web(spread()),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "a", deleting=True),
)
EMPTY_SELECTOR = Witness(
    "an empty selector counts nobody, though it means the pod itself",
    web(spread(selector={})),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "a"),
)
NULL_SELECTOR = Witness(
    "matchLabelKeys do not make a missing selector mean anybody",
    web(spread(selector=None, matchLabelKeys=["app"])),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "a"),
)
SOFT = Witness(
    "a constraint that may be broken never blocks",
    web(spread(whenUnsatisfiable="ScheduleAnyway")),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "a"),
)
MIN_DOMAINS = Witness(
    "with fewer domains than minDomains, the emptiest counts as empty",
    web(spread(minDomains=3)),
    [A, B],
    {"a": SKEW, "b": SKEW},
    on("a", "b"),
)
ENOUGH_DOMAINS = Witness(
    "with as many domains as minDomains, the emptiest is what it is",
    web(spread(minDomains=2)),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "b"),
)
DOMAIN_OF_NODES = Witness(
    "a domain is all of its nodes",
    web(spread()),
    [A, node("a2", labels={"zone": "a"}), B],
    {"a": SKEW, "a2": SKEW, "b": FITS},
    on("a"),
)
SELECTED = {"nodeSelector": {"zone": "a"}}
HONOR_AFFINITY = Witness(
    "nodes that the pod does not select are no domain",
    web(spread(), **SELECTED),
    [A, B],
    {"a": FITS, "b": final("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")},
    on("a"),
)
IGNORE_AFFINITY = Witness(
    "unless nodeAffinityPolicy says that they are",
    web(spread(nodeAffinityPolicy="Ignore"), **SELECTED),
    [A, B],
    {"a": SKEW, "b": final("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")},
    on("a"),
)
TAINTED = node("b", labels={"zone": "b"}, taints=["gpu:NoSchedule"])
IGNORE_TAINTS = Witness(
    "nodes with taints that the pod does not tolerate are domains",
    web(spread()),
    [A, TAINTED],
    {"a": SKEW, "b": final("TaintToleration", "node(s) had untolerated taint {gpu: }")},
    on("a"),
)
HONOR_TAINTS = Witness(
    "unless nodeTaintsPolicy says that they are not",
    web(spread(nodeTaintsPolicy="Honor")),
    [A, TAINTED],
    {"a": FITS, "b": final("TaintToleration", "node(s) had untolerated taint {gpu: }")},
    on("a"),
)
CORDONED = Witness(
    "a cordoned node is a domain",
    web(spread(nodeTaintsPolicy="Honor")),
    [A, node("b", labels={"zone": "b"}, cordoned=True)],
    {"a": SKEW, "b": final("NodeUnschedulable", "node(s) were unschedulable")},
    on("a"),
)
BOTH_KEYS = [node(name, labels={"zone": name, "rack": name}) for name in "ab"]
ALL_KEYS = Witness(
    "a node without the key of one constraint counts for none",
    web(spread(), spread("rack", skew=9)),
    [*BOTH_KEYS, node("c", labels={"zone": "a"})],
    {"a": FITS, "b": FITS, "c": NO_KEY},
    on("c"),
)
SAME_VERSION = Witness(
    "matchLabelKeys count only pods with the same value",
    web(spread(matchLabelKeys=["version"]), labels={**WEB, "version": "2"}),
    [A, B],
    {"a": FITS, "b": FITS},
    on("a", "a", labels={**WEB, "version": "1"}),
)
SECOND_MISSING = Witness(
    "the constraints speak one after the other",
    web(spread(), spread("rack")),
    [A, node("b", labels={"zone": "b", "rack": "1"})],
    {"a": NO_KEY, "b": FITS},
)

WITNESSES = (
    WITHIN,
    BEYOND,
    NOT_LIKE_ITSELF,
    MISSING_KEY,
    OTHER_NAMESPACE,
    TERMINATING,
    EMPTY_SELECTOR,
    NULL_SELECTOR,
    SOFT,
    MIN_DOMAINS,
    ENOUGH_DOMAINS,
    DOMAIN_OF_NODES,
    HONOR_AFFINITY,
    IGNORE_AFFINITY,
    IGNORE_TAINTS,
    HONOR_TAINTS,
    CORDONED,
    ALL_KEYS,
    SAME_VERSION,
    SECOND_MISSING,
)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
