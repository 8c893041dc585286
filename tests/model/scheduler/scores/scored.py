"""Small cases with what kube-scheduler's score plugins give (v1.34): a pod, a cluster, and each node's points.

Objects are written as manifests, so that a case goes the whole way: read, normalised, filtered, scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from lightkube.models import meta_v1

from kubeproof.model.objects import selecting
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.cycle import Cycle
from kubeproof.model.scheduler.profile import Profile
from kubeproof.model.scheduler.ranking import by_values, judges, rank
from kubeproof.model.scheduler.values import ClusterValues
from tests.model.scheduler.witness import Raw, Witness, read

MEGABYTE = 2**20
Gives = Mapping[str, tuple[int, int]] | None


class Scored(NamedTuple):
    """`gives`: for each node that fits what the plugin makes of it, and that as 0 to 100; None where it is skipped.

    `services`: the selectors of services in the pod's namespace.
    """

    sentence: str
    plugin: str
    pod: Raw
    nodes: Sequence[Raw]
    gives: Gives
    pods: Sequence[Raw] = ()
    args: Args = Args()
    services: Sequence[Mapping[str, str]] = ()
    namespaces: Mapping[str, Mapping[str, str]] = {}


def points(case: Scored) -> Gives:
    """What the model's plugin gives, by columns; by values it must be the same."""
    snapshot, pod = read(Witness(case.sentence, case.pod, case.nodes, {}, case.pods, case.namespaces))
    meta = meta_v1.ObjectMeta(name="service", namespace=pod.namespace)
    known = selecting.normalise(services=[(meta, dict(labels)) for labels in case.services])
    snapshot = msgspec.structs.replace(snapshot, selecting=known)
    profile = Profile(weights=((case.plugin, 1),), args=case.args)
    cycle = Cycle(snapshot, profile.filters)
    found = rank(cycle.decide(pod), cycle, profile)
    asked = judges(pod, cycle.facts, profile.weights, profile.args)
    assert by_values(asked, ClusterValues(snapshot, feasible=set(found.names))).table() == found.table()
    if not found.marks:
        return None
    return {name: marks[case.plugin][:2] for name, marks in found.table().items()}


def with_images(node: Raw, **images: int) -> Raw:
    """The node with images of these sizes; `_` in a name stands for `:`."""
    listed = [{"names": [name.replace("_", ":")], "sizeBytes": size} for name, size in images.items()]
    return {**node, "status": {**node["status"], "images": listed}}


def preferring(key: str, weight: int, app: str = "web", topology: str = "zone", times: int = 1) -> Raw:
    """A pod's affinity: it prefers (`podAffinity`) or shuns (`podAntiAffinity`) pods of an app."""
    term = {"topologyKey": topology, "labelSelector": {"matchLabels": {"app": app}}}
    preferred = [{"weight": weight, "podAffinityTerm": term}] * times
    return {key: {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}


def soft(topology: str = "zone", skew: int = 1, **more: Any) -> Raw:
    """A soft topology spread constraint on pods of the app web."""
    return {
        "maxSkew": skew,
        "topologyKey": topology,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": "web"}},
        **more,
    }
