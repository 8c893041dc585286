"""The command that follows recordings of real clusters: may the model do what was seen?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kubeproof.console import Exit, Json, show

if TYPE_CHECKING:
    from kubeproof.model.recording.lines import Recording


def conform(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Recordings (.jsonl.gz), or - for what `kubectl get KINDS -w --output-watch-events -o json` prints."
        ),
    ],
    json: Json = False,
) -> int:
    """Is each change that was recorded in a real cluster one that the model allows?"""
    from kubeproof.model.recording.account import Accounts
    from kubeproof.model.recording.follow import follow
    from kubeproof.progress import progress

    accounts = []
    for file in files:
        recording = _read(file)
        with progress(f"following {recording.name}") as on_progress:
            accounts.append(follow(recording, on_progress=on_progress))
    found = Accounts(tuple(accounts))
    show(found, json)
    if found.unexplained or found.overdue:
        return Exit.NO
    return Exit.WELL if found.agree else Exit.UNDECIDED


def _read(file: str) -> Recording:
    from kubeproof.model.recording.lines import documents, of_file, read

    if file == "-":
        return read(documents(sys.stdin.read(), "standard input"), "standard input")
    return of_file(Path(file))
