"""How a cluster can fail: its laws asked of every world that it can come to, while things happen to it.

The input is run until it rests; from there on each thing that the budget names may happen, and portfolio.py asks one
engine after another. What was not decided is UNKNOWN, and says so.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import of_kind
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import Input, stated_text
from kubeproof.model.trace import Trace
from kubeproof.model.trace_json import written
from kubeproof.model.world import World
from kubeproof.properties.engines import worlds
from kubeproof.properties.engines.world_moves import Move
from kubeproof.properties.engines.world_steps import ENVIRONMENT, Order
from kubeproof.properties.engines.world_story import NOWHERE
from kubeproof.properties.laws.world import WHOLE as WHOLE_DEPLOYMENTS
from kubeproof.properties.laws.world import standard
from kubeproof.properties.laws.world_rollouts import whole_of
from kubeproof.properties.queries import losses, sizes
from kubeproof.properties.queries.answer import Answer
from kubeproof.properties.queries.given import SETTLES, given
from kubeproof.properties.queries.portfolio import asked
from kubeproof.properties.queries.question import WHOLE, Engines, Finding, OnStage, Question
from kubeproof.properties.queries.retold import Kept, retold, waits
from kubeproof.properties.queries.words import plural
from kubeproof.properties.verdict import Outcome, Verdict
from kubeproof.properties.world_law import WorldLaw

WORST = (Outcome.VIOLATED, Outcome.UNKNOWN, Outcome.HELD, Outcome.PROVED)
"""The outcomes, the worst first."""


class Verified(Answer, msgspec.Struct, frozen=True):
    """The findings, law by law. `manifests`: the whole input; `script`: events that might happen; `rested`: the cluster
    had come to rest before anything was asked; `command`: what was asked, on a command line."""

    findings: tuple[Finding, ...]
    manifests: str
    rested: bool
    script: str = ""
    command: str = ""

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts in the order of the laws."""
        return tuple(one.verdict for one in self.findings)

    @property
    def outcome(self) -> Outcome:
        """The worst of them: VIOLATED, else UNKNOWN, else HELD, else PROVED."""
        return min((one.outcome for one in self.verdicts), key=WORST.index, default=Outcome.PROVED)

    @property
    def violated(self) -> tuple[Finding, ...]:
        """What does not hold, with a run that shows it or without."""
        return tuple(one for one in self.findings if one.verdict.outcome is Outcome.VIOLATED)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """What is violated, and has a run that can be replayed."""
        return tuple(one for one in self.violated if one.verdict.trace and not one.program)

    @property
    def text(self) -> str:
        """A line a law, then the shortest way to each that is broken, then what it all rests on."""
        lines = [] if self.rested else [f"the cluster had not come to rest after {SETTLES} s: asked from there on"]
        ordered = sorted(self.findings, key=lambda one: WORST.index(one.verdict.outcome))
        lines += [f"{one.verdict.outcome.value:8}  {one.verdict.law}  [{detail(one)}]" for one in ordered]
        for one in self.violated:
            again = self.again(one) if one in self.broken else ""
            lines += ["", one.verdict.law, *(f"    {told}" for told in story(one))]
            lines += [f"    again: {again}"] if again else []
        assumed = dict.fromkeys(each for one in self.verdicts for each in one.assumes)
        return "\n".join([*lines, "", *(f"assumed: {one}" for one in assumed)])

    def again(self, one: Finding) -> str:
        """A command that finds a law broken once more and replays the run, "" where none is known."""
        law = shlex.quote(one.verdict.law)
        return f"{self.command} --law {law} --json | kubeproof replay -" if self.command else ""

    def kept(self, one: Finding) -> Kept:
        """A finding's run with all that is needed to do it again. Raises LookupError where it has none."""
        if one.verdict.trace is None:
            raise LookupError(one.verdict.law)
        manifests = self.manifests if one.size is None else one.size.manifests
        return Kept(one.verdict.law, manifests, one.verdict.trace, self.script)

    def data(self) -> dict[str, Any]:
        """The verdicts as plain data; docs/json.md is their schema."""
        shown = [one for one in self.findings if one.verdict.trace is not None and not one.program]
        inputs = {_size(one): self.kept(one).manifests for one in shown}
        return {
            "outcome": self.outcome.value,
            "rested": self.rested,
            "script": self.script,
            "inputs": [{"size": name, "manifests": manifests} for name, manifests in inputs.items()],
            "verdicts": [_data(one) for one in self.findings],
        }


def verified(
    found: Input,
    moves: tuple[Move, ...] = (),
    *,
    limit: int,
    law: str = "",
    own: Sequence[WorldLaw] = (),
    engines: Engines = Engines.ALL,
    runs: int = 20,
    seconds: float = 0,
    order: Order = Order.CALM,
    script: str = "",
    command: str = "",
    steps: Mapping[str, int] | None = None,
    on_stage: OnStage | None = None,
) -> Verified:
    """The verdicts on the laws (those that contain a text) of what was read: the standard ones, and `own`.

    `order`: who may look next in searches, calm or atomic; `steps`: what may happen where Hypothesis is asked. Raises
    BadInput.
    """
    manifests = sizes.text(found)
    whole = given(stated_text(manifests))  # as runs of it are done again
    laws = [*laws_of(whole.world), *own]
    chosen = tuple(one for one in laws if law in one.name)
    fits = engines is Engines.ALL and losses.is_about(moves) and law in losses.LAW
    if not chosen and not fits:
        raise BadInput(f"no law contains {law!r}; there are: {'; '.join(one.name for one in laws)}")
    question = Question(chosen, moves, lambda world: [*laws_of(world), *own], engines, limit, runs, seconds, order)
    if engines is Engines.HYPOTHESIS:
        from kubeproof.properties.queries import at_random

        drawn = at_random.findings(chosen, manifests, steps or {}, runs=runs, seconds=seconds)
        return Verified(drawn, manifests, whole.rested)
    findings = asked(question, found, whole, on_stage) if chosen else ()
    if fits:
        findings = (*findings, Finding(losses.asked_of(whole.world, moves)))
    answer = Verified(findings, manifests, whole.rested, script, command)
    try:
        return replace(answer, findings=tuple(_replayed(answer, one) for one in answer.findings))
    except KeyboardInterrupt:
        return answer


def _replayed(answer: Verified, one: Finding) -> Finding:
    """The finding, once the run that breaks the law was done again from what is told of it."""
    if one not in answer.broken:
        return one
    run = retold(answer.kept(one))
    return replace(one, waits=tuple(waits(run.stages[-1].world)))


def laws_of(world: World) -> list[WorldLaw]:
    """The standard laws that apply to a cluster; what is hoped for of all Deployments is asked of each."""
    deployments = sorted(world.store.bucket(of_kind("Deployment")))
    return [
        one
        for law in standard(world)
        for one in (map(whole_of, deployments) if law.name == WHOLE_DEPLOYMENTS.name else [law])
    ]


def detail(one: Finding) -> str:
    """Who found it out, in which cluster, in how many worlds, and why it is no more."""
    verdict = one.verdict
    searched = verdict.engine == worlds.ENGINE
    whole = "complete" if verdict.complete else "cut off" if searched and verdict.trace is None else ""
    why = "" if verdict.outcome is Outcome.VIOLATED else verdict.why.removeprefix("cut off: ")
    seen = plural(verdict.states, "world") if verdict.states else ""
    words = ", ".join(filter(None, (_size(one), seen, whole, why)))
    return f"{Engines.SEARCH.value if searched else verdict.engine}: {words}"


def story(one: Finding) -> Iterator[str]:
    """The run that breaks a law, as lines, without what changes nothing but the time: each line with when it was; of a
    law that is not about runs why it does not hold."""
    trace = one.verdict.trace
    if one.verdict.why:
        yield one.verdict.why
    if trace is None:
        return
    if one.size is not None:
        yield f"in a smaller cluster ({one.size.name}); the whole breaks it too when the same happens"
    yield from _brief(trace, one.verdict.law)
    yield from one.waits
    if one.program:
        yield from ("this program does it again:", *one.program.splitlines())


def _size(one: Finding) -> str:
    return WHOLE if one.size is None else one.size.name


def _brief(trace: Trace, law: str) -> Iterator[str]:
    """What is told of the start: what changes later on, or where nothing does what the law names."""
    clock = trace.names.index("time")
    names = {name for at in range(1, len(trace.moments)) for name in trace.changes(at)}
    if not names - {"time"}:
        names = {name for name in trace.names if name == NOWHERE or _named(name, law)}
    start = [f"{name}={value}" for name, value in trace.first.items() if name in names and name != "time"]
    yield f"   0  {trace.moments[0].state[clock]}  {', '.join(start)}"
    for at, moment in enumerate(trace.moments[1:], start=1):
        changed = {name: both for name, both in trace.changes(at).items() if name != "time"}
        if changed or moment.by == ENVIRONMENT:
            told = ", ".join(f"{name}: {old} -> {new}" for name, (old, new) in changed.items())
            yield f"{at:4}  {moment.state[clock]}  {moment.by}: {moment.step}" + (f"  {told}" if told else "")
    if trace.loop is not None:
        yield f"      then nothing that changes this, for ever ({plural(len(trace.moments) - 1, 'step')} in all)"


def _named(name: str, law: str) -> bool:
    """Whether a law names an object that is written like this: deployment/shop/web as Deployment shop/web."""
    kind, _, rest = name.partition("/")
    return f"{kind} {rest} ".lower() in f"{law} ".lower()


def _data(found: Finding) -> dict[str, Any]:
    one = found.verdict
    return {
        "law": one.law,
        "outcome": one.outcome.value,
        "why": one.why,
        "engine": one.engine,
        "size": _size(found),
        "worlds": one.states,
        "complete": one.complete,
        "assumes": list(one.assumes),
        "waits": list(found.waits),
        "program": found.program,
        "trace": msgspec.json.decode(written([one.trace])) if one.trace and not found.program else None,
    }
