"""What an allowed eviction writes, one after the other: the budget, the pod's condition, the pod's deletion.

The API server's own transaction is controlplane/eviction.py; in a recording each of its writes is an event.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from kubeproof.model.controlplane import eviction
from kubeproof.model.controlplane.apiserver import Refused, Server, Write
from kubeproof.model.controlplane.deletion import DeleteOptions
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.recording.moment import Moment
from kubeproof.model.recording.option import Forbidden, Offer, Option

BUDGET = "PodDisruptionBudget"


class Evictions:
    """The evictions that have been allowed, as their first write was seen: the pods that they are about."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._begun: set[Key] = set()

    def offers(self, pod: Key, options: DeleteOptions, by: str, moment: Moment) -> Iterator[Offer]:
        """What the eviction of a pod writes to an object: its budget, or the pod itself."""
        key, store, now = moment.key, moment.store, moment.now
        held, step = store.get(pod), f"evict {pod}"
        if not isinstance(held, LivePod):
            return
        if pod not in self._begun:
            try:
                done = self._server.do(store, Write("evict", pod, options), now)
            except Refused as refused:
                yield Forbidden(by, step, str(refused))
                return
            for change in done.also:
                if change.key == key:
                    yield Option(by, f"{step}: it is counted", change.after, lambda: self._begun.add(pod))
            if done.also:
                return
        if key == pod:
            if eviction.marked(held, now) is not held.status:
                marked = replace(held, status=eviction.marked(held, now))
                yield Option(by, f"{step}: it is marked", marked, lambda: self._begun.add(pod))
            after = self._server.do(store, Write("delete", pod, options), now).after
            yield Option(by, f"{step}: it is deleted", after, lambda: self._begun.discard(pod))
