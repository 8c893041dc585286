"""What preemption finds for a pod whose ReadWriteOncePod claim is in use (v1.34)."""

from collections.abc import Sequence

import pytest

from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.preemption import preempt
from tests.model.scheduler.filters.volumes import bound, having, using, volume
from tests.model.scheduler.witness import Raw, Witness, node, pod, read

ONCE = having([bound("data", accessModes=["ReadWriteOncePod"])], [volume()])


def using_data(name: str, on: str, priority: int, namespace: str = "shop") -> Raw:
    return pod(name, node=on, namespace=namespace, priority=priority, volumes=using("data"))


CASES: Sequence[tuple[str, Sequence[Raw], dict[str, list[str]]]] = (
    ("the pod that holds it goes, if it is less important", [using_data("holder", "a", 1)], {"a": ["shop/holder"]}),
    ("and stays, if it is not", [using_data("holder", "a", 10)], {}),
    (
        "a pod elsewhere that names a claim like that counts as the holder, in whatever namespace",
        [using_data("holder", "a", 10), using_data("other", "b", 1, "ops")],
        {"b": ["ops/other"]},
    ),
)


@pytest.mark.parametrize(("sentence", "pods", "victims"), CASES, ids=[case[0] for case in CASES])
def test_who_goes(sentence: str, pods: Sequence[Raw], victims: dict[str, list[str]]) -> None:
    asking = pod(priority=10, volumes=using("data"))
    snapshot, waiting = read(Witness(sentence, asking, [node("a"), node("b")], {}, pods, more=ONCE))
    found = preempt(Cycle(snapshot).decide(waiting))
    assert found is not None
    gone = {one.node: [victim.key for victim in one.victims] for one in found.candidates.values()}
    assert gone == victims, sentence
