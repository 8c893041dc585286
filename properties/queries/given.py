"""A cluster to ask about: what was read, run until it rests, and from there on what may happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.component import Component
from kubeproof.model.controlplane.apiserver import Server
from kubeproof.model.manifests.stated import Input
from kubeproof.model.play import Setup, begun, play
from kubeproof.model.world import World
from kubeproof.properties.engines.world_keys import OLD
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_steps import Cluster

QUIET = OLD + 100
"""Seconds without a change after which a cluster counts as at rest: all that was is then long ago."""

SETTLES = 2 * QUIET
"""Seconds that a cluster is given to come to rest before anything is asked of it."""

LEFT_OUT = "CronJobs start nothing meanwhile"
"""What is assumed of an input that has some: no two days of such a cluster are the same."""


class Given(NamedTuple):
    """A cluster at rest (`rested`), or after SETTLES. `assumes`: what was left out of the input."""

    world: World
    components: tuple[Component, ...]
    server: Server
    rested: bool
    assumes: tuple[str, ...] = ()

    def cluster(self, moves: Sequence[Move] = ()) -> Cluster:
        """What an engine looks at."""
        return Cluster(self.world, self.components, moves, self.server)


def given(found: Input) -> Given:
    """The cluster of what was read. Raises BadInput."""
    kept = tuple(one for one in found.stated if one.key.kind != "CronJob")
    left_out = (LEFT_OUT,) if len(kept) < len(found.stated) else ()
    played = begun(Setup(), found._replace(stated=kept))
    played = play(played.setup, played.world, SETTLES)
    rested = all(event.at <= SETTLES - QUIET for event in played.events)
    components = tuple(played.setup.components(played.world))
    return Given(played.world, components, played.setup.server, rested, left_out)
