"""Every pod that a real kube-scheduler refused has an explanation, solved again alone; every repair passes the filters.

A sample of the recorded cases; `core` raises where z3 disagrees with an explanation.
"""

from pathlib import Path

import pytest

from kubeproof.model.conformance import golden
from kubeproof.model.conformance.scheduler import snapshot
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.properties.queries.repair import repairs
from kubeproof.properties.queries.why import why

DATA = Path(__file__).parents[2] / "conformance" / "data" / "scheduler"
SAMPLE = 60


@pytest.mark.parametrize("file", ["scheduler-v1.34.1-train.jsonl.gz", "preemption-v1.34.1-train.jsonl.gz"])
def test_a_recorded_refusal_is_explained(file: str) -> None:
    explained = mended = 0
    for line in golden.read(DATA / file, SAMPLE):
        case, expect = line.content["case"], line.content["expect"]
        if "profile" in case:
            continue
        cluster, pod = snapshot(case)
        cycle = Cycle(cluster)
        answer = why(cluster, pod, cycle)
        assert (answer.explanation is None) == (expect["result"] == "Scheduled"), case["id"]
        if answer.explanation and answer.explanation.reasons:
            explained += 1
            assert answer.explanation.smallest, case["id"]
            assert answer.explanation.proof, case["id"]
            mended += bool(repairs(cycle, answer.decision, 2).found)
    assert explained > SAMPLE // 3
    assert mended > explained // 3
