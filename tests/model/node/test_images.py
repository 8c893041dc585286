"""Whether an image is there, and what a container waits for where it is not."""

from __future__ import annotations

import pytest

from kubeproof.model.node.images import PullPolicy, Pulls, default_policy, ensured, should_pull
from kubeproof.model.objects.pod_status import Waiting

DEFAULTS = (("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1", "IfNotPresent"),
            ("host:5000/nginx", "Always"), ("nginx@sha256:" + "0" * 64, "IfNotPresent"))  # fmt: skip


@pytest.mark.parametrize(("image", "policy"), DEFAULTS)
def test_the_policy_of_who_names_none(image: str, policy: str) -> None:
    assert default_policy(image) == policy


PULLS: tuple[tuple[PullPolicy, bool, bool], ...] = (
    ("Always", True, True), ("Always", False, True), ("IfNotPresent", True, False), ("IfNotPresent", False, True),
    ("Never", True, False), ("Never", False, False),
)  # fmt: skip


@pytest.mark.parametrize(("policy", "present", "pulled"), PULLS)
def test_which_images_are_pulled(policy: PullPolicy, present: bool, pulled: bool) -> None:
    assert should_pull(policy, present=present) is pulled


def test_a_pull_that_fails_is_held_back_and_tried_again() -> None:
    pulls, waits = Pulls(), []
    for now in (0, 5, 10, 25, 30):
        pulls, _, waiting = ensured(pulls, "u", "app:1", "IfNotPresent", now, present=False, fails="not found")
        assert waiting is not None
        waits.append((waiting.reason, waiting.message))
    back_off = ("ImagePullBackOff", 'Back-off pulling image "app:1": ErrImagePull: not found')
    failed = ("ErrImagePull", "not found")
    assert waits == [failed, back_off, failed, back_off, failed]


def test_a_pull_that_works_forgets_the_failure() -> None:
    pulls, _, _ = ensured(Pulls(), "u", "app:1", "Always", 0, present=False, fails="not found")
    done = ensured(pulls, "u", "app:1", "Always", 10, present=False)
    assert (done.pulled, done.waiting, done.pulls.failed) == (True, None, ())


def test_never_pulling_needs_the_image() -> None:
    told = ensured(Pulls(), "u", "app:1", "Never", 0, present=False).waiting
    assert told == Waiting("ErrImageNeverPull", 'Container image "app:1" is not present with pull policy of Never')
    assert ensured(Pulls(), "u", "app:1", "Never", 0, present=True).waiting is None


def test_a_name_that_is_none_is_not_pulled() -> None:
    told = ensured(Pulls(), "u", "App:1", "Always", 0, present=False).waiting
    assert told == Waiting(
        "InvalidImageName",
        'Failed to apply default image tag "App:1": couldn\'t parse image name "App:1": invalid reference format',
    )
