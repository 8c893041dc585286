"""The command line, run in this process: what it prints, on which stream, and its exit status."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import kubeproof as kp
from kubeproof import cli

SHOP = "examples/shop"
POD = """
apiVersion: v1
kind: Pod
metadata: {name: big, namespace: shop}
spec:
  containers:
    - name: c
      resources: {requests: {cpu: "%s"}}
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.run(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


def write(folder: Path, text: str, name: str = "pod.yaml") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_why_says_the_event_the_reasons_and_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "why", SHOP, "-p", "shop/web-9", "--repairs", "0")
    assert (status, err) == (1, "")
    assert out.splitlines()[0].startswith(
        "shop/web-9 is Pending: 0/9 nodes are available: 2 node(s) had untolerated taint {nvidia.com/gpu: present}, "
        "2 node(s) had untolerated taint {shop.example/spot: true}, "
        "5 node(s) didn't match pod topology spread constraints."
    )
    assert "examples/shop/frontend.yaml:19  spec.template.spec.topologySpreadConstraints[0]" in out
    assert "examples/shop/frontend.yaml:24  spec.template.spec.topologySpreadConstraints[1]" in out
    assert "no node is left." in out


def test_why_of_a_pod_that_fits_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "why", SHOP, "-p", "shop/report-1")
    assert status == 0
    assert out.startswith("shop/report-1 fits on ")


def test_why_of_a_pod_that_runs_says_where(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "why", SHOP, "-p", "shop/db-0")
    assert (status, out) == (0, "shop/db-0 is not Pending: it is on gp-a1.\n")


def test_an_unknown_pod_lists_near_names(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "why", SHOP, "-p", "shop/web-99")
    assert (status, out) == (2, "")
    assert err.startswith("kubeproof: there is no pod 'shop/web-99'; near: shop/web-9")
    assert err.count("\n") == 1


def test_the_table_has_a_row_for_each_node(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "why", SHOP, "-p", "shop/web-9", "--table", "--repairs", "0")
    rows = out.split("\n\n")[-1].splitlines()
    assert rows[0].split() == ["node", "TaintToleration", "NodeAffinity", "PodTopologySpread"]
    assert [row.split()[0] for row in rows[1:]] == [
        *("gp-a1", "gp-a2", "gp-b1", "gp-b2", "gp-c1", "gpu-a1", "gpu-b1", "spot-b1", "spot-c1")
    ]


def test_json_has_the_whole_answer(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "why", SHOP, "-p", "shop/web-9", "--json")
    answer = json.loads(out)
    assert status == 1
    assert (answer["pod"], answer["result"], answer["feasible"]) == ("shop/web-9", "Unschedulable", [])
    assert {reason["plugin"] for reason in answer["explanation"]["reasons"]} == {"NodeAffinity", "PodTopologySpread"}
    assert {reason["line"] for reason in answer["explanation"]["reasons"]} == {17, 19, 24}


def test_all_pending_pods_are_summed_up_by_cause(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "why", SHOP)
    assert status == 1
    assert "shop/web-9" in out
    assert "shop/report-1" in out


def test_fit_shows_a_placement(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "fit", write(tmp_path, POD % 2), "--nodes", "n{1..2} cpu=2 memory=4Gi")
    assert status == 0
    assert out.startswith("Yes: ")
    assert "shop/big" in out


def test_fit_says_no_with_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "fit", write(tmp_path, POD % 3), "--nodes", "n{1..2} cpu=2 memory=4Gi", "--json")
    assert status == 1
    assert json.loads(out)["answer"] == "no"


def test_what_is_not_modelled_is_undecided(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    claims = "  resourceClaims: [{name: gpu, resourceClaimName: gpu}]\n"
    status, out, err = run(capsys, "why", write(tmp_path, POD % 1 + claims), "-p", "shop/big", "--nodes", "n1 cpu=2")
    assert (status, out) == (3, "")
    assert err.splitlines()[-1].startswith("kubeproof: spec.resourceClaims: not modelled: ")


def test_nothing_to_read_says_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "why")
    assert status == 2
    assert err == "kubeproof: nothing to read: name a file or folder, - for standard input, or --context\n"


def test_wrong_options_are_unusable_input(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "fit", SHOP, "--bogus")
    assert status == 2
    assert "No such option: --bogus" in err


def test_a_bad_quantity_names_file_line_and_path(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write(tmp_path, POD % "lots")
    status, out, err = run(capsys, "why", file, "-p", "shop/big", "--nodes", "n1 cpu=2")
    assert (status, out) == (2, "")
    assert err.startswith(f"kubeproof: {file}:8: spec.containers[0].resources.requests.cpu: 'lots' is not a quantity")


def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write(tmp_path, (POD % 9).replace("name: big", 'name: "big\\e[31m"'))
    _, out, err = run(capsys, "why", file, "--nodes", "n1 cpu=2")
    assert "\x1b" not in out + err


@pytest.mark.parametrize("topic", ["filter", "quantity-json"])
def test_conformance_agrees(capsys: pytest.CaptureFixture[str], topic: str) -> None:
    golden = [str(path) for path in sorted(Path("tests/conformance/data").rglob("*.gz")) if "pods" not in path.name]
    files = [file for file in golden if topic in file or (topic == "filter" and "scheduler-v" in file)]
    status, out, _ = run(capsys, "conformance", *files, "--only", topic, "--sample", "20")
    assert status == 0
    assert f"{topic} " in out
    assert "100.00 %" in out


def test_a_fault_of_our_own_is_not_an_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_read", lambda *given: 1 / 0)
    status, out, err = run(capsys, "why", SHOP)
    assert (status, out) == (70, "")
    assert "ZeroDivisionError" in err
    assert err.splitlines()[-1].startswith("kubeproof: this is a fault of kubeproof's own")


def test_a_picture_that_cannot_be_drawn_is_refused_first(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "why", SHOP, "-p", "shop/web-9", "--picture", "why.bmp")
    assert (status, out) == (2, "")
    assert err == "kubeproof: why.bmp: a picture's name ends in one of .svg, .png, .dot, .gv, .txt\n"


def test_a_picture_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "why.svg"
    assert run(capsys, "why", SHOP, "-p", "shop/web-9", "--picture", str(picture))[0] == 1
    assert "gp-c1" in [text.strip() for text in ElementTree.parse(picture).getroot().itertext()]


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"kubeproof {kp.__version__}\n", "")
