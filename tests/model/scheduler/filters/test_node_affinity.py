"""What NodeAffinity says (v1.34)."""

from typing import Any

import pytest

from kubeproof.model.scheduler.filters.node_affinity import CONFLICT, NARROWED, REASON
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, verdict

NO = final("NodeAffinity", REASON)
ELSEWHERE = final("", NARROWED)


def wanting(*terms: Raw, **spec: Any) -> Raw:
    required = {"nodeSelectorTerms": list(terms)}
    return pod(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}, **spec)


def term(key: str, operator: str, *values: str) -> Raw:
    return {"matchExpressions": [one(key, operator, *values)]}


def named(*names: str, operator: str = "In") -> Raw:
    return {"matchFields": [one("metadata.name", operator, name) for name in names]}


def one(key: str, operator: str, *values: str) -> Raw:
    return {"key": key, "operator": operator, "values": list(values)}


SSD, HDD, BARE = node("ssd", labels={"disk": "ssd"}), node("hdd", labels={"disk": "hdd"}), node("bare")

EVERY_ENTRY = Witness(
    "a nodeSelector asks for all of its labels",
    pod(nodeSelector={"disk": "ssd", "zone": "a"}),
    [node("n1", labels={"disk": "ssd", "zone": "a"}), node("n2", labels={"disk": "ssd"})],
    {"n1": FITS, "n2": NO},
)
IN = Witness(
    "In needs the label with one of the values",
    wanting(term("disk", "In", "ssd", "nvme")),
    [SSD, HDD, BARE],
    {"ssd": FITS, "hdd": NO, "bare": NO},
)
NOT_IN = Witness(
    "NotIn holds where the label is missing",
    wanting(term("disk", "NotIn", "hdd")),
    [SSD, HDD, BARE],
    {"ssd": FITS, "hdd": NO, "bare": FITS},
)
EXISTS = Witness(
    "Exists holds whatever the value is", wanting(term("disk", "Exists")), [SSD, BARE], {"ssd": FITS, "bare": NO}
)
ABSENT = Witness(
    "DoesNotExist holds where the label is missing",
    wanting(term("disk", "DoesNotExist")),
    [SSD, BARE],
    {"ssd": NO, "bare": FITS},
)
NUMBERED = [node(name, labels={"generation": name}) for name in ("2", "3", "x")]
GREATER = Witness(
    "Gt is strict, and a label that is no number is not greater",
    wanting(term("generation", "Gt", "2")),
    NUMBERED,
    {"2": NO, "3": FITS, "x": NO},
)
LESS = Witness(
    "Lt is strict, and a label that is no number is not less",
    wanting(term("generation", "Lt", "3")),
    NUMBERED,
    {"2": FITS, "3": NO, "x": NO},
)
ANY_TERM = Witness(
    "one of the terms is enough",
    wanting(term("disk", "In", "ssd"), term("disk", "In", "hdd")),
    [SSD, HDD, BARE],
    {"ssd": FITS, "hdd": FITS, "bare": NO},
)
ALL_EXPRESSIONS = Witness(
    "all the expressions of a term must hold",
    wanting({"matchExpressions": [one("disk", "Exists"), one("disk", "NotIn", "hdd")]}),
    [SSD, HDD],
    {"ssd": FITS, "hdd": NO},
)
EMPTY_TERM = Witness("an empty term matches nothing", wanting({}), [SSD], {"ssd": NO})
BOTH = Witness(
    "nodeSelector and affinity must both hold",
    wanting(term("disk", "Exists"), nodeSelector={"disk": "ssd"}),
    [SSD, HDD],
    {"ssd": FITS, "hdd": NO},
)
BY_NAME = Witness(
    "where every term names a node, the others are not looked at",
    wanting(named("ssd")),
    [SSD, HDD],
    {"ssd": FITS, "hdd": ELSEWHERE},
)
BY_NAME_OR_LABEL = Witness(
    "where some term names none, all nodes are looked at",
    wanting(named("ssd"), term("disk", "In", "ssd")),
    [SSD, HDD],
    {"ssd": FITS, "hdd": NO},
)
NOT_BY_NAME = Witness(
    "NotIn on the name shuts out that node only, and narrows nothing",
    wanting(named("ssd", operator="NotIn")),
    [SSD, HDD],
    {"ssd": NO, "hdd": FITS},
)
TWO_NAMES = Witness(
    "no node has two names",
    wanting(named("ssd", "hdd")),
    [SSD, HDD],
    final("NodeAffinity", CONFLICT),
)
TWO_NAMES_OR_ONE = Witness(
    "a term with two names does not spoil one with a single name",
    wanting(named("ssd", "hdd"), named("hdd")),
    [SSD, HDD],
    {"ssd": ELSEWHERE, "hdd": FITS},
)
NARROWED_FIRST = Witness(
    "a node that was narrowed away says so, whatever else speaks against it",
    wanting(named("ssd")),
    [SSD, node("hdd", cordoned=True)],
    {"ssd": FITS, "hdd": ELSEWHERE},
)

WITNESSES = (
    EVERY_ENTRY,
    IN,
    NOT_IN,
    EXISTS,
    ABSENT,
    GREATER,
    LESS,
    ANY_TERM,
    ALL_EXPRESSIONS,
    EMPTY_TERM,
    BOTH,
    BY_NAME,
    BY_NAME_OR_LABEL,
    NOT_BY_NAME,
    TWO_NAMES,
    TWO_NAMES_OR_ONE,
    NARROWED_FIRST,
)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
