"""A world's objects as tables, one a kind, with the columns of `kubectl get` (printers.go, v1.36).

Left out: columns that are empty in a model (roles, versions, addresses), and kinds that only components read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubeproof.model.controlplane.etcd import Key, of_kind, on_node
from kubeproof.model.objects.live_node import LiveNode
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import LiveClaim, LiveClass, LiveVolume
from kubeproof.model.objects.pod_columns import columns, human_duration
from kubeproof.model.objects.storage import WAITS
from kubeproof.model.story.words import HIDDEN
from kubeproof.model.world import World

Row = tuple[str, ...]


class Table(NamedTuple):
    """The objects of a kind: `rows` begin with namespace and name, as `header` says."""

    kind: str
    header: Row
    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        """As aligned lines, as of `kubectl get all`; without the namespaces where all are `default`, or none."""
        rows = [self.header, *((space, f"{self.kind.lower()}/{name}", *rest) for space, name, *rest in self.rows)]
        if all(row[0] in ("", "default") for row in self.rows):
            rows = [row[1:] for row in rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("   ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def tables(world: World, only: Callable[[Key], bool] = lambda key: True) -> Iterator[Table]:
    """One table for each kind that has objects; kinds in the order of COLUMNS, then by name."""
    for kind in sorted({key.kind for key in world.store.objects} - HIDDEN, key=_turn):
        header, row = COLUMNS.get(kind, _PLAIN)
        held = sorted((key, one) for key, one in world.store.bucket(of_kind(kind)).items() if only(key))
        rows = tuple(
            (key.namespace, key.name, *_with_age(row(one, world), one, world.now, header)) for key, one in held
        )
        if rows:
            yield Table(kind, ("NAMESPACE", "NAME", *header), rows)


def _with_age(cells: Row, held: Any, now: int, header: Row) -> Row:
    """The cells, with the age in its place."""
    made, at = held.meta.created_at, header.index("AGE")
    return (*cells[:at], human_duration(now - made) if made is not None else "<unknown>", *cells[at:])


def _node(held: LiveNode, world: World) -> Row:
    ready = held.condition("Ready")
    state = "Ready" if held.ready else "NotReady" if ready else "Unknown"
    taints = ",".join(taint.text for taint in held.taints) or "<none>"
    cordoned = ",SchedulingDisabled" if held.unschedulable else ""
    return f"{state}{cordoned}", str(len(world.store.bucket(on_node(held.meta.name)))), taints


def _pod(held: LivePod, world: World) -> Row:
    seen = columns(held, world.now)
    return seen.ready, seen.status, seen.restarts, held.node or "<none>"


def _replica_set(held: Any, world: World) -> Row:
    return str(held.spec.replicas), str(held.status.replicas), str(held.status.ready_replicas)


def _deployment(held: Any, world: World) -> Row:
    status = held.status
    ready = f"{status.ready_replicas}/{held.spec.replicas}"
    return ready, str(status.updated_replicas), str(status.available_replicas)


def _stateful_set(held: Any, world: World) -> Row:
    return (f"{held.status.ready_replicas}/{held.spec.replicas}",)


def _daemon_set(held: Any, world: World) -> Row:
    status = held.status
    counts = (
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        status.number_available,
    )
    return tuple(map(str, counts))


def _job(held: Any, world: World) -> Row:
    spec, status = held.spec, held.status
    if spec.completions is not None:
        done = f"{status.succeeded}/{spec.completions}"
    elif spec.parallelism > 1:
        done = f"{status.succeeded}/1 of {spec.parallelism}"
    else:
        done = f"{status.succeeded}/1"
    state = "Suspended" if spec.suspend else held.finished or "Running"
    end = world.now if status.completion_time is None else status.completion_time
    took = human_duration(end - status.start_time) if status.start_time is not None else ""
    return state, done, took


def _cron_job(held: Any, world: World) -> Row:
    spec, status = held.spec, held.status
    last = getattr(status, "last_schedule_time", None)
    since = human_duration(world.now - last) if last is not None else "<none>"
    return spec.schedule, str(spec.suspend), str(len(status.active)), since


def _autoscaler(held: Any, world: World) -> Row:
    spec, status = held.spec, held.status
    seen = {one.resource: one for one in status.current_metrics}
    targets = (f"{one.resource}: {_metric(one, seen.get(one.resource))}" for one in spec.metrics)
    reference = f"{spec.target.kind}/{spec.target.name}"
    sizes = str(spec.min_replicas), str(spec.max_replicas), str(status.current_replicas)
    return reference, ", ".join(targets), *sizes


def _metric(asked: Any, seen: Any) -> str:
    """What is used, of what may be."""
    if asked.utilization is None:
        return f"{'<unknown>' if seen is None else seen.value}/{asked.value}"
    return f"{'<unknown>' if seen is None or seen.utilization is None else f'{seen.utilization}%'}/{asked.utilization}%"


def _budget(held: Any, world: World) -> Row:
    least = "N/A" if held.min_available is None else str(held.min_available)
    most = "N/A" if held.max_unavailable is None else str(held.max_unavailable)
    return least, most, str(held.status.allowed)


_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def _modes(modes: Iterable[str]) -> str:
    return ",".join(short for mode, short in _MODES.items() if mode in set(modes))


def _claim(held: LiveClaim, world: World) -> Row:
    status = held.status
    capacity = "" if status.capacity is None else str(status.capacity)
    return status.phase, held.volume, capacity, _modes(status.access_modes), held.asked.storage_class


def _volume(held: LiveVolume, world: World) -> Row:
    given, ref = held.given, held.claim
    claim = f"{ref.namespace}/{ref.name}" if ref else ""
    modes = _modes(given.access_modes)
    return str(given.capacity), modes, held.reclaim, held.status.phase, claim, given.storage_class


def _class(held: LiveClass, world: World) -> Row:
    return held.given.provisioner, held.reclaim, WAITS if held.given.waits else "Immediate"


COLUMNS: Mapping[str, tuple[Row, Callable[[Any, World], Row]]] = {
    "Node": (("STATUS", "PODS", "TAINTS", "AGE"), _node),
    "Deployment": (("READY", "UP-TO-DATE", "AVAILABLE", "AGE"), _deployment),
    "StatefulSet": (("READY", "AGE"), _stateful_set),
    "DaemonSet": (("DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"), _daemon_set),
    "CronJob": (("SCHEDULE", "SUSPEND", "ACTIVE", "LAST SCHEDULE", "AGE"), _cron_job),
    "Job": (("STATUS", "COMPLETIONS", "DURATION", "AGE"), _job),
    "ReplicaSet": (("DESIRED", "CURRENT", "READY", "AGE"), _replica_set),
    "HorizontalPodAutoscaler": (("REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"), _autoscaler),
    "PodDisruptionBudget": (("MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"), _budget),
    "StorageClass": (("PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE", "AGE"), _class),
    "PersistentVolume": (
        ("CAPACITY", "ACCESS MODES", "RECLAIM POLICY", "STATUS", "CLAIM", "STORAGECLASS", "AGE"),
        _volume,
    ),
    "PersistentVolumeClaim": (("STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "AGE"), _claim),
    "Pod": (("READY", "STATUS", "RESTARTS", "AGE", "NODE"), _pod),
}
"""The columns of each kind behind its name, and what stands in them but for the age."""

_PLAIN: tuple[Row, Callable[[Any, World], Row]] = (("AGE",), lambda held, world: ())


def _turn(kind: str) -> tuple[int, str]:
    known: Sequence[str] = tuple(COLUMNS)
    return (known.index(kind) if kind in known else len(known)), kind
