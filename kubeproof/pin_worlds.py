"""Runs of clusters as a test file that stands alone: the manifests, each step, and the law that it breaks.

Such a test passes as long as the failure is there. Where the manifests (or the model) are mended, a step can no longer
be taken or the law holds, and the test fails: then it has done its work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import msgspec

from kubeproof import pin
from kubeproof.model import files
from kubeproof.model.story.shown import yaml
from kubeproof.model.trace import Did
from kubeproof.properties.engines.python_literal import literal
from kubeproof.properties.queries.retold import Kept

FIRST = '"""Runs of clusters, kept by `kubeproof verify --pin`."""'
"""The first line of such a file, by which it is known as one."""


def refuse(path: str) -> None:
    """Nothing, if runs can be pinned there. Raises BadInput before any work is done."""
    pin.refuse(path, FIRST)


def save(path: str | os.PathLike[str], kept: Sequence[Kept], laws: str = "", own: Sequence[str] = ()) -> None:
    """Writes the runs as a test file. `own`: names of laws that are in the file `laws`. Raises BadInput."""
    files.save(path, source(kept, laws, own).encode())


def source(kept: Sequence[Kept], laws: str = "", own: Sequence[str] = ()) -> str:
    """The test file's text: a test for each run."""
    lines = [FIRST, "", "import kubeproof as kp"]
    inputs: dict[str, str] = {}
    for one in kept:
        if one.manifests not in inputs:
            inputs[one.manifests] = name = f"MANIFESTS_{len(inputs) + 1}"
            lines += ["", *_manifests(name, one.manifests)]
    names: set[str] = set()
    for one in kept:
        where = laws if one.law in own else ""
        lines += ["", "", *_test(pin.unused(one.law, names), one, inputs[one.manifests], where)]
    return "\n".join([*lines, ""])


def _manifests(name: str, manifests: str) -> Iterator[str]:
    """The documents as YAML in a raw text where that says the same, else as a literal a line."""
    told = yaml([msgspec.json.decode(one) for one in manifests.split("\n---\n")])
    if '"""' not in told and told.isascii() and told.replace("\n", "").isprintable():
        yield f'{name} = r"""'
        yield from told.rstrip("\n").split("\n")
        yield '"""'
    else:
        yield f"{name} = ("
        yield from (f"    {line!a}" for line in told.splitlines(keepends=True))
        yield ")"


def _test(name: str, kept: Kept, manifests: str, laws: str) -> Iterator[str]:
    yield f"def {name}() -> None:"
    yield f"    law = {literal(kept.law)}"
    yield "    steps = ("
    yield from (f"        {_step(one)}," for one in kept.trace.did or ())
    yield "    )"
    script = f", script={literal(kept.script)}" if kept.script else ""
    yield f"    run = kp.replay({manifests}, steps{script})"
    where = f", laws={literal(laws)}" if laws else ""
    yield f"    assert run.breaks(law{where}), law"


def _step(one: Did) -> str:
    parts = [literal(one.by), literal(one.what), *map(str, one.chose)]
    return f"({', '.join(parts)})"
