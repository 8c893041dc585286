"""What the processes in a world's pods do, apart from Kubernetes: how long they run, what fails, which images lack.

A `Behaviour` is a value that a world carries in its memory, so that a world is all there is to know. Steps that happen
to running containers (`ended`) change what their kubelet's workers hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, cast

from immutables import Map

from kubeproof.model.controlplane.controllers.horizontal_pod_autoscaler.metrics import Sample
from kubeproof.model.controlplane.etcd import Key, of_kind
from kubeproof.model.node.kubelet.probes import Outcome
from kubeproof.model.node.kubelet.processes import PLAIN, Process, Processes, Run
from kubeproof.model.node.kubelet.work import Exit, Work
from kubeproof.model.objects.container import ProbeKind
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_ready
from kubeproof.model.objects.pod_status import Running, Waiting, named
from kubeproof.model.world import World

KUBELET = "kubelet"
ENVIRONMENT = "Environment"
"""What happens outside of Kubernetes is told as of an object of this kind."""

PLACE = ("environment", Key(ENVIRONMENT, "", "processes"))
"""Where a world keeps its behaviour."""

USUAL_END = Run(5, 0)
"""What a container does whose pod is to end (its restart policy is not Always), unless a script says otherwise."""


class Runs(NamedTuple):
    """Containers that run for so many seconds (None: until they are killed) and end with a code."""

    pods: str
    container: str
    run: Run


class Fails(NamedTuple):
    """A probe that fails from a time on, until another (None: for good)."""

    pods: str
    container: str
    probe: ProbeKind
    since: int
    until: int | None


class Uses(NamedTuple):
    """How much pods use of a resource (cpu in millicores, memory in bytes): each of them, or (`shared`) those that are
    ready all together, in equal parts. `until`: seconds from a pod's start, after which this no longer counts."""

    pods: str
    resource: str
    amount: int
    shared: bool
    until: int | None = None

    def counts(self, pod: LivePod, now: int) -> bool:
        """Whether it is about a pod, at that time."""
        if not fits(self.pods, pod.meta.namespace, pod.meta.name):
            return False
        start = pod.status.start_time
        return self.until is None or start is None or now < start + self.until


class Behaviour(NamedTuple):
    """What containers do: the last entry about one counts. Pods are `namespace/name`, with * for any letters."""

    runs: tuple[Runs, ...] = ()
    fails: tuple[Fails, ...] = ()
    missing: frozenset[str] = frozenset()
    uses: tuple[Uses, ...] = ()

    def load(self, pods: Sequence[LivePod], resource: str, now: int) -> Mapping[str, Sample]:
        """What pods use of a resource, by name, as a metrics server tells it; of others it tells nothing."""
        found: dict[str, Sample] = {}
        for uses in self.uses:
            if uses.resource != resource:
                continue
            own = [pod for pod in pods if uses.counts(pod, now)]
            parts = sum(map(is_ready, own)) if uses.shared else 1
            for pod in own:
                if parts and (is_ready(pod) or not uses.shared):
                    found[pod.meta.name] = Sample(uses.amount // parts, now)
        return found

    def does(self, pod: LivePod) -> Processes:
        """What the containers of a pod do."""
        regular = {container.name for container in pod.run.containers}
        found: dict[str, Process] = {}
        for container in (*pod.run.containers, *pod.run.init_containers):
            process = PLAIN
            ends = pod.run.restart_policy != "Always" if container.name in regular else not container.is_sidecar
            if ends:
                process = process._replace(runs=(USUAL_END,))
            for runs in self.runs:
                if _about(runs.pods, runs.container, pod, container.name):
                    process = process._replace(runs=(runs.run,))
            if container.image in self.missing:
                said = Waiting("ImagePullBackOff", f'Back-off pulling image "{container.image}"')
                process = process._replace(fails=said)
            for fails in self.fails:
                if _about(fails.pods, fails.container, pod, container.name):
                    process = process._replace(outcomes=_failing(process, fails, pod, container.name))
            if process is not PLAIN:
                found[container.name] = process
        return found


def of(world: World) -> Behaviour:
    """What the processes of a world do."""
    found = world.memory.get(PLACE)
    return found if isinstance(found, Behaviour) else Behaviour()


def behaving(world: World, behaviour: Behaviour) -> World:
    """The world with other behaviour."""
    return world._replace(memory=world.memory.set(PLACE, behaviour))


def ended(world: World, pods: Sequence[Key], container: str, code: int, reason: str = "") -> World:
    """The world in which these pods' running containers of that name ("": all) end now."""
    memory = world.memory
    for key in pods:
        work = cast("Work | None", memory.get((KUBELET, key)))
        if work is None:
            continue
        exits = work.exits
        for made in work.runtime.containers:
            if made.state.state == "running" and container in ("", made.name):
                exits = exits.set(made.state.id, Exit(world.now, code, reason))
        memory = memory.set((KUBELET, key), work._replace(exits=exits))
    return world._replace(memory=memory)


def matching(world: World, pattern: str) -> Sequence[Key]:
    """The pods that a pattern is about, in order."""
    return sorted(key for key in world.store.bucket(of_kind("Pod")) if fits(pattern, key.namespace, key.name))


def fits(pattern: str, namespace: str, name: str) -> bool:
    """Whether a name fits `name`, `namespace/name`, or a pattern of one with * in it; without one the namespace is
    `default`."""
    own, _, rest = pattern.rpartition("/")
    return fnmatchcase(namespace, own or "default") and fnmatchcase(name, rest)


def _about(pods: str, container: str, pod: LivePod, name: str) -> bool:
    return container in ("", name) and fits(pods, pod.meta.namespace, pod.meta.name)


def _failing(
    process: Process, fails: Fails, pod: LivePod, container: str
) -> Map[ProbeKind, tuple[tuple[int, Outcome], ...]]:
    """The outcomes of a probe by the container's age, as the process has them."""
    status = named((*pod.status.containers, *pod.status.init_containers), container)
    running = status is not None and isinstance(status.state, Running) and status.state.started_at is not None
    start = status.state.started_at if running and status and isinstance(status.state, Running) else None
    if start is None:
        return process.outcomes
    return process.outcomes.set(fails.probe, tuple(_steps(fails, start)))


def _steps(fails: Fails, start: int) -> Iterator[tuple[int, Outcome]]:
    if fails.since > start:
        yield 0, "success"
    yield max(0, fails.since - start), "failure"
    if fails.until is not None:
        yield max(0, fails.until - start), "success"
