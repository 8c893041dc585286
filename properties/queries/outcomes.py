"""What may become of every pending pod: over all ties among equally good nodes and all orders of equal priority.

The question is asked here; how the runs are searched, and what counts as one, is told in races.py. Every run that is
shown is one of kube-scheduler's (v1.34), step by step: it can be replayed (explains.py).
Left out, and told in the answer where it could matter: preemption, and that of many nodes only some are looked at.
Not modelled: pods that are nominated to a node, and claims that several pods would have bound.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from msgspec.structs import replace

from kubeproof.model.errors import NotModelled
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.claims import bound_together
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.message import message
from kubeproof.model.scheduler.preemption import preempt
from kubeproof.model.scheduler.profile import PREEMPTION_PLUGIN, Profile
from kubeproof.properties.queries.apart import apart, near
from kubeproof.properties.queries.chances import Chance, Group, Outcomes, Step
from kubeproof.properties.queries.races import Race, Racers, State, Table, race
from kubeproof.properties.queries.words import plural

LIMIT = 20_000
"""So many states are looked at, unless told otherwise."""

ALL_LOOKED_AT = 100
"""With more nodes than these kube-scheduler looks for enough feasible ones only (minFeasibleNodesToFind, v1.34)."""

PREEMPTS = "It could preempt other pods, which is left out."


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
        self.preempting: set[Racers] = set()
        self.states = 0

    def answer(self, asked: set[str] | None) -> Outcomes:
        wanted = [one for one in self.kinds if asked is None or any(pod.key in asked for pod in one.pods)]
        at_first = {one: self.words(one) for one in wanted}
        found: dict[Racers, Group] = {}
        complete = True
        for together in apart(self.kinds, self.cycle.columns):
            if not any(one in at_first for one in together):
                continue
            one_race = race(self.table, together, self.limit - self.states, self.seen(together), self.progress)
            self.table.bring_back()
            self.states += one_race.states
            complete &= one_race.complete
            for kind, one in enumerate(together):
                if one in at_first:
                    found[one] = self.group(one_race, kind, at_first[one])
        for one in wanted:
            if one not in found:
                found[one] = self.hopeless(one, at_first[one])
        groups = tuple(found[one] for one in wanted)
        return Outcomes(groups, complete, self.states, tuple(self.assumptions()), self.passed_over)

    def words(self, one: Racers) -> str:
        """Why a pod of the kind is refused as the cluster stands; "" where it is not."""
        if one.pods[0].deleting:
            return "It is being deleted."
        decision = self.table.decide(one)
        if decision.feasible:
            return ""
        found = preempt(decision, self.cycle.columns, self.profile.post_filters)
        return message(decision, found.message if found else "")

    def hopeless(self, one: Racers, at_first: str) -> Group:
        """The answer for a kind that no node may ever take, unless other pods went for it."""
        gone = [pod.key for pod in self.snapshot.bound if pod.spec.priority < one.priority]
        if gone and self.may_preempt(one):
            without = Cycle(self.snapshot.without_pods(gone), self.profile.filters)
            if near(Racers(one.pods, without, self.profile), without.columns):
                self.preempting.add(one)
                return Group(_keys(one), Chance.UNDECIDED, 0, 0, reason=f"{PREEMPTS} {at_first}".strip())
        reason = f"No node could ever take it, whatever else happens. {at_first}".strip()
        return Group(_keys(one), Chance.NEVER, 0, 0, reason=reason)

    def may_preempt(self, one: Racers) -> bool:
        return PREEMPTION_PLUGIN in self.profile.post_filters and one.pods[0].spec.preemption_policy != "Never"

    def progress(self, looked: int, waiting: int) -> None:
        if self.on_progress:
            self.on_progress(self.states + looked, waiting)

    def seen(self, racers: Sequence[Racers]) -> Callable[[State, Sequence[int]], None]:
        def on_state(state: State, refused: Sequence[int]) -> None:
            for kind in refused:
                one = racers[kind]
                if one not in self.preempting and one.priority > self.lowest and self.preempts(racers, one, state):
                    self.preempting.add(one)

        return on_state

    def preempts(self, racers: Sequence[Racers], one: Racers, state: State) -> bool:
        """Whether a pod that is refused in a state would have others go for it."""
        if not self.may_preempt(one):
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
        reason = ""
        if chance is Chance.UNDECIDED:
            ended = plural(found.finals, "end")
            reason = f"The search was cut off after {plural(found.states, 'state')}, of which {ended}."
        elif chance is Chance.NEVER:
            every = f"every one of the {found.states} states" if found.states > 1 else "the only state"
            reason = f"It is refused in {every} that can be reached. {at_first}".strip()
        if chance is Chance.NEVER and one in self.preempting:
            chance, reason = Chance.UNDECIDED, f"{PREEMPTS} {at_first}".strip()
        names = [node.name for node in self.snapshot.nodes]
        nodes = tuple(name for at, name in enumerate(names) if at in found.visits[kind])
        placing = leaving = None
        if ends and chance is Chance.SOMETIMES:
            leaving, placing = (_run(found.racers, self.snapshot, end, kind, first) for end, first in _both(ends))
        return Group(_keys(one), chance, fewest, most, nodes, reason, placing, leaving)

    def assumptions(self) -> Iterable[str]:
        """What the answer leaves out that could matter to it."""
        if self.preempting:
            keys = sorted(one.pods[0].key for one in self.preempting)
            yield f"preemption is left out, and pods like these could preempt: {', '.join(keys)}"
        if len(self.snapshot.nodes) > ALL_LOOKED_AT:
            yield f"every node is looked at; kube-scheduler stops early where there are more than {ALL_LOOKED_AT}"


def _refuse(pods: Sequence[Pod], snapshot: Snapshot) -> None:
    """Raises NotModelled for what the search knows nothing about."""
    if nominated := next((pod for pod in snapshot.pending if pod.nominated), None):
        raise NotModelled(f"{nominated.key}: status.nominatedNodeName", "every outcome where a pod is nominated")
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
        found.setdefault((pod.namespace, pod.labels, spec, pod.owner_key, pod.deleting), []).append(pod)
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
