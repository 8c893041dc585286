"""A cycle whose nodes were changed decides as one that was made anew from the changed cluster."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.properties.strategies import clusters, nodes, pods


@given(clusters(), pods(), nodes("n1"), nodes("n9"))
def test_changed_and_new_nodes_are_read_as_if_from_nothing(
    snapshot: Snapshot, asking: Pod, changed: Node, new: Node
) -> None:
    cycle = Cycle(snapshot)
    cycle.decide(asking)  # so that there is something to keep up to date
    made_anew = Cycle(snapshot.with_nodes([changed, new]))
    assert cycle.with_nodes([changed, new]).decide(asking) == made_anew.decide(asking)


@given(clusters(), pods(), nodes("n9"), st.data())
def test_pods_may_go_from_a_changed_cycle(snapshot: Snapshot, asking: Pod, new: Node, data: st.DataObject) -> None:
    bound = [pod for pod in snapshot.bound if pod.node]
    if not bound:
        return
    gone = data.draw(st.sampled_from(bound))
    alone = tuple(msgspec.structs.replace(pod, nominated="") for pod in snapshot.pods)
    plain = msgspec.structs.replace(snapshot, pods=alone)
    cycle = Cycle(plain)
    cycle.decide(asking)
    changed = cycle.with_nodes([new])
    changed.columns.place(gone, gone.node, -1)
    assert changed.decide(asking).nodes == Cycle(plain.with_nodes([new]).without_pods([gone.key])).decide(asking).nodes
    assert cycle.decide(asking) == Cycle(plain).decide(asking)
