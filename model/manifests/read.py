"""The objects in files, folders and standard input, each as the JSON text of one object: `read`.

YAML (any number of documents) and JSON, `kind: List` and the lists of single kinds, as kubectl prints them. Sizes,
documents, depth and aliases are bounded; what is beyond is one clear BadInput.
Left out: what the objects mean (typed.py), and remote addresses.
"""

from __future__ import annotations

import os
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import yamltext

STDIN = "-"
LARGEST_JSON = 4 * 2**30
LARGEST_YAML = 64 * 2**20
MOST_DOCUMENTS = 20_000
_CHUNK = 16 * 2**20

_SUFFIXES = (".yaml", ".yml", ".json")
_SEPARATOR = re.compile(r"^---(?=\s|$)|^\.\.\.(?=\s|$)", re.MULTILINE)
_DIRECTIVES = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|%[^\n]*\n)*[ \t]*(?:#[^\n]*)?")


class Found(NamedTuple):
    """One object: where it stands (`document` counts from 0, `item` leads into lists), its kind, and its JSON text.

    `line` is the one of the file on which its text starts; 0 where the file is YAML, which is not its text.
    """

    file: str
    document: int
    item: tuple[str | int, ...]
    api_version: str
    kind: str
    json: bytes | msgspec.Raw
    line: int = 0


class _Single(msgspec.Struct):
    apiVersion: Any = None
    kind: Any = None


class _Listed(_Single):
    items: list[msgspec.Raw] | None = None


class Part(NamedTuple):
    """One document of a YAML text: its number among those that hold something, its first line (from 1) and its text."""

    document: int
    line: int
    text: str


_single = msgspec.json.Decoder(_Single).decode
_listed = msgspec.json.Decoder(_Listed).decode
_AS_PRINTED = re.compile(rb'\s*\{\s*"apiVersion":\s*"([\w./-]*)",\s*"kind":\s*"(\w*)"')
"""How every object starts that kubectl prints: no need to read the rest of it to know its kind."""


def read(sources: Iterable[str]) -> Iterator[Found]:
    """The objects of these files and folders ('-' is standard input), in order. Raises BadInput."""
    for source in sources:
        for file in files(source):
            yield from _objects(file)


def files(source: str) -> list[str]:
    """The files that a source names: itself, or what a folder holds at any depth, sorted. Raises BadInput."""
    if source == STDIN:
        return [STDIN]
    path = Path(source)
    if path.is_dir():
        found = []
        for folder, subfolders, names in os.walk(path):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            found += [str(Path(folder, name)) for name in names if name.endswith(_SUFFIXES)]
        if not found:
            raise BadInput("the folder holds no .yaml, .yml or .json file", file=source)
        return sorted(found)
    if not path.exists():
        raise BadInput("there is no such file or folder", file=source)
    return [source]


def content(file: str) -> bytes:
    """What stands in a file, or came on standard input. Raises BadInput."""
    if file == STDIN:
        return _standard_input()
    try:
        with open(file, "rb") as stream:
            return _bounded(stream, file, os.fstat(stream.fileno()).st_size)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=file) from error


def parts(text: str) -> Iterator[Part]:
    """The YAML documents of a text that hold anything, cut where '---' starts a line: YAML has no other use for it."""
    starts = [0, *(match.end() for match in _SEPARATOR.finditer(text))]
    ends = [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]
    line, document = 1, 0
    for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if at:
            line += text.count("\n", starts[at - 1], start)
        own = text[start:end]
        if _DIRECTIVES.fullmatch(own):
            continue
        yield Part(document, line, own)
        document += 1


def decoded(data: bytes, file: str) -> str:
    """The text of a file. Raises BadInput where it is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput("is not UTF-8 text", file=file, line=line) from None


def is_json(data: bytes) -> bool:
    """Whether a text starts as JSON does."""
    return data[:64].lstrip()[:1] in (b"{", b"[")


def split(file: str, document: int, json: bytes | msgspec.Raw, line: int = 1, *, own: bool = False) -> Iterator[Found]:
    """The object that a document holds, or the objects of its list. Raises BadInput for what is neither.

    `line` is the document's first one; `own`: the text is the file's own.
    """
    try:
        head = _head(json)
    except msgspec.ValidationError:
        problem = "is no Kubernetes object: not a mapping with apiVersion and kind"
        raise BadInput(problem, file=file, line=line) from None
    yield from _split(
        Found(file, document, (), _text(head.apiVersion), _text(head.kind), json, line if own else 0), head
    )


def _split(found: Found, head: _Single) -> Iterator[Found]:
    """The objects of a list, at any depth, or the object itself. An item that names no kind is of the list's kind."""
    if not found.kind.endswith("List") or not isinstance(head, _Listed):
        yield found
        return
    version, kind = found.api_version, found.kind.removesuffix("List")
    for index, (item, line) in enumerate(_placed(found, head.items or ())):
        printed = _AS_PRINTED.match(memoryview(item))
        try:
            own = _Single(printed[1].decode(), printed[2].decode()) if printed else _head(item)
        except msgspec.ValidationError:
            raise BadInput("is no Kubernetes object", file=found.file, path=f"items[{index}]") from None
        named = _text(own.kind) or kind
        version_of_item = _text(own.apiVersion) or (version if kind else "")
        inner = Found(found.file, found.document, (*found.item, "items", index), version_of_item, named, item, line)
        yield from _split(inner, _head(item)) if named.endswith("List") else (inner,)


def _placed(found: Found, items: Sequence[msgspec.Raw]) -> Iterator[tuple[msgspec.Raw, int]]:
    """The items of a list, each with the line on which it starts: one follows the other."""
    if not found.line or not items:
        yield from ((item, 0) for item in items)
        return
    text = bytes(found.json)  # no copy where it is the whole file
    ended, line, start = 0, found.line, text.find(memoryview(items[0]))
    for item in items:
        start = text.find(b"{", start)
        line += text.count(b"\n", ended, start)
        yield item, line
        ended, start = start, start + len(memoryview(item))


def _head(json: bytes | msgspec.Raw) -> _Single:
    """The kind of an object, and its items if it is a list. Raises ValidationError for what is no object."""
    try:
        return _listed(json)
    except msgspec.ValidationError:
        return _single(json)


def _objects(file: str) -> Iterator[Found]:
    data = content(file)
    if is_json(data):
        problem = ""
        try:
            yield from split(file, 0, data, own=True)
            return
        except msgspec.DecodeError as error:
            problem = str(error)
        except RecursionError:
            problem = "objects and lists too deep inside each other"
        if file.endswith(".json") or len(data) > LARGEST_YAML:
            raise BadInput(f"is not JSON: {problem}", file=file, line=_line_of(problem, data))
    if len(data) > LARGEST_YAML:
        raise BadInput(
            f"more than {LARGEST_YAML // 2**20} MB of YAML: print JSON instead (kubectl get -o json)", file=file
        )
    yield from documents(decoded(data, file), file)


def documents(text: str, file: str) -> Iterator[Found]:
    """The objects of a YAML text. Raises BadInput."""
    for part in parts(text):
        if part.document >= MOST_DOCUMENTS:
            raise BadInput(f"more than {MOST_DOCUMENTS} documents", file=file, line=part.line)
        try:
            json = msgspec.json.encode(yamltext.value(part.text))
        except yamltext.YamlError as error:
            line = part.line + error.line - 1 if error.line else part.line
            raise BadInput(error.problem + _hint(part.text), file=file, line=line) from None
        if json != b"null":
            yield from split(file, part.document, json, part.line)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line_of(problem: str, data: bytes) -> int:
    """The line of the byte that msgspec's words name; the last line where the text ends too early."""
    match = re.search(r"\(byte (\d+)\)", problem)
    return data.count(b"\n", 0, int(match[1]) if match else len(data)) + 1


def _hint(text: str) -> str:
    return " (a template? render it first, as with helm template)" if "{{" in text else ""


def _bounded(stream: BinaryIO, file: str, expected: int = 0) -> bytes:
    """All that a stream holds, without a mark of byte order, unless that is too much; in one piece where its size is
    as `expected`, so that nothing is copied.
    """
    chunks, size = [], 0
    while chunk := stream.read(max(_CHUNK, min(expected, LARGEST_JSON) + 1)):
        size += len(chunk)
        if size > LARGEST_JSON:
            raise BadInput(f"larger than {LARGEST_JSON // 2**30} GB", file=file)
        chunks.append(chunk)
    data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return data.removeprefix(BOM_UTF8)


@cache
def _standard_input() -> bytes:
    """All of standard input, which can be read only once."""
    return _bounded(sys.stdin.buffer, STDIN)
