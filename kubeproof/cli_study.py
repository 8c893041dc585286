"""The command that runs published failures of real clusters again."""

from __future__ import annotations

from typing import Annotated

import typer

from kubeproof.console import Exit, Json, say, show


def study(
    names: Annotated[list[str] | None, typer.Argument(help="Studies, by name; without one they are listed.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, a line a law.")] = False,
    json: Json = False,
) -> int:
    """Do published failures of real clusters come out as they were reported?"""
    from kubeproof.properties.studies import STUDIES
    from kubeproof.properties.studies import named as found

    if not names and not every:
        width = max(map(len, STUDIES))
        say("\n".join(f"{name:{width}}  {found(name).name}" for name in STUDIES))
        return Exit.WELL
    from kubeproof.properties.queries.studied import all_studied, studied

    asked = list(STUDIES) if every else names or []
    answer = studied(asked[0]) if len(asked) == 1 else all_studied(asked)
    show(answer, json)
    return Exit.WELL if answer.as_expected else Exit.NO
