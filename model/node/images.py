"""Whether a container's image is there, and how it comes: policy, failures and back-off (pkg/kubelet/images, v1.36).

A failure is the container's waiting reason and message. Left out: image credentials and their verification, pulls in
parallel, how long a pull takes, garbage collection.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from kubeproof.model.logic.golang import quoted
from kubeproof.model.node.kubelet import backoff
from kubeproof.model.objects.pod_status import Waiting

PullPolicy = Literal["Always", "IfNotPresent", "Never"]

_NAME = re.compile(
    r"(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
    r"(?::[0-9]+)?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    r"(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_INVALID = "couldn't parse image name %s: invalid reference format"


class Pulls(NamedTuple):
    """What the image manager remembers: back-off by pod and image, and what the last pull of each failed with."""

    held: backoff.BackOff = backoff.image_pulls()
    failed: tuple[tuple[backoff.Key, str], ...] = ()


class Ensured(NamedTuple):
    """What became of asking for an image: the memory afterwards, whether it was pulled, and why it cannot be used."""

    pulls: Pulls
    pulled: bool = False
    waiting: Waiting | None = None


def default_policy(image: str) -> PullPolicy:
    """The pull policy of a container that names none: Always where the tag is latest, or neither tag nor digest."""
    return "Always" if tag_of(image) == "latest" else "IfNotPresent"


def tag_of(image: str) -> str:
    """An image's tag: "latest" where it has neither tag nor digest, "" where it has a digest alone."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or ("" if digest else "latest")


def should_pull(policy: PullPolicy, *, present: bool) -> bool:
    """Whether an image is pulled (shouldPullImage)."""
    return policy == "Always" or (policy == "IfNotPresent" and not present)


def ensured(
    pulls: Pulls, uid: str, image: str, policy: PullPolicy, now: int, *, present: bool, fails: str = ""
) -> Ensured:
    """The image asked for, by a pod; `fails`: what a pull of it fails with, "" where it works (EnsureImageExists).

    The key of the back-off is the pod and the image as its container names it.
    """
    if not _NAME.fullmatch(image):
        problem = _INVALID % quoted(image)
        return Ensured(
            pulls, waiting=Waiting("InvalidImageName", f"Failed to apply default image tag {quoted(image)}: {problem}")
        )
    if not should_pull(policy, present=present):
        if present:
            return Ensured(pulls)
        problem = f"Container image {quoted(image)} is not present with pull policy of Never"
        return Ensured(pulls, waiting=Waiting("ErrImageNeverPull", problem))
    key = (uid, image)
    if backoff.waits_since_update(pulls.held, key, now) is not None:
        before = dict(pulls.failed).get(key, "")
        why = f"Back-off pulling image {quoted(image)}" + (f": {before}" if before else "")
        return Ensured(pulls, waiting=Waiting("ImagePullBackOff", why))
    if fails:
        failed = {**dict(pulls.failed), key: f"ErrImagePull: {fails}"}
        held = backoff.grown(pulls.held, key, now, now)
        return Ensured(Pulls(held, tuple(failed.items())), waiting=Waiting("ErrImagePull", fails))
    left = {each: why for each, why in pulls.failed if each != key}
    return Ensured(Pulls(backoff.swept(pulls.held, now), tuple(left.items())), pulled=True)
