"""The formula of a pod: as the cluster is it says what the filters say, and what is unpinned can be asked about."""

from typing import Any

import msgspec
import z3
from hypothesis import given
from immutables import Map

from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import Pod, PodSpec, SpreadConstraint
from kubeproof.model.objects.selectors import of_labels
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint
from kubeproof.model.scheduler.encode import Unknown, about
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.findings import by_values, rules
from kubeproof.model.scheduler.profile import DEFAULT
from kubeproof.model.scheduler.values import ClusterValues
from kubeproof.properties.queries.formula import formula
from kubeproof.properties.strategies import questions

GPU = Taint("gpu", "yes", "NoSchedule")
SPREAD = SpreadConstraint(1, "zone", True, of_labels({"app": "web"}), 1, True, False)


def node(name: str, zone: str = "a", **more: Any) -> Node:
    plain = Node(name, Map({"zone": zone}), allocatable=Map({"cpu": 1000, PODS: 5}))
    return msgspec.structs.replace(plain, **more)


def web(name: str, node: str = "", **spec: Any) -> Pod:
    return Pod("shop", name, Map({"app": "web"}), msgspec.structs.replace(PodSpec(), **spec), node)


ASKING = web("web-1", node_selector=Map({"disk": "ssd"}), requests=Map({"cpu": 500}))


@given(questions())
def test_with_every_pin_the_answer_is_the_filters(question: tuple[Snapshot, Pod]) -> None:
    snapshot, pod = question
    asked = formula(pod, snapshot)
    solver = asked.solver()
    found = by_values(rules(pod, Facts(snapshot), DEFAULT), ClusterValues(snapshot, frozenset({pod.key})).nodes)
    for name, on in asked.on.items():
        fits = solver.check(*asked.pins.values(), on) == z3.sat
        assert fits == (found.failing(name) == ()), name


def test_labels_that_would_make_a_node_take_it() -> None:
    asked = formula(ASKING, Snapshot((node("n1"), node("n2", taints=(GPU,)))))
    solver = asked.solver()
    assert solver.check(*asked.pins.values()) == z3.unsat
    assert solver.check(*asked.pins_without("label[n2,")) == z3.unsat  # the taint remains
    assert solver.check(*asked.pins_without("label[n1,")) == z3.sat
    values = asked.values(solver.model())
    assert values["label[n1,disk]"] == "ssd"
    assert values["label[n2,disk]"] is None
    assert values["shop/web-1@n1"] is True
    assert values["free[n1,cpu]"] == 1000


def test_a_core_names_the_facts_that_keep_it_pending() -> None:
    asked = formula(ASKING, Snapshot((node("n1"),)))
    solver = asked.solver()
    assert solver.check(*asked.pins.values()) == z3.unsat
    assert [str(pin) for pin in solver.unsat_core()] == ["known label[n1,disk]"]


def test_a_constraint_of_ones_own() -> None:
    """How much cpu must n1 have, if half a core is to be left beside the pod?"""
    snapshot = Snapshot((node("n1", labels=Map({"disk": "ssd"})),)).with_pods(
        [web("w", "n1", requests=Map({"cpu": 700}))]
    )
    asked = formula(ASKING, snapshot)
    solver = asked.solver()
    enough, left = asked.variables["allocatable[n1,cpu]"], asked.variables["free[n1,cpu]"]
    assert isinstance(enough, z3.ArithRef)
    assert isinstance(left, z3.ArithRef)
    pins = asked.pins_without("allocatable[n1,cpu]")
    assert solver.check(*pins, left - 500 >= 500, enough <= 1699) == z3.unsat
    assert solver.check(*pins, left - 500 >= 500, enough <= 1700) == z3.sat


def test_where_other_pods_would_have_to_be() -> None:
    pods = [web("w1", "n1"), web("w2", "n2"), web("w3", "n2")]
    snapshot = Snapshot((node("n1", "a"), node("n2", "b"))).with_pods(pods)
    asked = formula(web("w4", spread=(SPREAD,)), snapshot, Unknown(places=(pods[2],)))
    solver = asked.solver()
    assert solver.check(*asked.pins.values(), asked.on["n2"]) == z3.unsat
    assert solver.check(*asked.pins_without("shop/w3@"), asked.on["n2"]) == z3.sat
    assert asked.values(solver.model())["shop/w3@n2"] is False


def test_a_label_is_asked_for_by_its_value() -> None:
    asked = formula(web("w", spread=(SPREAD,)), Snapshot((node("n1", "a"), node("n2", "b"))), about(["n1"]))
    solver = asked.solver()
    open_ = asked.pins_without("label[n1,")
    assert asked.labels["zone"] == (None, "a", "b")
    assert solver.check(*open_, asked.on["n1"], asked.label("n1", "zone", "b")) == z3.sat
    assert solver.check(*open_, asked.on["n1"], asked.label("n1", "zone", None)) == z3.unsat
    assert "label[n2,zone]" not in asked.variables


def test_a_label_that_nobody_gives_a_value_may_still_be_there() -> None:
    asked = formula(web("w", spread=(msgspec.structs.replace(SPREAD, topology_key="rack"),)), Snapshot((node("n1"),)))
    solver = asked.solver()
    assert solver.check(*asked.pins_without("label[n1,rack]")) == z3.sat
    assert asked.values(solver.model())["label[n1,rack]"] == ""


def test_without_nodes_there_is_no_answer() -> None:
    assert formula(ASKING, Snapshot()).solver().check() == z3.unsat


def test_the_same_question_is_the_same_text() -> None:
    snapshot = Snapshot((node("n1"), node("n2", taints=(GPU,))))
    texts = {formula(ASKING, snapshot).solver().to_smt2() for _ in range(3)}
    assert len(texts) == 1
