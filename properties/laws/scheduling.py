"""What holds of pods that come to be on nodes, and what does not though it sounds as if it did.

A `Landing` is a pod that comes to be on a node. Each law is told about landings, and says exactly of which: `binds` is
what a scheduler does, `created` a pod whose manifest names its node (spec.nodeName), which no scheduler is asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import find_untolerated
from kubeproof.model.scheduler.cycle import nominated_before
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import by_values, rules
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.values import ClusterValues


class By(Enum):
    """How a pod comes to be on a node, or why it is looked at again."""

    BINDING = "the scheduler binds it"
    CREATION = "it is created with spec.nodeName"
    TIME = "it has been there for a while"


class Landing(NamedTuple):
    """A pod on a node: in `cluster` as it stands at that moment (just before, where the scheduler binds it)."""

    cluster: Snapshot
    pod: Pod
    node: str
    by: By
    profile: Profile = Profile()

    @property
    def there(self) -> Node:
        """The node."""
        return next(node for node in self.cluster.nodes if node.name == self.node)


class LandingLaw(NamedTuple):
    """`name`: a sentence about the cluster; `about`: which landings it speaks of; `unless`: where it does not hold."""

    name: str
    about: frozenset[By]
    holds: Callable[[Landing], bool]
    unless: str = ""

    def broken_by(self, landing: Landing) -> bool:
        """Whether a landing is one of those that the law speaks of, and is not as it says."""
        return landing.by in self.about and not self.holds(landing)


def _accepted(landing: Landing) -> bool:
    """Read as values: with the pods that are nominated to the node and go before it, and without them."""
    snapshot, pod = landing.cluster, landing.pod
    before = nominated_before(pod, snapshot).get(landing.node, ())
    there = snapshot.with_pods(_bound(other, landing.node) for other in before)
    return all(not _failing(one, landing) for one in (snapshot, there))


def _failing(snapshot: Snapshot, landing: Landing) -> bool:
    asked = rules(landing.pod, Facts(snapshot), landing.profile.filters)
    values = ClusterValues(snapshot, frozenset({landing.pod.key}))
    return bool(by_values(asked, values.nodes).failing(landing.node))


def _bound(pod: Pod, node: str) -> Pod:
    return replace(pod, node=node)


def _tolerated(landing: Landing) -> bool:
    return find_untolerated(landing.there.taints, landing.pod.spec.tolerations) is None


NO_FILTER_REJECTS = LandingLaw(
    "the scheduler binds a pod only to a node that no filter of its profile rejects at that moment, "
    "be the pods that are nominated to that node and go before it counted as there or not",
    frozenset({By.BINDING}),
    _accepted,
    unless="nothing is said of later: labels, taints and other pods may change, and IgnoredDuringExecution means that "
    "nobody looks again",
)
TOLERATED_WHEN_BOUND = LandingLaw(
    "the scheduler binds no pod to a node with a NoSchedule or NoExecute taint that it does not tolerate",
    frozenset({By.BINDING}),
    _tolerated,
    unless="the profile has TaintToleration switched off",
)
TOLERATED_WHEREVER_IT_IS = LandingLaw(
    "no pod is on a node with a NoSchedule or NoExecute taint that it does not tolerate",
    frozenset(By),
    _tolerated,
    unless="false as it stands: a pod created with spec.nodeName never meets the scheduler, and a NoSchedule taint "
    "that is added later moves nobody (a NoExecute taint does, by the taint eviction controller, and not at once)",
)
LAWS = (NO_FILTER_REJECTS, TOLERATED_WHEN_BOUND)
"""Those that hold; TOLERATED_WHEREVER_IT_IS does not, and is here so that its counterexamples are."""
