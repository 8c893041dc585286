"""Broken copies of GitOps and of two schedulers, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model import cluster, gitops, kubectl_apply
from kubeproof.model.controlplane import scheduling, strategies
from tests.model.scheduler.mutants.runs import RunMutant
from tests.model.world import test_gitops as git
from tests.model.world import test_second_scheduler as seconds


def back(sentence: str) -> Callable[[], None]:
    """The test of what is undone."""
    return partial(git.check_back, next(script for told, script in git.CHANGED if told == sentence))


def bound(sentence: str) -> Callable[[], None]:
    """The test of who binds which pods."""
    return partial(seconds.check_bound, *next(row[1:] for row in seconds.CASES if row[0] == sentence))


MUTANTS = (
    RunMutant("what is gone is not made anew", gitops._applied,
              "if held is not None and held.meta.deleted_at is not None", "if held is None",
              back("a deployment that a user deletes")),
    RunMutant("replicas that the manifest does not give are 1", kubectl_apply.applied, "after = kubectl.patched(",
              "manifest.get('spec', {}).setdefault('replicas', 1); after = kubectl.patched(", git.check_settled),
    RunMutant("replicas of the manifest do not count", kubectl_apply.applied, "after = kubectl.patched(",
              "manifest.get('spec', {}).pop('replicas', 0); after = kubectl.patched(", git.check_flapping),
    RunMutant("what is applied stays as it was", kubectl_apply.applied, "one.key, body, said=said.encoded(after)",
              "one.key, held, said=said.encoded(after)", back("an image that a user sets")),
    RunMutant("applying takes a Service's address away", strategies._service, "cluster_ip=before.cluster_ip",
              'cluster_ip=""',
              git.test_a_service_that_is_applied_with_another_selector_keeps_its_address_and_ports),
    RunMutant("applying takes its node ports away", strategies._service, "kept.get(port.name, 0)", "0",
              git.test_a_service_that_is_applied_with_another_selector_keeps_its_address_and_ports),
    RunMutant("a scheduler takes all pods", scheduling._decide, "pod.spec.scheduler == profile.scheduler and", "",
              bound("without a second one its pods stay Pending")),
    RunMutant("nominations of all schedulers are kept free", scheduling._own,
              "if foreign else snapshot", "if False else snapshot",
              seconds.test_what_kube_scheduler_nominates_is_kept_free_by_itself_alone),
    RunMutant("nominations are not kept free", scheduling._own, "and pod.spec.scheduler != name", "",
              seconds.test_what_kube_scheduler_nominates_is_kept_free_by_itself_alone),
    RunMutant("pods that nobody schedules are not told", cluster._by_scheduler, "name not in schedulers", "False",
              seconds.test_pods_that_nobody_schedules_are_told),
)  # fmt: skip
