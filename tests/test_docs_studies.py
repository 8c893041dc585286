"""docs/studies.md tells of every study, and its commands are commands."""

import re
import shlex
from pathlib import Path

import pytest

from kubeproof import cli
from kubeproof.properties.studies import STUDIES, named

PAGE = Path("docs/studies.md").read_text()
COMMANDS = re.findall(r"^    (kubeproof .*)$", PAGE, re.MULTILINE)
SHORT = ("volume_in_another_zone", "rollout_deadlock")


def test_the_page_has_a_command_for_every_study_and_no_other() -> None:
    assert sorted(COMMANDS) == sorted(f"kubeproof study {name}" for name in STUDIES)


def test_the_page_says_which_studies_have_sizes() -> None:
    told = {
        re.findall(r"study (\w+)$", part, re.MULTILINE)[0]
        for part in PAGE.split("\n**")[1:]
        if "Sizes." in part.split("    kubeproof")[0]
    }
    assert told == {name for name in STUDIES if named(name).sized is not None}


@pytest.mark.parametrize("name", SHORT)
def test_a_command_tells_its_study(capsys: pytest.CaptureFixture[str], name: str) -> None:
    [command] = [one for one in COMMANDS if one.endswith(name)]
    assert cli.run(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.startswith(f"{name}: {named(name).name}\n")
