"""Runs of clusters done again: what a file that `kubeproof verify --pin` wrote calls.

run = kp.replay(MANIFESTS, [("environment", "node n1 is lost"), ("clock", "1440")])
run.breaks("in the end Deployment web has all its pods available, of its newest template")
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kubeproof.model.errors import BadInput
from kubeproof.model.trace import Did, Trace
from kubeproof.model.world import World
from kubeproof.properties.engines.world_again import Again, breaks
from kubeproof.properties.engines.world_story import told
from kubeproof.properties.queries.own_laws import own_laws
from kubeproof.properties.queries.retold import done
from kubeproof.properties.queries.verified import laws_of
from kubeproof.properties.world_law import WorldLaw


def replay(manifests: str, steps: Iterable[tuple[str | int, ...]], script: str = "") -> Run:
    """The run of the cluster of these manifests, step by step on the full model; `script`: events that might happen.

    A step is who takes it, what it is about, and the numbers of what it chose. Raises BadInput, and NotReplayed for a
    step that cannot be taken.
    """
    return Run(done(manifests, [_did(*step) for step in steps], script))


@dataclass(frozen=True)
class Run:
    """A run. `worlds` are all that it goes through."""

    again: Again

    @property
    def worlds(self) -> tuple[World, ...]:
        """The worlds from the first on."""
        return tuple(stage.world for stage in self.again.stages)

    @property
    def trace(self) -> Trace:
        """The run in words; its `story` tells it."""
        return told("cluster", self.again.stages, self.again.steps, self.again.loop)

    def breaks(self, law: str | WorldLaw, laws: str = "") -> bool:
        """Whether it breaks a law: a standard one by its name, one's own, or one of a file. BadInput: there is none."""
        known: Iterable[WorldLaw] = own_laws(laws) if laws else laws_of(self.worlds[0])
        found = law if isinstance(law, WorldLaw) else next((one for one in known if one.name == law), None)
        if found is None:
            raise BadInput(f"there is no law {law!r} of this cluster")
        return breaks(found, self.again)


def _did(by: str | int = "", what: str | int = "", *chose: str | int) -> Did:
    return Did(str(by), str(what), tuple(int(one) for one in chose))
