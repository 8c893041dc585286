"""The command about time: run a cluster on a virtual clock, with what a script makes happen, and tell its story."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kubeproof.console import Exit, Json, say, show, warn
from kubeproof.model.errors import BadInput

if TYPE_CHECKING:
    from kubeproof.model.manifests.stated import Input
    from kubeproof.model.scheduler.profile import Profile
    from kubeproof.properties.queries.ran import Ran
    from kubeproof.worlds import World


class Output(StrEnum):
    """What is printed."""

    STORY = "story"
    YAML = "yaml"
    JSON = "json"


class Atomic(StrEnum):
    """What happens at once."""

    LOOK = "look"
    WRITE = "write"


def run(
    files: Annotated[
        list[str] | None, typer.Argument(help="Manifests: YAML or JSON files, folders, - for stdin.")
    ] = None,
    nodes: Annotated[str, typer.Option(help="Nodes to add: 'n{1..3} cpu=4 memory=16Gi zone=a'.")] = "",
    for_: Annotated[str, typer.Option("--for", help="How long to look on: 90s, 10m, 1h30m.")] = "10m",
    script: Annotated[str, typer.Option(help="What happens meanwhile: a YAML file (docs/scripts.md).")] = "",
    seed: Annotated[int | None, typer.Option(help="Choose among equal options by this seed; else the first.")] = None,
    atomic: Annotated[
        Atomic, typer.Option(help="What happens at once: a whole look of a component, or each request (races).")
    ] = Atomic.LOOK,
    only: Annotated[str, typer.Option(help="The story of these objects alone: pod/web-1, deploy, 'pod/web-*'.")] = "",
    wide: Annotated[bool, typer.Option("--wide", help="Every write, with each field that it changed.")] = False,
    out: Annotated[Output, typer.Option("-o", "--output", help="The story, or the objects at the end.")] = Output.STORY,
    show_managed_fields: Annotated[
        bool, typer.Option("--show-managed-fields", help="With -o: who owns which field of what was applied.")
    ] = False,
    picture: Annotated[str, typer.Option(help="Draw the story into this .svg or .txt file.")] = "",
    scheduler_config: Annotated[
        str, typer.Option(help="A KubeSchedulerConfiguration file: the scheduler that runs.")
    ] = "",
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME[=VALUE]",
            help="An optional component, such as descheduler=policy.yaml (docs/world.md). Repeatable.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse unknown kinds and fields.")] = False,
    json: Json = False,
) -> int:
    """What happens in a cluster over time: controllers, scheduler, kubelets, and what a script makes happen?"""
    if not files:
        raise BadInput("nothing to run: name a file or folder, or - for standard input")
    from kubeproof.model import script as scripts

    try:
        until = scripts.seconds(for_)
    except BadInput as bad:
        raise BadInput(bad.problem, file="--for") from bad
    if picture:
        from kubeproof.diagrams.render_svg import format_of

        format_of(picture)
    steps = scripts.load(script) if script else ()
    if late := next((one for one in steps if one.at > until), None):
        warn(f"warning: {script}:{late.line}: nothing is done after {for_}: the run has ended by then")
    world = _begun(_found(files, nodes, strict), seed, scheduler_config, with_ or [], atomic)
    notes = world.notes
    for note in notes:
        warn(f"note: {note.text}")
    world = world.play(steps, until)
    found = world.ran(only=only, wide=wide)
    _print(world, found, out, json, managed_fields=show_managed_fields)
    if picture:
        from kubeproof.diagrams.render_svg import save

        save(world.picture(), picture)
    if found.deciding:
        return Exit.UNDECIDED
    return Exit.WELL if found.well else Exit.NO


COMMANDS = (run,)
"""The commands, in the order in which they are listed."""


def _found(files: list[str], nodes: str, strict: bool) -> Input:
    from kubeproof.model.manifests.stated import stated

    found = stated(files, nodes=nodes, strict=strict)
    for warning in found.warnings:
        warn(f"warning: {warning}")
    return found


def _begun(found: Input, seed: int | None, scheduler_config: str, with_: list[str], atomic: Atomic) -> World:
    from kubeproof.worlds import of_input

    return of_input(found, seed, scheduler=_profile(scheduler_config), with_=with_, atomic=atomic.value)


def _profile(file: str) -> Profile | None:
    """The one scheduler of a configuration file."""
    if not file:
        return None
    from kubeproof.model.scheduler.configuration import load

    configuration = load(file)
    for note in configuration.notes:
        warn(f"warning: {file}: {note}")
    return configuration.asked(())


def _print(world: World, found: Ran, out: Output, json: bool, *, managed_fields: bool) -> None:
    if json:
        show(found, json=True)
    elif out is Output.STORY:
        show(found, json=False)
    else:
        import msgspec

        from kubeproof.model.story.ending import text
        from kubeproof.model.story.shown import objects, yaml

        told = objects(world.state, managed_fields=managed_fields)
        if out is Output.YAML:
            say(yaml(told).rstrip("\n"))
        else:
            listed = {"apiVersion": "v1", "kind": "List", "items": told}
            say(msgspec.json.format(msgspec.json.encode(listed), indent=2).decode())
        warn(text(found.ending).replace("\n", "; "))
