"""The command that looks for ways in which a cluster can fail."""

from __future__ import annotations

import shlex
from enum import Enum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kubeproof.console import Exit, Json, show, warn
from kubeproof.model.errors import BadInput

E = TypeVar("E", bound=Enum)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kubeproof.diagrams.sequence import Sequence as Drawing
    from kubeproof.model.manifests.stated import Input
    from kubeproof.properties.engines.world_steps import Order
    from kubeproof.properties.queries.question import Engines, Finding
    from kubeproof.properties.queries.verified import Verified


def _file(path: str) -> str:
    """The path, if a file can be written there: that is refused before any work is done."""
    if path:
        from kubeproof.model.files import refuse

        refuse(path)
    return path


def _pinned(path: str) -> str:
    if path:
        from kubeproof.pin_worlds import refuse

        refuse(path)
    return _file(path)


def _drawn(path: str) -> str:
    if path:
        from kubeproof.diagrams.render_svg import format_of

        format_of(path)
    return _file(path)


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
        str, typer.Option(help="search (complete), runs (at random), all of these, or hypothesis (scripts, shrunk).")
    ] = "all",
    order: Annotated[
        str, typer.Option(help="Who looks next in a search: calm (a fixed order), or atomic (any of them: races).")
    ] = "calm",
    time: Annotated[str, typer.Option(help="How long to look: 30s, 5m; 0: as long as it takes.")] = "60s",
    limit: Annotated[int, typer.Option(min=1, help="Look at so many worlds at most, in the complete search.")] = 20_000,
    runs: Annotated[int, typer.Option(min=1, help="So many random runs.")] = 20,
    pin: Annotated[
        str, typer.Option(callback=_pinned, help="Write what breaks laws as a pytest file: tests/test_….py.")
    ] = "",
    picture: Annotated[
        str, typer.Option(callback=_drawn, help="Draw what breaks the first law into this .svg or .txt file.")
    ] = "",
    html: Annotated[str, typer.Option(callback=_file, help="Write a page with all of it.")] = "",
    junit: Annotated[str, typer.Option(callback=_file, help="Write JUnit XML: a test case a law.")] = "",
    sarif: Annotated[str, typer.Option(callback=_file, help="Write SARIF 2.1.0: a result a law, at its place.")] = "",
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
    from kubeproof.properties.queries.question import Engines
    from kubeproof.properties.queries.verified import verified

    seconds, engines, next_ = _seconds(time), _engines(engine), _order(order)
    drawn = engines is Engines.HYPOTHESIS
    if drawn and budget_script:
        raise BadInput("--budget-script is not for --engine hypothesis")
    moves = (*budgets.budget(budget), *(budgets.of_script(budget_script) if budget_script else ()))
    own = own_laws(laws) if laws else ()
    found = stated(files, nodes=nodes, strict=strict)
    notes = list(cluster.not_modelled(found))
    for text in (*(f"warning: {one}" for one in found.warnings), *(f"note: {one.text}" for one in notes)):
        warn(text)
    with verifying() as on_stage:
        answer = verified(
            found,
            moves,
            limit=limit,
            law=law,
            own=own,
            engines=engines,
            runs=runs,
            seconds=seconds,
            order=next_,
            script=budgets.text_of(budget_script),
            command=_command(
                files,
                {"--nodes": nodes, "--budget": budget, "--budget-script": budget_script, "--laws": laws},
                {
                    "--engine": (engine, "all"),
                    "--order": (order, "calm"),
                    "--time": (time, "60s"),
                    "--limit": (limit, 20_000),
                    "--runs": (runs, 20),
                },
            ),
            steps=budgets.steps(budget) if drawn else None,
            on_stage=on_stage,
        )
    show(answer, json)
    _written(answer, found, html, junit, sarif)
    _kept(answer, pin, picture, laws, [one.name for one in own])
    return _status(
        answer, deciding=any(one.decides for one in notes), runs=engines in (Engines.RUNS, Engines.HYPOTHESIS)
    )


def _command(files: Sequence[str], options: Mapping[str, str], usual: Mapping[str, tuple[str | int, str | int]]) -> str:
    """What was asked, as a command line; "" where it cannot be asked again, of standard input. `usual`: options that
    are told where they are not as usual."""
    if "-" in (*files, options["--budget-script"]):
        return ""
    told = {**options, **{name: str(value) for name, (value, else_) in usual.items() if value != else_}}
    given = [part for name, value in told.items() if value or name == "--budget" for part in (name, value)]
    return shlex.join(["kubeproof", "verify", *files, *given])


def _written(answer: Verified, found: Input, html: str, junit: str, sarif: str) -> None:
    from kubeproof.model.files import save

    if html:
        from kubeproof import verify_html
        from kubeproof.diagrams.svg_story import svg

        save(html, verify_html.html(answer, lambda one: svg(_picture(answer, one))))
    if junit:
        from kubeproof import verify_junit

        save(junit, verify_junit.junit(answer))
    if sarif:
        from kubeproof import verify_sarif

        save(sarif, verify_sarif.sarif(answer, found))


def _kept(answer: Verified, pin: str, picture: str, laws: str, own: Sequence[str]) -> None:
    """The runs that break laws as a test file, and the first of them as a picture."""
    if not answer.broken:
        if pin or picture:
            warn("no run was found that could be pinned or drawn")
        return
    if pin:
        from kubeproof import pin_worlds

        pin_worlds.save(pin, [answer.kept(one) for one in answer.broken], laws, own)
    if picture:
        from kubeproof.diagrams.render_svg import save

        save(_picture(answer, answer.broken[0]), picture)
        if len(answer.broken) > 1:
            warn(f"drew the first of {len(answer.broken)} runs")


def _picture(answer: Verified, one: Finding) -> Drawing:
    from kubeproof.diagrams.of_story import of_story
    from kubeproof.properties.queries.retold import events, retold

    run = retold(answer.kept(one))
    first, last = run.stages[0].world, run.stages[-1].world
    return of_story(list(events(run)), last, title=one.verdict.law, before=first)


def _seconds(time: str) -> int:
    from kubeproof.model.script import seconds

    try:
        return seconds(int(time) if time.isascii() and time.isdecimal() else time)
    except BadInput as bad:
        raise BadInput(bad.problem, file="--time") from bad


def _engines(name: str) -> Engines:
    from kubeproof.properties.queries.question import Engines

    return _named("--engine", name, list(Engines))


def _order(name: str) -> Order:
    from kubeproof.properties.engines.world_steps import Order

    return _named("--order", name, [Order.CALM, Order.ATOMIC])


def _named(option: str, name: str, known: Sequence[E]) -> E:
    """The one of these that is called so."""
    found = next((one for one in known if one.value == name), None)
    if found is None:
        there = ", ".join(str(one.value) for one in known)
        raise BadInput(f"nothing is called {name!r}; there are {there}", file=option)
    return found


def _status(answer: Verified, *, deciding: bool, runs: bool) -> Exit:
    """What a law that nothing broke in runs is worth: all that was asked for where only runs were."""
    from kubeproof.properties.verdict import Outcome

    if answer.outcome is Outcome.VIOLATED:
        return Exit.NO
    well = {Outcome.PROVED, Outcome.HELD} if runs else {Outcome.PROVED}
    return Exit.WELL if answer.outcome in well and not deciding else Exit.UNDECIDED
