"""The smallest set of requirements that together leave a pod no node, and its proof.

A set of requirements leaves no node if each node fails one of them: a hitting set over the classes of nodes. It is
found by branch and bound, then solved again alone by z3, which also shows that it needs every one of its requirements.
Among the smallest sets the one is taken that the pod's author can do most about (`CHANGEABLE`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from kubeproof.model.logic.terms import AGGREGATES, Term, subterms
from kubeproof.model.logic.value import value
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Decision, skipped
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.queries.hitting import cheapest
from kubeproof.properties.queries.requirements import Closed, Refusals, Requirement, is_exempt

if TYPE_CHECKING:
    import z3

CHANGEABLE: Mapping[str, int] = {
    "PodTopologySpread": 0,
    "NodeResourcesFit": 0,
    "NodeAffinity": 0,
    "NodePorts": 0,
    "NodeName": 0,
    "InterPodAffinity": 1,
    "TaintToleration": 2,
    "NodeUnschedulable": 4,
}
"""How far a requirement is from what the author of the pod writes; a plugin that is not named is 3."""

SYMBOLS_UP_TO = 10_000
"""Beyond so many readings of a leaf (nodes x terms) the formulas of the proof are read as values first."""


class Proof(Enum):
    """How a core was solved again: z3 over formulas from the symbol reading, or over what the value reading says."""

    SYMBOLS = "symbols"
    VALUES = "values"


class Core(NamedTuple):
    """Requirements that leave no node (places in the list of requirements), in the order of the list.

    `smallest`: no smaller set does; else the search was cut off, and only none of it can be left out.
    """

    requirements: tuple[int, ...]
    smallest: bool
    proof: Proof


class CoreRefuted(AssertionError):
    """The independent solver disagrees with a core: a defect of kubeproof, never an answer."""


def core(decision: Decision, found: Refusals) -> Core | None:
    """The core of what keeps the pod off every node; None where a node is left. Raises CoreRefuted."""
    if sum(len(one.nodes) for one in found.classes) < len(decision.snapshot.nodes) or not found.classes:
        return None
    wishes = [_wish(one) for one in found.requirements]
    hit = cheapest((one.requirements for one in found.classes), wishes.__getitem__)
    if hit is None:
        return None
    chosen = tuple(sorted(hit.chosen))
    return Core(chosen, hit.smallest, prove(decision, found, chosen))


def _wish(requirement: Requirement) -> int:
    """Fewest first, whatever they are; then what the author can change; a place in the pods' limit, nobody can."""
    far = 4 if requirement.where == "spec" else CHANGEABLE.get(requirement.plugin, 3)
    return 1_000 + far


def prove(decision: Decision, found: Refusals, chosen: Sequence[int]) -> Proof:
    """Solves the core alone: no node meets all of it, some node meets all but any one. Raises CoreRefuted.

    Where there is no node at all, what holds the pod back needs no proof: nothing is left open without it either.
    """
    import z3  # loaded when a core is proved

    if not decision.snapshot.nodes:
        return Proof.VALUES

    clauses = sorted({at for one in chosen for at in found.requirements[one].clauses})
    terms = [found.rules[at].clause.holds for at in clauses]
    patterns = list(_patterns(found.classes, frozenset(chosen)))
    parts = list(subterms(*terms))
    if not any(part.op in AGGREGATES for part in parts):
        decision = decision._replace(snapshot=_only(decision.snapshot, {one.nodes[0] for one in patterns if one.nodes}))
    small = len(decision.snapshot.nodes) * len(parts) <= SYMBOLS_UP_TO
    out = skipped(decision.pod, decision.findings)
    context = z3.Context()
    solver = z3.Solver(ctx=context)
    solver.set(random_seed=0)
    asked = {one: z3.Bool(f"{one} {found.requirements[one].rule}", context) for one in chosen}
    at_some = []
    for nominated, classes in _by_nominated(patterns):
        alone = _view(decision, (), context, symbols=small)
        beside = _view(decision, nominated, context, symbols=small) if nominated else None
        for closed in classes:
            node = closed.nodes[0]
            at_some.append(z3.Bool(f"at {node}", context))
            holds: dict[int, z3.BoolRef] = {}
            for at, rule in ((at, found.rules[at]) for at in clauses):
                exempt = is_exempt(decision, node, rule)
                read = [] if exempt else [alone(node, rule.clause.holds)]
                if beside and rule.plugin.name not in out:
                    read.append(beside(node, rule.clause.holds))
                holds[at] = z3.And(read, context)
            for place, tracked in asked.items():
                met = [holds[at] for at in found.requirements[place].clauses]
                solver.add(z3.Implies(z3.And(at_some[-1], tracked), z3.And(met, context)))
    solver.add(z3.Or(at_some, context))
    if solver.check(*asked.values()) != z3.unsat:
        raise CoreRefuted(f"{decision.pod.key}: a node meets {[found.requirements[one].rule for one in chosen]}")
    for one in chosen:
        if solver.check(*(tracked for place, tracked in asked.items() if place != one)) != z3.sat:
            raise CoreRefuted(f"{decision.pod.key}: {found.requirements[one].rule} is not needed")
    return Proof.SYMBOLS if small else Proof.VALUES


Read = Callable[[str, Term], "z3.BoolRef"]


def _patterns(classes: Iterable[Closed], chosen: frozenset[int]) -> Iterator[Closed]:
    """One class for each part of the core that nodes fail; every class that has nominated pods."""
    seen: set[frozenset[int]] = set()
    for one in classes:
        if one.nominated or chosen & one.requirements not in seen:
            yield one
        if not one.nominated:
            seen.add(chosen & one.requirements)


def _only(snapshot: Snapshot, names: Collection[str]) -> Snapshot:
    """These nodes with what is on them: enough, where no rule looks at other nodes."""
    return msgspec.structs.replace(
        snapshot,
        nodes=tuple(node for node in snapshot.nodes if node.name in names),
        pods=tuple(pod for pod in snapshot.pods if pod.node in names),
    )


def _by_nominated(classes: Iterable[Closed]) -> Iterator[tuple[tuple[Pod, ...], list[Closed]]]:
    """The classes that have nodes, those together that are read beside the same nominated pods."""
    ordered = sorted((one for one in classes if one.nodes), key=lambda one: [pod.key for pod in one.nominated])
    return ((pods, list(same)) for pods, same in groupby(ordered, key=lambda one: one.nominated))


def _view(decision: Decision, nominated: tuple[Pod, ...], context: z3.Context, *, symbols: bool) -> Read:
    """How terms read at a node, with these pods on the nodes that they are nominated to."""
    import z3

    joined = decision.snapshot
    if nominated:
        joined = joined.with_pods(msgspec.structs.replace(pod, node=pod.nominated) for pod in nominated)
    hidden = frozenset({decision.pod.key})
    if symbols:
        from kubeproof.model.logic.symbol import formula
        from kubeproof.model.scheduler.encode import ClusterSymbols

        unknown = {node.node.name: node for node in ClusterSymbols(joined, hidden=hidden).nodes}
        return lambda node, term: formula(term, unknown[node]).translate(context)
    known = {node.node.name: node for node in ClusterValues(joined, hidden).nodes}
    return lambda node, term: z3.BoolVal(bool(value(term, known[node])), context)
