"""The commands as whole processes, beside a bare Python and the libraries that they cannot do without.

Times are the least of a few tries. `processor` is user and system time: it says more than the clock on a busy machine.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import islice
from pathlib import Path

from benchmarks import dumps, measure
from benchmarks.measure import Cost

KUBEPROOF = [sys.executable, "-c", "import sys; from kubeproof.cli import main; sys.exit(main())"]
SMALL, LARGE = (100, 3_000), (5_000, 150_000)


def start() -> None:
    """Prints what it takes to start."""
    bare = measure.python("pass", 20)
    _head("starting")
    _row("python -c pass", bare, bare)
    _row("import numpy, z3", measure.python("import numpy, z3", 10), bare)
    _row("import kubeproof", measure.python("import kubeproof", 20), bare)
    _row("kubeproof --help", measure.process([*KUBEPROOF, "--help"], 10), bare)


def why(*, large: bool) -> None:
    """Prints what `kubeproof why -p` takes, a pod for each cause of waiting, and how much of it is reading the file."""
    bare = measure.python("pass", 20)
    for (nodes, pods), tries in [(SMALL, 5), (LARGE, 2)] if large else [(SMALL, 5)]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "dump.json")
            dumps.write(file, nodes, pods)
            size = file.stat().st_size / 1e6
            _head(f"kubeproof why: {nodes} nodes, {pods} pods, {size:.0f} MB of JSON")
            _row("import numpy, z3", measure.python("import numpy, z3", 10), bare)
            imported = measure.python("import kubeproof.cluster", tries)
            loaded = measure.python(f"from kubeproof.cluster import load; load({str(file)!r})", tries)
            reading = Cost(loaded.seconds - imported.seconds, loaded.processor - imported.processor, loaded.memory)
            _row("reading: bytes to Snapshot", reading, bare)
            asked = list(islice(dumps.waiting(pods), len(dumps.Cause)))
            for cause, pod in zip(dumps.Cause, asked, strict=True):
                whole = measure.process([*KUBEPROOF, "why", str(file), "-p", pod], tries, says="no node is left")
                _row(f"why, {cause.name.lower()}", whole, bare)
                print(f"{'    without the reading':32} {'':7} {whole.processor - reading.processor:10.3f}")
            rates = " and ".join(f"{size / taken:.0f}" for taken in (reading.seconds, reading.processor))
            print(f"reading, in MB/s by the clock and by the processor: {rates}")


def _head(title: str) -> None:
    print(f"\n{title}")
    print(f"{'':32} seconds  processor   / python   memory MB")


def _row(name: str, cost: Cost, bare: Cost) -> None:
    ratio = cost.processor / bare.processor
    print(f"{name:32} {cost.seconds:7.3f} {cost.processor:10.3f} {ratio:9.1f}x {cost.memory:11.0f}", flush=True)
