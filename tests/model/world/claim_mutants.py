"""Broken copies of what becomes of claims and their volumes, each with the test that notices it."""

from __future__ import annotations

from functools import partial

from kubeproof.model.controlplane import creating, csi_provisioner, scheduling, volume_binding
from kubeproof.model.controlplane.controllers import ephemeral_volume, volume_protection
from kubeproof.model.controlplane.controllers.persistent_volume import binding, component
from kubeproof.model.node.kubelet import component as kubelet
from kubeproof.model.scheduler import volume_matching
from tests.model.scheduler.mutants.runs import RunMutant
from tests.model.world import test_claims as claims

MUTANTS = (
    RunMutant("claims do not wait for a pod", component._waits, "made_by.given.waits", "False",
              claims.test_a_claim_that_waits_stays_without_a_volume_while_no_pod_wants_it),
    RunMutant("any free volume will do for a claim that waits", component._best, "() if waits else offer.free",
              "offer.free", claims.test_a_claim_that_waits_stays_without_a_volume_while_no_pod_wants_it),
    RunMutant("the largest volume is taken", volume_matching.candidates_among, "by_size(volume.capacity)",
              "by_size(volume.capacity), reverse=True",
              claims.test_the_smallest_volume_that_is_large_enough_is_taken),
    RunMutant("a volume that a controller bound does not say so", binding.bound_volume,
              "annotated(volume.meta, BOUND_BY_CONTROLLER)", "volume.meta",
              claims.test_the_smallest_volume_that_is_large_enough_is_taken),
    RunMutant("nobody notices that a volume is gone", component._settled, 'claim.status.phase != "Lost"', "False",
              claims.test_a_claim_whose_volume_is_gone_is_lost),
    RunMutant("a claim that names its volume need not fit it", component._satisfies, "could_hold(volume, claim)",
              "True", partial(claims.test_a_claim_that_names_its_volume, "a volume that is too small is not taken",
                              claims.volume("v", "512Mi"), "Pending")),
    RunMutant("retained volumes are deleted", csi_provisioner._deleted, 'or volume.reclaim != "Delete"', "",
              partial(claims.test_a_volume_whose_claim_is_gone, "Retain", stays=True)),
    RunMutant("a driver keeps the object of a volume that it deleted", csi_provisioner._deleted,
              "elif FINALIZER in volume.meta.finalizers:", "elif False:",
              partial(claims.test_a_volume_whose_claim_is_gone, "Delete", stays=False)),
    RunMutant("a volume is made wherever the driver likes", csi_provisioner._places,
              "[node] if node else sorted(keys)", "sorted(keys)",
              claims.test_a_claim_that_waits_has_a_volume_made_where_its_pod_goes),
    RunMutant("pods do not wait for their claims", scheduling._decide, "not all_bound(look, live[key])", "False",
              claims.test_a_claim_that_waits_has_a_volume_made_where_its_pod_goes),
    RunMutant("a pod that waits for its claims takes no room", scheduling._assuming, "if not assumed", "if True",
              claims.test_a_pod_that_waits_for_its_claims_keeps_its_room),
    RunMutant("a volume out of reach is given", volume_binding.prebound, "value(term, at) is True", "True",
              claims.test_the_scheduler_takes_a_volume_that_the_pods_node_reaches),
    RunMutant("claims in use are removed", volume_protection._claim, "if not any(", "if any((True,)) or any(",
              claims.test_a_claim_in_use_goes_once_its_pod_is_gone),
    RunMutant("a pod that has ended uses no claim", volume_protection._claim, "pod.node and",
              "pod.status.phase == 'Running' and", claims.test_a_pod_that_has_ended_still_uses_its_claim),
    RunMutant("bound volumes are removed", volume_protection._volume, 'volume.status.phase != "Bound"', "True",
              claims.test_a_volume_in_use_is_not_removed_before_it_is_released),
    RunMutant("claims are not protected", creating.completed, "_guarded(new, CLAIM_PROTECTION)", "new",
              claims.test_a_claim_in_use_goes_once_its_pod_is_gone),
    RunMutant("nobody owns the claim of an ephemeral volume", ephemeral_volume._decide, "owners=(owner,)", "owners=()",
              claims.test_an_ephemeral_volume_has_a_claim_that_goes_with_its_pod),
    RunMutant("containers start without their volumes", kubelet._decide, "not all_bound(look, pod)", "False",
              claims.test_a_pod_bound_by_hand_waits_for_its_claims),
)  # fmt: skip
