"""Whether what runs fits again when a node is lost, as a law of `kubeproof verify` that a placement decides."""

from __future__ import annotations

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import stated_text
from kubeproof.properties.queries import losses
from kubeproof.properties.queries.budgets import budget
from kubeproof.properties.queries.question import Engines
from kubeproof.properties.queries.verified import Verified, verified
from kubeproof.properties.studies.study import node
from kubeproof.properties.verdict import Outcome

NO_ROOM = "no node of 1 takes it: 1 Insufficient cpu"
WEB = """---
apiVersion: apps/v1
kind: {kind}
metadata: {{name: web}}
spec:
  serviceName: web
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, image: "c:1", resources: {{requests: {{cpu: "{cpu}"}}}}}}]}}
"""


def asked(cpu: str, allows: str = "node-lost=1", engines: Engines = Engines.ALL, kind: str = "StatefulSet") -> Verified:
    text = "".join(node(name) for name in ("n1", "n2")) + WEB.format(cpu=cpu, kind=kind)
    return verified(stated_text(text), budget(allows), limit=1, law="fit on the others", engines=engines)


@pytest.mark.parametrize(
    ("sentence", "cpu", "allows", "outcome"),
    [
        ("what has room elsewhere fits", "1", "node-removed=1", Outcome.PROVED),
        ("what has none does not", "3", "node-removed=1", Outcome.VIOLATED),
        ("pods of a StatefulSet stay with a silent node", "3", "node-lost=1", Outcome.PROVED),
        ("but go with one that may be removed, too", "3", "node-lost=1,node-removed=1", Outcome.VIOLATED),
    ],
)
def test_it_is_decided_by_a_placement(sentence: str, cpu: str, allows: str, outcome: Outcome) -> None:
    [found] = asked(cpu, allows).verdicts
    assert (found.law, found.engine, found.outcome) == (losses.LAW, losses.ENGINE, outcome), sentence
    assert (found.states, found.complete, found.trace) == (2, True, None)


def test_the_answer_tells_which_node_and_why() -> None:
    answer = asked("3", "node-removed=1")
    assert answer.outcome is Outcome.VIOLATED
    assert answer.broken == ()
    assert answer.text.splitlines()[:4] == [
        "VIOLATED  whichever node is lost, its pods fit on the others  [placement: the whole, 2 worlds, complete]",
        "",
        "whichever node is lost, its pods fit on the others",
        f"    n1 is lost: default/web-0: {NO_ROOM}; n2 is lost: default/web-1: {NO_ROOM}",
    ]


@pytest.mark.parametrize(
    ("allows", "engines"),
    [("pod-deleted=1", Engines.ALL), ("node-lost=1", Engines.RUNS)],
    ids=["no loss", "runs alone"],
)
def test_it_is_not_asked_where_no_node_is_lost_or_another_engine_is_meant(allows: str, engines: Engines) -> None:
    with pytest.raises(BadInput, match="no law contains 'fit on the others'"):
        asked("1", allows, engines)
