"""The front door as a library: a cluster that one asks questions of. Every change gives a new cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import load as manifests
from kubeproof.model.manifests.sketch import nodes as sketched
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.properties.queries.answer import Answer

if TYPE_CHECKING:
    from kubeproof.model.scheduler.cycle import Cycle
    from kubeproof.model.scheduler.profile import Profile
    from kubeproof.progress import OnProgress
    from kubeproof.properties.queries.chances import Outcomes
    from kubeproof.properties.queries.fit import Fit
    from kubeproof.properties.queries.formula import PodFormula
    from kubeproof.properties.queries.pending import PodAnswer
    from kubeproof.properties.queries.placed import Decided, Placed
    from kubeproof.properties.queries.summary import Summary
    from kubeproof.properties.queries.survive import Survival
    from kubeproof.worlds import World

_T = TypeVar("_T")
Source = str | PathLike[str]


def load(
    *sources: Source,
    nodes: str = "",
    context: str | None = None,
    namespace: str = "default",
    strict: bool = False,
    on_progress: OnProgress | None = None,
) -> Cluster:
    """The cluster that files and folders describe ("-": standard input), with `nodes` of a sketch added.

    `context` reads a live cluster too ("" for kubectl's current one). `strict` refuses unknown kinds and fields, which
    are otherwise skipped and listed in `Cluster.warnings`. Raises BadInput, which names file, line and path.
    """
    found = manifests.load(
        [str(source) for source in sources],
        nodes=nodes,
        context=context,
        namespace=namespace,
        strict=strict,
        on_progress=on_progress,
    )
    return Cluster(found.snapshot, found.warnings, found.objects)


@dataclass(frozen=True)
class Cluster:
    """A cluster at one moment. `warnings` is what was skipped or odd when it was read.

    `objects`: the typed API objects by kind, as they were read (classes, budgets, workloads …).
    `profile`: the scheduler that is asked; None: kube-scheduler's default.
    """

    snapshot: Snapshot
    warnings: tuple[str, ...] = ()
    objects: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    profile: Profile | None = None

    def __repr__(self) -> str:
        return f"<Cluster: {len(self.nodes)} nodes, {len(self.bound)} pods on them, {len(self.pending)} pods pending>"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes."""
        return self.snapshot.nodes

    @property
    def bound(self) -> tuple[Pod, ...]:
        """The pods that are on a node."""
        return tuple(self.snapshot.bound)

    @property
    def pending(self) -> tuple[Pod, ...]:
        """The pods that wait for a node."""
        return tuple(self.snapshot.pending)

    def node(self, name: str) -> Node:
        """The node of this name; BadInput lists near names where there is none."""
        return _named(name, {node.name: node for node in self.nodes}, "node")

    def pod(self, key: str) -> Pod:
        """The pod `namespace/name` (or `name`, in namespace default); BadInput lists near names where there is none."""
        return _named(key if "/" in key else f"default/{key}", {pod.key: pod for pod in self.snapshot.pods}, "pod")

    def why(self, pod: str | Pod, *, repairs: int = 5) -> PodAnswer:
        """Why a pod is Pending: kube-scheduler's message, the smallest set of reasons, and up to so many repairs.

        Raises NotModelled where the pod asks for something that no rule here knows.
        """
        from kubeproof.properties.queries.pending import PodAnswer
        from kubeproof.properties.queries.repair import repairs as mend
        from kubeproof.properties.queries.why import why

        asked = self._pod(pod)
        found = why(self.snapshot, asked, self._cycle, self._profile.post_filters)
        wanted = repairs > 0 and found.explanation is not None and not asked.node
        return PodAnswer(found, mend(self._cycle, found.decision, repairs) if wanted else None, asked.node)

    def why_all(self) -> Summary:
        """Why all pending pods wait, each asked about alone, grouped by cause."""
        from kubeproof.properties.queries.summary import why_all

        return why_all(self.snapshot, self._cycle, self._profile.post_filters)

    def fit(self, *, timeout: float = 30.0, on_progress: OnProgress | None = None) -> Fit:
        """Whether all pending pods can be placed together, in at most `timeout` seconds."""
        from kubeproof.properties.queries.fit import fit

        return fit(self.snapshot, timeout=timeout, on_progress=on_progress, plugins=self._profile.filters)

    def survive(
        self,
        lose: str = "node",
        *,
        silent: bool = False,
        timeout: float = 30.0,
        on_progress: OnProgress | None = None,
    ) -> Survival:
        """Whether all that runs finds a place again whichever node is lost, or (`lose`: zone, region, or a label's key)
        all nodes with one value of it; in at most `timeout` seconds. `silent`: the machines fall silent, and their
        nodes stay in the cluster. Raises BadInput and NotModelled.
        """
        from kubeproof.properties.queries.survive import survive

        return survive(self.snapshot, lose, self.profile, silent=silent, timeout=timeout, on_progress=on_progress)

    def schedule(
        self,
        seed: int | None = None,
        profile: Profile | None = None,
        *,
        scores: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Schedule:
        """What kube-scheduler does with all pending pods, one by one: its decisions, and the cluster afterwards.

        `seed` takes any of the nodes that are equally good, the same ones for the same seed; without it the first in
        node order is taken. `profile`: another scheduler. `scores`: the answer holds all scores.
        """
        from kubeproof.properties.queries.placed import place

        found = place(self.snapshot, profile or self.profile, seed=seed, scores=scores, on_progress=on_progress)
        return Schedule(found, self._with(found.snapshot))

    def outcomes(self, *, limit: int | None = None, on_progress: OnProgress | None = None) -> Outcomes:
        """What may become of each pending pod, over all ties and all orders of equal priority.

        `limit`: so many states are looked at (None: as many as by default). Raises NotModelled.
        """
        from kubeproof.properties.queries.outcomes import LIMIT, outcomes

        def tell(looked_at: int, waiting: int) -> None:
            if on_progress:
                on_progress(looked_at, looked_at + waiting)

        most = LIMIT if limit is None else limit
        return outcomes(self.snapshot, profile=self.profile, limit=most, on_progress=tell)

    def world(self, seed: int | None = None) -> World:
        """This cluster over time: its nodes and objects in a world at second 0 (kubeproof/worlds.py).

        Raises NotModelled where a pod was read without its manifest, as from a dump: read the files with `kp.world`.
        """
        from kubeproof.model.manifests.stated import of_cluster
        from kubeproof.worlds import of_input

        return of_input(of_cluster(self.objects, self.nodes, self.snapshot.pods), seed, scheduler=self.profile)

    def formula(self, pod: str | Pod) -> PodFormula:
        """A pod's question as a z3 formula with named variables, to add one's own constraints to."""
        from kubeproof.properties.queries.formula import formula

        return formula(self._pod(pod), self.snapshot, plugins=self._profile.filters)

    def with_pod(self, pod: Pod | Mapping[str, Any] | str) -> Cluster:
        """This cluster with a pod more (or changed): ours, a manifest, or its YAML; workloads become their pods."""
        if isinstance(pod, Pod):
            return self._with(self.snapshot.with_pods([pod]))
        return self._with(manifests.add(self.snapshot, pod, objects=self.objects))

    def with_nodes(self, nodes: str | Iterable[Node]) -> Cluster:
        """This cluster with nodes more (or changed): ours, or a sketch like 'n{1..3} cpu=4 memory=16Gi zone=a'."""
        return self._with(self.snapshot.with_nodes(sketched(nodes) if isinstance(nodes, str) else nodes))

    def with_profile(self, profile: Profile | None) -> Cluster:
        """This cluster with another scheduler to ask (None: kube-scheduler's default profile)."""
        return replace(self, profile=profile)

    def without_node(self, name: str) -> Cluster:
        """This cluster without a node and the pods on it."""
        return self._with(self.snapshot.without_nodes([self.node(name).name]))

    def without_pod(self, key: str) -> Cluster:
        """This cluster without a pod."""
        return self._with(self.snapshot.without_pods([self.pod(key).key]))

    @cached_property
    def _cycle(self) -> Cycle:
        from kubeproof.model.scheduler.cycle import Cycle

        return Cycle(self.snapshot, self._profile.filters)

    @property
    def _profile(self) -> Profile:
        from kubeproof.model.scheduler.profile import Profile

        return self.profile or Profile()

    def _pod(self, pod: str | Pod) -> Pod:
        return pod if isinstance(pod, Pod) else self.pod(pod)

    def _with(self, snapshot: Snapshot) -> Cluster:
        return replace(self, snapshot=snapshot)


@dataclass(frozen=True, repr=False)
class Schedule(Answer):
    """A scheduling run: the answer in words and as data, and the `cluster` as it is afterwards."""

    answer: Placed
    cluster: Cluster

    @property
    def decisions(self) -> Sequence[Decided]:
        """What became of each pending pod, in the order in which they were first tried."""
        return self.answer.decisions

    @property
    def text(self) -> str:
        """The decisions, and how full the nodes are then."""
        return self.answer.text

    def data(self) -> dict[str, Any]:
        """The run as plain data; docs/json.md is its schema."""
        return self.answer.data()


def _named(name: str, known: Mapping[str, _T], kind: str) -> _T:
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=3) or sorted(known)[:3]
    raise BadInput(
        f"there is no {kind} {name!r}" + (f"; near: {', '.join(near)}" if near else f", and no {kind} at all")
    )
