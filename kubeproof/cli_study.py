"""The command that runs published failures of real clusters again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kubeproof.console import Exit, Json, say, show

if TYPE_CHECKING:
    from kubeproof.properties.engines.search import Progress
    from kubeproof.properties.queries.studied import AllStudied, Studied


def study(
    names: Annotated[list[str] | None, typer.Argument(help="Studies, by name; without one they are listed.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, a line a law.")] = False,
    nodes: Annotated[int | None, typer.Option(min=1, max=200, help="With so many nodes, by runs.")] = None,
    json: Json = False,
) -> int:
    """Do published failures of real clusters come out as they were reported?"""
    from kubeproof.properties.studies import STUDIES
    from kubeproof.properties.studies import named as found

    if not names and not every:
        width = max(map(len, STUDIES))
        say("\n".join(f"{name:{width}}  {found(name).name}" for name in STUDIES))
        return Exit.WELL
    from kubeproof.progress import searching
    from kubeproof.properties.queries.studied import all_studied, studied

    asked = list(STUDIES) if every else names or []
    with searching() as watch:

        def told(name: str, seen: Progress | None) -> None:
            if seen is None:
                watch.law("study", name)
            else:
                watch.progress(seen)

        if len(asked) == 1:
            watch.law("study", asked[0])
            answer: Studied | AllStudied = studied(asked[0], nodes=nodes, on_progress=watch.progress)
        else:
            answer = all_studied(asked, nodes=nodes, on_progress=told)
    show(answer, json)
    return Exit.WELL if answer.as_expected else Exit.NO if answer.otherwise else Exit.UNDECIDED
