"""examples/openb.py: a trace as CSV goes through the scheduler, and one that cannot be used is refused in one line."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from examples import openb

NODES = """\
sn,cpu_milli,memory_mib,gpu,model
n1,4000,8192,1,T4
n2,4000,8192,0,
"""
HEADER = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time"
TASKS = f"""\
{HEADER}
first,1000,1024,1,500,T4|P100,LS,Running,10,100,10
second,1000,1024,1,1000,,LS,Running,20,200,
third,1000,1024,1,1000,G2,LS,Pending,30,150,
fourth,2000,1024,0,0,,BE,Running,40,200,40
"""
NO_GPU = (
    "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/2 nodes are "
    "available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
)
NO_MODEL = (
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, "
    "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
)


def trace(folder: Path, nodes: str = NODES, tasks: str | bytes = TASKS) -> Path:
    (folder / "nodes.csv").write_text(nodes)
    packed = tasks if isinstance(tasks, bytes) else gzip.compress(tasks.encode())
    (folder / "pods-default.csv.gz").write_bytes(packed)
    return folder


def test_a_trace_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert openb.main([str(trace(tmp_path))]) == 0
    shown = capsys.readouterr().out.splitlines()
    heads = ["from day", *(f"{name} {what}" for name in ("cpu", "memory", "gpu") for what in ("mean", "most"))]
    assert re.split(" {2,}", shown[0]) == [*heads, "running", "waiting"]
    shares = ("31.9 %", "37.5 %", "10.9 %", "12.5 %", "95.0 %", "100.0 %")
    assert re.split(" {2,}", shown[13]) == ["all", *shares, "2", "2"]
    assert shown[15:-1] == [
        "2 of 4 pods got a node at once, 1 waited for one.",
        "They waited 1 min 20 s (median), at most 1 min 20 s; the longest:",
        f"    openb/second: 1 min 20 s, then n1; {NO_GPU}",
        "1 pod never got a node:",
        f"    openb/third: {NO_MODEL}",
    ]
    assert shown[-1].startswith("2 nodes, 8 events: read in ")


def test_a_part_of_the_nodes_is_taken_evenly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nodes = NODES.splitlines()[0] + "\n" + "".join(f"n{at},1000,1024,0,\n" for at in range(10))
    assert openb.main([str(trace(tmp_path, nodes, f"{HEADER}\n")), "--nodes", "4"]) == 0
    assert "\n4 nodes, 0 events" in capsys.readouterr().out


ONE = f"{HEADER}\nfirst,{{}}\n"
BAD = (
    ("a number that is none", NODES.replace("4000,8192,1", "lots,8192,1"), TASKS,
     "nodes.csv:2: cpu_milli: 'lots' is not a whole number from 0 to 1000000000"),
    ("a number below zero", NODES, ONE.format("-1,0,0,0,,LS,Running,0,1,"),
     "pods-default.csv.gz:2: cpu_milli: '-1' is not a whole number from 0 to 1000000000"),
    ("a number beyond all measure", NODES, ONE.format(f"1,{'9' * 5000},0,0,,LS,Running,0,1,"),
     f"pods-default.csv.gz:2: memory_mib: '{'9' * 5000}' is not a whole number from 0 to 1000000000"),
    ("a column that is not there", "sn,cpu_milli\nn1,4000\n", TASKS, "nodes.csv:2: model: nothing stands here"),
    ("a line that is too short", NODES, f"{HEADER}\nfirst,1\n",
     "pods-default.csv.gz:2: memory_mib: nothing stands here"),
    ("a line that is too long", NODES + "n3,1,1,0,,,\n", TASKS, "nodes.csv:4: more cells than the header has columns"),
    ("a node that stands there twice", NODES + "n1,1,1,0,\n", TASKS,
     "nodes.csv:4: sn: 'n1' stands in another line too"),
    ("a task without a name", NODES, f"{HEADER}\n,1,1,0,0,,LS,Running,0,1,\n",
     "pods-default.csv.gz:2: name: a name is needed"),
    ("a task that ends before it begins", NODES, ONE.format("1,1,0,0,,LS,Running,9,3,"),
     "pods-default.csv.gz:2: deletion_time: it is before creation_time"),
    ("a quote that is never closed", NODES + '"n3,1\n', TASKS, "nodes.csv:4: unexpected end of data"),
    ("what is no archive", NODES, b"name,cpu", "pods-default.csv.gz:1: Not a gzipped file (b'na')"),
    ("an archive that is cut off", NODES, gzip.compress(TASKS.encode())[:-12],
     "pods-default.csv.gz:5: Compressed file ended before the end-of-stream marker was reached"),
)  # fmt: skip


@pytest.mark.parametrize(("nodes", "tasks", "problem"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_trace_that_cannot_be_used(
    nodes: str, tasks: str | bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert openb.main([str(trace(tmp_path, nodes, tasks))]) == 2
    assert capsys.readouterr().err == f"openb.py: {tmp_path}/{problem}\n"


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert openb.main([str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"openb.py: {tmp_path}/nodes.csv: No such file or directory\n"
