"""Whom it is worth trying again: the hints of plugins, broken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.scheduler import new_node, queue, running
from kubeproof.model.scheduler.filters import (
    inter_pod_affinity,
    node_ports,
    node_volume_limits,
    pod_topology_spread,
    volume_restrictions,
)
from tests.model.scheduler import test_hints as hints
from tests.model.scheduler import test_replay as replays
from tests.model.scheduler import test_run as runs
from tests.model.scheduler.mutants.runs import RunMutant, row


def hinted(sentence: str) -> Callable[[], None]:
    """The test of one row of hints."""
    return partial(hints.test_whether_another_try_is_worth_it, row(hints.CASES, sentence))


def noded(sentence: str) -> Callable[[], None]:
    """The test of one row of hints about nodes."""
    return partial(hints.test_whether_a_node_that_came_or_left_is_worth_another_try, row(hints.NODE_CASES, sentence))


PASSED_OVER = runs.test_whom_a_hint_passes_over_is_tried_after_five_minutes
MUTANTS = (
    RunMutant("one affinity term is enough to help", inter_pod_affinity._meets_all, " all(", " any(",
              hinted("nor who meets one of two terms")),
    RunMutant("no affinity is met by anybody", inter_pod_affinity._meets_all, "bool(terms) and ", "",
              hinted("who wants nobody near is not helped by who came")),
    RunMutant("whoever was wanted near helps by leaving", inter_pod_affinity.left, "pod.spec.anti_affinity",
              "pod.spec.affinity", hinted("who met the affinity and left is not asked about")),
    RunMutant("the leaver's own anti-affinity is looked at", inter_pod_affinity.left,
              "_meets_all(other, pod.spec.anti_affinity, facts)", "_meets_all(pod, other.spec.anti_affinity, facts)",
              hinted("nor is whose own anti-affinity kept it out")),
    RunMutant("a spread counts in every namespace", pod_topology_spread._means, "other.namespace == pod.namespace",
              "True", hinted("nor in another namespace")),
    RunMutant("soft constraints are waited for", pod_topology_spread._means, "one.hard", "True",
              hinted("a soft constraint refuses nobody")),
    RunMutant("any port is a port", node_ports.left, "counts(OnPort(port), other)", "other.spec.host_ports",
              hinted("another port is of no use")),
    RunMutant("claims of one name are one", volume_restrictions.left, "other.namespace != pod.namespace", "False",
              hinted("nor one of the same name elsewhere")),
    RunMutant("disks are not looked at", volume_restrictions.left, "counts(OnDisk(disk), other)", "False",
              hints.test_the_disks_of_a_pod),
    RunMutant("whoever leaves leaves an attachment", node_volume_limits.left, "isinstance(held, Claim) or csi_of(held)",
              "True", hinted("who had a disk that no CSI driver has taken over does not")),
    RunMutant("a new node has to meet one clause", new_node.would_do, "all(", "any(",
              noded("nor one that takes no pods")),
    RunMutant("a node that a soft constraint does not count is not worth it", pod_topology_spread._counts,
              " if one.hard", "", noded("soft constraints ask for no key")),
    RunMutant("one key of two is enough", pod_topology_spread._counts, "all(", "any(",
              noded("nor one that has one key of two")),
    RunMutant("nobody asks what a node is worth", running.Running._tell_node, "self._hinted(event, helps)",
              "self.queue.tell(event)", replays.test_a_node_that_is_of_no_use_to_a_pod_does_not_wake_it),
    RunMutant("hints are not asked", queue.Queue.tell, "helps(key, plugin)", "True", PASSED_OVER),
    RunMutant("who is passed over is forgotten", queue.Queue.tell, "self._overlooked[key] = there[key].since",
              "pass", PASSED_OVER),
    RunMutant("who is passed over is waited for when it is gone", queue.Queue.drop, "self._overlooked.pop(key, None)",
              "pass", replays.test_who_was_passed_over_and_is_deleted_is_not_waited_for),
    RunMutant("who leaves is taken for who came", running.Running._tell, "event is Event.POD_ADDED", "True",
              runs.test_who_is_not_passed_over_is_tried_at_once),
)  # fmt: skip
