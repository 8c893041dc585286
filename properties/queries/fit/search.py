"""Does it all fit? The question, and the order in which the parts of the search are asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from itertools import product

from msgspec.structs import replace

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.constraint import Constraint
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.properties.queries.fit import greedy, order, repair
from kubeproof.properties.queries.fit.check import OutOfTime, accepted, broken
from kubeproof.properties.queries.fit.linear import Linear
from kubeproof.properties.queries.fit.problem import Problem, read
from kubeproof.properties.queries.fit.recount import Recount
from kubeproof.properties.queries.fit.refute import refutations
from kubeproof.properties.queries.fit.state import Assignment, State
from kubeproof.properties.queries.fit.verdict import Answer, Bounds, Fit, Reason

Progress = Callable[[int, int], None]
"""Told now and then how many pods have a place, and of how many."""

SEARCHABLE, PROVABLE, SMALL = 20_000, 4_000, 600
"""Variables (a kind on a node is one) up to which integers are searched, z3 is asked, and z3 is asked for integers."""

GRACE = 0.5
"""Seconds that deciding again may take beyond the timeout."""

CHECKING = 0.002
"""Seconds that are kept for each pod to be decided again."""

REPAIRS = 4_000
"""Steps of ejection chains."""

STEPS = 20_000_000
"""z3's resource limit."""

FIRST = "heaviest first", "level"
"""The greedy order that is tried before all else."""

REASONS = 3
"""Reasons that are given; the first ones are the plainest."""


def fit(
    snapshot: Snapshot,
    *,
    pods: Iterable[Pod] | None = None,
    timeout: float = 30.0,
    on_progress: Progress | None = None,
    plugins: Sequence[Constraint] = DEFAULT,
) -> Fit:
    """Whether there is a placement of all these pods (None: all pending ones) together; the other bound pods stay.

    A placement is a final state: with all the pods in place, the rules of each hold at its node, itself not seen. So a
    spread rule speaks of the final counts, and a pod may be the first of its kind only if it ends as the only one.
    That is another question than whether the scheduler gets there one by one; `order` speaks of that. `timeout`: in
    seconds; nothing else of the answer depends on the clock. Pods that are being deleted are left out.
    Raises NotModelled where a pod asks for what no rule here knows.
    """
    end = time.monotonic() + timeout
    return _Search(read(snapshot, pods, plugins), end, on_progress or (lambda done, total: None)).run()


class _Search:
    """One question: the best partial placement so far, and the bounds."""

    def __init__(self, problem: Problem, end: float, tell: Progress) -> None:
        # What is found is decided again at the end, which takes time too.
        self.problem, self.tell = problem, tell
        self.last = end + GRACE
        self.end = end - min((end - time.monotonic()) / 10, CHECKING * problem.size)
        self.best = State(problem)
        self.at_most = problem.size
        self.searched = self.asked = self.hopeless = False

    def late(self) -> bool:
        return time.monotonic() >= self.end

    def over(self) -> bool:
        return time.monotonic() >= self.last

    @property
    def seconds(self) -> float:
        return self.end - time.monotonic()

    def run(self) -> Fit:
        parts = (
            self.by_first_order,
            self.by_counting,
            self.by_greedy,
            partial(self.by_repair, min(2 * self.problem.size, REPAIRS // 10)),
            partial(self.by_integers, SMALL),
            partial(self.by_repair, REPAIRS),
            partial(self.by_integers, SEARCHABLE),
            self.by_proof,
        )
        # Where a yes could not be said anyway, only the cheap parts are asked, for bounds and a no.
        for part in parts[:3] if self.problem.unsure else parts:
            if self.late():
                break
            try:
                found = part()
            except OutOfTime:
                break
            self.tell(self.best.placed, self.problem.size)
            if found is not None:
                return found
        return self.unknown()

    def by_first_order(self) -> Fit | None:
        return self.greedily(*FIRST)

    def by_counting(self) -> Fit | None:
        recount = Recount(self.problem)
        found: list[Reason] = []
        for refutation in refutations(self.problem):
            reason = recount.reason(refutation.finding)
            if reason is not None:
                if all(reason.pods != other.pods for other in found):  # one reason for the same pods is enough
                    found.append(reason)
                self.at_most = min(self.at_most, refutation.at_most)
        return self.no(found[:REASONS], "counting") if found else None

    def by_greedy(self) -> Fit | None:
        for how, name in product(greedy.CHOICES, greedy.orders(self.problem)):
            found = self.greedily(name, how) if (name, how) != FIRST else None
            if found is not None:
                return found
        return None

    def by_repair(self, steps: int) -> Fit | None:
        return self.take(repair.repair(self.best, steps, self.late), "repair")

    def by_integers(self, largest: int) -> Fit | None:
        if self.linear is None or self.linear.size > largest or self.searched:
            return None
        from kubeproof.properties.queries.fit import integers  # scipy's solvers and z3 are slow to load

        self.searched = True
        found = integers.solve(self.linear, self.seconds)
        if isinstance(found, State):
            return self.take(found, "integer search")
        self.hopeless = found is integers.Failure.NONE_THERE
        return self.by_proof() if self.hopeless else None

    def by_proof(self) -> Fit | None:
        if self.linear is None or self.linear.size > PROVABLE or self.asked:
            return None
        from kubeproof.properties.queries.fit import prove, words

        self.asked = True
        found = prove.solve(self.linear, integers=False, steps=STEPS, seconds=self.seconds)
        if found is None and self.linear.size <= SMALL and not self.late():
            found = prove.solve(self.linear, integers=True, steps=STEPS, seconds=self.seconds)
        if isinstance(found, State):
            return self.take(found, "z3")
        if found is None:
            return None
        self.at_most = min(self.at_most, self.problem.size - 1)
        return self.no([words.of_core(self.problem, found)], "z3")

    @cached_property
    def linear(self) -> Linear | None:
        found = Linear(self.problem)
        return found.build() if found.size <= SEARCHABLE else None

    def greedily(self, name: str, how: str) -> Fit | None:
        order = greedy.orders(self.problem)[name]
        state = greedy.greedy(self.problem, order, greedy.CHOICES[how], self.late)
        return self.take(state, f"greedy ({name}, {how})", stepwise=True)

    def no(self, reasons: Sequence[Reason], method: str) -> Fit:
        at_least = len(self.checked(self.best))
        return replace(self._fit(Answer.NO, {}, at_least, method), reasons=tuple(reasons))

    def take(self, state: State, method: str, stepwise: bool = False) -> Fit | None:
        """Keeps the better placement; if it is whole, and is found right when decided again, it is the answer.

        `stepwise`: whether each of its moves was accepted beside those before it.
        """
        if state.placed > self.best.placed:
            self.best = state
        if state.placed < self.problem.size:
            return None
        moves = state.moves if stepwise else order.arrange(self.problem, state)
        placement = state.assignment() if moves is None else order.follow(self.problem, moves)
        if self.problem.unsure or next(broken(self.problem, placement, self.over), None) is not None:
            return None
        names = tuple(placement) if moves is not None and accepted(self.problem, placement, self.over) else None
        return replace(self._fit(Answer.YES, placement, self.problem.size, method), order=names)

    def unknown(self) -> Fit:
        placement = self.checked(self.best)
        if self.problem.unsure:
            why = self.problem.unsure
        elif self.hopeless:
            why = "an integer search says that they do not, but in floating point, which is no proof"
        else:
            why = "time is up" if self.late() else "the search ended without an answer"
        return replace(self._fit(Answer.UNKNOWN, placement, len(placement), "best partial placement"), why=why)

    def checked(self, state: State) -> Assignment:
        """A partial placement without the pods whose rules do not hold in it, which may take a few rounds."""
        placement = state.assignment()
        try:
            while lost := {key for key, _ in broken(self.problem, placement, self.over)}:
                placement = {key: node for key, node in placement.items() if key not in lost}
        except OutOfTime:
            return {}
        return placement

    def _fit(self, answer: Answer, placement: Assignment, at_least: int, method: str) -> Fit:
        keys = (pod.key for kind in self.problem.kinds for pod in kind.pods)
        return Fit(
            answer=answer,
            pods=self.problem.size,
            nodes=len(self.problem.snapshot.nodes),
            placement={key: placement[key] for key in keys if key in placement},
            bounds=Bounds(at_least, self.at_most),
            method=method,
        )
