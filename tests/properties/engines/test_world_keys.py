"""Keys that go on from world to world: they are what would be made of the world alone."""

from __future__ import annotations

import pytest

from kubeproof.model.world import World
from kubeproof.properties.engines.world_keys import Keys
from kubeproof.properties.engines.world_moves import node_lost, pod_deleted
from kubeproof.properties.engines.world_steps import Cluster, Order, Taken
from kubeproof.properties.engines.world_told import Naming, Told
from kubeproof.properties.engines.worlds import Options, explored
from tests.properties.engines.test_world_plans import cluster

LOST = cluster(node_lost(1), pod_deleted(1), until=300)
CASES = (
    ("workloads that start, in any order", Options(Order.ATOMIC, limit=300), cluster()),
    ("… with names as they are", Options(Order.ATOMIC, limit=300, swaps=False), cluster()),
    ("a node is lost, a pod deleted", Options(limit=600), LOST),
    ("… in any order", Options(Order.ATOMIC, limit=1500), LOST),
    ("… where times are soon old", Options(limit=300, old=7), LOST),
    ("… and looks come in any order", Options(Order.ATOMIC, limit=600, old=7), LOST),
)


@pytest.mark.parametrize(("options", "cluster"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_key_is_the_same_however_the_world_was_come_to(
    options: Options, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind, made = Keys.behind, 0

    def checked(keys: Keys, told: Told, world: World, taken: Taken) -> tuple[bytes, Naming]:
        nonlocal made
        made += 1
        key, naming = behind(keys, told, world, taken)
        assert key == keys.key(taken.state.world, taken.left)
        alone, after = keys.told(taken.state.world), naming.told
        assert vars(alone) | {"places": None} == vars(after) | {"places": None}
        assert {name: set(places) for name, places in alone.places.items()} == {
            name: set(places) for name, places in after.places.items()
        }
        return key, naming

    monkeypatch.setattr(Keys, "behind", checked)
    seen, _ = explored(cluster, options=options)
    assert len(seen.sources) >= made > 100
