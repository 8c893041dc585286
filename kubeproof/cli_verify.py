"""The command that looks for ways in which a cluster can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kubeproof.console import Exit, Json, show, warn
from kubeproof.model.errors import BadInput

if TYPE_CHECKING:
    from kubeproof.properties.queries.portfolio import Engines
    from kubeproof.properties.queries.verified import Verified


def verify(
    files: Annotated[
        list[str] | None, typer.Argument(help="Manifests: YAML or JSON files, folders, - for stdin.")
    ] = None,
    nodes: Annotated[str, typer.Option(help="Nodes to add: 'n{1..3} cpu=4 memory=16Gi zone=a'.")] = "",
    budget: Annotated[
        str, typer.Option(help="What may happen, and how often: node-lost=1,rollout=1,drain=1 (docs/verify.md).")
    ] = "node-lost=1",
    budget_script: Annotated[
        str, typer.Option(help="Each event of this script may happen once, at any time (docs/scripts.md).")
    ] = "",
    law: Annotated[str, typer.Option(help="Only the laws whose names contain this.")] = "",
    laws: Annotated[str, typer.Option(help="Laws of one's own: a Python file that has LAWS (docs/verify.md).")] = "",
    engine: Annotated[
        str, typer.Option(help="search (complete), runs (at random), or all, one after another.")
    ] = "all",
    time: Annotated[str, typer.Option(help="How long to look: 30s, 5m; 0: as long as it takes.")] = "60s",
    limit: Annotated[int, typer.Option(min=1, help="Look at so many worlds at most, in the complete search.")] = 20_000,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse unknown kinds and fields.")] = False,
    json: Json = False,
) -> int:
    """How can it fail? Standard laws, and one's own, asked of every world that the cluster can come to."""
    if not files:
        raise BadInput("nothing to verify: name a file or folder, or - for standard input")
    from kubeproof.model import cluster
    from kubeproof.model.manifests.stated import stated
    from kubeproof.progress import verifying
    from kubeproof.properties.queries import budgets
    from kubeproof.properties.queries.own_laws import own_laws
    from kubeproof.properties.queries.verified import verified

    seconds, engines = _seconds(time), _engines(engine)
    moves = (*budgets.budget(budget), *(budgets.of_script(budget_script) if budget_script else ()))
    own = own_laws(laws) if laws else ()
    found = stated(files, nodes=nodes, strict=strict)
    notes = list(cluster.not_modelled(found))
    for text in (*(f"warning: {one}" for one in found.warnings), *(f"note: {one.text}" for one in notes)):
        warn(text)
    with verifying() as on_stage:
        answer = verified(
            found, moves, limit=limit, law=law, own=own, engines=engines, seconds=seconds, on_stage=on_stage
        )
    show(answer, json)
    return _status(answer, deciding=any(one.decides for one in notes), runs=engine == "runs")


def _seconds(time: str) -> int:
    from kubeproof.model.script import seconds

    try:
        return seconds(int(time) if time.isascii() and time.isdecimal() else time)
    except BadInput as bad:
        raise BadInput(bad.problem, file="--time") from bad


def _engines(name: str) -> Engines:
    from kubeproof.properties.queries.portfolio import Engines

    known = [one.value for one in Engines]
    if name not in known:
        raise BadInput(f"nothing is called {name!r}; there are {', '.join(known)}", file="--engine")
    return Engines(name)


def _status(answer: Verified, *, deciding: bool, runs: bool) -> Exit:
    """What a law that nothing broke in runs is worth: all that was asked for where only runs were."""
    from kubeproof.properties.verdict import Outcome

    if answer.outcome is Outcome.VIOLATED:
        return Exit.NO
    well = {Outcome.PROVED, Outcome.HELD} if runs else {Outcome.PROVED}
    return Exit.WELL if answer.outcome in well and not deciding else Exit.UNDECIDED
