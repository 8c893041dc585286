"""Where an object came from, so that an answer can point at the line a person wrote."""

from __future__ import annotations

import msgspec


class Origin(msgspec.Struct, frozen=True):
    """A place in the input. `manifest` is the object as it was read (JSON); `template` leads from it to the pod's own
    metadata and spec, e.g. ("spec", "template") in a Deployment and () in a Pod. `line` is the one on which the
    manifest starts; 0 where it is not the file's own text."""

    file: str
    document: int = 0
    item: tuple[str | int, ...] = ()
    kind: str = "Pod"
    namespace: str = ""
    name: str = ""
    template: tuple[str, ...] = ()
    manifest: bytes = b""
    line: int = 0

    def path(self, where: str) -> str:
        """The path, in the manifest, of `where` in the pod: 'spec.tolerations' -> 'spec.template.spec.tolerations'."""
        return ".".join((*self.template, where))
