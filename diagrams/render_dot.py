"""A picture drawn into a file: with the `dot` on PATH, else with the program that comes as the wheel graphviz-pure.

The only module that imports graphviz. Left out: what the picture looks like (dot_….py, look.py).
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

from kubeproof.diagrams import look
from kubeproof.diagrams.picture import Picture, source, text
from kubeproof.model import files
from kubeproof.model.errors import BadInput, KubeproofError

FORMATS = {".svg": "svg", ".png": "png", ".dot": "dot", ".gv": "dot", ".txt": "txt"}
"""What a file's suffix asks for."""

PLAIN = {"dot": source, "txt": text}
"""What needs no program that draws."""

_SHARP = "144"  # dots per inch of a bitmap: it is still crisp where it is shown at half its size
_PURE = "graphviz-pure"


class CannotDraw(KubeproofError):
    """No program that draws could be used; `.dot` and `.txt` files can always be written."""


def save(picture: Picture, path: str | os.PathLike[str]) -> None:
    """Writes the picture to a file, in the format of its suffix (FORMATS), whole or not at all.

    Raises BadInput where the suffix is none of these or the file cannot be written, CannotDraw where nothing draws.
    """
    files.save(path, draw(picture, format_of(path)))


def format_of(path: str | os.PathLike[str]) -> str:
    """The format that a picture's file asks for by its suffix. Raises BadInput where it is none of FORMATS."""
    found = FORMATS.get(Path(path).suffix.lower())
    if found is None:
        raise BadInput(f"a picture's name ends in one of {', '.join(FORMATS)}", file=str(path))
    return found


def draw(picture: Picture, format_: str = "svg") -> bytes:
    """The picture as `svg`, `png`, as Graphviz's own source for `dot`, or as text for `txt`. Raises CannotDraw."""
    if format_ in PLAIN:
        return PLAIN[format_](picture).encode()
    import graphviz

    graphviz.backend.dot_command.DOT_BINARY = _program()
    try:
        told = source(picture, {"dpi": _SHARP} if format_ == "png" else {})
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
