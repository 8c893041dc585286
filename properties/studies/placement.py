"""What studies ask of the scheduler alone: where the pods of manifests can go, in any run of it and at all."""

from __future__ import annotations

from collections.abc import Callable

from kubeproof.model.controlplane.etcd import of_kind, on_node
from kubeproof.model.manifests.load import load_text
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.play import Setup, begun, play
from kubeproof.model.scheduler.versions import as_of
from kubeproof.properties.queries.chances import Chance, Outcomes
from kubeproof.properties.queries.fit import fit
from kubeproof.properties.queries.fit.verdict import Answer
from kubeproof.properties.queries.outcomes import outcomes
from kubeproof.properties.verdict import Outcome, Verdict

_CHANCES = {Chance.ALWAYS: Outcome.PROVED, Chance.SOMETIMES: Outcome.VIOLATED, Chance.NEVER: Outcome.VIOLATED}
_ANSWERS = {Answer.YES: Outcome.PROVED, Answer.NO: Outcome.VIOLATED}


def placed(text: str) -> Verdict:
    """Whether the scheduler (v1.36) places all pods, whichever of equal nodes it takes, and in whatever order."""
    found = _outcomes(text, "1.36")
    chances = [group.chance for group in found.groups]
    least = next((one for one in (Chance.NEVER, Chance.SOMETIMES, Chance.UNDECIDED) if one in chances), Chance.ALWAYS)
    counts = (f"{_counted(group.fewest, group.most)} of {len(group.pods)} are" for group in found.groups)
    outcome = _CHANCES.get(least, Outcome.UNKNOWN)
    return _verdict(
        "the scheduler places all pods", found, outcome, "" if outcome is Outcome.PROVED else ", ".join(counts)
    )


def worst(count: int, version: str) -> Callable[[str], Verdict]:
    """Whether the scheduler of a version places so many pods in its worst run."""

    def ask(text: str) -> Verdict:
        found = _outcomes(text, version)
        outcome = Outcome.PROVED if sum(one.fewest or 0 for one in found.groups) == count else Outcome.VIOLATED
        law = f"the scheduler of v{version} places {count} pods at its worst"
        return _verdict(law, found, outcome if found.complete else Outcome.UNKNOWN, "")

    return ask


def first_choices(count: int) -> Callable[[str], Verdict]:
    """Whether a cluster whose scheduler (v1.36) takes the first of equal nodes comes to so many pods with a node."""

    def ask(text: str) -> Verdict:
        played = begun(Setup(profile=as_of("1.36")), stated_text(text))
        store = play(played.setup, played.world, 60).world.store
        found = len(store.bucket(of_kind("Pod"))) - len(store.bucket(on_node("")))
        outcome = Outcome.PROVED if found == count else Outcome.VIOLATED
        return Verdict(f"taking the first of equal nodes it places {count}", "one run", outcome, complete=True)

    return ask


def _outcomes(text: str, version: str) -> Outcomes:
    return outcomes(load_text(text).snapshot, profile=as_of(version))


def _counted(fewest: int | None, most: int | None) -> str:
    return f"{most or 0}" if fewest == most else f"{fewest or 0} to {most or 0}"


def _verdict(law: str, found: Outcomes, outcome: Outcome, why: str) -> Verdict:
    return Verdict(
        law, "all outcomes", outcome, why, states=found.states, complete=found.complete, assumes=found.assumptions
    )


def possible(text: str) -> Verdict:
    """Whether there is a placement of all pods together."""
    found = fit(load_text(text).snapshot)
    return Verdict(
        "there is a placement of all pods",
        "fit",
        _ANSWERS.get(found.answer, Outcome.UNKNOWN),
        why=found.why,
        complete=found.answer is not Answer.UNKNOWN,
        assumes=("a placement counts once all pods are there, in whatever order they came",),
    )
