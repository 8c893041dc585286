"""What may become of every pending pod: over all ties among equally good nodes and all orders of equal priority.

The question is asked here; how the runs are searched, and what counts as one, is told in races.py. Every run that is
shown is one of kube-scheduler's (v1.34), step by step: it can be replayed (explains.py).
Where pods may preempt others or are nominated, preemptions.py takes over from races.py.
Left out, and told in the answer where it could matter: who comes in a victim's place, budgets that change as victims
go, and that of many nodes only some are looked at.
Not modelled: pods that another scheduler nominates, and claims that several pods would have bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.claims import bound_together
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.message import message
from kubeproof.model.scheduler.preemption import preempt
from kubeproof.model.scheduler.profile import Profile
from kubeproof.properties.queries.apart import apart
from kubeproof.properties.queries.chances import Chance, Group, Outcomes, Preempted
from kubeproof.properties.queries.preemptions import upheaval
from kubeproof.properties.queries.races import Race, Racers, State, Table, race
from kubeproof.properties.queries.reach import Reach, may_preempt
from kubeproof.properties.queries.seen import Step
from kubeproof.properties.queries.turmoil import Upheaval, shown
from kubeproof.properties.queries.words import listed, plural

LIMIT = 20_000
"""So many states are looked at, unless told otherwise."""

ALL_LOOKED_AT = 100
"""With more nodes than these kube-scheduler looks for enough feasible ones only (minFeasibleNodesToFind, v1.34)."""


def outcomes(
    snapshot: Snapshot,
    *,
    pods: Iterable[str] | None = None,
    profile: Profile | None = None,
    limit: int = LIMIT,
    on_progress: Callable[[int, int], None] | None = None,
) -> Outcomes:
    """What may become of the pending pods of these `namespace/name` keys (None: of all) as all pending pods race.

    `limit`: so many states are looked at; what is known by then is told. `on_progress` is told the number of states
    looked at and the number of those known that still wait to be. Raises NotModelled.
    """
    return _Asking(snapshot, profile or Profile(), limit, on_progress).answer(None if pods is None else set(pods))


class _Asking:
    def __init__(
        self, snapshot: Snapshot, profile: Profile, limit: int, on_progress: Callable[[int, int], None] | None
    ) -> None:
        self.snapshot, self.profile, self.limit, self.on_progress = snapshot, profile, limit, on_progress
        mine = [pod for pod in snapshot.pending if pod.spec.scheduler == profile.scheduler]
        self.passed_over = tuple(pod.key for pod in snapshot.pending if pod.spec.scheduler != profile.scheduler)
        _refuse(mine, snapshot)
        self.cycle = Cycle(snapshot, profile.filters)
        self.table = Table(self.cycle, profile)
        self.kinds = [Racers(pods, self.cycle, profile) for pods in _kinds(mine)]
        self.lowest = min((pod.spec.priority for pod in snapshot.pods), default=0)
        self.preempted: list[Preempted] = []
        self.owned: set[str] = set()
        self.states = 0

    def answer(self, asked: set[str] | None) -> Outcomes:
        wanted = [one for one in self.kinds if asked is None or any(pod.key in asked for pod in one.pods)]
        at_first = {one: self.words(one) for one in wanted}
        found: dict[Racers, Group] = {}
        complete = True
        reach = Reach(self.snapshot, self.profile, self.cycle.columns, self.kinds)
        for together in reach.groups:
            if any(one in at_first for one in together):
                told, whole = self.raced(together, reach, at_first)
                found |= told
                complete &= whole
        for one in wanted:
            if one not in found:
                reason = f"No node could ever take it, whatever else happens. {at_first[one]}".strip()
                found[one] = Group(_keys(one), Chance.NEVER, 0, 0, reason=reason)
        groups = tuple(found[one] for one in wanted)
        notes = tuple(self.assumptions())
        return Outcomes(groups, complete, self.states, notes, self.passed_over, tuple(self.preempted))

    def raced(
        self, together: Sequence[Racers], reach: Reach, at_first: Mapping[Racers, str]
    ) -> tuple[Mapping[Racers, Group], bool]:
        """The answers for kinds that come near each other, and whether every run was followed."""
        if not reach.stirred(together):
            try:
                return self.plainly(together, reach, at_first)
            except _Preempts:
                self.table.bring_back()
        stand = reach.standing(together)
        left = self.limit - self.states
        runs = upheaval(self.snapshot, self.profile, together, stand, limit=left, on_progress=self.progress)
        self.states += runs.states
        found = {one: self.fated(runs, at, one, at_first[one]) for at, one in enumerate(together) if one in at_first}
        for fate in (*runs.waited, *runs.stood):
            if fate.victim:
                surely = runs.complete and min(fate.gone) == len(fate.pods)
                keys = tuple(pod.key for pod in fate.pods)
                fewest, most = (min(fate.gone), max(fate.gone)) if fate.gone else (None, None)
                chance = Chance.ALWAYS if surely else Chance.SOMETIMES
                self.preempted.append(Preempted(keys, chance, fewest, most))
                self.owned |= {pod.key for pod in fate.pods if pod.owner_key or pod.owner}
        return found, runs.complete

    def plainly(
        self, wide: Sequence[Racers], reach: Reach, at_first: Mapping[Racers, str]
    ) -> tuple[Mapping[Racers, Group], bool]:
        """The same where nobody preempts; raises _Preempts where that turns out wrong."""
        found: dict[Racers, Group] = {}
        complete, states = True, 0
        for together in apart({one: reach.plain[one] for one in wide}):
            if any(one in at_first for one in together):
                left = self.limit - self.states - states
                runs = race(self.table, together, left, self.seen(together), self.progress)
                self.table.bring_back()
                states += runs.states
                complete &= runs.complete
                found |= {
                    one: self.group(runs, at, at_first[one]) for at, one in enumerate(together) if one in at_first
                }
        self.states += states
        return found, complete

    def words(self, one: Racers) -> str:
        """Why a pod of the kind is refused as the cluster stands; "" where it is not."""
        if one.pods[0].deleting:
            return "It is being deleted."
        decision = self.table.decide(one)
        if decision.feasible:
            return ""
        found = preempt(decision, self.cycle.columns, self.profile.post_filters)
        return message(decision, found.message if found else "")

    def progress(self, looked: int, waiting: int) -> None:
        if self.on_progress:
            self.on_progress(self.states + looked, waiting)

    def seen(self, racers: Sequence[Racers]) -> Callable[[State, Sequence[int]], None]:
        def on_state(state: State, refused: Sequence[int]) -> None:
            for kind in refused:
                one = racers[kind]
                if one.priority > self.lowest and self.preempts(racers, one, state):
                    raise _Preempts

        return on_state

    def preempts(self, racers: Sequence[Racers], one: Racers, state: State) -> bool:
        """Whether a pod that is refused in a state would have others go for it."""
        if not may_preempt(one, self.profile):
            return False
        placed = dict(_seats(racers, self.snapshot, state))
        pods = tuple(replace(pod, node=placed[pod.key]) if pod.key in placed else pod for pod in self.snapshot.pods)
        pod = one.pods[-1]
        self.cycle.snapshot = replace(self.snapshot, pods=pods)
        found = preempt(self.cycle.decide(pod), self.cycle.columns, self.profile.post_filters)
        self.cycle.snapshot = self.snapshot
        return bool(found and found.candidates)

    def group(self, found: Race, kind: int, at_first: str) -> Group:
        """The answer for one kind of a race."""
        one, ends = found.racers[kind], found.ends[kind]
        fewest, most = (end.placed[kind] for end in ends) if ends else (None, None)
        chance = _chance(len(one.pods), fewest, most, complete=found.complete)
        reason = _reason(chance, found.states, found.finals, at_first)
        names = [node.name for node in self.snapshot.nodes]
        nodes = tuple(name for at, name in enumerate(names) if at in found.visits[kind])
        placing = leaving = None
        if ends and chance is Chance.SOMETIMES:
            leaving, placing = (_run(found.racers, self.snapshot, end, kind, first) for end, first in _both(ends))
        return Group(_keys(one), chance, fewest, most, nodes, reason, placing, leaving)

    def fated(self, found: Upheaval, kind: int, one: Racers, at_first: str) -> Group:
        """The answer for one kind of a race in which pods are preempted."""
        fate = found.waited[kind]
        fewest, most = (min(fate.ends), max(fate.ends)) if fate.ends else (None, None)
        chance = _chance(len(one.pods), fewest, most, complete=found.complete)
        reason = _reason(chance, found.states, found.finals, at_first)
        if chance is Chance.NEVER and fate.victim:
            reason = f"Wherever a run ends, it waits or has been preempted. {at_first}".strip()
        nodes = tuple(node.name for at, node in enumerate(self.snapshot.nodes) if at in fate.nodes)
        placing = leaving = None
        if fewest is not None and most is not None and chance is Chance.SOMETIMES:
            ends = ((most, True), (fewest, False))
            placing, leaving = (shown(fate.ends[count], fate.pods, placed=placed) for count, placed in ends)
        return Group(_keys(one), chance, fewest, most, nodes, reason, placing, leaving)

    def assumptions(self) -> Iterable[str]:
        """What the answer leaves out that could matter to it."""
        if self.owned:
            yield f"preempted pods stay gone; their controllers would replace them: {listed(sorted(self.owned))}"
        if self.preempted and self.snapshot.budgets:
            yield "disruption budgets allow as much as they do now, also once pods were preempted"
        if len(self.snapshot.nodes) > ALL_LOOKED_AT:
            also = ", also to preempt" if self.preempted else ""
            yield f"every node is looked at{also}; kube-scheduler stops early where there are more than {ALL_LOOKED_AT}"


class _Preempts(Exception):
    """Somebody would preempt in a race of which that was not expected."""


def _reason(chance: Chance, states: int, finals: int, at_first: str) -> str:
    if chance is Chance.UNDECIDED:
        return f"The search was cut off after {plural(states, 'state')}, of which {plural(finals, 'end')}."
    if chance is Chance.NEVER:
        every = f"every one of the {states} states" if states > 1 else "the only state"
        return f"It is refused in {every} that can be reached. {at_first}".strip()
    return ""


def _refuse(pods: Sequence[Pod], snapshot: Snapshot) -> None:
    """Raises NotModelled for what the search knows nothing about."""
    own = {pod.key for pod in pods}
    if other := next((pod for pod in snapshot.pending if pod.nominated and pod.key not in own), None):
        raise NotModelled(f"{other.key}: status.nominatedNodeName", "every outcome where another scheduler nominates")
    if unsure := bound_together(pods, snapshot):
        path, _, why = unsure.rpartition(": ")
        raise NotModelled(path, why)


def _kinds(pods: Iterable[Pod]) -> Iterable[Sequence[Pod]]:
    """The pods that differ in name alone, together."""
    numbers: dict[PodSpec, int] = {}
    shared: dict[int, int] = {}  # pods of one template share one spec, and comparing specs takes time
    found: dict[Hashable, list[Pod]] = {}
    for pod in pods:
        if id(pod.spec) not in shared:
            shared[id(pod.spec)] = numbers.setdefault(pod.spec, len(numbers))
        spec = shared[id(pod.spec)]
        found.setdefault((pod.namespace, pod.labels, spec, pod.owner_key, pod.deleting, pod.nominated), []).append(pod)
    return found.values()


def _keys(one: Racers) -> tuple[str, ...]:
    return tuple(pod.key for pod in one.pods)


def _chance(size: int, fewest: int | None, most: int | None, *, complete: bool) -> Chance:
    if fewest is not None and most and fewest < size:
        return Chance.SOMETIMES
    if not complete:
        return Chance.UNDECIDED
    return Chance.ALWAYS if most else Chance.NEVER


def _both(ends: tuple[State, State]) -> Iterable[tuple[State, bool]]:
    """The end to show that leaves a pod waiting (it has its turn last), and the one that places it (it is first)."""
    return (ends[0], False), (ends[1], True)


def _seats(racers: Sequence[Racers], snapshot: Snapshot, state: State) -> Iterable[tuple[str, str]]:
    for kind, one in enumerate(racers):
        names = [node.name for node, own in zip(snapshot.nodes, state.vectors, strict=True) for _ in range(own[kind])]
        yield from zip(_keys(one), names, strict=False)


def _run(racers: Sequence[Racers], snapshot: Snapshot, end: State, kind: int, first: bool) -> tuple[Step, ...]:
    """The run to an end, pod by pod: of this kind the first one has its turn first or last."""
    waiting = [list(_keys(one)) for one in racers]
    if not first:
        waiting[kind].append(waiting[kind].pop(0))
    steps: list[Step] = []
    for state in end.path:
        if state.parent:
            steps.append(Step(waiting[state.kind].pop(0), snapshot.nodes[state.node].name))
        steps += [Step(key) for refused in state.refused for key in waiting[refused]]
    steps += [Step(key) for keys in waiting for key in keys]
    return tuple(steps)
