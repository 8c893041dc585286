"""Errors about a value, which know at most its path in a pod, get the file, the line and the path in the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from kubeproof.model.errors import BadInput, KubeproofError
from kubeproof.model.manifests import lines
from kubeproof.model.objects.origin import Origin


@contextmanager
def placed(origin: Origin) -> Iterator[None]:
    """Errors about values in an object get its file, their line and their path in the manifest."""
    try:
        yield
    except (KubeproofError, OverflowError) as error:
        raise explained(error, origin, origin.manifest) from error


def explained(error: KubeproofError | OverflowError, origin: Origin, json: bytes | msgspec.Raw) -> KubeproofError:
    """The error with its place in the object, whose text is `json`; an overflow is a number that Kubernetes refuses."""
    if isinstance(error, BadInput):
        if error.file:
            return error
        path, problem = origin.path(error.path) if error.path else "", error.problem
    elif isinstance(error, OverflowError):
        path, problem = find(json, _is_too_large) or "", "the number does not fit 64 bits"
    else:
        path, problem = find(json, lambda value: value == subject(error)) or "", str(error)
    return BadInput(problem, file=origin.file, line=lines.locate(origin, path), path=path)


def subject(error: KubeproofError) -> str | None:
    """The text that an error is about, where it tells."""
    found = getattr(error, "text", None)
    return getattr(error, "subject", None) if found is None else found


def find(json: bytes | msgspec.Raw, wanted: Callable[[object], bool]) -> str | None:
    """The path of the first scalar or key in a JSON text that is wanted; None where there is none."""
    return _find(msgspec.json.decode(json), wanted) if bytes(json) else None


def _find(value: Any, wanted: Callable[[object], bool]) -> str | None:
    if isinstance(value, dict):
        steps = [(str(key), inner, wanted(key)) for key, inner in value.items()]
    elif isinstance(value, list):
        steps = [(f"[{index}]", inner, False) for index, inner in enumerate(value)]
    else:
        return "" if wanted(value) else None
    for step, inner, is_it in steps:
        deeper = "" if is_it else _find(inner, wanted)
        if deeper is not None:
            return f"{step}{'.' if deeper and not deeper.startswith('[') else ''}{deeper}"
    return None


def _is_too_large(value: object) -> bool:
    return isinstance(value, int) and not -(2**63) <= value < 2**63
