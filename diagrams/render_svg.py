"""A story's picture written into a file: as SVG, or as text."""

from __future__ import annotations

import os
from pathlib import Path

from kubeproof.diagrams import svg_story
from kubeproof.diagrams.sequence import Sequence
from kubeproof.model import files
from kubeproof.model.errors import BadInput

FORMATS = {".svg": svg_story.svg, ".txt": svg_story.text}
"""What a file's suffix asks for."""


def save(picture: Sequence, path: str | os.PathLike[str]) -> None:
    """Writes the picture to a file, whole or not at all. Raises BadInput where that cannot be."""
    files.save(path, FORMATS[format_of(path)](picture).encode())


def format_of(path: str | os.PathLike[str]) -> str:
    """The suffix of a story's picture. Raises BadInput where it is none of FORMATS."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise BadInput(f"the name of a story's picture ends in one of {', '.join(FORMATS)}", file=str(path))
    return suffix
