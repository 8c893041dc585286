"""`kubeproof verify --engine hypothesis`: scripts that are drawn and shrunk; a law that is broken is told as a program.

A run begins with the cluster as it is applied; at any time any step that the budget names is taken, or time passes, or
one component looks. Other engines of verify search or draw what happens once the cluster is at rest (portfolio.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubeproof.properties.engines import world_fuzz
from kubeproof.properties.engines.world_machine import Options
from kubeproof.properties.engines.world_run import Start
from kubeproof.properties.queries.question import Finding
from kubeproof.properties.world_law import WorldLaw


def findings(
    laws: Sequence[WorldLaw], manifests: str, budget: Mapping[str, int], *, runs: int, seconds: float
) -> tuple[Finding, ...]:
    """A finding for each law, in order; of one that is broken with the program that breaks it.

    `manifests`: all that is applied, as text; `budget`: how often each kind of step of a script (docs/scripts.md) may
    happen in a run; `seconds`: 0 for no end.
    """
    answers = world_fuzz.searched(
        laws, Start(manifests=(manifests,)), Options(budget), examples=runs, seconds=seconds or None, on_progress=None
    )
    return tuple(Finding(one.verdict, program=one.program) for one in answers)
