"""How long a key is held back, and when that is forgotten."""

import pytest

from kubeproof.model.node.kubelet import backoff
from kubeproof.model.node.kubelet.backoff import BackOff, Entry, Key

KEY: Key = ("uid", "c")


def crashes(held: BackOff, ran: int, times: int) -> list[int]:
    """The waits of a container that runs for `ran` seconds and is started again as soon as it may be."""
    now, waits = 0, []
    for _ in range(times):
        ended = now = now + ran
        now = backoff.waits_until(held, KEY, ended, now) or now
        held = backoff.grown(held, KEY, ended, now)
        waits.append(now - ended)
    return waits


WAITS = (
    ("the first crash restarts at once, then delays double up to five minutes", 0, None,
     [0, 10, 20, 40, 80, 160, 300, 300]),
    ("ten minutes of running are not enough to be forgiven", 600, None, [0, 10, 20, 40, 80, 160, 300, 300]),
    ("a second more is", 601, None, [0, 0, 0, 0, 0, 0, 0, 0]),
    ("a node may limit the delays", 0, 60, [0, 10, 20, 40, 60, 60, 60, 60]),
    ("a limit below the first delay is the first delay too", 0, 5, [0, 5, 5, 5, 5, 5, 5, 5]),
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "ran", "limit", "waits"), WAITS, ids=[case[0] for case in WAITS])
def test_how_long_a_crashing_container_waits(sentence: str, ran: int, limit: int | None, waits: list[int]) -> None:
    assert crashes(backoff.crash_loop(limit), ran, 8) == waits


def test_a_key_is_held_back_until_its_delay_is_over() -> None:
    held = BackOff(entries=BackOff().entries.set(KEY, Entry(10, 0)))
    assert backoff.waits_until(held, KEY, 5, 14) == 15
    assert backoff.waits_until(held, KEY, 5, 15) is None


def test_a_pull_is_held_back_from_its_last_failure_on() -> None:
    held = backoff.grown(backoff.image_pulls(), KEY, 100, 100)
    assert backoff.waits_since_update(held, KEY, 109) == 110
    assert backoff.waits_since_update(held, KEY, 110) is None


def test_another_key_is_not_held_back() -> None:
    held = backoff.grown(backoff.crash_loop(), KEY, 0, 0)
    assert backoff.waits_until(held, ("uid", "other"), 0, 0) is None
    assert backoff.delay_of(held, ("uid", "other")) == 0


def test_sweeping_keeps_what_still_counts() -> None:
    held = backoff.grown(backoff.grown(BackOff(), KEY, 0, 0), ("uid", "d"), 100, 100)
    assert set(backoff.swept(held, 601).entries) == {("uid", "d")}
    assert set(backoff.swept(held, 600).entries) == {KEY, ("uid", "d")}
