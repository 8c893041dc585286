"""All runs of a scheduler over pods that race for nodes: over every tie, and every order of equal priority.

A state is which pods have come to which nodes, and which kinds have had their turn. At first all pods are in the queue,
which gives the highest priority first and, among equals, any. A pod that is refused leaves the queue; once something
was placed it may come back at any time (a hint, or the flush after five minutes), ahead of the others or behind them.
So next is a pod of the highest priority still in the queue, or one that was refused before. A run ends where no pod
that waits can be placed.

What is looked at less than one by one, and why nothing is lost:
- Pods of a kind (all but the name alike) may stand in any order, so only their number counts.
- Nodes that are alike may be swapped (sameness.py).
- A kind that is refused now has its turn at once: who was refused may do all that who is in the queue may, and lets
  lower priorities go ahead.
- Kinds that never come near each other race apart (apart.py).
Left out: preemption, nominated pods (outcomes.py tells of both), time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import Memo, column
from kubeproof.model.logic.terms import Term
from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.constraint import Stage
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
from kubeproof.model.scheduler.dry_run import moving
from kubeproof.model.scheduler.findings import Rule, rules
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.ranking import Judge, by_columns, judges, rank
from kubeproof.properties.queries.sameness import Sameness, Vector

Progress = Callable[[int, int], None]
"""Told how many states have been looked at, and how many are known that wait to be."""

DIVES = 8
"""So many runs are followed at random before the search."""


class Racers:
    """The pods of one kind that wait, and what decides about them. `plain`: nothing but filters can refuse them."""

    def __init__(self, pods: Sequence[Pod], cycle: Cycle, profile: Profile) -> None:
        self.pods, self.priority = pods, pods[0].spec.priority
        self.rules: Sequence[Rule] = rules(pods[0], cycle.facts, profile.filters)
        self.judges: Sequence[Judge] = judges(pods[0], cycle.facts, profile.weights, profile.args)
        self.plain = not (pods[0].deleting or pods[0].spec.resource_claims) and all(
            rule.clause.stage in (Stage.FILTER, Stage.NARROW) for rule in self.rules
        )
        changing = moving(self.rules)
        holds = dict.fromkeys(rule.clause.holds for rule in self.rules)
        memo = Memo()
        self.fixed = np.ones(cycle.columns.size, dtype=np.bool_)
        for term in holds:
            if term not in changing:
                self.fixed = self.fixed & column(term, cycle.columns, memo)
        self.changing = [term for term in holds if term in changing]

    @property
    def terms(self) -> Sequence[Term]:
        """All that is read to decide about them."""
        scores = (term for judge in self.judges for term in judge.points)
        return [*(rule.clause.holds for rule in self.rules), *scores]


class State(NamedTuple):
    """For each node how many pods of each kind have come to it, how many have to any, and which kinds had their turn.

    Then how it came about: from which state, by which kind on which node; and who had a turn there and was refused
    before others of lower priority could go ahead.
    """

    vectors: tuple[Vector, ...]
    placed: Vector
    tried: frozenset[int]
    parent: State | None = None
    kind: int = -1
    node: int = -1
    refused: tuple[int, ...] = ()

    @property
    def path(self) -> Sequence[State]:
        """The states from the first on to this one."""
        found: list[State] = [self]
        while parent := found[-1].parent:
            found.append(parent)
        return found[::-1]


class Table:
    """The cluster in any state of the race; `best` and `decide` are about the one it was last brought to."""

    def __init__(self, cycle: Cycle, profile: Profile) -> None:
        self.cycle, self.profile = cycle, profile
        self._racers: Sequence[Racers] = ()
        self._vectors: tuple[Vector, ...] = ((),) * cycle.columns.size

    def seat(self, racers: Sequence[Racers]) -> State:
        """The state in which none of these has a node; they race from now on."""
        self.bring_back()
        self._racers = racers
        self._vectors = ((0,) * len(racers),) * self.cycle.columns.size
        return State(self._vectors, (0,) * len(racers), frozenset())

    def bring(self, state: State) -> None:
        """Makes the cluster as it is in a state."""
        self._to(state.vectors)

    def bring_back(self) -> None:
        """Makes the cluster as it was at first."""
        nobody = (0,) * len(self._racers)
        self._to(tuple(nobody for _ in self._vectors))

    def _to(self, vectors: tuple[Vector, ...]) -> None:
        for node, old, new in zip(self.cycle.snapshot.nodes, self._vectors, vectors, strict=True):
            if old is not new:
                for racers, before, after in zip(self._racers, old, new, strict=True):
                    if before != after:
                        self.cycle.columns.place(racers.pods[0], node.name, after - before)
        self._vectors = vectors

    def best(self, racers: Racers) -> Sequence[int]:
        """The nodes that are equally good for a pod of the kind; none where it is refused."""
        if racers.plain:
            columns, fits, memo = self.cycle.columns, racers.fixed, Memo()
            for term in racers.changing:
                fits = fits & column(term, columns, memo)
            several = np.count_nonzero(fits) > 1
            found = by_columns(racers.judges if several else (), columns, fits)
            return [columns.index[name] for name in found.best]
        decision = self.decide(racers)
        if decision.result is not Result.FITS:
            return ()
        index = self.cycle.columns.index
        return [index[name] for name in rank(decision, self.cycle, self.profile).best]

    def decide(self, racers: Racers) -> Decision:
        """What the filters say of a pod of the kind."""
        return self.cycle.decide(racers.pods[0])


class Race(NamedTuple):
    """What is known of a race. `ends`: for each kind the ends that place fewest and most of it.

    `visits`: for each kind the nodes that take one in some run. `complete`: whether every run was followed.
    """

    racers: tuple[Racers, ...]
    ends: Sequence[tuple[State, State] | None]
    visits: Sequence[frozenset[int]]
    states: int
    finals: int
    complete: bool


def race(
    table: Table,
    racers: Sequence[Racers],
    limit: int,
    on_state: Callable[[State, Sequence[int]], None],
    on_progress: Progress | None,
) -> Race:
    """Every run of these racers, as far as `limit` states go. `on_state`: told each state, and who is refused there.

    A few runs are followed at random first: where the search is cut off, they have seen more different ends.
    """
    search = _Search(table, racers, limit, on_state, on_progress)
    for number in range(DIVES):
        search.dive(Random(number).choice)
    search.all()
    found = [
        frozenset(at for group in search.same.alike() if not own.isdisjoint(group) for at in group)
        for own in search.visits
    ]
    return Race(tuple(racers), search.ends, found, len(search.looked), search.finals, not search.stack)


class _Search:
    def __init__(
        self,
        table: Table,
        racers: Sequence[Racers],
        limit: int,
        on_state: Callable[[State, Sequence[int]], None],
        on_progress: Progress | None,
    ) -> None:
        self.table, self.racers, self.limit = table, racers, limit
        self.on_state, self.on_progress = on_state, on_progress
        self.start = table.seat(racers)
        self.same = Sameness((term for one in racers for term in one.terms), table.cycle.columns)
        self.levels = sorted({one.priority for one in racers}, reverse=True)
        self.ends: list[tuple[State, State] | None] = [None] * len(racers)
        self.visits: list[set[int]] = [set() for _ in racers]
        self.known: set[Hashable] = {self.key(self.start)}
        self.looked: set[Hashable] = set()
        self.stack = [self.start]
        self.finals = 0

    def key(self, state: State) -> Hashable:
        return self.same.key(state.vectors), state.tried

    def all(self) -> None:
        """Looks at every state that is known and was not looked at, and at those that it leads to."""
        while self.stack and len(self.looked) < self.limit:
            self.look(self.stack.pop())

    def dive(self, choose: Callable[[Sequence[State]], State]) -> None:
        """Follows one run to its end, or to the limit."""
        after: Sequence[State] = [self.start]
        while after and len(self.looked) < self.limit:
            after = self.look(choose(after))

    def look(self, state: State) -> Sequence[State]:
        """The states after this one; what is new is noted, the first time that it or one like it is looked at."""
        self.table.bring(state)
        moves, refused, state = _turns(self.table, self.racers, self.levels, state)
        children = list(self.children(state, moves))
        key = self.key(state)
        if key in self.looked:
            return children
        self.looked.add(key)
        self.on_state(state, refused)
        if self.on_progress:
            self.on_progress(len(self.looked), len(self.stack))
        for child in children:
            self.visits[child.kind].add(child.node)
            if (new := self.key(child)) not in self.known:
                self.known.add(new)
                self.stack.append(child)
        if not moves:
            self.end(state)
        return children

    def end(self, state: State) -> None:
        self.finals += 1
        for kind in range(len(self.racers)):
            fewest, most = self.ends[kind] or (state, state)
            here = state.placed[kind]
            self.ends[kind] = (
                state if here < fewest.placed[kind] else fewest,
                state if here > most.placed[kind] else most,
            )

    def children(self, state: State, moves: Sequence[tuple[int, Sequence[int]]]) -> Iterator[State]:
        """The states after this one; of nodes that are alike and equally taken, with the first of them."""
        for kind, nodes in moves:
            for node in {(self.same.spots[at], state.vectors[at]): at for at in reversed(nodes)}.values():
                vectors = list(state.vectors)
                vectors[node] = _one_more(vectors[node], kind)
                yield State(tuple(vectors), _one_more(state.placed, kind), state.tried, state, kind, node)


def _one_more(vector: Vector, kind: int) -> Vector:
    return (*vector[:kind], vector[kind] + 1, *vector[kind + 1 :])


def _turns(
    table: Table, racers: Sequence[Racers], levels: Sequence[int], state: State
) -> tuple[Sequence[tuple[int, Sequence[int]]], Sequence[int], State]:
    """Who may be placed next and where, who of those whose turn it is is refused, and the state once they had it."""
    waiting = [kind for kind, own in enumerate(racers) if state.placed[kind] < len(own.pods)]
    best = {kind: table.best(racers[kind]) for kind in waiting if kind in state.tried}
    tried = set(state.tried)
    for level in levels:
        fresh = [kind for kind in waiting if racers[kind].priority == level and kind not in tried]
        found = {kind: table.best(racers[kind]) for kind in fresh}
        tried |= {kind for kind in fresh if not found[kind]}
        best |= found
        if any(found.values()):
            break
    done = frozenset(range(len(racers))).difference(waiting)
    behind = {kind for kind in waiting if kind not in best}
    # Where nobody stands behind, whether a kind has had its turn makes no difference.
    turned = done | tried if behind else frozenset(range(len(racers)))
    moves = [(kind, nodes) for kind, nodes in best.items() if nodes]
    refused = [kind for kind, nodes in best.items() if not nodes]
    lowest = min((racers[kind].priority for kind in waiting), default=0)
    told = tuple(kind for kind in refused if kind not in state.tried and racers[kind].priority > lowest)
    return moves, refused, state._replace(tried=turned, refused=told)
