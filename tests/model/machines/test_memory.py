"""Who goes first under memory pressure: the machine's order is the kubelet's, for all amounts and priorities."""

from __future__ import annotations

from typing import Any

from immutables import Map

from kubeproof.model.logic.value import value
from kubeproof.model.machines.memory import MEMORY, Fate, Tenant, a, b, goes_first
from kubeproof.model.node.kubelet.eviction import Usage, ranked
from kubeproof.model.objects.container import Container, RunSpec
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.meta import Meta
from kubeproof.model.objects.pod import PodSpec
from kubeproof.model.state import StateEnv, coded, plain
from kubeproof.properties.engines.explore import reachable


def pod(name: str, state: dict[str, Any]) -> LivePod:
    spec = PodSpec(Map({"memory": state[f"{name}.request"]}), priority=int(state[f"{name}.important"]))
    return LivePod(Meta(name, uid=name), RunSpec((Container("c"),)), spec)


def states() -> list[dict[str, Any]]:
    found = reachable(MEMORY)
    everything = found.everything
    return [plain(MEMORY, found.layout.unpack(everything, at)) for at in range(len(everything[0]))]


def test_the_kubelet_ranks_two_running_pods_as_the_machine_does() -> None:
    asked = 0
    for state in states():
        if state["a.fate"] is not Fate.RUNNING or state["b.fate"] is not Fate.RUNNING:
            continue
        usages = {name: Usage(memory=Map({"c": state[f"{name}.use"]})) for name in "ab"}
        env = StateEnv(MEMORY, coded(MEMORY, state))

        def says(one: Tenant, other: Tenant, env: StateEnv = env) -> bool:
            return bool(value(goes_first(one, other), env))

        tie = says(a, b) and says(b, a)
        for order in (("a", "b"), ("b", "a")):
            first = ranked([pod(name, state) for name in order], "memory", usages)[0].meta.name
            assert first == (order[0] if tie else "a" if says(a, b) else "b"), state
        asked += 1
    assert asked > 500
