"""What the scheduler keeps of its decisions: they are those that it would make anew, for every choice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TypeVar

import pytest
from msgspec.structs import replace

from kubeproof.model.component import Look
from kubeproof.model.controlplane import decided
from kubeproof.model.controlplane.apiserver import Server, Write
from kubeproof.model.controlplane.etcd import Key
from kubeproof.model.controlplane.scheduling import scheduler
from kubeproof.model.controlplane.seen import seen
from kubeproof.model.manifests.stated import stated_text
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.play import Setup, begun
from kubeproof.model.world import World, asked
from kubeproof.properties.studies.study import node

T = TypeVar("T")
POD = """---
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec: {{containers: [{{name: web, image: "web:1", resources: {{requests: {{cpu: {cpu}}}}}}}]}}
"""


class Numbered:
    """Picks by number, and notes among how many."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers, self.among = list(numbers), list[int]()

    def __call__(self, options: Sequence[T]) -> T:
        self.among.append(len(options))
        return options[self._numbers[len(self.among) - 1] % len(options)]


def world() -> World:
    pods = "".join(POD.format(name=f"p{number}", cpu="100m") for number in range(3))
    stated = stated_text(node("n0") + node("n1") + pods + POD.format(name="large", cpu=999))
    return begun(Setup(), stated).world


@pytest.mark.parametrize("numbers", list(product((0, 1), repeat=3)), ids=str)
def test_what_is_kept_is_what_would_be_decided_anew(numbers: tuple[int, ...]) -> None:
    used, here = scheduler(), world()
    [key] = used.objects(Look(here.store, here.now))
    for other in product((0, 1), repeat=3):
        list(used.decide(Look(here.store, here.now), key, Numbered(other)))
    kept, fresh = Numbered(numbers), Numbered(numbers)
    found = list(used.decide(Look(here.store, here.now), key, kept))
    assert found == list(scheduler().decide(Look(here.store, here.now), key, fresh))
    assert kept.among == fresh.among
    assert len(found) == 4


def test_only_what_the_scheduler_sees_makes_another_cluster() -> None:
    known, here = decided.Decided(), world()
    key = Key("Pod", "default", "p0")
    pod = here.store.objects[key]
    assert isinstance(pod, LivePod)

    def after(changed: LivePod) -> tuple[object, ...]:
        there, _, _ = asked(here, Server(), Write("status", key, changed), "test")
        return seen(Look(there.store, there.now), known).pods

    before = seen(Look(here.store, here.now), known).pods
    unseen = after(replace(pod, status=replace(pod.status, message="it waits")))
    assert all(one is other for one, other in zip(before, unseen, strict=True))
    assert after(replace(pod, status=replace(pod.status, phase="Failed"))) != before


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decided, "KEPT", 0)
    made = []

    class Seen:
        @property
        def for_scheduler(self) -> str:
            made.append(1)
            return "it"

    known, held = decided.Decided(), Seen()
    known.forget(0)
    assert [known.view(held), known.view(held)] == ["it", "it"]
    known.forget(0)
    assert known.view(held) == "it"
    assert len(made) == 2
