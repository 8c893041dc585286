"""Errors about a value, which know at most its path in a pod, get the file, the line and the path in the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from kubeproof.model.errors import BadInput, KubeproofError
from kubeproof.model.manifests import lines
from kubeproof.model.objects.origin import Origin


@contextmanager
def placed(origin: Origin, json: bytes | msgspec.Raw | None = None) -> Iterator[None]:
    """Errors about values in an object get its file, their line and their path in the manifest."""
    try:
        yield
    except KubeproofError as error:
        explain(error, origin, origin.manifest if json is None else json)
        raise


def explain(error: KubeproofError, origin: Origin, json: bytes | msgspec.Raw) -> None:
    """Raises the error again with its place, if the object is where it comes from."""
    if isinstance(error, BadInput):
        if error.file:
            return
        path, problem = origin.path(error.path) if error.path else "", error.problem
    else:
        subject = getattr(error, "text", None) or getattr(error, "subject", None)
        path, problem = find(msgspec.json.decode(json), subject) if bytes(json) else "", str(error)
        if not path and bytes(json):
            return
    line = lines.locate(origin, path)
    raise BadInput(problem, file=origin.file, line=line, path=path) from error


def find(value: Any, subject: object) -> str:
    """The path of the first value or key that equals `subject`; "" where there is none."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == subject or (not isinstance(inner, dict | list) and inner == subject):
                return str(key)
            if deeper := find(inner, subject):
                return f"{key}{'' if deeper.startswith('[') else '.'}{deeper}"
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if not isinstance(inner, dict | list) and inner == subject:
                return f"[{index}]"
            if deeper := find(inner, subject):
                return f"[{index}]{'' if deeper.startswith('[') else '.'}{deeper}"
    return ""
