"""What verify writes: HTML, JUnit, SARIF, pictures, and tests that stand alone; and runs that are done again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kubeproof import pin_worlds, verify_html, verify_junit, verify_sarif
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.trace import Did, Moment, Trace
from kubeproof.properties.queries.question import Finding
from kubeproof.properties.queries.retold import Kept
from kubeproof.properties.queries.verified import Verified
from kubeproof.properties.verdict import Outcome, Verdict
from tests.kubeproof.test_cli import run
from tests.kubeproof.test_cli_verify import HOPED, NODES, WEB, laws

HOSTILE = "<script>alert('x')</script> \"&\x1b[31m\u202e]]>"
FILE = WEB.replace("REPLICAS", "1")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that verify writes of a rollout that never ends."""
    from kubeproof import cli

    folder = tmp_path_factory.mktemp("written")
    (folder / "web.yaml").write_text(FILE)
    outputs = ("html", "junit", "sarif", "picture", "pin")
    names = ("out.html", "out.xml", "out.sarif", "out.svg", "test_out.py")
    options = [part for name, file in zip(outputs, names, strict=True) for part in (f"--{name}", str(folder / file))]
    nodes = ["--nodes", "n1 cpu=3 memory=4Gi", "--time", "0", "--budget", "rollout=1", "--law", "Deployment"]
    assert cli.run(["verify", str(folder / "web.yaml"), *nodes, *options]) == 1
    return folder


def finding(outcome: Outcome, law: str = HOSTILE, why: str = HOSTILE) -> Finding:
    return Finding(Verdict(law, "worlds", outcome, why=why, assumes=(HOSTILE,)))


def hostile(*outcomes: Outcome) -> Verified:
    return Verified(tuple(map(finding, outcomes)), "", rested=True, command=HOSTILE)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.opened, self.tags, self.links = list[str](), set[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "rect", "line", "circle", "path"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.opened:
            assert self.opened.pop() == tag


def test_the_page_stands_alone_and_shows_the_story_and_the_picture(written: Path) -> None:
    page = (written / "out.html").read_text()
    tags = _Tags()
    tags.feed(page)
    assert tags.opened == []
    assert tags.links == ["#law3"]
    assert {"table", "svg", "pre", "h2"} <= tags.tags
    assert "changes the image of deployment/web" in page
    assert '<td class="VIOLATED">VIOLATED</td><td><a href="#law3">' in page
    assert "<li>what happens, happens once the cluster is at rest</li>" in page


def test_hostile_names_are_only_text_on_the_page() -> None:
    page = verify_html.html(hostile(*Outcome), lambda _: "").decode()
    tags = _Tags()
    tags.feed(page)
    assert "script" not in tags.tags
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &quot;&amp;\\x1b[31m\\u202e]]&gt;" in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_junit_has_a_case_for_each_law(written: Path) -> None:
    top = ElementTree.fromstring((written / "out.xml").read_bytes())
    assert (top.tag, top.get("tests"), top.get("failures"), top.get("skipped")) == ("testsuites", "4", "1", "0")
    cases = {case.get("name"): case for case in top.iter("testcase")}
    assert len(cases) == 4
    failure = cases[HOPED].find("failure")
    assert failure is not None
    assert "environment: changes the image of deployment/web" in (failure.text or "")


def test_junit_skips_what_is_unknown_with_its_reason_and_holds_any_text() -> None:
    top = ElementTree.fromstring(verify_junit.junit(hostile(Outcome.UNKNOWN, Outcome.HELD)))
    assert [top.get("tests"), top.get("failures"), top.get("skipped")] == ["2", "0", "1"]
    [skipped] = top.iter("skipped")
    assert skipped.get("message") == "<script>alert('x')</script> \"&\\x1b[31m\\u202e]]>"


def test_sarif_stands_at_the_manifest_of_the_workload(written: Path) -> None:
    told = json.loads((written / "out.sarif").read_bytes())
    assert told["version"] == "2.1.0"
    [run_] = told["runs"]
    rules = [rule["id"] for rule in run_["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in run_["results"]] == [one["ruleId"] for one in run_["results"]]
    assert [one["kind"] for one in run_["results"]] == ["pass", "pass", "pass", "fail"]
    assert {one["level"] for one in run_["results"] if one["kind"] != "fail"} == {"none"}
    [broken] = [one for one in run_["results"] if one["kind"] == "fail"]
    [place] = broken["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == str(written / "web.yaml")
    assert place["physicalLocation"]["region"] == {"startLine": 2}
    assert broken["message"]["text"].startswith(f"VIOLATED: {HOPED}\ndeadlock: ")


def test_sarif_has_no_place_where_none_is_named() -> None:
    found = stated_text(FILE)
    told = json.loads(verify_sarif.sarif(hostile(Outcome.VIOLATED, Outcome.UNKNOWN), found))
    results = told["runs"][0]["results"]
    assert [(one["kind"], "locations" in one) for one in results] == [("fail", False), ("open", False)]


def test_the_picture_shows_the_pods_from_the_start(written: Path) -> None:
    drawn = (written / "out.svg").read_text()
    assert drawn.startswith("<svg ")
    assert "changes the image of deployment/web" in drawn
    assert ">Where the pods are<" in drawn
    assert ">23m20s<" in drawn


def pytested(file: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(file.parent), str(file)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_pinned_run_passes_as_long_as_the_law_is_broken(written: Path, tmp_path: Path) -> None:
    pinned = (written / "test_out.py").read_text()
    mended = tmp_path / "test_mended.py"
    mended.write_text(pinned.replace("cpu: '2'", "cpu: '1'"))
    assert mended.read_text() != pinned
    as_it_was, after = pytested(written / "test_out.py"), pytested(mended)
    assert "1 passed" in as_it_was.stdout
    assert "1 failed" in after.stdout
    assert HOPED in after.stdout


def test_hostile_names_are_only_literals_in_a_pinned_file() -> None:
    name = '"""\nimport os\n\\ \'' + HOSTILE
    trace = Trace("cluster", ("time",), (Moment((0,)),), did=(Did(name, name, (1, 2)),))
    kept = Kept(name, '{"kind":"Pod","x":"\\"\\"\\"\\nimport os"}\n', trace, script=name)
    source = pin_worlds.source([kept], "laws.py", [name])
    names: dict[str, object] = {}
    compiled = compile(source, "test_pinned.py", "exec")
    assert compiled.co_names[1:4] == ("kubeproof", "kp", "MANIFESTS_1")
    assert all(one.startswith("test_") for one in compiled.co_names[4:])
    assert source.isascii()
    exec(compiled, names)  # noqa: S102  (what we wrote ourselves)
    assert "import os" in str(names["MANIFESTS_1"])


def test_verify_json_is_replayed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(FILE)
    options = ("--nodes", "n1 cpu=3 memory=4Gi", "--time", "0", "--budget", "rollout=1", "--law", HOPED, "--json")
    _, out, _ = run(capsys, "verify", str(tmp_path / "web.yaml"), *options)
    file = tmp_path / "found.json"
    file.write_text(out)
    status, story, _ = run(capsys, "replay", str(file))
    assert status == 0
    assert story.startswith(f"{HOPED}\n   0  starts with time=23m20s, deployment/web=1 of 1 ready")
    assert "environment: changes the image of deployment/web" in story
    other = tmp_path / "other.json"
    other.write_text(out.replace("changes the image of deployment/web", "changes the image of deployment/wob"))
    said = "it cannot happen there that changes the image of deployment/wob; near: changes the image of deployment/web"
    assert run(capsys, "replay", str(other)) == (2, "", f"kubeproof: {said}\n")


def test_a_run_of_a_search_is_replayed_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(FILE)
    options = ("--laws", laws(tmp_path, "1"), "--law", "never has more", "--engine", "search", "--json")
    status, out, _ = run(capsys, "verify", str(tmp_path / "web.yaml"), *NODES, *options, "--budget", "rollout=1")
    file = tmp_path / "found.json"
    file.write_text(out)
    assert status == 1
    assert run(capsys, "replay", str(file))[0] == 0


NO_RUNS = (
    ("{", "this is not what kubeproof verify --json prints: Input data was truncated"),
    ("{}", "this is not what kubeproof verify --json prints: Object missing required field `inputs`"),
    ('{"inputs": [], "verdicts": []}', "there is no run in it"),
)


@pytest.mark.parametrize(("text", "says"), NO_RUNS)
def test_what_is_no_run_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "found.json"
    file.write_text(text)
    assert run(capsys, "replay", str(file)) == (2, "", f"kubeproof: {file}: {says}\n")
