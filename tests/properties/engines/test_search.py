"""Complete search against the plainest one there is, a set of states and values; symmetry changes no verdict."""

from __future__ import annotations

from enum import Enum

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from kubeproof.model.logic.terms import Term, all_of, any_of
from kubeproof.model.machine import ANY, BadValue, Machine, Outside, Step, after, between, boolean, one_of, times
from kubeproof.model.machines import MACHINES, machine
from kubeproof.model.state import State, enabled, initial, take
from kubeproof.properties.engines import visited
from kubeproof.properties.engines.explore import explore, reachable
from kubeproof.properties.engines.packing import Block, Layout
from kubeproof.properties.engines.search import Progress
from kubeproof.properties.engines.visited import Collision, Visited
from kubeproof.properties.law import always, every_step, leads_to, sometimes
from kubeproof.properties.verdict import Outcome


class Place(Enum):
    IDLE = "idle"
    WAITS = "waits"
    WORKS = "works"


place, tools = one_of("place", Place), between("tools", 0, 2)
WORKER = Machine(
    "worker",
    start={place: Place.IDLE, tools: 2},
    steps=(
        Step("come", by="worker", fair=False, when=place.eq(Place.IDLE), sets={place: Place.WAITS}),
        Step(
            "begin", by="worker", when=place.eq(Place.WAITS) & (tools > 0), sets={place: Place.WORKS, tools: tools - 1}
        ),
        Step("end", by="worker", when=place.eq(Place.WORKS), sets={place: Place.IDLE, tools: tools + 1}),
    ),
)
CREW = times(WORKER, 4, shared=(tools,))
PLACES = [block[0] for block in CREW.alike[0]]
working = [one.eq(Place.WORKS) for one in PLACES]
three_work = any_of(all_of(working[:at] + working[at + 1 :]) for at in range(4))


def plainly(asked: Machine) -> tuple[int, int]:
    """How many states can be reached, and in how many steps, as values."""
    seen: set[State] = set(initial(asked))
    frontier, depth = seen, 0
    while True:
        found = {take(asked, step, state) for state in frontier for step in enabled(asked, state)} - seen
        if not found:
            return len(seen), depth
        seen, frontier, depth = seen | found, found, depth + 1


@pytest.mark.parametrize("name", ["probe", "pod_order", "pod_worker", "sandbox", "memory"])
def test_it_finds_what_the_plainest_search_finds(name: str) -> None:
    found = reachable(machine(name))
    assert (found.states, found.depth) == plainly(machine(name))
    assert found.cut == ""


def test_equal_workers_count_once() -> None:
    every, alike = reachable(CREW, symmetry=False), reachable(CREW)
    assert (every.states, every.depth) == plainly(CREW)
    # How many of 4 idle, wait and work: 15 ways to part 4 in 3, less those with 3 (twice) or 4 at work.
    assert alike.states == 15 - 2 - 1
    assert every.depth == alike.depth


level, crashes = one_of("level", Place), between("crashes", 0, 3)
SMALL_POD = Machine(
    "pod",
    start={level: Place.IDLE, crashes: 0},
    steps=(
        Step("start", by="kubelet", when=level.eq(Place.IDLE), sets={level: Place.WORKS}),
        Step(
            "crash",
            by="process",
            when=level.eq(Place.WORKS) & (crashes < 3),
            sets={level: Place.WAITS, crashes: crashes + 1},
        ),
        Step("restart", by="kubelet", when=level.eq(Place.WAITS), sets={level: Place.WORKS}),
    ),
)


def test_six_equal_pods_are_far_fewer_states_by_symmetry() -> None:
    six = times(SMALL_POD, 6)
    every, alike = reachable(six, symmetry=False), reachable(six)
    assert (every.states, alike.states) == (8**6, 1716)
    assert every.states > 50 * alike.states
    assert every.depth == alike.depth
    crashed = [block[1] for block in six.alike[0]]
    asked = [
        sometimes("all have crashed three times", six, all_of(one.eq(3) for one in crashed)),
        always("somebody never crashed", six, any_of(one.eq(0) for one in crashed)),
        always("crashes are three at most", six, all_of(one <= 3 for one in crashed)),
    ]
    found = [(verdict.outcome, verdict.complete) for verdict in explore(asked)]
    assert found == [(verdict.outcome, verdict.complete) for verdict in explore(asked, symmetry=False)]
    assert [outcome for outcome, _ in found] == [Outcome.PROVED, Outcome.VIOLATED, Outcome.PROVED]


CREW_LAWS = (
    always("no more work than there are tools", CREW, ~three_work),
    always("nobody ever waits", CREW, all_of(~one.eq(Place.WAITS) for one in PLACES)),
    sometimes("all wait", CREW, all_of(one.eq(Place.WAITS) for one in PLACES)),
    sometimes("two work", CREW, tools.eq(0)),
    every_step("tools come back one by one", CREW, after(tools) <= tools + 1),
    every_step("tools are never taken", CREW, tools <= after(tools)),
)


def test_symmetry_changes_no_verdict_and_no_length() -> None:
    def short(symmetry: bool) -> list[tuple[str, Outcome, int]]:
        return [
            (verdict.law, verdict.outcome, len(verdict.trace.steps) if verdict.trace else -1)
            for verdict in explore(CREW_LAWS, symmetry=symmetry)
        ]

    assert (
        short(symmetry=True)
        == short(symmetry=False)
        == [
            ("no more work than there are tools", Outcome.PROVED, -1),
            ("nobody ever waits", Outcome.VIOLATED, 1),
            ("all wait", Outcome.PROVED, 4),
            ("two work", Outcome.PROVED, 4),
            ("tools come back one by one", Outcome.PROVED, -1),
            ("tools are never taken", Outcome.VIOLATED, 2),
        ]
    )


def test_a_law_that_names_one_worker_is_asked_of_all_states() -> None:
    first = sometimes("the first works", CREW, working[0])
    (verdict,) = explore([always("the first never works", CREW, ~working[0])])
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert verdict.trace.last["worker1.place"] == "works"
    assert explore([first])[0].outcome is Outcome.PROVED


def test_blocks_that_are_not_alike_are_refused() -> None:
    lame = CREW.without_step("worker3: end")
    with pytest.raises(BadValue, match="are not alike: a step of one has no twin"):
        reachable(lame)
    favoured = msgspec.structs.replace(CREW, start={**CREW.start, PLACES[1]: Place.WAITS})
    with pytest.raises(BadValue, match="are not alike: they start differently"):
        reachable(favoured)


def test_who_waits_may_wait_for_ever_where_tools_are_always_taken() -> None:
    """Weak fairness: it is never long enough possible to begin."""
    (verdict,) = explore([leads_to("who waits works", CREW, PLACES[0].eq(Place.WAITS), working[0])])
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert verdict.trace.loop is not None
    around = verdict.trace.moments[verdict.trace.loop :]
    at = verdict.trace.names.index("worker1.place")
    assert {moment.state[at] for moment in around} == {"waits"}
    assert 0 in {moment.state[verdict.trace.names.index("tools")] for moment in around}


def test_who_works_ends() -> None:
    (verdict,) = explore([leads_to("who works ends", CREW, working[0], ~working[0])])
    assert verdict.outcome is Outcome.PROVED
    assert verdict.complete


def test_standing_still_is_a_lasso_too() -> None:
    (verdict,) = explore([leads_to("who is idle comes", WORKER, place.eq(Place.IDLE), place.eq(Place.WAITS))])
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.trace is not None
    assert verdict.trace.story.splitlines()[-1].strip() == "then nothing more, for ever"


def test_a_step_that_is_always_possible_is_taken() -> None:
    tick, done = boolean("tick"), boolean("done")
    steps = (
        Step("tick", by="clock", when=tick | ~tick, sets={tick: ~tick}),
        Step("do", by="me", when=~done, sets={done: True}),
    )
    clock = Machine("clock", start={tick: False, done: False}, steps=steps)
    asked = leads_to("it is done", clock, ~done, done)
    assert explore([asked])[0].outcome is Outcome.PROVED
    lazy = clock.with_steps(msgspec.structs.replace(steps[1], fair=False))
    (broken,) = explore([msgspec.structs.replace(asked, machine=lazy)])
    assert broken.outcome is Outcome.VIOLATED
    assert broken.trace is not None
    assert set(broken.trace.steps) == {"tick"}


def wide(count: int) -> Machine:
    """So many counters that no word holds them all."""
    counters = [between(f"c{number}", 0, 2) for number in range(count)]
    flag = boolean("flag")
    step = [
        Step(f"add {number}", by="me", when=one < 2, sets={one: one + 1, flag: ~flag})
        for number, one in enumerate(counters)
    ]
    return Machine("wide", start={**dict.fromkeys(counters, 0), flag: ANY}, steps=tuple(step[:6]))


def test_states_of_several_words_are_told_apart() -> None:
    asked = wide(40)
    assert Layout(asked).words == 2
    found = reachable(asked)
    assert (found.states, found.depth) == plainly(asked) == (2 * 3**6, 12)


def test_a_hash_that_two_states_share_is_noticed_and_another_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = Visited._keys, []

    def poor(self: Visited, block: Block) -> NDArray[np.uint64]:
        asked.append(self._salt)
        return real(self, block) % np.uint64(50) if self._salt == 0 else real(self, block)

    monkeypatch.setattr(visited.Visited, "_keys", poor)
    assert reachable(wide(40)).states == 2 * 3**6
    assert set(asked) == {0, 1}


def test_a_collision_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visited, "_keys", lambda self, block: np.zeros(len(block[0]), dtype=np.uint64))
    seen = Visited(2)
    one, other = (np.array([number], dtype=np.uint64) for number in (1, 2))
    seen.new([one, one])
    with pytest.raises(Collision):
        seen.new([one, other])


def test_a_step_out_of_its_sort_is_an_error_that_names_it() -> None:
    wrong = WORKER.with_steps(Step("lose a tool", by="thief", when=tools <= 2, sets={tools: tools - 1}))
    with pytest.raises(Outside) as error:
        reachable(wrong)
    assert str(error.value) == "worker: step 'lose a tool' makes tools -1, but it is 0 to 2 (in place=idle, tools=0)"


def test_a_search_that_is_cut_off_claims_nothing() -> None:
    (safe, seen, live) = explore(
        [
            always("no more work than there are tools", CREW, ~three_work),
            sometimes("two work", CREW, tools.eq(0)),
            leads_to("who works ends", CREW, working[0], ~working[0]),
        ],
        limit=3,
        symmetry=False,
    )
    assert [one.outcome for one in (safe, seen, live)] == [Outcome.UNKNOWN] * 3
    assert safe.why == live.why == "cut off: more than 3 states"
    assert not safe.complete


def test_ctrl_c_ends_with_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.depth == 3:
            raise KeyboardInterrupt

    held, found = explore(
        [
            always("no more work than there are tools", CREW, ~three_work),
            sometimes("somebody waits", CREW, ~all_of(one.eq(Place.IDLE) for one in PLACES)),
        ],
        on_progress=interrupt,
    )
    assert (held.outcome, held.why) == (Outcome.UNKNOWN, "cut off: interrupted")
    assert found.outcome is Outcome.PROVED


def test_a_search_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    reachable(CREW, on_progress=told.append)
    assert told[-1].states == 12
    assert [one.depth for one in told] == sorted(one.depth for one in told)


def test_the_machines_are_small_enough_to_be_known_whole() -> None:
    assert all(reachable(machine(name)).bytes < 40 * reachable(machine(name)).states for name in MACHINES)


def test_terms_of_laws_may_be_written_in_any_order() -> None:
    mirrored: Term = all_of(~one for one in reversed(working))
    assert explore([always("nobody works", CREW, mirrored)])[0].states < 20
