"""Verify from the command line: what is proved, what is broken and how, and what was not decided."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kubeproof.progress import verified
from kubeproof.properties.queries.question import Stage
from tests.kubeproof.test_cli import run

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: x, resources: {requests: {cpu: "2"}}}]
"""
NODES = ("--nodes", "n{1..2} cpu=3 memory=4Gi", "--time", "0")
HOPED = "in the end Deployment web has all its pods available, of its newest template"
BOUND = "no pod is bound where a filter forbids it"


def web(tmp_path: Path, replicas: int) -> str:
    file = tmp_path / "web.yaml"
    file.write_text(WEB.replace("REPLICAS", str(replicas)))
    return str(file)


def test_with_room_for_a_lost_node_everything_is_proved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, "verify", web(tmp_path, 1), *NODES)
    assert (status, err) == (0, "")
    lines = out.split("\n\n")[0].splitlines()
    assert any(line.startswith(f"PROVED    {BOUND}  [search: the whole, ") for line in lines)
    assert {line.split()[0] for line in lines} == {"PROVED"}
    assert all("worlds, complete" in line for line in lines)


def test_without_room_the_shortest_way_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, "--law", HOPED, "--budget", "cordon=1,rollout=1")
    assert status == 1
    told = out.splitlines()
    assert told[0] == f"VIOLATED  {HOPED}  [runs: 1 pod, 1 node, 54 worlds]"
    assert told[2:7] == [
        HOPED,
        "    deadlock: nobody has anything to do any more, and it does not hold; the run with the first choices",
        "    in a smaller cluster (1 pod, 1 node); the whole breaks it too when the same happens",
        "       0  23m20s  deployment/web=1 of 1 ready, replicaset/web-7994c7cd68=none, without a node=empty",
        "       1  23m20s  environment: changes the image of deployment/web",
    ]
    asked = f"kubeproof verify {tmp_path}/web.yaml --nodes 'n{{1..2}} cpu=3 memory=4Gi' --budget cordon=1,rollout=1"
    again = f"{asked} --time 0"
    assert f"    again: {again} --law '{HOPED}' --json | kubeproof replay -" in told
    assert "assumed: what happens, happens once the cluster is at rest" in told


def test_what_the_whole_breaks_is_told_of_the_smallest_cluster(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nodes = ("--nodes", "n{1..3} cpu=3 memory=4Gi", "--time", "0")
    status, out, _ = run(capsys, "verify", web(tmp_path, 3), *nodes, "--law", HOPED, "--budget", "rollout=1", "--json")
    told = json.loads(out)
    assert status == 1
    assert [one["size"] for one in told["verdicts"]] == ["1 pod, 1 node"]
    assert told["inputs"][0]["manifests"].count('"kind":"Node"') == 1


def test_where_nothing_happens_the_same_cluster_is_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, "--budget", "")
    assert status == 0


def test_a_pod_that_somebody_deletes_comes_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES, "--budget", "pod-deleted=1", "--json")
    told = json.loads(out)
    assert (status, told["outcome"], told["rested"]) == (0, "PROVED", True)
    assert {one["law"] for one in told["verdicts"]} >= {HOPED, "the cluster comes to rest"}


def test_any_component_may_look_next(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ("verify", web(tmp_path, 1), *NODES, "--budget", "rollout=1", "--engine", "search", "--law", BOUND)
    worlds: list[int] = []
    for order in ("calm", "atomic"):
        status, out, _ = run(capsys, *asked, "--order", order)
        assert status == 0
        proved = re.match(rf"PROVED    {BOUND}  \[search: the whole, (\d+) worlds, complete\]\n", out)
        assert proved
        worlds.append(int(proved[1]))
        assert ("components look in a fixed order" in out) is (order == "calm")
    assert worlds[1] > 5 * worlds[0]


def test_what_is_cut_off_is_unknown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = ("--limit", "10", "--engine", "search", "--law", BOUND)
    status, out, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, *options)
    assert status == 3
    assert out.startswith(f"UNKNOWN   {BOUND}  [search: the whole, 11 worlds, cut off, more than 10 worlds]\n")


def test_what_no_run_breaks_is_held(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES, "--engine", "runs", "--law", BOUND)
    assert status == 0
    assert out.startswith(f"HELD      {BOUND}  [runs: the whole, ")
    assert out.splitlines()[0].endswith("worlds, in 20 runs]")


def test_a_search_that_ends_early_is_beside_what_held_in_runs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES, "--limit", "20", "--law", BOUND)
    assert status == 3
    assert out.splitlines()[0].endswith("in 20 runs; search: more than 20 worlds]")


def test_when_time_is_over_the_rest_is_unknown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10**9, 1000))
    monkeypatch.setattr("kubeproof.properties.queries.portfolio.time.monotonic", lambda: next(clock))
    status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES[:2], "--time", "30s", "--law", BOUND)
    assert status == 3
    assert out.splitlines()[0].startswith(f"UNKNOWN   {BOUND}  [")
    assert "out of time (30 s)" in out.splitlines()[0]


def test_who_interrupts_it_gets_what_is_known(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kubeproof.properties.engines.worlds.Steps.of", interrupted)
    options = ("--budget", "rollout=1", "--limit", "5000")  # more than a small whole is searched for at once
    status, out, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, *options)
    lines = out.splitlines()
    assert status == 1
    assert lines[0].startswith(f"VIOLATED  {HOPED}  [runs: ")
    assert f"UNKNOWN   {BOUND}  [search: the whole, 1 world, cut off, interrupted]" in lines
    assert [line.endswith("cut off, interrupted]") for line in lines[1:6]] == [True] * 5


def test_a_law_that_nothing_is_about_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drains, vacuous = "every drain ends", "vacuous: nothing that it is about was met"
    for budget, why in (("drain=1", ""), ("cordon=1", vacuous)):
        options = ("--budget", budget, "--law", drains, "--json")
        status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES, *options)
        [verdict] = json.loads(out)["verdicts"]
        assert (status, verdict["outcome"], verdict["why"]) == (0, "PROVED", why)


def test_progress_tells_laws_worlds_and_their_rate() -> None:
    assert (
        verified(Stage("the whole", 3, 1, 5000), 2.0)
        == "3 laws open, 1 decided: the whole: 5,000 worlds, 2,500 worlds/s"
    )
    assert verified(Stage("the whole", 1, 0, 0), 2.0) == "1 law open, 0 decided: the whole: 0 worlds"


LAWS = """\
from kubeproof.laws import always, in_the_end, pods

LAWS = [
    always("web never has more than MOST pods", lambda world: len(pods(world)) <= MOST),
    in_the_end("in the end somebody is there", lambda world: pods(world)),
]
"""


def laws(tmp_path: Path, most: str) -> str:
    file = tmp_path / "laws.py"
    file.write_text(LAWS.replace("MOST", most))
    return str(file)


def test_own_laws_are_asked_beside_the_standard_ones(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = ("--laws", laws(tmp_path, "1"), "--budget", "rollout=1", "--json")
    status, out, _ = run(capsys, "verify", web(tmp_path, 1), *NODES, *own)
    outcomes = {one["law"]: one["outcome"] for one in json.loads(out)["verdicts"]}
    assert status == 1
    assert outcomes["web never has more than 1 pods"] == "VIOLATED"
    assert outcomes["in the end somebody is there"] == outcomes[BOUND] == "PROVED"


def test_an_own_law_that_fails_says_where(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = laws(tmp_path, "'one'")
    status, out, err = run(capsys, "verify", web(tmp_path, 1), *NODES, "--laws", file)
    said = "'<=' not supported between instances of 'int' and 'str'"
    assert (status, out) == (2, "")
    assert err == f"kubeproof: {file}:4: web never has more than 'one' pods: TypeError: {said}\n"


def test_events_of_a_script_may_happen_at_any_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = tmp_path / "events.yaml"
    script.write_text("- {at: 1m, scale: {object: deployment/web, replicas: 3}}\n")
    options = ("--budget", "", "--budget-script", str(script), "--law", HOPED)
    status, out, _ = run(capsys, "verify", web(tmp_path, 2), *NODES, *options)
    assert status == 1
    assert "environment: scale deployment/web 3" in out


REFUSED = (
    (
        ("--budget", "meteor=1"),
        "--budget: nothing is called 'meteor'; a budget names node-lost, node-back, ",
    ),
    (("--budget", "drian=1"), "--budget: nothing is called 'drian' (did you mean drain?); a budget names node-lost, "),
    (("--budget", "node-lost=many"), "--budget: 'many' is not a number from 1 to 9"),
    (("--budget", "drain=0"), "--budget: '0' is not a number from 1 to 9"),
    (("--budget", "drain=1,drain=2"), "--budget: drain stands twice"),
    (("--budget", "node-loss=1,node-lost=2"), "--budget: node-lost stands twice"),
    (("--law", "world peace"), "no law contains 'world peace'; there are: revisions only grow; "),
    (("--engine", "oracle"), "--engine: nothing is called 'oracle'; there are all, search, runs"),
    (("--order", "random"), "--order: nothing is called 'random'; there are calm, atomic"),
    (("--time", "soon"), "--time: 'soon' is not a duration like 30s, 2m or 1h30m"),
    (("--laws", "nowhere.py"), "nowhere.py: cannot be read: No such file or directory"),
    (("--html", "no/such/folder.html"), "no/such/folder.html: cannot be written: there is no such folder"),
    (("--junit", "tests"), "tests: cannot be written: is a folder"),
    (("--sarif", "no/such.sarif"), "no/such.sarif: cannot be written: there is no such folder"),
    (("--pin", "pinned.py"), "pinned.py: pytest collects tests from files that are named test_….py"),
    (("--picture", "a.gif"), "a.gif: the name of a story's picture ends in one of .svg, .txt"),
)


@pytest.mark.parametrize(("options", "says"), REFUSED)
def test_what_cannot_be_asked_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    status, _, err = run(capsys, "verify", web(tmp_path, 1), *NODES, *options)
    assert status == 2
    assert err.startswith(f"kubeproof: {says}")
    assert err.count("\n") == 1


def test_something_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = "kubeproof: nothing to verify: name a file or folder, or - for standard input\n"
    assert run(capsys, "verify") == (2, "", said)
