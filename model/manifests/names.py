"""The names of the objects in an input: what they have to be, the namespace of those that say none, each only once."""

from __future__ import annotations

import re
from typing import Any

from lightkube.models import meta_v1

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import schema, typed
from kubeproof.model.manifests.read import Found

Place = tuple[str, int, tuple[str | int, ...]]
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


class Names:
    """The names that were read so far; `namespace` is that of objects which name none."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._places: dict[tuple[str, str, str], Place] = {}

    def meta(self, raw: Any, found: Found) -> meta_v1.ObjectMeta:
        """The object's metadata, with a namespace where its kind lives in one. Raises BadInput."""
        meta: meta_v1.ObjectMeta = raw.metadata or meta_v1.ObjectMeta()
        if found.kind not in schema.CLUSTER_WIDE and not meta.namespace:
            meta.namespace = self._namespace
        for field, name in (("name", meta.name), ("namespace", meta.namespace)):
            if not name and field == "name":
                raise typed.bad(found, f"the {found.kind} has no name", "metadata.name")
            if name and not _NAME.fullmatch(name):
                problem = f"{name!r} is not a name: small letters, digits, '-' and '.', at most 253"
                raise typed.bad(found, problem, f"metadata.{field}")
        key = (found.kind, "" if found.kind in schema.CLUSTER_WIDE else meta.namespace or "", meta.name or "")
        place = (found.file, found.document, found.item)
        if self._places.setdefault(key, place) is not place:
            raise self.twice(key, found.file, typed.bad(found, "", "metadata.name").line)
        return meta

    def twice(self, key: tuple[str, str, str], file: str, line: int = 0) -> BadInput:
        """What is wrong with a name that stands a second time, there."""
        kind, namespace, name = key
        first_file, document, item = self._places.get(key, ("--nodes", 0, ()))
        first = typed.bad(Found(first_file, document, item, "", kind, b""), "", "metadata.name")
        where = f"{first_file}:{first.line}" if first.line else first_file
        full = f"{namespace}/{name}" if namespace else name
        return BadInput(f"the {kind} {full} stands twice: first at {where}", file=file, line=line, path="metadata.name")
