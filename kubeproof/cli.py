"""The command line: text in, text out. Each command reads its input, asks one question and prints the answer.

The commands about clusters are here, the one about time in cli_run.py, those about machines in cli_machines.py, the one
about recordings in cli_conform.py, the one about published failures in cli_study.py; console.py has what they share.
Exit status: 0 all is well, 1 the answer is no (a pod stays Pending, not all fits, a law is broken, a disagreement), 2
the input cannot be used, 3 undecided (not modelled, or out of time), 70 a fault of kubeproof's own, with a traceback.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated, Protocol, runtime_checkable

import typer

from kubeproof import cli_conform, cli_machines, cli_run, cli_study, cli_verify
from kubeproof.console import Exit, Json, Picture, complain, say, show, warn
from kubeproof.model.errors import BadInput, KubeproofError, NotModelled

if TYPE_CHECKING:
    from kubeproof.cluster import Cluster
    from kubeproof.properties.queries.pending import PodAnswer


@runtime_checkable
class Usage(Protocol):
    """The errors of the command line parser itself: wrong options, missing arguments."""

    exit_code: int

    def show(self) -> None:
        """Prints usage and error on stderr."""
        ...


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Files = Annotated[
    list[str] | None, typer.Argument(help="Manifests or dumps: YAML or JSON files, folders, - for stdin.")
]
Nodes = Annotated[
    str, typer.Option(help="Nodes to add: 'web{1..3} cpu=4 memory=16Gi zone=a; gpu1 cpu=32 taint=gpu:NoSchedule'.")
]
Context = Annotated[
    str | None, typer.Option(help="Ask the live cluster of this kubeconfig context ('' for the current one).")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse unknown kinds and fields instead of skipping them.")]
Config = Annotated[
    str, typer.Option("--scheduler-config", help="A KubeSchedulerConfiguration file: the scheduler that is asked.")
]


def main() -> int:
    """The exit status of the command line that this process was started with."""
    return run(sys.argv[1:])


def run(arguments: list[str]) -> int:
    """The exit status of a command line; errors become one line on stderr."""
    try:
        status = app(arguments, prog_name="kubeproof", standalone_mode=False)
        sys.stdout.flush()
    except NotModelled as unknown:
        return complain(str(unknown), Exit.UNDECIDED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away: nobody is left to tell
        return Exit.WELL
    except KubeproofError as bad:
        return complain(str(bad), Exit.UNUSABLE)
    except Exception as error:
        if not isinstance(error, Usage):
            traceback.print_exc()
            return complain("this is a fault of kubeproof's own; please report it with the lines above", Exit.FAULT)
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        return complain("interrupted", 130)
    return int(status or 0)


def _version(wanted: bool) -> None:
    if wanted:
        from kubeproof import __version__

        say(f"kubeproof {__version__}")
        raise typer.Exit


@app.callback()
def kubeproof(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An executable, provable model of Kubernetes: ask it why a pod is Pending, and whether it all fits."""


@app.command()
def why(
    files: Files = None,
    pod: Annotated[str, typer.Option("-p", "--pod", help="NAMESPACE/POD; without it, all pending pods by cause.")] = "",
    nodes: Nodes = "",
    context: Context = None,
    repairs: Annotated[int, typer.Option(min=0, max=20, help="How many repairs to look for.")] = 5,
    table: Annotated[bool, typer.Option("--table", help="Show what each plugin says of each node.")] = False,
    picture: Picture = "",
    scheduler_config: Config = "",
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Why is a pod Pending, and what is the smallest change that places it?"""
    cluster = _asking(_read(files, nodes, context, strict), scheduler_config, pod)
    if not pod:
        summary = cluster.why_all()
        show(summary, json)
        return Exit.NO if summary.waiting else Exit.WELL if summary.fits else Exit.UNDECIDED
    answer = cluster.why(pod, repairs=repairs)
    show(answer, json)
    if table and not json:
        say(f"\n{answer.table}")
    if picture:
        _draw(answer, picture)
    return Exit.WELL if answer.fits else Exit.NO


@app.command()
def fit(
    files: Files = None,
    nodes: Nodes = "",
    context: Context = None,
    picture: Picture = "",
    timeout: Annotated[float, typer.Option(min=0, help="Seconds after which the answer may be 'unknown'.")] = 30.0,
    scheduler_config: Config = "",
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Is there any placement of all pending pods together?"""
    from kubeproof.progress import progress
    from kubeproof.properties.queries.fit import Answer

    cluster = _asking(_read(files, nodes, context, strict), scheduler_config)
    with progress("searching for a placement") as on_progress:
        found = cluster.fit(timeout=timeout, on_progress=on_progress)
    show(found, json)
    if picture:
        from kubeproof.diagrams.of_placement import of_placement
        from kubeproof.diagrams.render_dot import save

        save(of_placement(cluster.snapshot, found.placement), picture)
    return {Answer.YES: Exit.WELL, Answer.NO: Exit.NO, Answer.UNKNOWN: Exit.UNDECIDED}[found.answer]


@app.command()
def survive(
    files: Files = None,
    nodes: Nodes = "",
    context: Context = None,
    lose: Annotated[str, typer.Option(help="What is lost at once: node, zone, region, or a label of nodes.")] = "node",
    silent: Annotated[
        bool, typer.Option("--silent", help="The machines fall silent: their nodes stay, tainted, pods and all.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds after which answers may be 'unknown'.")] = 30.0,
    scheduler_config: Config = "",
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Does all that runs find a place again, whichever node or zone is lost?"""
    from kubeproof.progress import progress
    from kubeproof.properties.queries.fit import Answer

    cluster = _asking(_read(files, nodes, context, strict), scheduler_config)
    with progress("losing nodes") as on_progress:
        found = cluster.survive(lose, silent=silent, timeout=timeout, on_progress=on_progress)
    show(found, json)
    return {Answer.YES: Exit.WELL, Answer.NO: Exit.NO, Answer.UNKNOWN: Exit.UNDECIDED}[found.fits]


@app.command()
def place(
    files: Files = None,
    nodes: Nodes = "",
    context: Context = None,
    scheduler_config: Config = "",
    scores: Annotated[bool, typer.Option("--scores", help="Show what each plugin gives each node.")] = False,
    seed: Annotated[
        int | None, typer.Option(help="Take any of equally good nodes, by this seed; without it the first one.")
    ] = None,
    every_outcome: Annotated[
        bool, typer.Option("--every-outcome", help="What may become of each pod, over all ties and orders?")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="With --every-outcome: look at so many states at most.")
    ] = None,
    scheduler_version: Annotated[
        str, typer.Option(help="1.34, or 1.36 (balance is scored anew; as in recorded runs of v1.36.2).")
    ] = "1.34",
    picture: Picture = "",
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Where does kube-scheduler put the pending pods, one by one?"""
    from kubeproof.progress import progress

    if every_outcome and (scores or picture or seed is not None):
        raise BadInput("--scores, --seed and --picture are of one run, not of --every-outcome")
    if limit is not None and not every_outcome:
        raise BadInput("--limit is for --every-outcome")
    from kubeproof.model.scheduler.versions import as_of

    as_of(scheduler_version)  # refused before any work is done
    cluster = _asking(_read(files, nodes, context, strict), scheduler_config)
    cluster = cluster.with_profile(as_of(scheduler_version, cluster.profile))
    if every_outcome:
        return _outcomes(cluster, limit, json)
    with progress("scheduling") as on_progress:
        found = cluster.schedule(seed, scores=scores, on_progress=on_progress)
    show(found, json)
    if picture:
        from kubeproof.diagrams.of_placement import of_placement
        from kubeproof.diagrams.render_dot import save

        placed = found.answer
        save(of_placement(placed.snapshot, placed.placement, placed.waiting), picture)
    if found.answer.undecided:
        return Exit.UNDECIDED
    return Exit.WELL if found.answer.all_placed else Exit.NO


@app.command()
def repl(files: Files = None, nodes: Nodes = "", context: Context = None, strict: Strict = False) -> None:
    """Ask questions of a cluster in Python (IPython where installed)."""
    from kubeproof.repl import start

    start(_read(files, nodes, context, strict))


@app.command()
def conformance(
    files: Annotated[list[str], typer.Argument(help="Golden files (.jsonl.gz) made by running real Kubernetes code.")],
    only: Annotated[str, typer.Option(help="Only these topics, e.g. filter,message,quantity-parse.")] = "",
    sample: Annotated[int, typer.Option(min=0, help="Only so many cases of each file, evenly spread (0: all).")] = 0,
    json: Json = False,
) -> int:
    """Does the model agree with real Kubernetes, case by case?"""
    from kubeproof.model.conformance.run import run as judge
    from kubeproof.progress import progress
    from kubeproof.report import Conformance

    with progress("comparing") as on_progress:
        topics = [topic.strip() for topic in only.split(",") if topic.strip()]
        report = judge(files, topics, sample, on_progress)
    show(Conformance(report), json)
    return Exit.WELL if report.all_agree else Exit.NO


for command in (*cli_run.COMMANDS, cli_conform.conform, cli_study.study, cli_verify.verify, *cli_machines.COMMANDS):
    app.command()(command)


def _outcomes(cluster: Cluster, limit: int | None, json: bool) -> Exit:
    from kubeproof.progress import progress
    from kubeproof.properties.queries.chances import Chance

    with progress("following every run") as on_progress:
        found = cluster.outcomes(limit=limit, on_progress=on_progress)
    show(found, json)
    chances = {group.chance for group in found.groups}
    if found.passed_over or chances & {Chance.SOMETIMES, Chance.NEVER}:
        return Exit.NO
    return Exit.UNDECIDED if Chance.UNDECIDED in chances else Exit.WELL


def _draw(answer: PodAnswer, path: str) -> None:
    """The answer as a picture, in the format of the file's ending."""
    from kubeproof.diagrams.of_pending import of_pending
    from kubeproof.diagrams.render_dot import save

    explanation = answer.why.explanation
    core = [clause for reason in explanation.reasons for clause in reason.clauses] if explanation else []
    save(of_pending(answer.why.decision, core), path)


def _read(files: list[str] | None, nodes: str, context: str | None, strict: bool) -> Cluster:
    from kubeproof.cluster import load
    from kubeproof.progress import progress

    if not files and context is None:
        raise BadInput("nothing to read: name a file or folder, - for standard input, or --context")
    with progress("reading") as on_progress:
        cluster = load(*files or (), nodes=nodes, context=context, strict=strict, on_progress=on_progress)
    gc.freeze()  # the cluster stays until the process ends: no search for cycles need walk through it
    for warning in cluster.warnings:
        warn(f"warning: {warning}")
    return cluster


def _asking(cluster: Cluster, file: str, pod: str = "") -> Cluster:
    """The cluster with the scheduler of a configuration file: the one that the pod (or the pending pods) name."""
    if not file:
        return cluster
    from kubeproof.model.scheduler.configuration import load

    configuration = load(file)
    for note in configuration.notes:
        warn(f"warning: {file}: {note}")
    asked = [cluster.pod(pod)] if pod else cluster.pending
    return cluster.with_profile(configuration.asked(asked))
