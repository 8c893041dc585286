"""The command that looks for ways in which a cluster can fail."""

from __future__ import annotations

from typing import Annotated

import typer

from kubeproof.console import Exit, Json, show, warn
from kubeproof.model.errors import BadInput


def verify(
    files: Annotated[
        list[str] | None, typer.Argument(help="Manifests: YAML or JSON files, folders, - for stdin.")
    ] = None,
    nodes: Annotated[str, typer.Option(help="Nodes to add: 'n{1..3} cpu=4 memory=16Gi zone=a'.")] = "",
    budget: Annotated[
        str, typer.Option(help="What may happen, and how often: node-lost=1,pod-deleted=1.")
    ] = "node-lost=1",
    law: Annotated[str, typer.Option(help="Only the laws whose names contain this.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Look at so many worlds at most.")] = 20_000,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse unknown kinds and fields.")] = False,
    json: Json = False,
) -> int:
    """How can it fail? The standard laws, asked of every world that the cluster can come to."""
    if not files:
        raise BadInput("nothing to verify: name a file or folder, or - for standard input")
    from kubeproof.model import cluster
    from kubeproof.model.manifests.stated import stated
    from kubeproof.progress import progress
    from kubeproof.properties.queries.verified import budget as allowed
    from kubeproof.properties.queries.verified import verified
    from kubeproof.properties.verdict import Outcome

    moves = allowed(budget)
    found = stated(files, nodes=nodes, strict=strict)
    notes = list(cluster.not_modelled(found))
    for text in (*(f"warning: {one}" for one in found.warnings), *(f"note: {one.text}" for one in notes)):
        warn(text)
    with progress("searching") as on_progress:
        answer = verified(found, moves, limit=limit, law=law, on_progress=lambda seen: on_progress(seen.states, limit))
    show(answer, json)
    if answer.outcome is Outcome.VIOLATED:
        return Exit.NO
    whole = answer.outcome is Outcome.PROVED and not any(one.decides for one in notes)
    return Exit.WELL if whole else Exit.UNDECIDED
