"""Recorded scenarios of placing, rolling out and making room (v1.36.2), each run in a world to its end.

How many pods are placed is the same, whichever of equal nodes they got: with spread that dead-ends, too.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from kubeproof.model.conformance.recorded import Recording, differences, recordings, replayed
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.objects.live_pod import LivePod
from tests.conformance.test_recorded_nodes import components

DATA = Path(__file__).parent / "data" / "controlplane" / "placed-v1.36.2.jsonl.gz"


def given() -> Mapping[str, Recording]:
    with gzip.open(DATA) as lines:
        return {one.meta["scenario"]: one for one in recordings(lines)}


RECORDED = given()


@pytest.mark.parametrize("scenario", RECORDED)
def test_a_recorded_scenario_ends_the_same_in_a_world(scenario: str) -> None:
    recorded = RECORDED[scenario]
    assert differences(recorded, replayed(recorded, components(recorded)).world, all_kinds=True) == []


def test_with_the_scores_of_another_version_a_dead_end_is_another() -> None:
    recorded = RECORDED["b-greedy-10n-60p-h2-deploy"]
    older = tuple(scheduler() if one.name == "scheduler" else one for one in components(recorded))
    held = replayed(recorded, older).world.store.objects.values()
    phases = Counter(one.status.phase for one in held if isinstance(one, LivePod))
    assert phases == {"Running": 55, "Pending": 5}


def test_all_recordings_are_there() -> None:
    assert len(RECORDED) == 32
