"""A user's own laws about worlds, read from a Python file that has them as `LAWS`.

    from kubeproof.laws import always

    LAWS = [always("there are never more than nine pods", lambda world: ...)]

The file is run: it is the user's own program. What is wrong with it, or with a condition when it is asked, is told in
one line with its place.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from kubeproof.model.errors import BadInput
from kubeproof.model.world import Event, World
from kubeproof.properties.world_law import WorldLaw

NAME = "LAWS"


def own_laws(path: str | os.PathLike[str]) -> tuple[WorldLaw, ...]:
    """The laws of a file, in its order. Raises BadInput with file and line."""
    file = str(path)
    found = getattr(_run(file), NAME, None)
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise BadInput(f"has no {NAME}: a list of laws, made by kubeproof.laws", file=file)
    for at, one in enumerate(found):
        if not isinstance(one, WorldLaw):
            raise BadInput(f"{one!r} is no law made by kubeproof.laws", file=file, path=f"{NAME}[{at}]")
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"two laws are called {name!r}", file=file, path=NAME)
    return tuple(_placed(one, file) for one in found)


def _run(file: str) -> ModuleType:
    try:
        source = Path(file).read_bytes()
    except (OSError, ValueError) as failed:
        why = failed.strerror if isinstance(failed, OSError) and failed.strerror else str(failed)
        raise BadInput(f"cannot be read: {why}", file=file) from failed
    module = ModuleType("kubeproof_own_laws")
    module.__file__ = file
    try:
        exec(compile(source, file, "exec"), module.__dict__)  # noqa: S102  (the user's own program)
    except SyntaxError as wrong:
        raise BadInput(f"is no Python: {wrong.msg}", file=file, line=wrong.lineno or 0) from wrong
    except (Exception, SystemExit) as failed:
        raise _where(failed, file) from failed
    return module


def _placed(law: WorldLaw, file: str) -> WorldLaw:
    """The law with answers that are yes or no, whose errors say where they stand."""
    return law._replace(condition=_safe(law.condition, law.name, file), across=_safe_across(law.across, law.name, file))


def _safe(condition: Callable[[World], Any], name: str, file: str) -> Callable[[World], bool]:
    def asked(world: World) -> bool:
        try:
            return bool(condition(world))
        except Exception as failed:
            raise _where(failed, file, name) from failed

    return asked


def _safe_across(
    across: Callable[[World, Sequence[Event], World], Any], name: str, file: str
) -> Callable[[World, Sequence[Event], World], bool]:
    def asked(before: World, events: Sequence[Event], after: World) -> bool:
        try:
            return bool(across(before, events, after))
        except Exception as failed:
            raise _where(failed, file, name) from failed

    return asked


def _where(failed: BaseException, file: str, law: str = "") -> BadInput:
    """The error with the last line of the file that led to it."""
    frames = [frame for frame in traceback.extract_tb(failed.__traceback__) if frame.filename == file]
    line = frames[-1].lineno or 0 if frames else 0
    return BadInput(f"{type(failed).__name__}: {failed}", file=file, line=line, path=law)
