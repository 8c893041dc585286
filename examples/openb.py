"""A production trace replayed through kube-scheduler: Alibaba's openb (8,152 tasks on 1,523 nodes with GPUs).

    python examples/openb.py FOLDER              # with nodes.csv and pods-*.csv.gz
    python examples/openb.py FOLDER --nodes 40   # a part of the nodes, so that tasks have to wait

The trace is public (github.com/alibaba/clusterdata, cluster-trace-gpu-v2023). A node's `cpu_milli`, `memory_mib` and
`gpu` are what it has of cpu, memory and nvidia.com/gpu, its `model` is a label; `gpu_spec` of a task is a required node
affinity to those models. Left out: `gpu_milli`, as whole GPUs are all that stock Kubernetes can give.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import error as ZlibError

from immutables import Map
from lightkube.models import core_v1, meta_v1

from kubeproof.model.errors import BadInput, KubeproofError, NotModelled, printable
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Normaliser
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.replay import replay
from kubeproof.model.scheduler.timeline import Happening, PodCreated, PodDeleted, in_order
from kubeproof.properties.queries.over_time import text

GPU, MODEL = "nvidia.com/gpu", "model"
PODS_ON_A_NODE = 110
"""The trace does not say; this is the kubelet's default."""

LARGEST = 10**9
"""Of any number in the trace: a million cores, a pebibyte, thirty years."""


class Line:
    """A line of a CSV file; every complaint names file, line and column."""

    def __init__(self, file: str, number: int, cells: Mapping[str | None, object]) -> None:
        self._file, self._number, self._cells = file, number, cells

    def bad(self, column: str, problem: str) -> BadInput:
        """The complaint."""
        return BadInput(problem, file=self._file, line=self._number, path=column)

    def text(self, column: str) -> str:
        """What stands in a column."""
        found = self._cells.get(column)
        if not isinstance(found, str):
            raise self.bad(column, "nothing stands here")
        return found

    def name(self, column: str, taken: set[str]) -> str:
        """The name in a column, which no other line has."""
        found = self.text(column)
        if not found or found in taken:
            raise self.bad(column, f"{found!r} stands in another line too" if found else "a name is needed")
        taken.add(found)
        return found

    def number(self, column: str) -> int:
        """The whole number in a column."""
        found = self.text(column)
        if not (found.isascii() and found.isdigit() and len(found) < 11 and int(found) <= LARGEST):
            raise self.bad(column, f"{found!r} is not a whole number from 0 to {LARGEST}")
        return int(found)


def lines(path: Path) -> Iterator[Line]:
    """The lines of a CSV file below its header; unpacked where it ends in .gz."""
    reader = None
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            reader = csv.DictReader(file, strict=True)
            for cells in reader:
                line = Line(str(path), reader.line_num, cells)
                if None in cells:
                    raise line.bad("", "more cells than the header has columns")
                yield line
    except (OSError, EOFError, ZlibError, UnicodeError, csv.Error) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise BadInput(problem, file=str(path), line=reader.line_num + 1 if reader else 0) from None


def nodes(path: Path) -> Iterator[Node]:
    """The nodes of nodes.csv."""
    taken: set[str] = set()
    for line in lines(path):
        name, model = line.name("sn", taken), line.text("model")
        room = {
            "cpu": line.number("cpu_milli"),
            "memory": line.number("memory_mib") << 20,
            GPU: line.number("gpu"),
            "pods": PODS_ON_A_NODE,
        }
        yield Node(name, Map({MODEL: model} if model else {}), allocatable=Map(room))


def tasks(path: Path) -> Iterator[Happening]:
    """The tasks of a pods-*.csv.gz, each created and deleted."""
    make, taken = Normaliser(), set[str]()
    for line in lines(path):
        pod = make.pod(_manifest(line, taken))
        begins, ends = line.number("creation_time"), line.number("deletion_time")
        if ends < begins:
            raise line.bad("deletion_time", "it is before creation_time")
        yield PodCreated(begins, pod)
        yield PodDeleted(ends, pod.key)


def _manifest(line: Line, taken: set[str]) -> core_v1.Pod:
    """A task as a pod's manifest."""
    requests = {"cpu": f"{line.number('cpu_milli')}m", "memory": f"{line.number('memory_mib')}Mi"}
    if gpus := line.number("num_gpu"):
        requests[GPU] = str(gpus)
    container = core_v1.Container(name="task", resources=core_v1.ResourceRequirements(requests=requests))
    models = list(dict.fromkeys(filter(None, line.text("gpu_spec").split("|"))))
    term = core_v1.NodeSelectorTerm(matchExpressions=[core_v1.NodeSelectorRequirement(MODEL, "In", models)])
    required = core_v1.NodeSelector(nodeSelectorTerms=[term])
    affinity = core_v1.Affinity(
        nodeAffinity=core_v1.NodeAffinity(requiredDuringSchedulingIgnoredDuringExecution=required)
    )
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(name=line.name("name", taken), namespace="openb"),
        spec=core_v1.PodSpec(containers=[container], affinity=affinity if models else None),
    )


def main(arguments: list[str] | None = None) -> int:
    """Prints what the scheduler made of the trace; the exit status, 2 where it cannot be used."""
    parser = argparse.ArgumentParser(prog="openb.py", description="The openb trace through kube-scheduler.")
    parser.add_argument("folder", type=Path, help="holds nodes.csv and the tasks")
    parser.add_argument("--tasks", default="pods-default.csv.gz", help="the file of the tasks (default: %(default)s)")
    parser.add_argument("--nodes", type=int, default=0, help="so many nodes, evenly taken from all (default: all)")
    asked = parser.parse_args(arguments)
    begun = time.perf_counter()
    try:
        there = tuple(nodes(asked.folder / "nodes.csv"))
        if 0 < asked.nodes < len(there):
            there = tuple(there[at * len(there) // asked.nodes] for at in range(asked.nodes))
        timeline = in_order(tasks(asked.folder / asked.tasks))
        read = time.perf_counter()
        found = replay(Snapshot(there, namespaces=Map({"openb": Map()})), timeline)
    except KubeproofError as bad:
        print(f"openb.py: {bad}", file=sys.stderr)
        return 3 if isinstance(bad, NotModelled) else 2
    done = time.perf_counter()
    shown = text(found, {"cpu": "cpu", "memory": "memory", GPU: "gpu"})
    print("\n".join(printable(line) for line in shown.split("\n")))
    print(f"{len(there)} nodes, {len(timeline)} events: read in {read - begun:.1f} s, replayed in {done - read:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
