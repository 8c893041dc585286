"""On which line of its file a path of an object stands: `locate`, found when asked for.

A path that is not there gives the line of its nearest ancestor that is. Nothing is parsed but the one document, or the
one item of a JSON list, that holds the object.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import NamedTuple

import msgspec
import yaml

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import read
from kubeproof.model.objects.origin import Origin

_INDEX = re.compile(r"\[(\d+)\]")


class _Text(NamedTuple):
    """The text of one object, and the line of its file on which it starts (from 1)."""

    line: int
    tree: yaml.Node | None


def locate(origin: Origin, path: str) -> int:
    """The line (from 1) of a path such as 'spec.containers[0].image' in an object's file; 0 where that is unknown."""
    if not origin.file:
        return 0
    try:
        if origin.line and origin.manifest:
            text, own = _printed(origin.line, origin.manifest), True
        else:
            text, own = _text(origin.file, _stamp(origin.file), origin.document, origin.item), _is_json(origin.file)
    except (BadInput, msgspec.DecodeError, UnicodeDecodeError, LookupError, RecursionError, yaml.YAMLError):
        return 0  # the file has changed, or is gone, since it was read
    if text.tree is None:
        return text.line
    top = "" if own else _dotted(origin.item)  # where the tree is not the item's own, the path starts at the document's
    return text.line + _find(text.tree, ".".join(part for part in (top, path) if part))


def _dotted(item: tuple[str | int, ...]) -> str:
    found = ""
    for step in item:
        found += f"[{step}]" if isinstance(step, int) else f".{step}" if found else step
    return found


def _find(node: yaml.Node, path: str) -> int:
    """How many lines below the text's first one the last part of the path stands that is there."""
    line: int = node.start_mark.line
    while path:
        path = path.removeprefix(".")
        index = _INDEX.match(path)
        if isinstance(node, yaml.SequenceNode) and index and int(index[1]) < len(node.value):
            node, path = node.value[int(index[1])], path[index.end() :]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode) and (entry := _entry(node, path)):
            key, node = entry
            line, path = key.start_mark.line, path[len(key.value) :]
        else:
            break
    return line


def _entry(node: yaml.MappingNode, path: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    """The entry whose key starts the path; of several the longest (keys like example.com/zone hold dots)."""
    found = [
        (key, value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode)
        and path.startswith(key.value)
        and path[len(key.value) :][:1] in ("", ".", "[")
    ]
    return max(found, key=lambda entry: len(entry[0].value), default=None)


def _stamp(file: str) -> tuple[int, int]:
    """What changes when a file does."""
    if file == read.STDIN:
        return 0, 0
    try:
        found = os.stat(file)
    except OSError:
        return -1, -1
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _data(file: str, stamp: tuple[int, int]) -> bytes:
    return read.content(file)


@lru_cache(maxsize=2)
def _parts(file: str, stamp: tuple[int, int]) -> list[read.Part]:
    return list(read.parts(read.decoded(_data(file, stamp), file)))


@lru_cache(maxsize=64)
def _text(file: str, stamp: tuple[int, int], document: int, item: tuple[str | int, ...]) -> _Text:
    data = _data(file, stamp)
    if not read.is_json(data):
        part = _parts(file, stamp)[document]
        return _Text(part.line, _compose(part.text))
    own: bytes | msgspec.Raw = data
    for step in item:
        own = _step(own, step)
    text = bytes(own)
    line = data.count(b"\n", 0, data.find(text)) + 1
    return _Text(line, _compose(text.decode(errors="replace")))


def _step(json: bytes | msgspec.Raw, step: str | int) -> msgspec.Raw:
    if isinstance(step, int):
        return msgspec.json.decode(json, type=list[msgspec.Raw])[step]
    return msgspec.json.decode(json, type=dict[str, msgspec.Raw])[step]


@lru_cache(maxsize=64)
def _printed(line: int, manifest: bytes) -> _Text:
    """The text of an object that stands in its file as it is known."""
    return _Text(line, _compose(manifest.decode(errors="replace")))


def _is_json(file: str) -> bool:
    return read.is_json(_data(file, _stamp(file)))


def _compose(text: str) -> yaml.Node | None:
    """The tree of a text; None for JSON that YAML cannot read, of which then only the first line is known."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
