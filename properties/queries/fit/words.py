"""A core of causes in words: which pods cannot all be placed, and which rules keep them from it."""

from __future__ import annotations

from kubeproof.properties.queries.fit.linear import Placed, Room, Separate, Why
from kubeproof.properties.queries.fit.problem import Company, Problem, Skew
from kubeproof.properties.queries.fit.prove import Core
from kubeproof.properties.queries.fit.verdict import Reason

SHOWN = 4


def of_core(problem: Problem, core: Core) -> Reason:
    """The reason that a core is."""
    kinds = [problem.kinds[why.kind] for why in core.causes if isinstance(why, Placed)]
    told = dict.fromkeys(_cause(problem, why) for why in core.causes if not isinstance(why, Placed))
    count = sum(kind.size for kind in kinds)
    names = ", ".join(kind.name for kind in kinds[:SHOWN]) + (
        f" and {len(kinds) - SHOWN} kinds more" if len(kinds) > SHOWN else ""
    )
    limits = " and ".join(told) or "the nodes that they can use"
    subject = f"{count} pod{'' if count == 1 else 's'}"
    smallest = "no smaller set of these is in conflict" if core.minimal else "a smaller set may be in conflict"
    text = f"{subject} ({names}) cannot {'be' if count == 1 else 'all be'} placed because of {limits} ({smallest})"
    return Reason(text, tuple(pod.key for kind in kinds for pod in kind.pods), tuple(told))


def _cause(problem: Problem, why: Why) -> str:
    match why:
        case Room(resource):
            return f"free {problem.resources[resource]}"
        case Separate(of):
            rules = (rule.rule for kind in problem.kinds for rule in kind.alone if rule.of == of)
            return f"'{next(rules).clause.rule}'"
        case Skew() | Company():
            return f"'{why.rule.clause.rule}'"
        case Placed(number):
            return problem.kinds[number].name
