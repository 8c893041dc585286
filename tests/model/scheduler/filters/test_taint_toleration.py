"""What TaintToleration says (v1.34)."""

import pytest

from kubeproof.model.scheduler.cycle import Verdict
from tests.model.scheduler.witness import FITS, Raw, Witness, final, node, pod, verdict


def untolerated(key: str, value: str = "") -> Verdict:
    return final("TaintToleration", f"node(s) had untolerated taint {{{key}: {value}}}")


def tolerating(**toleration: str) -> Raw:
    return pod(tolerations=[toleration])


HARD = Witness(
    "a taint keeps pods off", pod(), [node(taints=["gpu=yes:NoSchedule"])], {"n1": untolerated("gpu", "yes")}
)
EXECUTE = Witness(
    "a taint that evicts keeps pods off, too", pod(), [node(taints=["spot:NoExecute"])], {"n1": untolerated("spot")}
)
SOFT = Witness("a soft taint never blocks", pod(), [node(taints=["gpu=yes:PreferNoSchedule"])], {"n1": FITS})
ORDER = Witness(
    "the first untolerated taint in the node's own order speaks",
    pod(),
    [node("n1", taints=["a:NoSchedule", "b:NoSchedule"]), node("n2", taints=["b:NoSchedule", "a:NoSchedule"])],
    {"n1": untolerated("a"), "n2": untolerated("b")},
)
SECOND = Witness(
    "a taint that is tolerated does not speak for one that is not",
    tolerating(key="a", operator="Exists"),
    [node(taints=["a:NoSchedule", "b:NoSchedule"])],
    {"n1": untolerated("b")},
)
EVERYTHING = Witness(
    "an empty key with Exists tolerates everything",
    tolerating(operator="Exists"),
    [node(taints=["gpu=yes:NoSchedule", "spot:NoExecute"])],
    {"n1": FITS},
)
ANY_EFFECT = Witness(
    "an empty effect tolerates every effect",
    tolerating(key="gpu", operator="Exists"),
    [node(taints=["gpu=yes:NoExecute"])],
    {"n1": FITS},
)
OTHER_EFFECT = Witness(
    "a toleration of another effect does not help",
    tolerating(key="gpu", operator="Equal", value="yes", effect="NoExecute"),
    [node(taints=["gpu=yes:NoSchedule"])],
    {"n1": untolerated("gpu", "yes")},
)
OTHER_KEY = Witness(
    "a toleration of another key does not help",
    tolerating(key="cpu", operator="Exists"),
    [node(taints=["gpu=yes:NoSchedule"])],
    {"n1": untolerated("gpu", "yes")},
)
OTHER_VALUE = Witness(
    "a toleration of another value does not help",
    tolerating(key="gpu", operator="Equal", value="no"),
    [node(taints=["gpu=yes:NoSchedule"])],
    {"n1": untolerated("gpu", "yes")},
)
ANY_VALUE = Witness(
    "Exists tolerates whatever the value is",
    tolerating(key="gpu", operator="Exists"),
    [node(taints=["gpu=yes:NoSchedule"])],
    {"n1": FITS},
)
EQUAL_BY_DEFAULT = Witness(
    "no operator means Equal",
    tolerating(key="gpu", value="no"),
    [node("n1", taints=["gpu=yes:NoSchedule"]), node("n2", taints=["gpu=no:NoSchedule"])],
    {"n1": untolerated("gpu", "yes"), "n2": FITS},
)
ONE_OF_SEVERAL = Witness(
    "one toleration of several is enough",
    pod(tolerations=[{"key": "cpu", "operator": "Exists"}, {"key": "gpu", "operator": "Exists"}]),
    [node(taints=["gpu=yes:NoSchedule"])],
    {"n1": FITS},
)

WITNESSES = (
    HARD,
    EXECUTE,
    SOFT,
    ORDER,
    SECOND,
    EVERYTHING,
    ANY_EFFECT,
    OTHER_EFFECT,
    OTHER_KEY,
    OTHER_VALUE,
    ANY_VALUE,
    EQUAL_BY_DEFAULT,
    ONE_OF_SEVERAL,
)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda witness: witness.sentence)
def test_verdict(witness: Witness) -> None:
    assert verdict(witness) == witness.says
