"""Optional components in searches: eviction loops are found as oscillations, and what mends them is proved."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.descheduler.policy import (
    DeschedulerPolicy,
    Evictor,
    Plugin,
    RemoveDuplicates,
    TopologySpread,
    profile,
)
from kubeproof.model.extras import Extras
from kubeproof.model.gitops import GitOps
from kubeproof.model.manifests.stated import admission_of, stated_text
from kubeproof.model.play import Setup, begun
from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.worlds import Options, verify
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end
from tests.model.descheduler.manifests import FULL, SPOT
from tests.model.world.test_gitops import web

RESTS = in_the_end("the pods come to rest")
NAMES = ("deployment-controller", "replicaset-controller", "scheduler", "kubelet", "horizontal-pod-autoscaler")


def descheduler(plugin: Plugin, *, node_fit: bool = False) -> Extras:
    """A descheduler with one plugin, every minute."""
    return Extras(descheduler=DeschedulerPolicy((profile(plugin, evictor=Evictor(node_fit=node_fit)),), interval=60))


class Case(NamedTuple):
    sentence: str
    cluster: str
    extras: Extras
    outcome: Outcome


CASES = (
    Case("a duplicate that fits nowhere else is evicted for ever", FULL, descheduler(RemoveDuplicates()),
         Outcome.VIOLATED),
    Case("with nodeFit it is not", FULL, descheduler(RemoveDuplicates(), node_fit=True), Outcome.PROVED),
    Case("hard constraints alone let pods rest that softly want two things", SPOT, descheduler(TopologySpread()),
         Outcome.PROVED),
    Case("GitOps without replicas leaves an autoscaler alone", web(""), Extras(gitops=GitOps(60)), Outcome.PROVED),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_whether_a_cluster_comes_to_rest(case: Case) -> None:
    played = begun(Setup(NAMES, extras=case.extras), stated_text(case.cluster))
    setup, world = played.setup, played.world
    cluster = Cluster(world, setup.components(world), (), Server(admission_of(setup.inputs)))
    [verdict] = verify([RESTS], cluster, Options(old=600 if case.extras.gitops else 120, limit=2000))
    assert verdict.outcome is case.outcome, verdict.why
