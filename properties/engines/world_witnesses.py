"""Laws about worlds, each with its witness: whether there was what it is about in any world that was looked at.

One search asks both. A law that holds where there is nothing that it is about says so: it holds for want of a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kubeproof.properties.engines.world_steps import Cluster
from kubeproof.properties.engines.worlds import CALM, OnProgress, Options, verify
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import WorldLaw, with_witnesses, witness

VACUOUS = "vacuous: nothing that it is about was met"


def verify_met(
    laws: Sequence[WorldLaw], cluster: Cluster, options: Options = CALM, on_progress: OnProgress | None = None
) -> list[Verdict]:
    """A verdict for each law, as `verify` gives it; `why` tells of one that holds, but that nothing was about."""
    found = verify(list(with_witnesses(laws)), cluster, options, on_progress)
    return list(_told(laws, found))


def _told(laws: Iterable[WorldLaw], found: Iterable[Verdict]) -> Iterator[Verdict]:
    verdicts = iter(found)
    for law in laws:
        own = next(verdicts)
        met = next(verdicts).outcome is Outcome.PROVED if witness(law) is not None else True
        holds = own.outcome in (Outcome.PROVED, Outcome.HELD)
        yield own if met or not holds else msgspec.structs.replace(own, why=VACUOUS)
