"""Keys that go on from world to world: they are what would be made of the world alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kubeproof.model.world import World
from kubeproof.properties.engines.world_keys import Keys, Told
from kubeproof.properties.engines.world_moves import node_lost, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import Options, explored
from tests.properties.engines.test_world_plans import cluster

LOST = cluster(node_lost(1), pod_deleted(1), until=300)
CASES = (
    ("workloads that start, in any order", Options(Order.ATOMIC, limit=300), cluster()),
    ("… with names as they are", Options(Order.ATOMIC, limit=300, swaps=False), cluster()),
    ("a node is lost, a pod deleted", Options(limit=600), LOST),
    ("… in any order", Options(Order.ATOMIC, limit=300), LOST),
    ("… where times are soon old", Options(limit=300, old=7), LOST),
)


@pytest.mark.parametrize(("options", "cluster"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_key_is_the_same_however_the_world_was_come_to(
    options: Options, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, carried_on = Keys.key, 0

    def checked(keys: Keys, world: World, left: Sequence[int] = (), told: Told | None = None) -> bytes:
        nonlocal carried_on
        carried_on += told is not None
        found = key(keys, world, left, told)
        assert found == key(keys, world, left)
        return found

    monkeypatch.setattr(Keys, "key", checked)
    seen, _ = explored(cluster, options=options)
    assert carried_on == len(seen.sources) > 100
