"""The strategies draw what interacts: a property that holds on them holds of something."""

from hypothesis import given, settings

from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.scheduler.columns import ClusterColumns
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import by_columns, rules
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.properties.engines.explore import explore
from kubeproof.properties.law import Form, Law
from kubeproof.properties.strategies import clusters, laws, machines, questions
from kubeproof.properties.verdict import Outcome

NEVER_DRAWN = {"SchedulingGates", "NodeName"}


def test_every_kind_of_law_is_kept_by_some_machine_and_broken_by_another() -> None:
    seen: set[tuple[Form, Outcome]] = set()

    @given(machines().flatmap(laws))
    @settings(max_examples=200)
    def look(law: Law) -> None:
        seen.add((law.form, explore([law])[0].outcome))

    look()
    assert seen == {(form, outcome) for form in Form for outcome in (Outcome.PROVED, Outcome.VIOLATED)}


def test_every_filter_refuses_some_node_and_takes_another() -> None:
    told_apart: set[str] = set()

    @given(questions())
    @settings(max_examples=200)
    def look(question: tuple[Snapshot, Pod]) -> None:
        snapshot, pod = question
        found = by_columns(rules(pod, Facts(snapshot), DEFAULT), ClusterColumns(snapshot))
        refusing = [{found.rules[at].plugin.name for at in one.failing} for one in found.classes]
        for some in refusing:
            told_apart.update(name for name in some if not all(name in others for others in refusing))

    look()
    assert told_apart == {plugin.name for plugin in DEFAULT} - NEVER_DRAWN


@given(clusters())
def test_a_cluster_is_one(snapshot: Snapshot) -> None:
    names = [node.name for node in snapshot.nodes]
    assert names
    assert len(set(names)) == len(names)
    assert len({pod.key for pod in snapshot.pods}) == len(snapshot.pods)
    assert all(pod.node in ("", *names) for pod in snapshot.pods)
    assert all(pod.nominated in ("", *names) and not (pod.node and pod.nominated) for pod in snapshot.pods)
