"""JSON of one object in, the typed struct of its kind out: `typed`; what is wrong is told with file, line and path.

Objects that an API server gave (they carry a uid) need no search for unknown fields: it has dropped them (load.py).
Left out: validation beyond types; a value that the rules cannot use is found where it is read (load.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

import msgspec

from kubeproof.model.errors import BadInput, printable
from kubeproof.model.manifests import lines, schema
from kubeproof.model.manifests.read import Found
from kubeproof.model.objects.origin import Origin

S = TypeVar("S", bound=msgspec.Struct)
_MESSAGE = re.compile(r"(.*?)(?: - at `(.*)`)?", re.DOTALL)
_TYPES = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}
_GOT = {"int": int, "bool": bool, "array": list, "object": dict, "float": float, "null": type(None), "str": str}


def typed(found: Found) -> msgspec.Struct | None:
    """The struct; None for a kind that is not read. Raises BadInput for a wrong type."""
    cls = schema.known(found.api_version, found.kind)
    return None if cls is None else decoded(found, cls)


def decoded(found: Found, cls: type[S]) -> S:
    """The object as a struct of this class. Raises BadInput for a wrong type."""
    try:
        struct: S = _decoder(cls)(found.json)
        return struct
    except msgspec.ValidationError as error:
        raise _wrong(found, str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad(found, f"is not JSON: {error}") from None
    except UnicodeDecodeError:
        raise bad(found, "is not UTF-8 text") from None


def unknown_fields(found: Found) -> list[BadInput]:
    """The fields of an object that its kind does not have, each with the nearest one that it has."""
    cls = schema.known(found.api_version, found.kind)
    assert cls is not None
    value = msgspec.json.decode(found.json)
    return [bad(found, _did_you_mean("field", name, names), path) for path, name, names in _unknown(value, cls, "")]


def origin(found: Found) -> Origin:
    """Where an object stands, without its name."""
    return Origin(found.file, found.document, found.item, found.kind, manifest=bytes(found.json), line=found.line)


def bad(found: Found, problem: str, path: str = "") -> BadInput:
    """The error of this problem at that path of the object."""
    at = origin(found)
    return BadInput(problem, file=found.file, line=lines.locate(at, path), path=path)


@cache
def _decoder(cls: type[msgspec.Struct]) -> Any:
    return msgspec.json.Decoder(cls).decode


def unknown_kind(found: Found) -> BadInput | None:
    """What to warn of for an object that is not read; None for the kinds of Kubernetes that no question rests on."""
    version, kind = found.api_version, found.kind
    if not kind or not version:
        return bad(found, f"is no Kubernetes object: it has no {'kind' if not kind else 'apiVersion'}")
    if schema.is_kubernetes(version, kind):
        return None
    elsewhere = [known for known, (_, kinds) in schema.READ.items() if kind in kinds]
    close = get_close_matches(kind, [name for _, names in schema.READ.values() for name in names], n=1, cutoff=0.8)
    if elsewhere:
        hint = f"; {kind} is read as {' or '.join(elsewhere)}"
    else:
        hint = f" (did you mean {close[0]}?)" if close else ""
    return bad(found, f"{version} {kind} is not a kind that is read{hint}: left out", "kind")


def _wrong(found: Found, message: str) -> BadInput:
    path, problem = explained(msgspec.json.decode(found.json), message)
    return bad(found, problem, path)


def explained(decoded: Any, message: str) -> tuple[str, str]:
    """Where msgspec's message says that a decoded value is wrong, and what is wrong there, in words."""
    match = _MESSAGE.fullmatch(message)
    assert match is not None
    path, value = _resolve(decoded, (match[2] or "$")[1:].removeprefix("."), match[1])
    if missing := _MISSING.fullmatch(match[1]):
        return path, f"the field {missing[1]} is missing"
    if unknown := _UNKNOWN.fullmatch(match[1]):
        return f"{path}.{unknown[1]}" if path else unknown[1], f"unknown field '{printable(unknown[1])}'"
    types = _TYPES.match(match[1])
    if types is None:
        return path, f"{_shown(value)} is not right: {match[1]}"
    expected = " or ".join(_WORDS.get(name, name) for name in types[1].split(" | ") if name != "null")
    quote = types[1].startswith("str") and isinstance(value, (bool, int, float))
    hint = " (put it in quotes)" if quote else ""
    return path, f"expected {expected}, got {_shown(value)}{hint}"


def _resolve(value: Any, path: str, message: str) -> tuple[str, Any]:
    """The path with the key of a map, which msgspec leaves open ([...]), and the value that stands there."""
    done = ""
    for step in re.findall(r"\[\.\.\.\]|\[\d+\]|[^.\[\]]+", path):
        if step == "[...]":
            types = _TYPES.match(message)
            wanted = _GOT.get(types[2], object) if types else object
            key = next((k for k, v in value.items() if type(v) is wanted), "")
            done, value = f"{done}.{key}", value.get(key)
        elif step.startswith("["):
            done, value = done + step, value[int(step[1:-1])]
        else:
            done, value = f"{done}.{step}" if done else step, value.get(step)
    return done, value


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case str():
            return repr(value if len(value) <= 40 else value[:40] + "…")
        case _:
            return str(value)


def _unknown(value: Any, cls: type[msgspec.Struct], path: str) -> Iterator[tuple[str, str, list[str]]]:
    shapes = schema.shapes(cls)
    for name, inner in value.items() if isinstance(value, dict) else ():
        here = f"{path}.{name}" if path else name
        shape = shapes.get(name)
        if shape is None:
            if not (name == "managedFields" and path.endswith("metadata")):
                yield here, name, list(shapes)
        elif shape.struct is not None:
            for index, one in enumerate(inner if shape.listed and isinstance(inner, list) else [inner]):
                yield from _unknown(one, shape.struct, f"{here}[{index}]" if shape.listed else here)


def _did_you_mean(what: str, name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=1, cutoff=0.6) or [n for n in names if n.lower() == name.lower()]
    return f"unknown {what} '{printable(name)}'" + (f" (did you mean {close[0]}?)" if close else "")
