"""JSON as the API server decodes it into Go's structs: types, unknown fields, zero values, amounts (v1.36.2).

What comes out is what the server would write again: nulls, empty texts, lists and maps that Go leaves out are gone,
what it never leaves out is there. Follows sigs.k8s.io/json and the strict decoder of apimachinery.
Left out: fields that appear twice, which decoded JSON no longer shows. Times that are none are NotModelled.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from kubeproof.model.controlplane.validation import shapes
from kubeproof.model.controlplane.validation.shapes import AMOUNT, EITHER, FLAG, FREE, NUMBER, TIME, WORD, Field
from kubeproof.model.errors import KubeproofError, NotModelled
from kubeproof.model.objects import quantity

Json = Any
_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_SUFFIX = "unable to parse quantity's suffix"
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_WIDTH = {"int32": 31, "int64": 63}


class Malformed(KubeproofError):
    """JSON that does not decode into its kind: the decoder's own words."""


class _Seen:
    """What a decoder remembers on its way: the first wrong type, and all unknown fields."""

    def __init__(self) -> None:
        self.wrong = ""
        self.unknown: list[str] = []


class _Place(NamedTuple):
    """Where a value stands: in which struct, and on which path. `steps` has no indices, as Go's decoder tells it."""

    cls: type[msgspec.Struct]
    path: str
    steps: str

    def under(self, name: str) -> _Place:
        """The place of a field."""
        return _Place(self.cls, _under(self.path, name), _under(self.steps, name))


def decoded(raw: Json, cls: type[msgspec.Struct]) -> tuple[Json, tuple[str, ...]]:
    """The object as Go holds it, and the unknown fields' paths. Raises Malformed, and NotModelled for bad times."""
    seen = _Seen()
    made = _struct(raw, _Place(cls, "", ""), seen)
    if seen.wrong:
        raise Malformed(seen.wrong)
    return made, tuple(seen.unknown)


def _struct(raw: Json, at: _Place, seen: _Seen) -> Json:
    known = shapes.fields(at.cls)
    seen.unknown += [_under(at.path, name) for name in raw if name not in known and name != "managedFields"]
    made = {}
    for name, field in known.items():
        value = raw.get(name)
        if value is not None:
            value = _value(value, field, at.under(name), seen)
        if value is None and field.kept:
            value = _zero(field, seen)
        if value is not None and (field.kept or _is_told(value, field)):
            made[name] = value
    return made


def _is_told(value: Json, field: Field) -> bool:
    """Whether Go writes a value that it may leave out (omitempty)."""
    if field.listed or field.mapped:
        return bool(value)
    return field.pointer or value not in ("", 0, False)


def _value(raw: Json, field: Field, at: _Place, seen: _Seen) -> Json:
    if field.listed:
        if not isinstance(raw, list):
            return _wrong(raw, f"[]{field.go}", at, seen)
        return [
            _zero_of(field, seen) if one is None else _one(one, field, at._replace(path=f"{at.path}[{index}]"), seen)
            for index, one in enumerate(raw)
        ]
    if field.mapped and field.kind != FREE:
        if not isinstance(raw, dict):
            return _wrong(raw, f"map[string]{field.go}" if field.kind == WORD else "v1.ResourceList", at, seen)
        return {  # in the order of their keys, as Go writes maps
            key: _zero_of(field, seen) if one is None else _one(one, field, at, seen)
            for key, one in sorted(raw.items())
        }
    return _one(raw, field, at, seen)


def _one(raw: Json, field: Field, at: _Place, seen: _Seen) -> Json:
    match field.kind:
        case "":
            assert field.struct is not None
            inside = at._replace(cls=field.struct)
            return _struct(raw, inside, seen) if isinstance(raw, dict) else _wrong(raw, field.go, at, seen)
        case shapes.AMOUNT:
            return _amount(raw)
        case shapes.NUMBER:
            return raw if _fits(raw, _WIDTH[field.go]) else _wrong(raw, field.go, at, seen)
        case shapes.EITHER:
            if isinstance(raw, str) or _fits(raw, 31):
                return raw
            raise Malformed(f"json: cannot unmarshal {_go_name(raw)} into Go value of type int32")
        case shapes.FLAG:
            return raw if isinstance(raw, bool) else _wrong(raw, "bool", at, seen)
        case shapes.WORD:
            return raw if isinstance(raw, str) else _wrong(raw, field.go, at, seen)
        case shapes.TIME:
            return _time(raw, at.path)
        case _:
            return raw


def _time(raw: Json, path: str) -> str:
    """A time. Raises Malformed for what is no text: that ends the decoding at once, too."""
    if not isinstance(raw, str):
        raise Malformed(f"json: cannot unmarshal {_go_name(raw)} into Go value of type string")
    if not _RFC3339.fullmatch(raw):
        raise NotModelled(path, "the words for a time that is none")
    return raw


def _fits(raw: Json, bits: int) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and -(2**bits) <= raw < 2**bits


def _zero(field: Field, seen: _Seen) -> Json:
    if field.listed:
        return []
    return {} if field.mapped else _zero_of(field, seen)


def _zero_of(field: Field, seen: _Seen) -> Json:
    if field.struct is not None:
        return _struct({}, _Place(field.struct, "", ""), seen)
    return {NUMBER: 0, EITHER: 0, FLAG: False, WORD: "", AMOUNT: "0", TIME: None, FREE: None}[field.kind]


def _amount(raw: Json) -> str:
    """The amount's text, as Go writes it again. Raises Malformed: what is no amount ends the decoding at once."""
    try:
        if isinstance(raw, (str, int, float)) and not isinstance(raw, bool):
            return str(quantity.decode(raw))
    except quantity.BadQuantity as error:
        raise Malformed(_SUFFIX if "suffix '" in error.why else _FORMAT) from None
    raise Malformed(_FORMAT)


def _wrong(raw: Json, go: str, at: _Place, seen: _Seen) -> None:
    """Notes the first value of a wrong type; the decoder reads on, as one that is no amount may still come."""
    place = f"{at.cls.__name__}.{at.steps}"
    seen.wrong = seen.wrong or f"json: cannot unmarshal {_go_name(raw)} into Go struct field {place} of type {go}"


def _go_name(raw: Json) -> str:
    match raw:
        case bool():
            return "bool"
        case int() | float():
            return "number" if isinstance(raw, int) and abs(raw) < 2**31 else f"number {raw}"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
