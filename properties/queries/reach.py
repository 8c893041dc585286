"""How far the pods that wait reach: which nodes may ever take them, and which pods on these they may have go.

Without preemption, pods only come. With it, a node may also take what it would take once all pods were gone that
somebody may preempt, or that are being deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.profile import PREEMPTION_PLUGIN, Profile
from kubeproof.properties.queries.apart import apart, minds, near
from kubeproof.properties.queries.races import Racers


def may_preempt(one: Racers, profile: Profile) -> bool:
    """Whether a pod of the kind may have others go for it."""
    return PREEMPTION_PLUGIN in profile.post_filters and one.pods[0].spec.preemption_policy != "Never"


class Reach:
    """The reach of all kinds that wait."""

    def __init__(self, snapshot: Snapshot, profile: Profile, columns: ClusterColumns, kinds: Sequence[Racers]) -> None:
        self._snapshot, self._profile, self._columns, self._kinds = snapshot, profile, columns, kinds
        self._goes = [pod for pod in snapshot.bound if pod.deleting and pod.node in columns.index]

    @cached_property
    def plain(self) -> Mapping[Racers, frozenset[int]]:
        """For each kind the nodes that may ever take it if nobody leaves, by their place."""
        return {one: near(one, self._columns) for one in self._kinds}

    @cached_property
    def wide(self) -> Mapping[Racers, frozenset[int]]:
        """For each kind the nodes that may ever take it, or that it is nominated to."""
        able = [one.priority for one in self._kinds if may_preempt(one, self._profile)]
        top = max(able, default=None)
        gone = [
            pod.key for pod in self._snapshot.bound if pod.deleting or (top is not None and pod.spec.priority < top)
        ]
        emptied = ClusterColumns(self._snapshot, frozenset(gone))
        index = self._columns.index
        own = {one: {index[pod.nominated] for pod in one.pods[:1] if pod.nominated in index} for one in self._kinds}
        return {one: near(one, emptied) | own[one] for one in self._kinds}

    @cached_property
    def _victims(self) -> Mapping[Racers, Sequence[Pod]]:
        names = [node.name for node in self._snapshot.nodes]
        found: dict[Racers, Sequence[Pod]] = {}
        for one, around in self.wide.items():
            there = {names[at] for at in around} if may_preempt(one, self._profile) else set()
            found[one] = [pod for pod in self._snapshot.bound if pod.node in there and pod.spec.priority < one.priority]
        return found

    @cached_property
    def groups(self) -> Sequence[Sequence[Racers]]:
        """The kinds that come near each other, together."""
        return apart(self.wide, self._victims)

    def stirred(self, together: Sequence[Racers]) -> bool:
        """Whether it is known from the start that more happens to these than that pods come."""
        return any(one.pods[0].nominated or (self.wide[one] and not self.plain[one]) for one in together) or bool(
            self._leaving(together)
        )

    def standing(self, together: Sequence[Racers]) -> Sequence[Pod]:
        """The pods on nodes that may go as these race: victims, and who is being deleted near them."""
        victims = {pod.key: pod for one in together for pod in self._victims[one]}
        return list((victims | {pod.key: pod for pod in self._leaving(together)}).values())

    def _leaving(self, together: Sequence[Racers]) -> Sequence[Pod]:
        index = self._columns.index
        around = frozenset().union(*(self.wide[one] for one in together))
        return [pod for pod in self._goes if index[pod.node] in around or any(minds(one, pod) for one in together)]
