"""Why a pod is pending: kube-scheduler's own words, and the fewest requirements that together leave no node.

Left out: how an answer is shown (the front door), and what would mend it (repairs.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.cycle import Cycle, Decision, Result
from kubeproof.model.scheduler.event import event
from kubeproof.model.scheduler.profile import POST_FILTERS
from kubeproof.properties.queries import manifest
from kubeproof.properties.queries.core import Proof, core
from kubeproof.properties.queries.details import Reader, detail
from kubeproof.properties.queries.requirements import Closed, Refusals, refusals
from kubeproof.properties.queries.words import FEW, listed, nodes, plural, short


class Reason(msgspec.Struct, frozen=True):
    """One requirement of an explanation; `rule does` is a sentence: 'zone spread (maxSkew 1)' 'closes n3'.

    `detail` reads both sides of the comparison at those nodes. `path` is where the pod's manifest (`origin`) asks for
    it. `closes`: the nodes that it closes and none before it did. `clauses` are its places in the decision's rules.
    """

    plugin: str
    rule: str
    does: str
    detail: str
    path: str
    origin: Origin | None
    closes: tuple[str, ...]
    clauses: tuple[int, ...]

    @property
    def text(self) -> str:
        """The sentence, with the detail in brackets."""
        return f"{self.rule} {self.does}" + (f" ({self.detail})" if self.detail else "")


class Explanation(msgspec.Struct, frozen=True):
    """Why no node is left: reasons in an order in which each closes what those before it left open.

    None of them can be left out, which `proof` showed; `smallest` says that no fewer would do. `ends` is what follows.
    """

    reasons: tuple[Reason, ...]
    smallest: bool = True
    proof: Proof | None = None
    ends: str = "no node is left"

    @property
    def text(self) -> str:
        """'Because …, and because …, no node is left.', on one line."""
        return self.told(between=" ")

    def told(self, between: str) -> str:
        """The explanation with this (a space, or a line's end) between its reasons."""
        if not self.reasons:
            return f"{self.ends[0].upper()}{self.ends[1:]}."
        return f"Because {f',{between}and because '.join(reason.text for reason in self.reasons)}, {self.ends}."

    @property
    def claim(self) -> str:
        """What is claimed of it: '[minimal: 2 clauses]'."""
        return f"[{'minimal' if self.smallest else 'irreducible'}: {plural(len(self.reasons), 'clause')}]"


class Why(msgspec.Struct, frozen=True):
    """The answer for one pod. `message`: the event's exact text, '' where the pod fits; `explanation` is then None."""

    pod: str
    decision: Decision
    message: str
    explanation: Explanation | None

    @property
    def feasible(self) -> Sequence[str]:
        """The nodes that fit, in node order."""
        return self.decision.feasible


def why(snapshot: Snapshot, pod: Pod, cycle: Cycle | None = None, post_filters: Collection[str] = POST_FILTERS) -> Why:
    """Why a pod is pending, or where it fits. `cycle`: one of this snapshot, to share what it has found before.

    `post_filters`: those of the profile, which speak where the pod fits nowhere.
    Raises NotModelled where the pod asks for what no rule here knows.
    """
    cycle = cycle or Cycle(snapshot)
    decision = cycle.decide(pod)
    return Why(pod.key, decision, event(decision, cycle.columns_for(pod), post_filters), explain(cycle, decision))


def explain(cycle: Cycle, decision: Decision) -> Explanation | None:
    """The smallest explanation of a decision of this cycle, solved again alone; None where the pod fits."""
    match decision.result:
        case Result.FITS:
            return None
        case Result.SKIPPED:
            return Explanation((), ends="the pod is being deleted, so no node is looked at")
    if not decision.snapshot.nodes and not decision.whole:
        return Explanation((), ends="the cluster has no node")
    found = refusals(cycle, decision)
    smallest = core(decision, found)
    assert smallest is not None, "a refused pod fails something at every node"
    telling = _Telling(decision, found, Reader(decision.snapshot, cycle.columns_for(decision.pod)))
    reasons = tuple(telling.whole(smallest.requirements) if decision.whole else telling.ordered(smallest.requirements))
    ends = "no node is looked at" if decision.whole else "no node is left"
    return Explanation(reasons, smallest.smallest, smallest.proof, ends)


class _Telling(msgspec.Struct, frozen=True):
    """Puts a core into words."""

    decision: Decision
    found: Refusals
    reader: Reader

    def whole(self, chosen: Sequence[int]) -> list[Reason]:
        """What refuses the pod as a whole, before any node is looked at."""
        return [self._reason(one, "holds the pod back", ()) for one in chosen]

    def ordered(self, chosen: Sequence[int]) -> list[Reason]:
        """The core's requirements, each time the one that closes most of what is still open."""
        left, told = list(chosen), list[Reason]()
        open_nodes = [node.name for node in self.decision.snapshot.nodes]
        while left:
            sizes = {one: sum(len(c.nodes) for c in self._closed(one, set(open_nodes))) for one in left}
            one = min(left, key=lambda place: (-sizes[place], place))
            left.remove(one)
            gone = {node for c in self._closed(one, set(open_nodes)) for node in c.nodes}
            closed = [node for node in open_nodes if node in gone]
            still = [node for node in open_nodes if node not in gone]
            told.append(self._reason(one, _does(open_nodes, closed, still, first=not told), closed))
            open_nodes = still
        return told

    def _closed(self, one: int, among: set[str]) -> list[Closed]:
        return [c for c in self.found.classes if one in c.requirements and among.issuperset(c.nodes)]

    def _reason(self, one: int, does: str, closed: Sequence[str]) -> Reason:
        requirement = self.found.requirements[one]
        beside = {node: c.nominated for c in self.found.classes if one not in c.alone for node in c.nodes}
        terms = [self.found.rules[at].clause.holds for at in requirement.clauses]
        said = detail(terms, [node for node in closed if node not in beside], self.reader)
        waiting = [node for node in closed if node in beside]
        if waiting:
            pods = list(dict.fromkeys(pod.key for node in waiting for pod in beside[node]))
            named = listed(pods) if len(pods) <= FEW else f"{len(pods)} pods"
            said = "; ".join(filter(None, (said, f"counting {named}, nominated to {nodes(waiting)}")))
        pod = self.decision.pod
        return Reason(
            plugin=requirement.plugin,
            rule=short(requirement.rule),
            does=does,
            detail=said,
            path=manifest.path(pod, manifest.exact(pod, requirement.where)),
            origin=pod.origin,
            closes=tuple(closed),
            clauses=requirement.clauses,
        )


def _does(was: Sequence[str], closed: Sequence[str], still: Sequence[str], *, first: bool) -> str:
    """What a requirement does to the nodes that were open."""
    if not still:
        if first:
            return {1: f"closes {closed[0]}, the only node", 2: "closes both nodes"}.get(
                len(closed), f"closes all {len(closed)} nodes"
            )
        return f"closes {nodes(closed)}" if len(closed) <= FEW else f"closes the other {len(closed)} nodes"
    if len(still) <= len(closed):
        named = nodes(still) if len(still) <= FEW else f"{len(still)} of {len(was)} nodes"
        return f"leaves only {named} open" if len(still) <= FEW else f"leaves {named} open"
    return f"closes {nodes(closed)}" if len(closed) <= FEW else f"closes {len(closed)} of {len(was)} nodes"
