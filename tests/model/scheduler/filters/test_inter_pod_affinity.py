"""What InterPodAffinity says (v1.34)."""

from typing import Any

import pytest

from kubeproof.model.scheduler.filters import inter_pod_affinity as words
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, refusal, verdict

FAR = final("InterPodAffinity", words.AFFINITY)
NEAR = refusal("InterPodAffinity", words.ANTI_AFFINITY)
UNWELCOME = refusal("InterPodAffinity", words.OTHERS)
WEB, DB = {"app": "web"}, {"app": "db"}
A, A2, B, BARE = (
    node("a", labels={"zone": "a"}),
    node("a2", labels={"zone": "a"}),
    node("b", labels={"zone": "b"}),
    node("bare"),
)


def term(key: str = "zone", labels: Raw = DB, **more: Any) -> Raw:
    return {"topologyKey": key, "labelSelector": {"matchLabels": labels}, **more}


def near(*terms: Raw, **more: Any) -> Raw:
    return pod(affinity={"podAffinity": {words.REQUIRED: list(terms)}}, **more)


def apart(*terms: Raw, name: str = "asking", **more: Any) -> Raw:
    return pod(name, affinity={"podAntiAffinity": {words.REQUIRED: list(terms)}}, **more)


def db(node: str = "a", **more: Any) -> list[Raw]:
    return [pod("db", node=node, **{"labels": DB, **more})]


BESIDE = Witness(
    "a pod goes where a pod that it wants is near",
    near(term()),
    [A, A2, B, BARE],
    {"a": FITS, "a2": FITS, "b": FAR, "bare": FAR},
    db(),
)
NOBODY = Witness("where nobody is wanted yet, nobody is near", near(term()), [A], {"a": FAR})
ONE_POD = Witness(
    "one pod must match all the terms",
    near(term(), term(labels={"tier": "gold"})),
    [A],
    {"a": FAR},
    [*db(), pod("gold", node="a", labels={"tier": "gold"})],
)
FIRST = Witness(
    "the first of its kind may go anywhere with the key",
    near(term(), labels=DB),
    [A, BARE],
    {"a": FITS, "bare": FAR},
)
NOT_FIRST = Witness(
    "the second must go where the first is", near(term(), labels=DB), [A, B], {"a": FITS, "b": FAR}, db()
)
FIRST_OUTSIDE = Witness(
    "a pod on a node without the key does not make another the second",
    near(term(), labels=DB),
    [A, BARE],
    {"a": FITS, "bare": FAR},
    db("bare"),
)
ANY_KEY = Witness(
    "a pod on a node with any of the keys makes another the second",
    near(term(), term("rack"), labels=DB),
    [A, node("both", labels={"zone": "a", "rack": "1"})],
    {"a": FAR, "both": FAR},
    db(),
)
FIRST_OF_BOTH = Witness(
    "to be the first, a pod must match all of its own terms",
    near(term(), term(labels=WEB), labels=DB),
    [A],
    {"a": FAR},
)
APART = Witness(
    "a pod keeps away from the domain of one that it does not want",
    apart(term()),
    [A, A2, B, BARE],
    {"a": NEAR, "a2": NEAR, "b": FITS, "bare": FITS},
    db(),
)
EACH_TERM = Witness(
    "a pod that matches one of several terms keeps it away",
    apart(term(labels=WEB), term()),
    [A, B],
    {"a": NEAR, "b": FITS},
    db(),
)
SYMMETRIC = Witness(
    "pods that do not want it keep it away",
    pod(labels=DB),
    [A, A2, B],
    {"a": UNWELCOME, "a2": UNWELCOME, "b": FITS},
    [apart(term(), name="shy", node="a")],
)
SYMMETRIC_NAMESPACE = Witness(
    "but only if they look at its namespace",
    pod(labels=DB),
    [A],
    {"a": FITS},
    [apart(term(), name="shy", node="a", namespace="ops")],
)
TERMINATING = Witness(
    "a pod that is being deleted still counts",
    apart(term()),
    [A],
    {"a": NEAR},
    db(deleting=True),
)
OWN_NAMESPACE = Witness(
    "only pods of its own namespace count",
    apart(term()),
    [A],
    {"a": FITS},
    db(namespace="ops"),
)
NAMED = Witness(
    "unless the term names another, and then its own does not",
    apart(term(namespaces=["ops"])),
    [A, B],
    {"a": NEAR, "b": FITS},
    [*db(namespace="ops"), pod("db2", node="b", labels=DB)],
)
SELECTED = Witness(
    "or selects namespaces by their labels",
    apart(term(namespaceSelector={"matchLabels": {"team": "red"}})),
    [A, B],
    {"a": NEAR, "b": FITS},
    [*db(namespace="ops"), pod("db2", node="b", labels=DB, namespace="dev")],
    {"ops": {"team": "red"}, "dev": {"team": "blue"}, "shop": {}},
)
EVERY_NAMESPACE = Witness(
    "or selects them all",
    apart(term(namespaceSelector={})),
    [A],
    {"a": NEAR},
    db(namespace="ops"),
)
SELECTED_BY_OTHERS = Witness(
    "namespaces are selected in the terms of others, too",
    pod(labels=DB),
    [A, B],
    {"a": UNWELCOME, "b": FITS},
    [
        apart(term(namespaceSelector={"matchLabels": {"team": "red"}}), name="shy", node="a", namespace="ops"),
        apart(term(namespaceSelector={"matchLabels": {"team": "blue"}}), name="shyer", node="b", namespace="ops"),
    ],
    {"shop": {"team": "red"}},
)

WITNESSES = (
    BESIDE,
    NOBODY,
    ONE_POD,
    FIRST,
    NOT_FIRST,
    FIRST_OUTSIDE,
    ANY_KEY,
    FIRST_OF_BOTH,
    APART,
    EACH_TERM,
    SYMMETRIC,
    SYMMETRIC_NAMESPACE,
    TERMINATING,
    OWN_NAMESPACE,
    NAMED,
    SELECTED,
    EVERY_NAMESPACE,
    SELECTED_BY_OTHERS,
)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
