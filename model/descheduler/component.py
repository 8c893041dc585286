"""The descheduler as a component: every so often one pass over the cluster, whose evictions are all it does (v0.34).

    descheduler(DeschedulerPolicy((profile(RemoveDuplicates(), evictor=Evictor(node_fit=True)),), interval=10))

makes one; `policy_file.load("policy.yaml")` reads the policy from the descheduler's own file. A world has one where it
is told to: `kp.world("web.yaml", nodes="n{1..3} cpu=4", with_=Extras(descheduler=policy))`, or `Setup(extras=…)`.

The first pass comes at once, the others an interval after the one before. Left out: all other plugins, dry runs, more
than one descheduler, and the time that a pass takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kubeproof.model.component import Component, Look, Pick
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.descheduler import low_node_utilization, node_taints, remove_duplicates, topology_spread
from kubeproof.model.descheduler.evictor import Evictable, Evictions
from kubeproof.model.descheduler.policy import (
    DeschedulerPolicy,
    LowNodeUtilization,
    NodeTaints,
    Plugin,
    RemoveDuplicates,
    TopologySpread,
)
from kubeproof.model.descheduler.view import View, view
from kubeproof.model.periodic import periodic

NAME = "descheduler"


def descheduler(policy: DeschedulerPolicy | None = None) -> Component:
    """The descheduler of a policy; without one it evicts nothing."""
    return periodic(NAME, "Descheduler", (policy or NOTHING).interval, partial(_pass, policy or NOTHING))


NOTHING = DeschedulerPolicy()


def _pass(policy: DeschedulerPolicy, look: Look, pick: Pick) -> Iterator[Write]:
    return evicted(policy, view(look, policy.node_selector), pick)


def evicted(policy: DeschedulerPolicy, seen: View, pick: Pick) -> Iterator[Write]:
    """The evictions of one pass: with one node there is nowhere to go."""
    if len(seen.nodes) <= 1:
        return
    evictions = Evictions(seen, policy)
    for profile in policy.profiles:
        evictable = Evictable(evictions, profile.evictor)
        for plugin in profile.deschedule:
            yield from _run(plugin, seen, evictable, pick)
    for profile in policy.profiles:
        evictable = Evictable(evictions, profile.evictor)
        for plugin in profile.balance:
            yield from _run(plugin, seen, evictable, pick)


def _run(plugin: Plugin, seen: View, evictable: Evictable, pick: Pick) -> Iterator[Write]:
    match plugin:
        case RemoveDuplicates():
            return remove_duplicates.run(plugin, seen, evictable)
        case TopologySpread():
            return topology_spread.run(plugin, seen, evictable, pick)
        case LowNodeUtilization():
            return low_node_utilization.run(plugin, seen, evictable)
        case NodeTaints():
            return node_taints.run(plugin, seen, evictable)
