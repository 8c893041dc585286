"""What NodeResourcesFit says (v1.34), down to how a pod's request is added up."""

from typing import Any

import pytest

from kubeproof.model.scheduler.cycle import Verdict
from tests.model.scheduler.witness import FITS, Raw, Witness, container, final, node, pod, refusal, verdict


def no(*reasons: str) -> Verdict:
    return refusal("NodeResourcesFit", *reasons)


def never(*reasons: str) -> Verdict:
    return final("NodeResourcesFit", *reasons)


GPU: Any = {"example.com/gpu": "1"}
HUGE: Any = {"hugepages-2Mi": "2Mi"}
CPU, MEMORY, PODS = "Insufficient cpu", "Insufficient memory", "Too many pods"


def cpu(amount: str) -> Raw:
    return pod(requests={"cpu": amount})


def held(amount: str, **spec: Any) -> Raw:
    return pod("held", node="n1", requests={"cpu": amount}, **spec)


def init(amount: str, **more: Any) -> Raw:
    return container("init", {"cpu": amount}, **more)


EXACTLY = Witness("what is exactly free is enough", cpu("3"), [node()], {"n1": FITS}, [held("1")])
TAKEN = Witness("what is taken is not free, but could be", cpu("3001m"), [node()], {"n1": no(CPU)}, [held("1")])
TOO_SMALL = Witness("what a node does not have at all, no eviction gives", cpu("5"), [node()], {"n1": never(CPU)})
LAST_PLACE = Witness(
    "the last place among the node's pods can be had",
    pod(),
    [node("n1", pods="2"), node("n2", pods="1")],
    {"n1": FITS, "n2": no(PODS)},
    [held("1"), pod("other", node="n2")],
)
ALL_REASONS = Witness(
    "everything that is missing is said",
    pod(requests={"cpu": "4", "memory": "8Gi"}),
    [node(pods="1")],
    {"n1": no(PODS, CPU, MEMORY)},
    [pod("held", node="n1", requests={"cpu": "1", "memory": "1"})],
)
MIXED = Witness(
    "one reason that no eviction changes makes the refusal final",
    pod(requests={"cpu": "4", "memory": "9Gi"}),
    [node()],
    {"n1": never(CPU, MEMORY)},
    [held("1")],
)
OVERCOMMITTED = Witness(
    "who asks for nothing fits where more is taken than there is",
    pod(requests={"cpu": "0", "memory": "1Gi"}),
    [node(cpu="1")],
    {"n1": FITS},
    [held("2")],
)
EXTENDED = Witness(
    "a device that the node lacks is missing",
    pod(requests={"example.com/gpu": "1"}),
    [node("n1"), node("n2", **GPU)],
    {"n1": never("Insufficient example.com/gpu"), "n2": FITS},
)
HUGE_PAGES = Witness(
    "huge pages of each size are a resource",
    pod(requests={"hugepages-2Mi": "4Mi"}),
    [node("n1", **HUGE)],
    {"n1": never("Insufficient hugepages-2Mi")},
)
CPU_UP = Witness(
    "a fraction of a millicore counts as a whole one", cpu("1000100u"), [node(cpu="1")], {"n1": never(CPU)}
)
MEMORY_UP = Witness(
    "a fraction of a byte counts as a whole one",
    pod(requests={"memory": "1024500m"}),
    [node(memory="1024")],
    {"n1": never(MEMORY)},
)
ADDED_UP = Witness(
    "containers run together, so they add up",
    pod(containers=[container("a", {"cpu": "3"}), container("b", {"cpu": "2"})]),
    [node()],
    {"n1": never(CPU)},
)
INIT_PEAK = Witness(
    "an init container that asks for more than the rest decides",
    pod(requests={"cpu": "1"}, initContainers=[init("5")]),
    [node()],
    {"n1": never(CPU)},
)
INIT_NOT_ADDED = Witness(
    "init containers that end add nothing to what runs later",
    pod(requests={"cpu": "3"}, initContainers=[init("3"), init("3")]),
    [node()],
    {"n1": FITS},
)
SIDECAR = Witness(
    "a sidecar runs beside the containers",
    pod(requests={"cpu": "3"}, initContainers=[init("2", restartPolicy="Always")]),
    [node()],
    {"n1": never(CPU)},
)
SIDECAR_THEN_INIT = Witness(
    "a sidecar runs beside the init containers that start after it",
    pod(initContainers=[init("2", restartPolicy="Always"), init("3")]),
    [node()],
    {"n1": never(CPU)},
)
INIT_THEN_SIDECAR = Witness(
    "an init container is over before a later sidecar starts",
    pod(initContainers=[init("3"), init("2", restartPolicy="Always")]),
    [node()],
    {"n1": FITS},
)
OVERHEAD = Witness(
    "the overhead of the runtime comes on top",
    pod(requests={"cpu": "4"}, overhead={"cpu": "1m"}),
    [node()],
    {"n1": never(CPU)},
)
POD_LEVEL = Witness(
    "what a pod asks for as a whole replaces the sum of its containers",
    pod(requests={"cpu": "1"}, resources={"requests": {"cpu": "5"}}),
    [node()],
    {"n1": never(CPU)},
)
TERMINATING = Witness(
    "a pod that is being deleted takes its room until it is gone",
    cpu("3"),
    [node()],
    {"n1": no(CPU)},
    [held("2", deleting=True)],
)
ENDED = Witness(
    "a pod that has ended takes no room",
    cpu("3"),
    [node(pods="1")],
    {"n1": FITS},
    [held("2", status={"phase": "Succeeded"})],
)


def resizing(reason: str) -> Raw:
    """A pod that has 1 cpu, asks for 3 while it runs, and was told this of it."""
    given = {"name": "main", "resources": {"requests": {"cpu": "1"}}, "allocatedResources": {"cpu": "1"}}
    told = {"type": "PodResizePending", "status": "True", "reason": reason}
    image = {"ready": True, "image": "", "imageID": "", "restartCount": 0}
    return held("3", status={"containerStatuses": [{**given, **image}], "conditions": [told]})


RESIZE_WAITS = Witness(
    "a resize that waits takes its room already", cpu("2"), [node()], {"n1": no(CPU)}, [resizing("Deferred")]
)
RESIZE_INFEASIBLE = Witness(
    "a resize that the node can never give takes no room", cpu("2"), [node()], {"n1": FITS}, [resizing("Infeasible")]
)

WITNESSES = (
    EXACTLY,
    TAKEN,
    TOO_SMALL,
    LAST_PLACE,
    ALL_REASONS,
    MIXED,
    OVERCOMMITTED,
    EXTENDED,
    HUGE_PAGES,
    CPU_UP,
    MEMORY_UP,
    ADDED_UP,
    INIT_PEAK,
    INIT_NOT_ADDED,
    SIDECAR,
    SIDECAR_THEN_INIT,
    INIT_THEN_SIDECAR,
    OVERHEAD,
    POD_LEVEL,
    TERMINATING,
    ENDED,
    RESIZE_WAITS,
    RESIZE_INFEASIBLE,
)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
