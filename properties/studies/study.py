"""A study: a cluster that failed and one that does not, as manifests, with the laws asked of both.

A case is what was applied (`given`), run until it rests; then, from there, `change` is applied and `moves` may happen,
and every way on is searched. A cluster with more nodes than can be searched is run instead (`sized`). A question is
asked of the scheduler alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model import script, steps
from kubeproof.model.cluster import USUAL
from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.extras import NONE, Extras
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.play import Setup, apply, begun, play
from kubeproof.model.world import World
from kubeproof.properties.engines import world_runs, worlds
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.world_keys import OLD
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_runs import RunOptions
from kubeproof.properties.engines.world_steps import Cluster, Order
from kubeproof.properties.engines.worlds import LIMIT, Options
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import WorldLaw

SETTLES = 300
"""Seconds that a cluster is given to come to rest before anything is asked of it."""

RUNS = 5
"""Runs of a cluster that is too large to be searched."""

FEW = 500
"""Worlds that are looked at first, before all are."""

OnProgress = Callable[[Progress], None]


class Case(NamedTuple):
    """One cluster, what is asked of it, and what comes of it.

    `script`: what its pods do, as steps of a script (at the beginning, or while it settles); `old`: when a time is old
    in the search (seconds); `runs`: it is not searched, but run so often, for `horizon` seconds each; `ahead`: the
    component that looks before all others; `assumes`: what it leaves out of the failure that was reported.
    """

    given: str
    asked: tuple[tuple[WorldLaw, Outcome], ...]
    change: str = ""
    moves: tuple[Move, ...] = ()
    settles: bool = True
    old: int = OLD
    script: str = ""
    runs: int = 0
    horizon: int = 3600
    extras: Extras = NONE
    ahead: str = ""
    assumes: tuple[str, ...] = ()


class Question(NamedTuple):
    """What is asked of manifests, each with what comes of it: functions from a text to a verdict."""

    given: str
    asked: tuple[tuple[Callable[[str], Verdict], Outcome], ...]


class Study(NamedTuple):
    """A failure: `source` is where it was reported; `fails` is the cluster as it was, `mended` as it should be, `also`
    others, each with what it is called. `sized`: the cluster as it was, with so many nodes, `least` or more."""

    name: str
    source: str
    fails: Case | Question
    mended: Case | Question
    also: tuple[tuple[str, Case | Question], ...] = ()
    sized: Callable[[int], Case] | None = None
    least: int = 1

    @property
    def cases(self) -> tuple[tuple[str, Case | Question], ...]:
        """All its clusters, each with what it is called."""
        return (("as it was", self.fails), *self.also, ("mended", self.mended))


def cluster(case: Case, names: Sequence[str] = USUAL) -> Cluster:
    """The cluster of a case, from the world in which the search begins."""
    played = begun(Setup(tuple(names), extras=case.extras), stated_text(case.given))
    does = script.parsed(case.script) if case.script else ()
    world = played.world
    if case.settles:
        world = play(played.setup, world, SETTLES, does).world
    else:
        for one in does:
            world = steps.outside(world, one.name, one.step)
    setup = played.setup
    if case.change:
        setup, world, *_ = apply(setup, world, stated_text(case.change, known=setup.inputs))
    components = sorted(setup.components(world), key=lambda one: one.name != case.ahead)
    return Cluster(world, components, case.moves, setup.server)


def verdicts(
    case: Case | Question, order: Order = Order.CALM, limit: int = LIMIT, on_progress: OnProgress | None = None
) -> list[Verdict]:
    """The verdicts on what is asked of a case, in order: by complete search, or by its runs."""
    if isinstance(case, Question):
        return [ask(case.given) for ask, _ in case.asked]
    if case.runs:
        return ran(case, case.runs, on_progress=on_progress)
    laws, start = [law for law, _ in case.asked], cluster(case)
    found: list[Verdict] = []
    for most in (min(FEW, limit), limit):  # what goes wrong mostly does so soon
        found = worlds.verify(laws, start, Options(order, old=case.old, limit=most), on_progress)
        if all(one.outcome is not Outcome.UNKNOWN for one in found):
            break
    return _assuming(case, found)


def ran(case: Case, runs: int = RUNS, seed: int = 0, on_progress: OnProgress | None = None) -> list[Verdict]:
    """The verdicts on what is asked of a case, in order, by runs."""
    options = RunOptions(runs, case.horizon, seed, case.old)
    return _assuming(case, world_runs.verify([law for law, _ in case.asked], cluster(case), options, on_progress))


def _assuming(case: Case, found: Sequence[Verdict]) -> list[Verdict]:
    return [replace(one, assumes=(*case.assumes, *one.assumes)) for one in found]


def pods(world: World) -> list[LivePod]:
    """The pods of a world."""
    return [pod for pod in world.store.bucket(of_kind("Pod")).values() if isinstance(pod, LivePod)]


def node(name: str, zone: str = "", cpu: str = "4", memory: str = "8Gi") -> str:
    """The manifest of a node, as a document of its own."""
    labels = f"kubernetes.io/hostname: {name}" + (f", topology.kubernetes.io/zone: {zone}" if zone else "")
    return (
        f"---\napiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n"
        f'status: {{allocatable: {{cpu: "{cpu}", memory: {memory}, pods: "110"}}}}\n'
    )


def nodes(count: int, cpu: str = "4") -> str:
    """The manifests of so many equal nodes, n1, n2, …"""
    return "".join(node(f"n{number}", cpu=cpu) for number in range(1, count + 1))


def workload(replicas: int, pod: str = "", *, kind: str = "Deployment", spec: str = "", container: str = "") -> str:
    """The manifest of a workload `web`, as a document of its own; `pod`, `spec` and `container` are what its pods, it
    itself and its container say besides: flow mappings without their braces."""
    image = "" if "image:" in container else 'image: "web:1"'
    pods = _flow(f"containers: [{{{_flow('name: web', image, container)}}}]", pod)
    template = f"template: {{metadata: {{labels: {{app: web}}}}, spec: {{{pods}}}}}"
    whole = _flow(f"replicas: {replicas}", "selector: {matchLabels: {app: web}}", spec, template)
    return f"---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{{whole}}}\n"


def _flow(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def spread(key: str, *, hard: bool = True, more: str = "") -> str:
    """A spread constraint over the domains of a label, of the pods of `web`, at most one more here than there."""
    what = "DoNotSchedule" if hard else "ScheduleAnyway"
    return (
        f"{{topologyKey: {key}, maxSkew: 1, whenUnsatisfiable: {what}, "
        f"labelSelector: {{matchLabels: {{app: web}}}}{more and ', ' + more}}}"
    )
