"""Files written whole or not at all: what was there before stays until the new content is complete."""

from __future__ import annotations

import os
from pathlib import Path

from kubeproof.model.errors import BadInput


def save(path: str | os.PathLike[str], content: bytes) -> None:
    """Writes a file; a link stays a link. Raises BadInput where that cannot be."""
    try:
        _write(Path(path).resolve(), content)
    except (OSError, ValueError) as failed:
        why = failed.strerror if isinstance(failed, OSError) and failed.strerror else str(failed)
        raise BadInput(f"cannot be written: {why}", file=str(path)) from failed


def refuse(path: str | os.PathLike[str]) -> None:
    """Nothing, if a file can be written there as far as can be seen. Raises BadInput before any work is done."""
    try:
        target = Path(path).resolve()
        why = "is a folder" if target.is_dir() else "" if target.parent.is_dir() else "there is no such folder"
    except (OSError, ValueError, RuntimeError) as failed:
        why = str(failed)
    if why:
        raise BadInput(f"cannot be written: {why}", file=str(path))


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
