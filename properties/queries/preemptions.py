"""All runs of a scheduler in which pods may preempt others: over every tie, every order of equals, every way to go.

Beside what races.py tells, here a pod may have others go for it and is nominated; victims end one by one, at any time
after that, and stay gone. A pod that was nominated, or has lost its nomination, may come back at any time, as any that
was refused. Pods that were being deleted before end, too. A run ends where nobody is left who goes, and no pod that
waits can be placed or preempt.
A state is what has become of each pod. States are one where pods of a kind, or nodes that are alike and began alike,
are swapped. Each choice is the board's (model/scheduler/board.py), so a run can be replayed step by step.
Left out: time, who comes in a victim's place, and budgets that change as victims go (outcomes.py tells of these).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from random import Random

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.board import Attempt, Board, Outcome
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.victims import look
from kubeproof.properties.queries.explains import told_to_go
from kubeproof.properties.queries.races import DIVES, Progress, Racers
from kubeproof.properties.queries.sameness import Sameness
from kubeproof.properties.queries.seen import Leaves, Preempts, Seen, Step
from kubeproof.properties.queries.turmoil import Fate, Turmoil, Upheaval


def upheaval(
    snapshot: Snapshot,
    profile: Profile,
    racers: Sequence[Racers],
    stand: Sequence[Pod],
    *,
    limit: int,
    on_progress: Progress | None = None,
) -> Upheaval:
    """Every run of these racers, as far as `limit` states go. `stand`: the pods on nodes that may go.

    Raises NotModelled.
    """
    search = _Search(snapshot, profile, racers, stand)
    search.limit, search.on_progress = limit, on_progress
    for number in range(DIVES):
        search.dive(Random(number).choice)
    search.all()
    waited, stood = search.fates()
    complete = not search.stack and search.board.whole
    return Upheaval(waited, stood, len(search.looked), search.finals, complete)


class _Search:
    def __init__(
        self,
        snapshot: Snapshot,
        profile: Profile,
        racers: Sequence[Racers],
        stand: Sequence[Pod],
    ) -> None:
        self.limit = 0
        self.on_progress: Progress | None = None
        self.board = Board(snapshot, profile)
        waiting = [pod for one in racers for pod in one.pods]
        self.first: tuple[Pod, ...] = (*waiting, *stand)
        self.kinds = [at for at, one in enumerate(racers) for _ in one.pods]
        looks: dict[Hashable, int] = {}
        self.kinds += [len(racers) + looks.setdefault(look(pod, snapshot.budgets), len(looks)) for pod in stand]
        fresh = frozenset(pod.key for pod in waiting if not pod.nominated)
        self.kind_of = dict(zip((pod.key for pod in self.first), self.kinds, strict=True))
        self.start = Turmoil(self.first, fresh)
        self.now: tuple[Pod | None, ...] = self.first
        self.index = {node.name: at for at, node in enumerate(snapshot.nodes)}
        terms = (term for one in racers for term in one.terms)
        columns = ClusterColumns(snapshot.without_pods([pod.key for pod in self.first]))
        self.same = Sameness(terms, columns, self.vectors(self.start))
        self.known: set[Hashable] = {self.key(self.start)}
        self.looked: set[Hashable] = set()
        self.stack = [self.start]
        self.finals = 0
        self.visits: set[tuple[int, int]] = set()
        self.victims: set[tuple[int, int]] = set()
        groups = self.same.alike()
        self.group_of = {at: number for number, nodes in enumerate(groups) for at in nodes}
        self.members = groups
        self.told: dict[tuple[int, int], list[int]] = {}  # the pods of which the same is true
        for at, (pod, kind) in enumerate(zip(self.first, self.kinds, strict=True)):
            self.told.setdefault(self.sort(pod, kind), []).append(at)
        self.ends: dict[tuple[int, int], dict[int, Turmoil]] = {sort: {} for sort in self.told}
        self.gone: dict[tuple[int, int], set[int]] = {sort: set() for sort in self.told}

    def sort(self, pod: Pod, kind: int) -> tuple[int, int]:
        """A number for the pods that a swap of pods or nodes takes to each other in the first state."""
        return kind, self.group_of[self.index[pod.node]] if pod.node in self.index else -1

    def vectors(self, state: Turmoil) -> Sequence[tuple[Hashable, ...]]:
        """For each node the kinds of the pods on it and nominated to it, and what has become of them."""
        found: list[list[tuple[int, ...]]] = [[] for _ in self.index]
        for pod, kind in zip(state.pods, self.kinds, strict=True):
            place = self.index.get(pod.node or pod.nominated) if pod else None
            if pod and place is not None:
                found[place].append((kind, bool(pod.node), pod.deleting, pod.preempted))
        return [tuple(sorted(there)) for there in found]

    def key(self, state: Turmoil) -> Hashable:
        """The same for states that swaps of pods and of nodes turn into each other."""
        apart = Counter(
            (kind, pod is None, pod is not None and pod.key in state.fresh, pod.nominated if pod else "")
            for pod, kind in zip(state.pods, self.kinds, strict=True)
            if not (pod and (pod.node or pod.nominated) in self.index)
        )
        return self.same.key(self.vectors(state)), frozenset(apart.items())

    def all(self) -> None:
        """Looks at every state that is known and was not looked at, and at those that it leads to."""
        while self.stack and len(self.looked) < self.limit:
            self.look(self.stack.pop())

    def dive(self, choose: Callable[[Sequence[Turmoil]], Turmoil]) -> None:
        """Follows one run to its end, or to the limit."""
        after: Sequence[Turmoil] = [self.start]
        taken = 0
        while after and len(self.looked) < self.limit and taken < self.limit:
            after = self.look(choose(after))
            taken += 1

    def look(self, state: Turmoil) -> Sequence[Turmoil]:
        """The states after this one; what is new is noted, the first time that it or one like it is looked at."""
        key = self.key(state)
        state, attempts = self.turns(state)
        children = [*self.tried(state, attempts), *self.left(state)]
        if key in self.looked:
            return children
        self.looked.add(key)
        if self.on_progress:
            self.on_progress(len(self.looked), len(self.stack))
        for child in children:
            if (new := self.key(child)) not in self.known:
                self.known.add(new)
                self.stack.append(child)
        if not children:
            self.end(state)
        return children

    def bring(self, pods: tuple[Pod | None, ...]) -> None:
        """Has the board be as it is in a state."""
        for before, pod, first in zip(self.now, pods, self.first, strict=True):
            if pod is not before:
                if pod:
                    self.board.put(pod)
                else:
                    self.board.remove([first])
        self.now = pods

    def turns(self, state: Turmoil) -> tuple[Turmoil, Sequence[Attempt]]:
        """The state once all had their turn who are refused now, and what may come of the next turn."""
        self.bring(state.pods)
        waiting: dict[Hashable, tuple[Pod, bool]] = {}
        vectors = self.vectors(state)
        for pod, kind in zip(state.pods, self.kinds, strict=True):
            if pod and not pod.node:
                fresh = pod.key in state.fresh
                at = self.index.get(pod.nominated)
                # Of those that are nominated to nodes that are alike one is enough.
                where: Hashable = pod.nominated if at is None else (self.same.spots[at], vectors[at])
                waiting.setdefault((kind, where, fresh), (pod, fresh))
        found = [way for pod, fresh in waiting.values() if not fresh for way in self.moves(pod)]
        left, steps = set(state.fresh), list(state.steps)
        for level in sorted({pod.spec.priority for pod, fresh in waiting.values() if fresh}, reverse=True):
            able: list[Attempt] = []
            refused: list[str] = []
            for pod in (pod for pod, fresh in waiting.values() if fresh and pod.spec.priority == level):
                ways = self.moves(pod)
                able += ways
                if not ways:
                    refused += [key for key in left if self.kind_of[key] == self.kind_of[pod.key]]
            left.difference_update(refused)
            behind = any(pod.spec.priority < level for pod, fresh in waiting.values() if fresh)
            if behind:
                steps += [Step(key) for key in sorted(refused)]
            found += able
            if able:
                # Where nobody stands behind, whether a pod has had its turn makes no difference.
                left = left if behind else set()
                break
        return state._replace(fresh=frozenset(left), steps=tuple(steps)), found

    def moves(self, pod: Pod) -> Sequence[Attempt]:
        """What may come of a pod's turn, as far as it changes anything."""
        return [
            way
            for way in self.board.ways(pod.key)
            if way.outcome in (Outcome.SCHEDULED, Outcome.PREEMPTING) or way.pod.nominated != pod.nominated
        ]

    def tried(self, state: Turmoil, attempts: Sequence[Attempt]) -> Iterator[Turmoil]:
        """The states after one more turn."""
        vectors = self.vectors(state)
        nominated = {pod.key: pod.nominated for pod in state.pods if pod}
        seen: set[Hashable] = set()
        for way in attempts:
            kind = self.kind_of[way.pod.key]
            if way.outcome is Outcome.SCHEDULED:
                self.visits.add((kind, self.index[way.node]))
            here = (self.same.spots[self.index[way.node]], vectors[self.index[way.node]]) if way.node else ()
            gone = sorted((self.kind_of[victim.key], victim.deleting) for victim in way.victims)
            before = nominated[way.pod.key]
            mark = (kind, way.pod.key in state.fresh, way.outcome, before, here, tuple(gone))
            if mark in seen:
                continue
            seen.add(mark)
            self.bring(state.pods)
            step: Step | Preempts
            match way.outcome:
                case Outcome.SCHEDULED:
                    self.board.bind(way, way.pod.start_time)
                    step = Step(way.pod.key, way.node)
                case Outcome.PREEMPTING:
                    step = Preempts(way.pod.key, way.node, told_to_go(way))
                    self.board.preempt(way)
                    self.victims.update(map(self.origin, step.victims))
                case _:
                    step = Step(way.pod.key)
                    self.board.nominate(way)
            yield self.after(state, step, state.fresh - {way.pod.key})

    def origin(self, victim: str) -> tuple[int, int]:
        """Of which pods the same is true as of the one of this `namespace/name`."""
        return next(sort for sort, members in self.told.items() if any(self.first[at].key == victim for at in members))

    def left(self, state: Turmoil) -> Iterator[Turmoil]:
        """The states after one that goes is gone."""
        vectors = self.vectors(state)
        seen: set[Hashable] = set()
        for pod, kind in zip(state.pods, self.kinds, strict=True):
            if pod and pod.node and pod.deleting:
                at = self.index[pod.node]
                mark = (kind, pod.preempted, self.same.spots[at], vectors[at])
                if mark not in seen:
                    seen.add(mark)
                    self.bring(state.pods)
                    self.board.remove([pod])
                    yield self.after(state, Leaves(pod.key), state.fresh)

    def after(self, state: Turmoil, step: Seen, fresh: frozenset[str]) -> Turmoil:
        """The state that the board is in now."""
        self.now = tuple(self.board.pod(pod.key) for pod in self.first)
        return Turmoil(self.now, fresh, state, (step,))

    def end(self, state: Turmoil) -> None:
        self.finals += 1
        for sort, members in self.told.items():
            there = [state.pods[at] for at in members]
            self.ends[sort].setdefault(sum(bool(pod and pod.node) for pod in there), state)
            self.gone[sort].add(sum(pod is None for pod in there))

    def fates(self) -> tuple[Sequence[Fate], Sequence[Fate]]:
        """What is known of the pods that waited, kind by kind, and of those that had a node."""
        waited: list[Fate] = []
        stood: list[Fate] = []
        for sort, members in self.told.items():
            nodes = [at for kind, at in self.visits if kind == sort[0] and not self.first[members[0]].node]
            reached = frozenset(other for at in nodes for other in self.members[self.group_of[at]])
            pods = tuple(self.first[at] for at in members)
            fate = Fate(pods, self.ends[sort], self.gone[sort], reached, sort in self.victims)
            (stood if pods[0].node else waited).append(fate)
        return waited, stood
