"""`kubeproof run --with`: optional components from the command line, and how what is wrong with them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import kubeproof as kp
from kubeproof import cli
from kubeproof.model.extras_text import READ
from tests.model.descheduler.manifests import FULL

POLICY = """
apiVersion: descheduler/v1alpha2
kind: DeschedulerPolicy
profiles:
- name: spread
  pluginConfig:
  - name: DefaultEvictor
    args: {nodeFit: FIT}
  - name: RemoveDuplicates
  plugins:
    balance: {enabled: [RemoveDuplicates]}
"""
SECOND = """
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles: [{schedulerName: batch}]
"""
BATCH = """
apiVersion: v1
kind: Pod
metadata: {name: late}
spec: {schedulerName: batch, containers: [{name: c, image: app}]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("full.yaml").write_text(FULL)
    Path("batch.yaml").write_text(BATCH)
    Path("loops.yaml").write_text(POLICY.replace("FIT", "false"))
    Path("fits.yaml").write_text(POLICY.replace("FIT", "true"))
    Path("bad.yaml").write_text(POLICY.replace("FIT", "maybe"))
    Path("other.yaml").write_text(POLICY.replace("RemoveDuplicates", "PodLifeTime"))
    Path("second.yaml").write_text(SECOND)


def evictions(capsys: pytest.CaptureFixture[str], policy: str) -> int:
    cli.run(["run", "full.yaml", "--with", f"descheduler={policy},interval=30s", "--for", "2m"])
    return capsys.readouterr().out.count("descheduler")


def test_a_descheduler_evicts_for_ever_what_fits_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert evictions(capsys, "loops.yaml") == 4
    assert evictions(capsys, "fits.yaml") == 0


def test_how_a_descheduler_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["run", "full.yaml", "--with", "descheduler=loops.yaml,interval=30s", "--for", "59s"])
    told = next(line for line in capsys.readouterr().out.splitlines() if "descheduler" in line)
    assert told.startswith("30s  descheduler            evicts Pod web-")
    assert told.endswith(" (RemoveDuplicates)")


def test_it_runs_every_five_minutes_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["run", "full.yaml", "--with", "descheduler=loops.yaml", "--for", "11m"])
    told = [line.split()[0] for line in capsys.readouterr().out.splitlines() if " descheduler " in line]
    assert told == ["5m0s", "10m0s"]


@pytest.mark.parametrize("second", ["batch", "second.yaml"])
def test_a_second_scheduler_binds_the_pods_that_name_it(capsys: pytest.CaptureFixture[str], second: str) -> None:
    assert cli.run(["run", "batch.yaml", "--nodes", "n1 cpu=4", "--with", f"second-scheduler={second}"]) == 0
    assert "0s  batch    binds Pod late to n1 (fits on 1 of 1 nodes)" in capsys.readouterr().out


def test_without_it_they_stay_pending_and_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["run", "batch.yaml", "--nodes", "n1 cpu=4"]) == 1
    told = capsys.readouterr()
    assert "no scheduler 'batch' runs, so that its pods stay Pending" in told.err
    assert "    Pod late: Pending, 0/1 ready\n" in told.out


BAD = (
    ("an unknown name", ["deschedular=loops.yaml"], f"--with: there is no 'deschedular'; there are: {', '.join(READ)}"),
    ("no policy", ["descheduler"], "--with: descheduler: a policy file is needed: descheduler=policy.yaml"),
    ("an unknown key", ["descheduler=loops.yaml,every=1m"],
     "--with: descheduler: there is no 'every'; there are: interval"),
    ("a key without a value", ["descheduler=loops.yaml,interval"], "--with: descheduler: 'interval' is not KEY=VALUE"),
    ("a time that is none", ["descheduler=loops.yaml,interval=soon"],
     "--with: descheduler: 'soon' is not a duration like 30s, 2m or 1h30m"),
    ("no time at all", ["gitops=0s"], "--with: gitops: an interval is at least a second"),
    ("one of them twice", ["gitops=1m", "gitops=2m"], "--with: gitops: stands twice"),
    ("a file that is not there", ["descheduler=none.yaml"], "none.yaml: there is no such file or folder"),
    ("a policy that is wrong", ["descheduler=bad.yaml"],
     "bad.yaml:8: profiles[0].pluginConfig[0].args.nodeFit: expected true or false, got 'maybe'"),
    ("a scheduler without a name", ["second-scheduler"],
     "--with: second-scheduler: a name or a file is needed: second-scheduler=NAME"),
    ("the first scheduler's name", ["second-scheduler=default-scheduler"],
     "--with: second-scheduler: default-scheduler is the name of the first one"),
)  # fmt: skip


@pytest.mark.parametrize(("texts", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str], texts: list[str], words: str) -> None:
    assert cli.run(["run", "full.yaml", *(one for text in texts for one in ("--with", text))]) == 2
    assert capsys.readouterr().err == f"kubeproof: {words}\n"


def test_a_plugin_that_is_not_modelled_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["run", "full.yaml", "--with", "descheduler=other.yaml"]) == 3
    assert capsys.readouterr().err.startswith(
        "kubeproof: other.yaml:11: profiles[0].plugins.balance.enabled[0]: not modelled: the plugin PodLifeTime; "
    )


def test_the_library_takes_texts_and_values() -> None:
    text = kp.world("full.yaml", with_=["descheduler=loops.yaml,interval=30s"]).advance("1m")
    value = kp.world("full.yaml", with_=text.setup.extras).advance("1m")
    assert text.story == value.story
    assert [event.at for event in text.events if event.by == "descheduler"] == [30, 60]
    assert text.replay(text.trace).state == text.state


def test_a_descheduler_that_starts_anew_acts_at_once() -> None:
    world = kp.world("full.yaml", with_=["descheduler=loops.yaml,interval=1m"]).advance("10s")
    world = world.do("restart-controller", component="descheduler").advance("5s")
    assert [event.at for event in world.events if event.by == "descheduler"] == [10]
