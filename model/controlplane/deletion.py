"""What a request to delete a pod does to it: rest.BeforeDelete with the pod strategy's CheckGracefulDelete (v1.36).

Follows staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go and pkg/registry/core/pod/strategy.go. Left out:
finalizers and propagation, which decide later whether the pod is removed from storage.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from kubeproof.model.controlplane.etcd import Object
from kubeproof.model.controlplane.propagation import Propagation
from kubeproof.model.errors import KubeproofError
from kubeproof.model.objects import pod_state
from kubeproof.model.objects.live_pod import LivePod


class Conflict(KubeproofError):
    """A precondition of a request does not hold: the object is another one, or has changed since."""


class DeleteOptions(msgspec.Struct, frozen=True):
    """What a delete request says: seconds to end in (None leaves it to the pod), and what must hold.

    `uid`, `resource_version`: those the pod has to have; "" and None ask for none. `propagation`: what becomes of those
    that it owns."""

    grace_period: int | None = None
    uid: str = ""
    resource_version: int | None = None
    propagation: Propagation = ""


class Deletion(msgspec.Struct, frozen=True):
    """What a delete request comes to. `graceful`: the pod is only marked, and its kubelet ends it; `pending`: it was
    marked before, and there is nothing to do; neither: it is deleted at once. `options`: as they stand after it."""

    pod: LivePod
    options: DeleteOptions
    graceful: bool = False
    pending: bool = False


def before_delete(pod: LivePod, options: DeleteOptions, now: int) -> Deletion:
    """What the request does, at `now` (seconds). Raises Conflict where a precondition does not hold."""
    check(pod, options)
    if options.grace_period is not None and options.grace_period < 0:
        options = replace(options, grace_period=1)
    if pod.meta.grace_period is not None and pod.meta.grace_period < 0:
        pod = replace(pod, meta=replace(pod.meta, grace_period=1))
    if pod.meta.deleted_at is not None:
        return _again(pod, options, now)
    period = grace_period(pod, options.grace_period)
    generation = pod.meta.generation + 1 if pod.meta.generation > 0 else pod.meta.generation
    meta = replace(pod.meta, deleted_at=now + period, grace_period=period, generation=generation)
    return Deletion(replace(pod, meta=meta), replace(options, grace_period=period), graceful=True)


def grace_period(pod: LivePod, asked: int | None) -> int:
    """Seconds that the pod gets to end in (CheckGracefulDelete): as asked, or as it says itself.

    None if it has no node or has ended; a negative period is one second.
    """
    if not pod.node or pod_state.is_terminal(pod):
        return 0
    period = pod.run.grace_period if asked is None else asked
    return 1 if period < 0 else period


def check(held: Object, options: DeleteOptions) -> None:
    """Nothing, where the request's preconditions hold; else Conflict."""
    if options.uid and options.uid != held.meta.uid:
        raise Conflict(
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({held.meta.uid}). "
            "The object might have been deleted and then recreated"
        )
    if options.resource_version is not None and options.resource_version != held.meta.resource_version:
        raise Conflict(
            f"the ResourceVersion in the precondition ({options.resource_version}) does not match the ResourceVersion "
            f"in record ({held.meta.resource_version}). The object might have been modified"
        )


def _again(pod: LivePod, options: DeleteOptions, now: int) -> Deletion:
    """A pod that is being deleted already: its time may only be made shorter, counted from the first request.

    An end that would have passed is now, and leaves it a second at most.
    """
    meta = pod.meta
    if not meta.grace_period or meta.deleted_at is None:
        return Deletion(pod, options)
    if options.grace_period is None:
        return Deletion(pod, replace(options, grace_period=meta.grace_period), pending=True)
    if options.grace_period >= meta.grace_period:
        return Deletion(pod, options, pending=True)
    period = options.grace_period
    end = meta.deleted_at - meta.grace_period + period
    if end < now:
        end, period = now, min(period, 1)
    return Deletion(replace(pod, meta=replace(meta, deleted_at=end, grace_period=period)), options, graceful=True)
