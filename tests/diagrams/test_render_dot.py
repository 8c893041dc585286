"""Drawing: hostile words stay words, both programs draw, and a file is whole or not there."""

import re
import shutil
import stat
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from kubeproof.diagrams.graph import Bar, Box, Cluster, Edge, Graph, Key, Mark, Sign, Tone, Word, said
from kubeproof.diagrams.picture import source
from kubeproof.diagrams.render_dot import CannotDraw, draw, save
from kubeproof.model.errors import BadInput

HOSTILE = (
    "</B></TD><script>alert(1)</script>",
    '"];evil[label="',
    "--><!-- ]]> <![CDATA[",
    "\\N\\G\\n\\",
    "&bogus; &lt; &#0; &amp;",
    "a\nb\r\t\x00\x1b[31m\u202e\ud800\u200b",
    "}" * 5000,
    "name " * 500,
    "",
    " ",
    "日本語のノード",
    "'><img src=x onerror=alert(1)>",
)


def picture(word: str) -> Graph:
    name = said(word)
    bars = (Bar(said(word, 12), 1, 2, 4, "1 / 4"), Bar("memory", 4, 2, 4, "4 / 4"))
    boxes = (
        Box(name, bars=bars, marks=(Mark(1, name), Mark(9, name)), notes=(name,)),
        Box("plain", Tone.OPEN, (Word(name, Tone.NEW), Word(name)), bars),
        *(Box(f"n{count}", Tone.MUTED, bars=bars) for count in range(3)),
    )
    subject = Box(name, Tone.NEW, (Word(name, Tone.MUTED),), marks=(Mark(1, name, f"{name}\nmore"), Mark(9, name)))
    clusters = (Cluster(name, boxes), Cluster("one", boxes[:1]))
    legend = tuple(Key(sign, f"means {sign.value}") for sign in Sign)
    return Graph(name, subject, clusters, (Edge(1, 0), Edge(9, 1)), legend)


def words(svg: bytes) -> str:
    tree = ET.fromstring(svg)
    return "".join(text for element in tree.iter() for text in element.itertext()).replace("\u200c", "")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No program on PATH: only what is installed with kubeproof."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_in_a_name_is_more_than_words(word: str) -> None:
    tree = ET.fromstring(draw(picture(word)))
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "text"}
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on") or "href" in name]
    assert {element.text for element in tree.iter() if element.tag.endswith("title")} == {
        "picture",
        "cluster_all",
        "subject",
        "world",
        "subject:e->world:w",
    }


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("word", ["\\N and \\G", "a &bogus; b", "<b>", "日本語"])
def test_strange_words_are_shown_as_they_are(word: str) -> None:
    assert word in words(draw(picture(word)))


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_the_source_has_no_word_of_a_manifest_outside_of_labels(word: str) -> None:
    lines = source(picture(word)).splitlines()
    assert len(lines) == len(source(picture("web")).splitlines())
    skeleton = [re.sub(r"label=<<TABLE.*</TABLE>>", "label=…", line) for line in lines]
    assert skeleton == [
        re.sub(r"label=<<TABLE.*</TABLE>>", "label=…", line) for line in source(picture("web")).splitlines()
    ]
    for label in re.findall(r"label=<(<TABLE.*</TABLE>)>", source(picture(word))):
        ET.fromstring(label)


@pytest.mark.usefixtures("alone")
def test_the_wheel_draws_alone_and_names_the_fonts_to_fall_back_on() -> None:
    svg = draw(picture("web"))
    assert b"graphviz-pure" in svg
    assert b'font-family="Arial,Helvetica,sans-serif"' in svg
    assert b'font-family="Arial"' not in svg
    assert draw(picture("web"), "png").startswith(b"\x89PNG")


@pytest.mark.usefixtures("alone")
def test_the_same_picture_is_drawn_byte_for_byte() -> None:
    assert draw(picture("web")) == draw(picture("web"))
    assert source(picture("web")) == source(picture("web"))


def test_a_dot_on_the_path_goes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho '<svg/>'\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert draw(picture("web")) == b"<svg/>\n"
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(CannotDraw, match="dot could not draw the picture"):
        draw(picture("web"))


def test_without_a_program_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nothing(_name: str, **_: object) -> None:
        return None

    monkeypatch.setattr(shutil, "which", nothing)
    with pytest.raises(CannotDraw, match="install graphviz, or graphviz-pure with pip"):
        save(picture("web"), tmp_path / "out.svg")
    save(picture("web"), tmp_path / "out.dot")
    assert (tmp_path / "out.dot").read_text() == source(picture("web"))
    assert [path.name for path in tmp_path.iterdir()] == ["out.dot"]


@pytest.mark.usefixtures("alone")
def test_the_suffix_names_the_format(tmp_path: Path) -> None:
    for name, beginning in {"a.SVG": b"<?xml", "b.png": b"\x89PNG", "c.gv": b"digraph", "d.dot": b"digraph"}.items():
        save(picture("web"), str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(beginning)


def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"out\.pdf: a picture's name ends in one of \.svg, \.png, \.dot, \.gv, \.txt"):
        save(picture("web"), tmp_path / "out.pdf")


def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.dot").mkdir()
    for path in (tmp_path / "missing" / "out.dot", tmp_path / "folder.dot"):
        with pytest.raises(BadInput, match=f"{path.name}: cannot be written: "):
            save(picture("web"), path)
    with pytest.raises(BadInput, match="cannot be written"):
        save(picture("web"), tmp_path / "nul\0.dot")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.dot"]


def test_a_file_keeps_its_old_content_until_the_new_one_is_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "out.dot"
    target.write_text("old")

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadInput, match=r"out\.dot: cannot be written: No space left on device"):
        save(picture("web"), target)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.dot"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.dot").symlink_to(tmp_path / "real.dot")
    save(picture("web"), tmp_path / "link.dot")
    assert (tmp_path / "link.dot").is_symlink()
    assert (tmp_path / "real.dot").read_text() == source(picture("web"))
