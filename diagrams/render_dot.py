"""A picture drawn into a file: with the `dot` on PATH, else with the program that comes as the wheel graphviz-pure.

The only module that imports graphviz. Left out: what the picture looks like (dot_source.py, look.py).
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

from kubeproof.diagrams import look
from kubeproof.diagrams.dot_source import source
from kubeproof.diagrams.graph import Graph
from kubeproof.model.errors import BadInput, KubeproofError

FORMATS = {".svg": "svg", ".png": "png", ".dot": "dot", ".gv": "dot"}
"""What a file's suffix asks for."""

_SHARP = "144"  # dots per inch of a bitmap: it is still crisp where it is shown at half its size
_PURE = "graphviz-pure"


class CannotDraw(KubeproofError):
    """No program that draws could be used; `.dot` files can always be written."""


def save(graph: Graph, path: str | os.PathLike[str]) -> None:
    """Writes the picture to a file, in the format of its suffix (svg, png, dot, gv), whole or not at all.

    Raises BadInput where the suffix is none of these or the file cannot be written, CannotDraw where nothing draws.
    """
    target = Path(path)
    drawn = draw(graph, format_of(path))
    try:
        _write(target.resolve(), drawn)
    except (OSError, ValueError) as failed:
        why = failed.strerror if isinstance(failed, OSError) and failed.strerror else str(failed)
        raise BadInput(f"cannot be written: {why}", file=str(path)) from failed


def format_of(path: str | os.PathLike[str]) -> str:
    """The format that a picture's file asks for by its suffix. Raises BadInput where it is none of FORMATS."""
    found = FORMATS.get(Path(path).suffix.lower())
    if found is None:
        raise BadInput(f"a picture's name ends in one of {', '.join(FORMATS)}", file=str(path))
    return found


def draw(graph: Graph, format_: str = "svg") -> bytes:
    """The picture as `svg`, `png`, or as Graphviz's own source for `dot`. Raises CannotDraw."""
    if format_ == "dot":
        return source(graph).encode()
    import graphviz

    graphviz.backend.dot_command.DOT_BINARY = _program()
    try:
        told = source(graph, {"dpi": _SHARP} if format_ == "png" else {})
        drawn = graphviz.pipe("dot", format_, told.encode(), quiet=True)
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as failed:
        raise CannotDraw(f"{graphviz.backend.dot_command.DOT_BINARY} could not draw the picture") from failed
    measured, shown = (f'font-family="{fonts}"'.encode() for fonts in (look.FONT, look.FONTS))
    return drawn.replace(measured, shown) if format_ == "svg" else drawn


def _program() -> Path:
    """The program that draws; one installed by the system first, since its fonts are the reader's."""
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("dot") or shutil.which(_PURE) or shutil.which(_PURE, path=scripts)
    if found is None:
        raise CannotDraw(f"no program that draws was found: install graphviz, or {_PURE} with pip")
    return Path(found)


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    file = part.open("xb")
    try:
        with file:
            file.write(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
