"""What NodePorts says (v1.34)."""

import pytest

from tests.model.scheduler.witness import FITS, Raw, Witness, container, node, pod, refusal, verdict

TAKEN = refusal("NodePorts", "node(s) didn't have free ports for the requested pod ports")


def on_port(number: int = 80, *, name: str = "asking", node: str = "", protocol: str = "TCP", ip: str = "") -> Raw:
    port = {"containerPort": 8080, "hostPort": number, "protocol": protocol, "hostIP": ip}
    return pod(name, node=node, containers=[container(ports=[port])])


def beside(first: Raw, *init: Raw) -> Raw:
    return pod("held", node="n1", containers=[first], initContainers=list(init))


PORT: Raw = {"containerPort": 8080, "hostPort": 80}

SAME = Witness(
    "a host port is had once on a node",
    on_port(),
    [node("n1"), node("n2")],
    {"n1": TAKEN, "n2": FITS},
    [on_port(name="held", node="n1")],
)
OTHER_NUMBER = Witness(
    "another port is free", on_port(81), [node()], {"n1": FITS}, [on_port(80, name="held", node="n1")]
)
OTHER_PROTOCOL = Witness(
    "the same port of another protocol is free",
    on_port(protocol="UDP"),
    [node()],
    {"n1": FITS},
    [on_port(name="held", node="n1")],
)
OTHER_ADDRESS = Witness(
    "the same port of another address is free",
    on_port(ip="127.0.0.1"),
    [node()],
    {"n1": FITS},
    [on_port(name="held", node="n1", ip="127.0.0.2")],
)
EVERY_ADDRESS_HELD = Witness(
    "who holds a port on every address holds it on each",
    on_port(ip="127.0.0.1"),
    [node()],
    {"n1": TAKEN},
    [on_port(name="held", node="n1")],
)
EVERY_ADDRESS_ASKED = Witness(
    "who asks for a port on every address asks for it on each",
    on_port(ip="0.0.0.0"),
    [node()],
    {"n1": TAKEN},
    [on_port(name="held", node="n1", ip="127.0.0.1")],
)
SIDECAR = Witness(
    "a sidecar holds its port",
    on_port(),
    [node()],
    {"n1": TAKEN},
    [beside(container(), container("proxy", ports=[PORT], restartPolicy="Always"))],
)
INIT = Witness(
    "an init container that ends holds no port",
    on_port(),
    [node()],
    {"n1": FITS},
    [beside(container(), container("setup", ports=[PORT]))],
)
HOST_NETWORK = Witness(
    "in the host's network every port is a host port",
    on_port(8080),
    [node()],
    {"n1": TAKEN},
    [pod("held", node="n1", hostNetwork=True, containers=[container(ports=[{"containerPort": 8080}])])],
)

WITNESSES = (
    SAME,
    OTHER_NUMBER,
    OTHER_PROTOCOL,
    OTHER_ADDRESS,
    EVERY_ADDRESS_HELD,
    EVERY_ADDRESS_ASKED,
    SIDECAR,
    INIT,
    HOST_NETWORK,
)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
