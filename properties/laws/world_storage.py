"""Laws about claims and volumes: who is bound to whom, and that nothing goes that is in use."""

from __future__ import annotations

from collections.abc import Sequence

from kubeproof.model.component import Look
from kubeproof.model.controlplane.volume_binding import all_bound
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.live_storage import CLAIM, VOLUME, LiveClaim, LiveVolume
from kubeproof.model.objects.pod_status import Running
from kubeproof.model.objects.volumes import Claim
from kubeproof.model.world import Event, World
from kubeproof.properties.laws.world_pods import KUBELET
from kubeproof.properties.laws.world_seen import all_of, done, is_deleted, pods, there_is
from kubeproof.properties.world_law import WorldLaw, always, every_step


def _uses(pod: LivePod, claim: LiveClaim) -> bool:
    """Whether a pod on a node names a claim (of an ephemeral volume: its own)."""
    if not pod.node or pod.meta.namespace != claim.meta.namespace:
        return False
    named = [one for one in pod.spec.volumes if isinstance(one, Claim) and one.name == claim.meta.name]
    owner = claim.meta.controller
    return any(not one.ephemeral or (owner is not None and owner.uid == pod.meta.uid) for one in named)


def _one_to_one(world: World) -> bool:
    bound = [claim.volume for claim in all_of(world, CLAIM, LiveClaim) if claim.status.phase == "Bound"]
    return len(bound) == len(set(bound))


def _stays_while_used(before: World, events: Sequence[Event], after: World) -> bool:
    gone = [event.before for event in events if event.after is None and event.refused is None]
    claims = [held for held in gone if isinstance(held, LiveClaim)]
    return not any(_uses(pod, claim) for claim in claims for pod in pods(before))


def _stays_while_bound(before: World, events: Sequence[Event], after: World) -> bool:
    return not any(
        isinstance(event.before, LiveVolume)
        and event.after is None
        and event.refused is None
        and event.before.status.phase == "Bound"
        for event in events
    )


def _starts_with_volumes(before: World, events: Sequence[Event], after: World) -> bool:
    for event in done(events, "status", "Pod", KUBELET):
        was, pod = event.before, event.after
        if not isinstance(was, LivePod) or not isinstance(pod, LivePod) or _runs(was) or not _runs(pod):
            continue
        if not all_bound(Look(before.store, before.now), pod):
            return False
    return True


def _runs(pod: LivePod) -> bool:
    return any(isinstance(one.state, Running) for one in pod.status.containers)


LAWS: tuple[WorldLaw, ...] = (
    always(
        "no volume is bound to two claims",
        _one_to_one,
        about=there_is(CLAIM, lambda claim: claim.status.phase == "Bound"),
    ),
    every_step("no claim goes while a pod on a node uses it", _stays_while_used, about=there_is(CLAIM, is_deleted)),
    every_step("no volume goes while it is bound", _stays_while_bound, about=there_is(VOLUME, is_deleted)),
    every_step(
        "no container starts before the claims of its pod are bound",
        _starts_with_volumes,
        about=there_is("Pod", lambda pod: bool(pod.spec.volumes)),
    ),
)
"""Of clusters with claims, volumes or classes of them."""
