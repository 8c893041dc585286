"""The commands about machines: draw one, check its laws, write it for another checker, replay a run of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kubeproof.console import Exit, Json, Picture, say, show, warn
from kubeproof.model.errors import BadInput

if TYPE_CHECKING:
    from kubeproof.model.trace import Trace
    from kubeproof.properties.queries.checked import Checked


def _pinned(path: str) -> str:
    """The path, if runs can be pinned there: that is refused before any work is done."""
    if path:
        from kubeproof.pin import refuse

        refuse(path)
    return path


Name = Annotated[str, typer.Argument(help="A machine: pod, container, node, … (an unknown name lists them).")]
Shows = Annotated[str, typer.Option(help="Draw the values of this variable as states.")]


def diagram(
    name: Name,
    out: Annotated[str, typer.Option("-o", "--out", help="Draw into this .svg, .png, .dot or .txt file.")] = "",
    coverage: Annotated[str, typer.Option(help="Shade what the runs in this JSON file took (- for stdin).")] = "",
    shows: Shows = "",
) -> int:
    """What are the states of a machine, and what leads from which to which?"""
    from kubeproof.diagrams.of_machine import of_machine
    from kubeproof.diagrams.picture import text
    from kubeproof.diagrams.render_dot import format_of, save
    from kubeproof.model.machines import machine
    from kubeproof.model.trace_json import read
    from kubeproof.properties.queries.moves import moves

    if out:
        format_of(out)
    runs = read(coverage) if coverage else ()
    picture = of_machine(machine(_registered(name)), runs, shows=shows, happens=moves)
    if out:
        save(picture, out)
    else:
        say(text(picture).rstrip("\n"))
    return Exit.WELL


def check(
    names: Annotated[list[str], typer.Argument(help="Machines: pod, container, node, … (an unknown name lists them).")],
    engine: Annotated[
        str, typer.Option(help="search (complete), prove (z3), fuzz (random runs), or all of them.")
    ] = "search",
    law: Annotated[str, typer.Option(help="Only the laws, and studies, whose names contain this.")] = "",
    pin: Annotated[
        str, typer.Option(callback=_pinned, help="Write what broke a law as a pytest file: tests/test_….py.")
    ] = "",
    picture: Picture = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Look at so many states at most, in each search.")] = None,
    json: Json = False,
) -> int:
    """Do the laws of a machine hold, and if not, what breaks them?"""
    from kubeproof.progress import searching
    from kubeproof.properties.queries.check import asked, engine_named
    from kubeproof.properties.queries.check import check as ask
    from kubeproof.properties.verdict import Outcome

    questions = asked([_registered(name) for name in names], law)
    part = engine_named(engine)
    with searching() as watch:
        found = ask(questions, part, limit=limit, on_progress=watch.progress, on_law=watch.law)
    show(found, json)
    _keep(found, pin, picture)
    return {Outcome.VIOLATED: Exit.NO, Outcome.UNKNOWN: Exit.UNDECIDED}.get(found.outcome, Exit.WELL)


def export(
    name: Name,
    to: Annotated[str, typer.Option(help="promela (for SPIN) or tla (for TLC).")],
    out: Annotated[str, typer.Option("-o", "--out", help="Write into this file; for tla a .cfg file beside it.")] = "",
) -> int:
    """A machine and its laws as text for another checker."""
    from kubeproof.model.files import save
    from kubeproof.properties.queries.export import exported

    main, *beside = exported(_registered(name), to)
    if not out:
        say(main.text.rstrip("\n"))
        return Exit.WELL
    target = Path(out)
    if not main.name.startswith(".") and target.name != main.name:
        raise BadInput(f"the module in it must be called as its file is: name the file {main.name}", file=out)
    save(out, main.text.encode())
    for file in beside:
        save(target.with_name(file.name), file.text.encode())
        warn(f"wrote {target.with_name(file.name)} too")
    return Exit.WELL


def replay(
    name: Annotated[str, typer.Argument(help="A machine, or what verify --json prints (- for standard input).")],
    run: Annotated[
        str, typer.Argument(help="A machine's run, several, or what check --json prints; - for standard input.")
    ] = "",
    picture: Picture = "",
) -> int:
    """Does a machine (or a cluster) take a run's steps as they are told? Then its story is printed."""
    if not run:
        return _replay_clusters(name, picture)
    from kubeproof.model.machines import machine
    from kubeproof.model.run import replay as again
    from kubeproof.model.trace_json import read

    traces = read(run)
    of = machine(_registered(name))
    for trace in traces:
        again(of, trace)
    say("\n\n".join(trace.story for trace in traces))
    if picture:
        _draw(traces[0], "", len(traces), picture)
    return Exit.WELL


def _replay_clusters(file: str, picture: str) -> int:
    from kubeproof.model.manifests.read import content
    from kubeproof.properties.queries.retold import read, retold

    name = "standard input" if file == "-" else file
    kept = read(content(file), name)
    for one in kept:
        retold(one)
    say("\n\n".join(f"{one.law}\n{one.trace.story}" for one in kept))
    if picture:
        _draw(kept[0].trace, kept[0].law, len(kept), picture)
    return Exit.WELL


COMMANDS = (diagram, check, export, replay)
"""The commands, in the order in which they are listed."""


def _registered(name: str) -> str:
    from kubeproof.properties.queries.check import known

    return known(name)


def _keep(found: Checked, pin: str, picture: str) -> None:
    """The runs that were found as a test file, and the first of them as a picture."""
    runs = found.shown
    if not runs:
        if pin or picture:
            warn("no run was found that could be pinned or drawn")
        return
    if pin:
        from kubeproof.pin import save as save_pin

        save_pin(pin, runs)
    first = runs[0]
    if picture and first.verdict.trace:
        _draw(first.verdict.trace, first.law.name, len(runs), picture)


def _draw(trace: Trace, title: str, count: int, path: str) -> None:
    from kubeproof.diagrams.of_trace import of_trace
    from kubeproof.diagrams.render_dot import save

    save(of_trace(trace, title), path)
    if count > 1:
        warn(f"drew the first of {count} runs")
