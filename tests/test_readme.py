"""What README shows is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from kubeproof import cli, console

README = Path("README.md").read_text()


def test_the_demo_prints_what_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"<!-- demo -->\n```\n(.*?)```\n<!-- /demo -->", README, re.DOTALL)
    assert shown
    assert cli.run(["why", "examples/shop", "-p", "shop/web-9"]) == console.Exit.NO
    assert capsys.readouterr().out == shown[1]


def test_the_demo_finds_what_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"<!-- verify -->\n```\n(.*?)```\n<!-- /verify -->", README, re.DOTALL)
    demo = re.search(r"(?m)^DEMO := (.*)$", Path("Makefile").read_text())
    assert shown
    assert demo
    assert cli.run(["verify", "examples/shop", *shlex.split(demo[1]), "--time", "0"]) == console.Exit.NO
    out, at = capsys.readouterr().out, 0
    for part in shown[1].split("…\n"):
        at = out.find(part, at)
        assert at >= 0, part
        at += len(part)


def test_the_python_that_readme_shows_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec("".join(code), names)  # noqa: S102  (our own README)
    assert {"cluster", "formula", "solver", "run"} <= names.keys()
