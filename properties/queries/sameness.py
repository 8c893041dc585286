"""Which nodes are alike for a set of terms: states of a cluster that differ by a swap of such nodes are one.

A reading of a term rests on its leaves at each node, and, where it counts in domains (`sum_in`, `distinct`), on which
nodes share a value of the label; never on a node's name or on what the value is. So a swap of nodes that keeps every
leaf (as the cluster is at first) and every sharing turns a run of the scheduler into a run, as long as pods only come.
Swapped are nodes within a domain, and whole domains; labels of which each node has its own value (host names) are kept
by any swap. Where domains of two labels cross, the second label's are not swapped. Volumes that pods may share are not
numbers that a pod adds to, so where they are asked about (AttachedVolumes) no nodes are alike.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from kubeproof.model.logic.terms import Op, Term, subterms
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.open_node import AttachedVolumes, Feasible

Vector = tuple[Any, ...]
"""What is told apart on a node, in values that sort; in a race, how many pods of each kind have come to it."""


class Sameness:
    """The swaps of nodes that no reading of some terms notices; `apart`: by node what else has to be the same."""

    def __init__(self, terms: Iterable[Term], columns: ClusterColumns, apart: Sequence[Hashable] = ()) -> None:
        size = columns.size
        parts = list(subterms(*terms))
        data = [part.data for part in parts if part.op is Op.LEAF and not isinstance(part.data, Feasible)]
        marks: list[Sequence[Hashable]] = [columns.leaf(one).tolist() for one in data]
        keys = dict.fromkeys(str(part.data) for part in parts if part.op in (Op.SUM_IN, Op.DISTINCT))
        chain: list[Sequence[int]] = []
        for codes in sorted((columns.codes(key)[0].tolist() for key in keys), key=lambda codes: len(set(codes))):
            marks.append([code >= 0 for code in codes])
            known = [code for code in codes if code >= 0]
            if len(set(known)) in (1, len(known)):
                continue
            if all(_nested(codes, other) for other in chain):
                chain.append(codes)
            else:
                marks.append(codes)
        if apart:
            marks.append(apart)
        if any(isinstance(one, AttachedVolumes) for one in data):
            marks.append(range(size))
        numbers: dict[Hashable, int] = {}
        rows = zip(*marks, strict=True) if marks else ((),) * size
        self._colours = [numbers.setdefault(row, len(numbers)) for row in rows]
        self._tree = _tree(range(size), chain)
        self.spots: Sequence[Hashable] = list(zip(self._colours, *chain, strict=True))
        """For each node what swaps within a domain leave as it is: nodes of one spot may take each other's place."""

    def key(self, vectors: Sequence[Vector]) -> Hashable:
        """The same for states that a swap turns into each other, and for no others; `vectors` by node."""
        return self._canonical(self._tree, vectors)

    def alike(self) -> Sequence[Sequence[int]]:
        """The nodes in groups within which swaps take any node to any other."""
        found: dict[Hashable, list[int]] = {}
        blank = ((),) * len(self._colours)

        def descend(tree: _Tree, path: tuple[object, ...]) -> None:
            if isinstance(tree, _Leaf):
                for at in tree.nodes:
                    found.setdefault((path, self._colours[at]), []).append(at)
                return
            descend(tree.apart, (*path, None))
            for block in tree.blocks:
                descend(block, (*path, self._canonical(block, blank)))

        descend(self._tree, ())
        return list(found.values())

    def _canonical(self, tree: _Tree, vectors: Sequence[Vector]) -> tuple[Any, ...]:
        if isinstance(tree, _Leaf):
            return tuple(sorted((self._colours[at], vectors[at]) for at in tree.nodes))
        blocks = sorted(self._canonical(block, vectors) for block in tree.blocks)
        return self._canonical(tree.apart, vectors), tuple(blocks)


class _Leaf:
    """Nodes of one domain of every label."""

    def __init__(self, nodes: Sequence[int]) -> None:
        self.nodes = nodes


class _Inner:
    """Domains of a label; `apart` are the nodes without it."""

    def __init__(self, apart: _Tree, blocks: Sequence[_Tree]) -> None:
        self.apart, self.blocks = apart, blocks


_Tree = _Leaf | _Inner


def _tree(nodes: Sequence[int], chain: Sequence[Sequence[int]]) -> _Tree:
    if not chain:
        return _Leaf(nodes)
    blocks: dict[int, list[int]] = {-1: []}
    for at in nodes:
        blocks.setdefault(chain[0][at], []).append(at)
    apart = _tree(blocks.pop(-1), chain[1:])
    return _Inner(apart, [_tree(block, chain[1:]) for block in blocks.values()])


def _nested(fine: Sequence[int], coarse: Sequence[int]) -> bool:
    """Whether each domain of the one lies within one domain of the other, or outside all of them."""
    around: Mapping[int, int] = dict(zip(fine, coarse, strict=True))
    return all(one < 0 or around[one] == other for one, other in zip(fine, coarse, strict=True))
