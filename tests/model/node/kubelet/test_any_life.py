"""Lives of any pods: what holds of all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.node.kubelet.life import Told, due, life, settled
from kubeproof.model.node.kubelet.processes import Process, Run
from kubeproof.model.node.kubelet.work import Work
from kubeproof.model.objects.container import Container, RestartPolicy, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod_status import is_terminal

POLICIES: tuple[RestartPolicy, ...] = ("Always", "OnFailure", "Never")
UNTIL = 120


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """What a container does: up to three kinds of run, and how long it takes to stop."""
    seconds = st.one_of(st.none(), st.integers(0, 40))
    runs = draw(st.lists(st.tuples(seconds, st.sampled_from((0, 1, 42))), min_size=1, max_size=3))
    code, takes = draw(st.sampled_from((0, 143))), draw(st.integers(0, 60))
    return Process(tuple(Run(*each) for each in runs), code, term_takes=takes)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Work, dict[str, Process], int | None]:
    """A pod with up to two containers and two init containers, what they do, and when it is deleted if ever."""
    apps = tuple(Container(name) for name in "ab"[: draw(st.integers(1, 2))])
    sidecars = draw(st.lists(st.booleans(), max_size=2))
    inits = tuple(Container(f"i{at}", restart_policy="Always" if is_one else "") for at, is_one in enumerate(sidecars))
    run = RunSpec(apps, inits, restart_policy=draw(st.sampled_from(POLICIES)))
    does = {container.name: draw(processes()) for container in (*apps, *inits)}
    return Work(LivePod(Meta("web", uid="u"), run)), does, draw(st.one_of(st.none(), st.integers(0, 60)))


def story(told: tuple[Work, dict[str, Process], int | None]) -> list[Told]:
    work, does, delete_at = told
    return list(life(work, does, until=UNTIL, delete_at=delete_at))


@given(lives())
def test_time_never_runs_backwards(told: tuple[Work, dict[str, Process], int | None]) -> None:
    times = [at for at, _ in story(told)]
    assert times == sorted(times)
    assert all(0 <= at <= UNTIL for at in times)


@given(lives())
def test_a_terminal_phase_is_never_left(told: tuple[Work, dict[str, Process], int | None]) -> None:
    reports = [report for _, report in story(told)]
    phases = [report.status.phase for report in reports]
    ended = [report.status.phase for report in reports if is_terminal(report.status.phase)]
    assert phases[len(phases) - len(ended) :] == ended
    assert len(set(ended)) <= 1


@given(lives())
def test_restarts_are_never_taken_back(told: tuple[Work, dict[str, Process], int | None]) -> None:
    counts: dict[str, int] = {}
    for _, report in story(told):
        for status in (*report.status.containers, *report.status.init_containers):
            assert status.restarts >= counts.get(status.name, 0)
            counts[status.name] = status.restarts


@given(lives(), st.integers(0, 90))
def test_what_is_settled_stays_so(told: tuple[Work, dict[str, Process], int | None], at: int) -> None:
    work, does, _ = told
    now: int | None = 0
    while now is not None and now <= at:
        work, _ = settled(work, now, does)
        again, reports = settled(work, now, does)
        assert reports == ()
        assert (again.runtime, again.status) == (work.runtime, work.status)
        now = due(work, now, does)


@given(lives())
def test_a_deleted_pod_is_gone_after_its_grace(told: tuple[Work, dict[str, Process], int | None]) -> None:
    work, does, _ = told
    last = story((work, does, 10))[-1]
    assert last.report.step in ("stopped", "terminated") or is_terminal(last.report.status.phase)
    assert last.at <= 10 + 30 + 2 + 2
