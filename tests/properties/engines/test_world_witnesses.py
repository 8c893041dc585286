"""A law that nothing was about says so, and changes neither its outcome nor that of others."""

from __future__ import annotations

from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import pod_deleted
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.world_witnesses import VACUOUS, verify_met
from kubeproof.properties.engines.worlds import verify
from kubeproof.properties.laws.world_seen import is_deleted, there_is
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import always, in_the_end, with_witnesses
from tests.properties.engines.test_worlds import SMALL, start

DELETED = there_is("Pod", is_deleted)


def fine(world: World) -> bool:
    return True


def wrong(world: World) -> bool:
    return not DELETED(world)


LAWS = (
    always("all is well", fine),
    always("pods are deleted well", fine, about=DELETED),
    in_the_end("pods that are deleted go", fine, about=DELETED),
    always("no pod is deleted", wrong, about=DELETED),
)


def test_who_holds_for_want_of_a_case_says_so() -> None:
    cluster = Cluster(start(*SMALL, replicas=1), SMALL)
    found = verify_met(LAWS, cluster)
    assert [one.law for one in found] == [law.name for law in LAWS]
    assert [(one.outcome, one.why) for one in found] == [
        (Outcome.PROVED, ""),
        (Outcome.PROVED, VACUOUS),
        (Outcome.PROVED, VACUOUS),
        (Outcome.PROVED, VACUOUS),
    ]


def test_who_was_met_is_told_as_without_a_witness() -> None:
    cluster = Cluster(start(*SMALL, replicas=1), SMALL, (pod_deleted(),))
    found, plain = verify_met(LAWS, cluster), verify(LAWS, cluster)
    assert found == plain
    assert [one.outcome for one in found] == [Outcome.PROVED] * 3 + [Outcome.VIOLATED]


def test_a_witness_is_asked_behind_its_law() -> None:
    names = [law.name for law in with_witnesses(LAWS[:2])]
    assert names == ["all is well", "pods are deleted well", "it happens: pods are deleted well"]
