"""Laws about where pods fit, asked of a placement and not of worlds: by counting, search and z3 (fit/), at any size.

Whether all that runs finds a place again when a node is lost (survive.py) is a question about final states: a yes does
not say that kube-scheduler gets there, a no says that nobody does.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.component import Look
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.errors import NotModelled
from kubeproof.model.world import World
from kubeproof.properties.engines.world_moves import Move, node_lost, node_removed
from kubeproof.properties.queries.fit import Answer
from kubeproof.properties.queries.survive import Survival, survive
from kubeproof.properties.queries.words import FEW
from kubeproof.properties.verdict import Outcome, Verdict

ENGINE = "placement"
LAW = "whichever node is lost, its pods fit on the others"
SECONDS = 10.0
"""For which a placement is looked for."""

_OUTCOMES = {Answer.YES: Outcome.PROVED, Answer.NO: Outcome.VIOLATED, Answer.UNKNOWN: Outcome.UNKNOWN}


def is_about(moves: Sequence[Move]) -> bool:
    """Whether nodes may be lost."""
    return bool({move.name for move in moves} & {node_lost().name, node_removed().name})


def asked_of(world: World, moves: Sequence[Move]) -> Verdict:
    """The verdict on `LAW` of a world; a node that is lost stays in the cluster, silent, unless it may be removed."""
    silent = node_removed().name not in {move.name for move in moves}
    try:
        found = survive(seen(Look(world.store, world.now)), silent=silent, timeout=SECONDS)
    except NotModelled as missing:
        return Verdict(LAW, ENGINE, Outcome.UNKNOWN, why=str(missing))
    assumes = ("a placement is a final state: not how, or whether, the scheduler gets there one by one",)
    return Verdict(
        LAW,
        ENGINE,
        _OUTCOMES[found.fits],
        why=_why(found),
        states=len(found.losses),
        complete=found.fits is not Answer.UNKNOWN,
        assumes=assumes,
    )


def _why(found: Survival) -> str:
    bad = [loss for loss in found.losses if loss.fits is found.fits and loss.why]
    more = f"; and {len(bad) - FEW} more nodes" if len(bad) > FEW else ""
    return "; ".join(f"{loss.name} is lost: {loss.why}" for loss in bad[:FEW]) + more
