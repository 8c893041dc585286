"""What every clause says at every node, with nodes that fail the same clauses as one class.

Read as values or as columns; both give the same `Findings`, and a property test holds them equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kubeproof.model.logic.terms import Term
from kubeproof.model.logic.value import value
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.constraint import Clause, Constraint
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.values import NodeValues


class Rule(NamedTuple):
    """A clause and the plugin that it belongs to."""

    plugin: Constraint
    clause: Clause


class NodeClass(NamedTuple):
    """Nodes that fail the same rules (places in the list of rules, rising, ranked ones in the node's own order)."""

    failing: tuple[int, ...]
    nodes: tuple[str, ...]


class Findings(NamedTuple):
    """All rules for one pod, and the classes of nodes, in the order of their first nodes."""

    rules: tuple[Rule, ...]
    classes: tuple[NodeClass, ...]

    def failing(self, node: str) -> tuple[int, ...]:
        """The rules that a node fails."""
        return next(found.failing for found in self.classes if node in found.nodes)


def rules(pod: Pod, facts: Facts, plugins: Iterable[Constraint]) -> tuple[Rule, ...]:
    """Every rule for a pod, in the plugins' order."""
    return tuple(Rule(plugin, clause) for plugin in plugins for clause in plugin.clauses(pod, facts))


def by_values(asked: Sequence[Rule], nodes: Iterable[NodeValues]) -> Findings:
    """The findings, one node and one clause at a time."""
    classes: dict[tuple[int, ...], list[str]] = {}
    for node in nodes:
        ranks = {at: int(value(rank, node)) for at, rank in _ranked(asked)}
        failing = [at for at, rule in enumerate(asked) if not value(rule.clause.holds, node)]
        classes.setdefault(tuple(spoken(failing, ranks, asked)), []).append(node.node.name)
    return _findings(asked, classes)


def by_columns(asked: Sequence[Rule], cluster: ClusterColumns) -> Findings:
    """The findings, one clause for all nodes at a time."""
    import numpy as np  # loaded when columns are first asked for

    from kubeproof.model.logic.column import Memo, column

    if not cluster.size:
        return Findings(tuple(asked), ())
    memo: Memo = {}
    fails = np.array([~column(rule.clause.holds, cluster, memo) for rule in asked])
    ranks = {at: column(rank, cluster, memo) for at, rank in _ranked(asked)}
    # Nodes with equal keys speak alike; the key is what fails, and where several ranked rules fail, their ranks.
    rows = [
        np.packbits(fails, axis=0),
        *(np.where(fails[at], rank, -1).astype(np.uint8)[None] for at, rank in ranks.items()),
    ]
    keys = np.ascontiguousarray(np.concatenate(rows).T)
    _, first, which = np.unique(
        keys.view(np.dtype((np.void, keys.shape[1]))).ravel(), return_index=True, return_inverse=True
    )
    members: list[list[str]] = [[] for _ in first]
    for node, group in zip(cluster.nodes, which.tolist(), strict=True):
        members[group].append(node.name)
    classes: dict[tuple[int, ...], list[str]] = {}
    for group in np.argsort(first).tolist():
        at = int(first[group])
        own = {rule: int(rank[at]) for rule, rank in ranks.items()}
        failing = spoken(np.flatnonzero(fails[:, at]).tolist(), own, asked)
        classes.setdefault(tuple(failing), []).extend(members[group])
    return _findings(asked, classes)


def _ranked(asked: Sequence[Rule]) -> Iterator[tuple[int, Term]]:
    return ((at, rule.clause.rank) for at, rule in enumerate(asked) if rule.clause.rank is not None)


def spoken(failing: Sequence[int], ranks: Mapping[int, int], asked: Sequence[Rule]) -> list[int]:
    """The failing rules in the order in which a plugin would come upon them."""
    plugins = {id(asked[at].plugin): place for place, at in reversed(list(enumerate(failing)))}
    return sorted(failing, key=lambda at: (plugins[id(asked[at].plugin)], ranks.get(at, 0), at))


def _findings(asked: Sequence[Rule], classes: dict[tuple[int, ...], list[str]]) -> Findings:
    return Findings(tuple(asked), tuple(NodeClass(failing, tuple(nodes)) for failing, nodes in classes.items()))
