"""Broken copies of what components of nodes, Services, owners and the cloud decide, each with the test that notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from kubeproof.model import environment
from kubeproof.model.controlplane import apiserver, cloud, creating, propagation
from kubeproof.model.controlplane.controllers import (
    endpoint_slice,
    garbage_collector,
    namespace,
    pod_gc,
    taint_eviction,
)
from kubeproof.model.controlplane.controllers.disruption import component as disruption
from kubeproof.model.controlplane.controllers.node_lifecycle import component as lifecycle
from kubeproof.model.node import leases, proxy
from kubeproof.model.node.kubelet import component as kubelet
from kubeproof.model.node.kubelet import life, node_status
from tests.model.scheduler.mutants.runs import RunMutant, columns
from tests.model.world import test_budgets as budgets
from tests.model.world import test_cloud as clouds
from tests.model.world import test_nodes as nodes
from tests.model.world import test_owners as owners
from tests.model.world import test_services as services


def row(test: Callable[[Any], None], table: Iterable[Any], sentence: str) -> Callable[[], None]:
    """The test of one row of a table of named tuples."""
    return partial(test, next(one for one in table if one.sentence == sentence))


def way(sentence: str) -> Callable[[], None]:
    """The test of where one connection goes."""
    return row(services.test_where_a_connection_goes, services.WAYS, sentence)


def goes(sentence: str) -> Callable[[], None]:
    """The test of what goes with one owner."""
    return row(owners.test_what_goes_with_its_owner, owners.CASES, sentence)


def stay(sentence: str) -> Callable[[], None]:
    """The test of how long a pod stays on a tainted node."""
    return row(nodes.test_how_long_a_pod_stays_on_a_tainted_node, nodes.STAYS, sentence)


def found(sentence: str) -> Callable[[], None]:
    """The test of when a silent node is found out."""
    return partial(nodes.test_when_a_silent_node_is_found_out, *columns(nodes.FOUND, sentence))


def client(sentence: str) -> Callable[[], None]:
    """The test of where a client goes that was there before."""
    return partial(services.test_a_client_stays_with_its_pod, *columns(services.CLIENTS, sentence))


def leaves(sentence: str) -> Callable[[], None]:
    """The test of which finalizers one deletion leaves."""
    return partial(owners.test_which_finalizers_a_deletion_leaves, *columns(owners.FINALIZERS, sentence))


# fmt: off
MUTANTS = (
    RunMutant("a lost machine still speaks", leases.is_silent, "return lease.lease.renewed_at is not None",
              "return False", nodes.test_pods_that_were_deleted_meanwhile_end_when_the_node_returns),
    RunMutant("a node that is gone still speaks", leases.is_silent, "LiveNode) is None", "LiveNode) == 0",
              nodes.test_nobody_ends_the_pods_of_a_node_that_was_deleted),
    RunMutant("a kubelet takes back what its machine finds", node_status.posted, '.status == "Unknown"',
              '.status != "True"', nodes.test_a_node_may_join_before_it_is_ready),
    RunMutant("a lease belongs to nobody", node_status._decide, "owners=(owner,)", "owners=()",
              nodes.test_a_node_that_joins_gets_a_lease_and_loses_the_taint_of_a_new_one),
    RunMutant("a node that returns does not speak again", node_status._decide, "if told != own:", "if False:",
              nodes.test_a_node_that_returns_is_ready_again_and_so_are_its_pods),
    RunMutant("what others changed is not told again", kubelet._decide, "not _is_told(own, pod.status)", "False",
              nodes.test_a_node_that_returns_is_ready_again_and_so_are_its_pods),
    RunMutant("kubelets take everything", kubelet._refused, "return refused", "return None",
              row(nodes.test_a_kubelet_takes_the_pods_that_its_node_can_have, nodes.ADMISSIONS,
                  "more than the node has left is refused")),
    RunMutant("a patch reorders conditions", kubelet._as_stored, "places.get(one.type, len(places))", "-len(one.type)",
              budgets.test_a_mark_that_nobody_followed_up_is_taken_back_after_two_minutes),
    RunMutant("all pods have one address", kubelet._addresses, "pod.meta.uid).encode()", "pod.meta.namespace).encode()",
              services.test_the_endpoints_of_a_service_are_its_pods_that_have_an_address),
    RunMutant("a shorter grace comes too late", life.hurried, 'work.stage != "killing" or', "True or",
              nodes.test_a_second_deletion_may_shorten_the_time_that_a_pod_has),
    RunMutant("a last renewal is seen when the machine is lost", lifecycle._seen_last, "-(-last // period) * period",
              "last", found("one a little later is seen five seconds after that")),
    RunMutant("a first renewal is not seen", lifecycle._seen_last, "seen is None or seen < last",
              "seen is not None and seen < last",
              nodes.test_a_machine_that_is_lost_before_a_round_has_seen_its_lease_is_found_out_as_any),
    RunMutant("a last renewal is seen late", lifecycle._seen_last, "seen is None or seen < last", "False",
              found("one before the last round was seen by that")),
    RunMutant("rounds are made whenever something changes", lifecycle._rounds, "now % period == 0 and known.at != now",
              "True", nodes.test_a_node_that_returns_is_ready_again_and_so_are_its_pods),
    RunMutant("nobody looks when a silent node's time is over", lifecycle._next_round,
              "node.meta.name not in renewed and not _is_unknown(node)", "False",
              nodes.test_a_silent_node_is_found_out_and_its_pods_go_as_they_tolerate_it),
    RunMutant("a silent node waits for ever for its taint", lifecycle._turns, "limiter.rate > 0", "False",
              nodes.test_of_two_silent_nodes_of_a_zone_the_second_waits_for_its_taint),
    RunMutant("pods of a silent node stay ready", lifecycle._written, "done.pods_not_ready_on", "()",
              nodes.test_a_silent_node_is_found_out_and_its_pods_go_as_they_tolerate_it),
    RunMutant("conditions give no taints", lifecycle._no_schedule, "if node is not None and", "if node is None and",
              nodes.test_a_condition_gives_its_taint_at_once),
    RunMutant("an eviction is forgotten with its node", taint_eviction._decide, "Decision(False, timer)",
              "Decision(False)", nodes.test_a_timer_fires_though_the_node_is_gone),
    RunMutant("nobody looks when the time on a node is over", taint_eviction._decide,
              "yield Again(decided.scheduled.at)", "pass", stay("one goes when its time is over")),
    RunMutant("a timer is set anew by each taint", taint_eviction._decide,
              "decided = decide(timer, ", "decided = decide(None, ",
              stay("a second taint does not shorten a time that runs")),
    RunMutant("pods go without a word", taint_eviction._decide, "marked(pod, look.now)", "pod.status",
              nodes.test_a_silent_node_is_found_out_and_its_pods_go_as_they_tolerate_it),
    RunMutant("garbage of nodes is found at any time", pod_gc._decide, "look.now % PERIOD == 0", "True",
              nodes.test_a_node_out_of_service_lets_go_of_its_pods_at_the_next_round),
    RunMutant("a quarantine is never looked at again", pod_gc._decide, "Again(min(known.quarantine.values()))", "known",
              nodes.test_pods_of_a_node_that_is_removed_are_taken_away_after_the_quarantine),
    RunMutant("a pod of no node ends in its own time", pod_gc._decide, "grace_period=0, ", "",
              nodes.test_a_node_out_of_service_lets_go_of_its_pods_for_good),
    RunMutant("a budget is not looked at again", disruption._budget, "if synced.recheck_at is not None:", "if False:",
              budgets.test_an_eviction_that_did_not_end_the_pod_counts_no_longer_after_two_minutes),
    RunMutant("controllers have no scale", disruption._scales, "for kind in sorted(SCALABLE)", "for kind in ()",
              partial(budgets.test_what_a_budget_says, *columns(budgets.BUDGETS, "a share that may go"))),
    RunMutant("a new slice is made for the first pod", endpoint_slice._decide, "spare.pop(0) if spare else None",
              "None",
              services.test_a_service_without_pods_has_one_empty_slice_that_is_used_for_the_first),
    RunMutant("pods of missing nodes stay", endpoint_slice._wanted, "if node is None and not", "if False and not",
              services.test_the_pods_of_a_node_that_is_no_longer_there_are_no_endpoints),
    RunMutant("all ports are in one slice", endpoint_slice._wanted, "found[ports_of(service, pod)]", "found[()]",
              services.test_ports_by_name_are_the_containers_and_other_ports_are_another_slice),
    RunMutant("an empty Service has no slice", endpoint_slice._wanted, "or {(): ()}", "",
              services.test_a_service_without_pods_has_one_empty_slice_that_is_used_for_the_first),
    RunMutant("those that terminate are used beside the ready", proxy._ready_or_serving, "ready or tuple(",
              "ready + tuple(", way("to those that terminate only if none is ready")),
    RunMutant("those that serve no more are used", proxy._ready_or_serving, "one.endpoint.conditions.serving and ", "",
              services.test_a_pod_that_terminates_unready_is_not_used),
    RunMutant("a Local service is refused where others have endpoints", proxy.route, "if not found.any:",
              "if not found.local:", way("to every ready pod elsewhere")),
    RunMutant("what comes from within is kept on the node", proxy._is_local, " and not from_pod", "",
              way("from within it goes anywhere")),
    RunMutant("clients stay for ever", proxy.stays, "or now - last.at > affinity", "",
              client("unless it was too long ago")),
    RunMutant("clients wait for their pod", proxy.stays, " or tuple(backends)\n", "\n",
              client("or its pod is no longer used")),
    RunMutant("dependents of an owner that waits stay", garbage_collector.classified, "waiting.append(owner)",
              "solid.append(owner)", goes("in the foreground all of it goes")),
    RunMutant("any owner of that name counts", garbage_collector.classified, " or found.meta.uid != owner.uid", "",
              owners.test_an_owner_of_that_name_with_another_uid_is_none),
    RunMutant("strange owners are gone", garbage_collector.classified, "return None", "continue",
              owners.test_an_owner_of_a_kind_that_nobody_knows_is_left_alone),
    RunMutant("all dependents block", garbage_collector._blocks, " and owner.block_owner_deletion", "",
              owners.test_in_the_foreground_an_owner_waits_for_those_that_block_it_alone),
    RunMutant("owners of each other wait for each other", garbage_collector._collected, "block_owner_deletion=False",
              "block_owner_deletion=True", owners.test_those_that_own_each_other_go_all_the_same),
    RunMutant("the foreground goes one deep", garbage_collector._collected, "if owned:", "if False:",
              owners.test_one_that_owns_others_is_deleted_in_the_foreground_with_its_owner),
    RunMutant("orphans keep their owner", garbage_collector._orphaned, "dependents(look, held.meta.uid)", "()",
              owners.test_what_is_orphaned_forgets_its_owner_before_that_goes),
    RunMutant("a namespace goes before what is in it", namespace._decide, "if not left:", "if left:",
              owners.test_a_namespace_goes_when_all_in_it_has_gone),
    RunMutant("a namespace asks all the time", namespace._decide, "look.now < waits", "False",
              owners.test_a_namespace_goes_when_all_in_it_has_gone),
    RunMutant("things are made in a namespace that goes", creating.closed, "namespace.meta.deleted_at is None", "True",
              owners.test_in_a_namespace_that_is_being_deleted_nothing_is_created),
    RunMutant("node ports are given twice", creating._free, "if port not in used", "",
              services.test_services_get_addresses_and_node_ports_of_their_own),
    RunMutant("all kinds orphan", propagation.finalizers_of, "kind in ORPHANING", "True", goes("without a word, too")),
    RunMutant("a request's policy does not count", propagation.finalizers_of, "if asked:", "if False:",
              leaves("or the request")),
    RunMutant("finalizers hold nothing up", apiserver._deleted, "if not finalizers:", "if True:",
              owners.test_in_the_foreground_an_owner_waits_for_those_that_block_it_alone),
    RunMutant("a node whose machine is gone stays", cloud._remove, "(node.ready or machine is not None)", "True",
              clouds.test_a_node_goes_when_its_machine_has_gone_and_it_is_found_silent),
    RunMutant("a stopped machine's node goes", cloud._remove, "elif machine is not None:", "elif False:",
              clouds.test_a_node_whose_machine_is_stopped_stays_and_is_tainted_until_it_returns),
    RunMutant("nodes start before their machine is known", cloud._initialize, "if machine is None:\n        return",
              "if machine is None:\n        machine = Instance(node.meta)",
              clouds.test_a_node_is_labelled_and_loses_its_taint_when_its_machine_is_known),
    RunMutant("a balancer is left behind", cloud._balance, "if not held:", "if False:",
              clouds.test_a_service_gets_its_balancer_and_stays_until_that_is_gone),
    RunMutant("another class gets a balancer, too", cloud._balance, " and not service.load_balancer_class", "",
              partial(clouds.test_who_gets_no_balancer,
                      *columns(clouds.OTHERS, "one of another class is another controller's"))),
    RunMutant("a taint is put on twice", environment.tainted, "(one.key, one.effect)", "one",
              nodes.test_a_taint_takes_the_place_of_one_with_its_key_and_effect),
)
