"""Laws of one's own: read from a Python file, with errors in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.world import World
from kubeproof.properties.queries.own_laws import own_laws

HEAD = "from kubeproof.laws import always, every_step\n"


def written(tmp_path: Path, text: str) -> str:
    file = tmp_path / "laws.py"
    file.write_text(text)
    return str(file)


WRONG = (
    ("a file without laws", "x = 1\n", "{}: has no LAWS: a list of laws, made by kubeproof.laws"),
    ("what is no list", HEAD + "LAWS = 'all'\n", "{}: has no LAWS: a list of laws, made by kubeproof.laws"),
    ("what is no law", HEAD + "LAWS = ['peace']\n", "{}: LAWS[0]: 'peace' is no law made by kubeproof.laws"),
    ("a name twice", HEAD + "LAWS = [always('a', bool), always('a', bool)]\n", "{}: LAWS: two laws are called 'a'"),
    ("no Python", HEAD + "LAWS = [\n", "{}:2: is no Python: '[' was never closed"),
    ("a null byte", "LAWS = []\0", "{}: is no Python: source code string cannot contain null bytes"),
    ("an error on the way", HEAD + "\nLAWS = [1 / 0]\n", "{}:3: ZeroDivisionError: division by zero"),
    ("one who leaves", "import sys\nsys.exit(7)\n", "{}:2: SystemExit: 7"),
    (
        "a missing package",
        "import nothing_like_this\n",
        "{}:1: ModuleNotFoundError: No module named 'nothing_like_this'",
    ),
)


@pytest.mark.parametrize(("sentence", "text", "says"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_one_line(tmp_path: Path, sentence: str, text: str, says: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadInput) as found:
        own_laws(file)
    assert str(found.value) == says.format(file), sentence


def test_any_answer_is_a_yes_or_no(tmp_path: Path) -> None:
    [law] = own_laws(written(tmp_path, HEAD + "LAWS = [always('somebody is there', lambda world: [world.now])]\n"))
    assert law.condition(World()) is True


def test_an_error_in_a_condition_has_its_place(tmp_path: Path) -> None:
    text = HEAD + "def wrong(*_):\n    return {}['x']\nLAWS = [always('a', wrong), every_step('b', wrong)]\n"
    one, other = own_laws(written(tmp_path, text))
    with pytest.raises(BadInput, match=r"laws\.py:3: a: KeyError: 'x'"):
        one.condition(World())
    with pytest.raises(BadInput, match=r"laws\.py:3: b: KeyError: 'x'"):
        other.across(World(), (), World())


def test_the_laws_that_the_docs_show_can_be_read(tmp_path: Path) -> None:
    text = Path("docs/verify.md").read_text().split("```python\n")[1].split("```")[0]
    assert [law.name for law in own_laws(written(tmp_path, text))] == [
        "there are never more than nine pods",
        "in the end web is in both zones",
    ]


def test_the_docs_name_each_thing_that_may_happen() -> None:
    from kubeproof.properties.queries.budgets import MOVES

    table = Path("docs/verify.md").read_text().split("## Budgets")[1].split("\n\n")[2]
    named = [
        name for row in table.split("\n")[2:] for name in row.split("|")[1].replace("`", "").replace(",", "").split()
    ]
    assert sorted(named) == sorted(MOVES)
