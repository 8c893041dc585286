"""Nodes from a line of text, so that manifests without nodes can be asked about: `nodes`.

    web{1..3} cpu=4 memory=16Gi zone=a; gpu1 cpu=32 nvidia.com/gpu=8 taint=gpu=yes:NoSchedule

Entries end with ';' or the line; each is a name, where {1..3} and {a,b} make several, and words: resources (cpu,
memory, pods, ephemeral-storage, hugepages-…, and any name with a '/'), zone=, region=, type=, hostname=, os=, arch=,
label=KEY=VALUE (or labels.KEY=VALUE), taint=KEY[=VALUE]:EFFECT, cordoned. What a kubelet adds is there: the labels
hostname, os and arch, and room for 110 pods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from immutables import Map

from kubeproof.model.errors import BadInput
from kubeproof.model.objects import quantity, resources, selectors
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.origin import Origin
from kubeproof.model.objects.quantity import BadQuantity
from kubeproof.model.objects.selectors import BadSelector
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE, PREFER_NO_SCHEDULE, Taint

FILE = "--nodes"
MOST_NODES = 100_000
USUAL_PODS = "110"
UNSCHEDULABLE_TAINT = Taint("node.kubernetes.io/unschedulable", "", NO_SCHEDULE)
"""What the node lifecycle controller puts on a cordoned node."""

_EFFECTS = (NO_SCHEDULE, PREFER_NO_SCHEDULE, NO_EXECUTE)
_SHORT = {
    "zone": "topology.kubernetes.io/zone",
    "region": "topology.kubernetes.io/region",
    "hostname": "kubernetes.io/hostname",
    "os": "kubernetes.io/os",
    "arch": "kubernetes.io/arch",
    "type": "node.kubernetes.io/instance-type",
}
_RESOURCES = ("cpu", "memory", PODS, "ephemeral-storage")
_WORD = re.compile(r"(?:\{[^{}]*\}|[^\s;{}])+")
_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def nodes(text: str) -> tuple[Node, ...]:
    """The nodes of a sketch, in its order. Raises BadInput with the position (from 1) of what is wrong."""
    found: dict[str, Node] = {}
    for at, entry in _entries(text):
        words = list(_words(entry, at))
        (start, pattern), told = words[0], words[1:]
        node = _node(told)
        for name in _names(pattern, start):
            if name in found:
                raise _wrong(start, f"the node {name} stands twice")
            if len(found) >= MOST_NODES:
                raise _wrong(start, f"more than {MOST_NODES} nodes")
            labels = node.labels.update({_SHORT["hostname"]: node.labels.get(_SHORT["hostname"], name)})
            found[name] = Node(
                name=name,
                labels=labels,
                taints=node.taints,
                unschedulable=node.unschedulable,
                allocatable=node.allocatable,
                origin=Origin(FILE, kind="Node", name=name),
            )
    return tuple(found.values())


def _entries(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for entry in re.split(r"[;\n]", text):
        if entry.strip():
            yield at, entry
        at += len(entry) + 1


def _words(entry: str, at: int) -> Iterator[tuple[int, str]]:
    """The words of an entry with their positions in the whole text."""
    end = 0
    for match in _WORD.finditer(entry):
        _nothing_between(entry, end, match.start(), at)
        yield at + match.start(), match[0]
        end = match.end()
    _nothing_between(entry, end, len(entry), at)


def _nothing_between(entry: str, end: int, start: int, at: int) -> None:
    between = entry[end:start]
    if between.strip():
        raise _wrong(at + end + len(between) - len(between.lstrip()), "a brace without its partner")


def _node(words: list[tuple[int, str]]) -> Node:
    """A node without a name, of an entry's words."""
    amounts = {PODS: quantity.parse(USUAL_PODS)}
    labels = {_SHORT["os"]: "linux", _SHORT["arch"]: "amd64"}
    taints: list[Taint] = []
    cordoned = False
    for at, word in words:
        key, equals, given = word.partition("=")
        if word == "cordoned":
            cordoned = True
        elif not equals:
            raise _wrong(at, f"'{word}' is not KEY=VALUE (or cordoned)")
        elif key == "taint":
            taints.append(_taint(given, at + len("taint=")))
        elif key == "label" or key.startswith("labels."):
            name, value = given.partition("=")[::2] if key == "label" else (key.removeprefix("labels."), given)
            labels[name] = _label(name, value, at)
        elif key in _SHORT:
            labels[_SHORT[key]] = _label(_SHORT[key], given, at)
        elif key in _RESOURCES or "/" in key or key.startswith("hugepages-"):
            try:
                amounts[key] = quantity.parse(given)
            except BadQuantity as bad:
                raise _wrong(at + len(key) + 1, str(bad)) from bad
        else:
            known = ", ".join((*_RESOURCES, *_SHORT, "label", "taint"))
            raise _wrong(at, f"'{key}' is not known here; known: {known}, and resources such as nvidia.com/gpu")
    if cordoned:
        taints.append(UNSCHEDULABLE_TAINT)
    return Node("", Map(labels), tuple(taints), cordoned, Map(resources.as_units(amounts)))


def _taint(text: str, at: int) -> Taint:
    rest, _, effect = text.rpartition(":")
    if effect not in _EFFECTS:
        raise _wrong(at, f"'{text}' is not a taint: it ends in one of :{', :'.join(_EFFECTS)}")
    key, _, value = rest.partition("=")
    return Taint(key, _label(key, value, at), effect)


def _label(key: str, value: str, at: int) -> str:
    try:
        selectors.check_key(key)
        selectors.check_value(value)
    except BadSelector as bad:
        raise _wrong(at, str(bad)) from bad
    return value


def _names(pattern: str, at: int) -> Iterator[str]:
    """The names that a pattern makes; the last braces count fastest."""
    pieces = _BRACES.split(pattern)
    choices = [_choices(piece, at) if index % 2 else [piece] for index, piece in enumerate(pieces)]
    total = 1
    for choice in choices:
        total *= len(choice)
    if total > MOST_NODES:
        raise _wrong(at, f"{pattern} makes more than {MOST_NODES} nodes")
    for parts in product(*choices):
        name = "".join(parts)
        if len(name) > 253 or not _NAME.fullmatch(name):
            raise _wrong(at, f"'{name}' is not a node's name: small letters, digits, '-' and '.'")
        yield name


def _choices(inner: str, at: int) -> list[str]:
    """What stands in braces: a range of numbers, with leading zeros where the first has them, or a list."""
    if match := _RANGE.fullmatch(inner):
        first, last = int(match[1]), int(match[2])
        if first > last:
            raise _wrong(at, f"the range {{{inner}}} runs backwards")
        if last - first >= MOST_NODES:
            raise _wrong(at, f"{{{inner}}} makes more than {MOST_NODES} nodes")
        width = len(match[1]) if match[1].startswith("0") else 0
        return [str(number).zfill(width) for number in range(first, last + 1)]
    if "," not in inner:
        raise _wrong(at, f"{{{inner}}} is neither a range like {{1..3}} nor a list like {{a,b}}")
    return inner.split(",")


def _wrong(at: int, problem: str) -> BadInput:
    return BadInput(f"at {at + 1}: {problem}", file=FILE)
