"""docs/machines.md shows what the commands print, docs/diagrams what the machines are; `make docs` draws them again."""

import re
import shlex
from html import unescape
from pathlib import Path

import pytest

import kubeproof as kp
from kubeproof import cli
from kubeproof.diagrams.of_machine import of_machine
from kubeproof.diagrams.of_trace import of_trace
from kubeproof.diagrams.picture import Picture, text
from kubeproof.model.machines import MACHINES, machine
from kubeproof.properties.queries.moves import moves

PAGE = Path("docs/machines.md").read_text()
DRAWN = Path("docs/diagrams")
SHOWN = [
    (told, out) for told, out in re.findall(r"```console\n\$ (.*?)\n(.*?)```", PAGE, re.DOTALL) if out and out[0] != "$"
]
BROKEN = "container-broken"


def pictures() -> dict[str, Picture]:
    broken = kp.machines.CONTAINER.check("a container that exits 0 is not restarted").findings[0]
    assert broken.verdict.trace
    return {
        **{name: of_machine(machine(name), happens=moves) for name in MACHINES},
        BROKEN: of_trace(broken.verdict.trace, broken.law.name),
    }


@pytest.mark.parametrize(("told", "out"), SHOWN, ids=[told for told, _ in SHOWN])
def test_a_command_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str], told: str, out: str) -> None:
    cli.run(shlex.split(told)[1:])
    assert capsys.readouterr().out.startswith(out)


def test_the_page_shows_answers() -> None:
    assert len(SHOWN) == 2


def test_the_python_that_the_page_shows_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code
    names: dict[str, object] = {}
    exec(code[1], names)  # noqa: S102  (our own page)
    assert "kubelet: start" in capsys.readouterr().out
    assert repr(names["run"]).startswith("<container: Terminated after 3 steps; it can: delete, restart>")


def test_the_page_lists_every_machine() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(MACHINES)


def test_every_picture_is_up_to_date() -> None:
    found = {name: text(picture) for name, picture in pictures().items()}
    assert {path.stem: path.read_text() for path in DRAWN.glob("*.txt")} == found
    assert {path.stem for path in DRAWN.glob("*.svg")} == set(found)


@pytest.mark.parametrize("name", MACHINES)
def test_a_drawn_picture_has_every_state_and_step(name: str) -> None:
    words = unescape(re.sub(r"<[^>]*>", "\n", (DRAWN / f"{name}.svg").read_text()))
    picture = of_machine(machine(name), happens=moves)
    steps = {line.step for arrow in picture.arrows for line in arrow.lines}
    lines = set(words.splitlines())
    assert [
        word for word in (*(state.name for state in picture.states), *steps) if word not in lines and len(word) < 26
    ] == []
