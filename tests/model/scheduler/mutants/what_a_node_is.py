"""What a node is: SchedulingGates, NodeUnschedulable, NodeName, TaintToleration and NodeAffinity, broken."""

from kubeproof.model.objects import selectors, taints
from kubeproof.model.scheduler.filters import (
    node_affinity,
    node_name,
    node_unschedulable,
    scheduling_gates,
    taint_toleration,
)
from tests.model.scheduler.filters import test_node_affinity as nodes
from tests.model.scheduler.filters import test_node_name_and_state as state
from tests.model.scheduler.filters import test_taint_toleration as taint
from tests.model.scheduler.mutants.mutant import Mutant

MUTANTS = (
    # SchedulingGates, NodeUnschedulable, NodeName
    Mutant("gates are not looked at", scheduling_gates.clauses, "if pod.spec.gates", "if False", state.GATED),
    Mutant(
        "only the first gate is named",
        scheduling_gates.clauses,
        "'.join(pod.spec.gates)}]",
        "'.join(pod.spec.gates[:1])}]",
        state.GATED,
    ),
    Mutant(
        "cordons are not looked at",
        node_unschedulable.clauses,
        "~unschedulable",
        "unschedulable | ~unschedulable",
        state.NO_NEW_PODS,
    ),
    Mutant(
        "a cordon can be preempted away",
        node_unschedulable.clauses,
        "resolvable=False",
        "resolvable=True",
        state.NO_NEW_PODS,
    ),
    Mutant(
        "no toleration helps against a cordon",
        node_unschedulable.clauses,
        "not any(",
        "not any(False and ",
        state.CORDON_TOLERATED,
    ),
    Mutant("the node's name is not looked at", node_name.clauses, "if pod.node", "if False", state.NAMED),
    # TaintToleration
    Mutant("only NoSchedule blocks", taint_toleration.blocking, "in BLOCKING", "== 'NoSchedule'", taint.EXECUTE),
    Mutant("soft taints block", taint_toleration.blocking, "taint.effect in BLOCKING", "True", taint.SOFT),
    Mutant(
        "the order of a node's taints is ignored",
        taint_toleration.clauses,
        "rank=taint_rank(taint)",
        "rank=None",
        taint.ORDER,
    ),
    Mutant("every toleration must tolerate", taint_toleration.blocking, "not any(", "not all(", taint.ONE_OF_SEVERAL),
    Mutant(
        "a toleration's effect is ignored",
        taints.tolerates,
        "toleration.effect != taint.effect",
        "False",
        taint.OTHER_EFFECT,
    ),
    Mutant(
        "so it is with cordons", taints.tolerates, "toleration.effect != taint.effect", "False", state.CORDON_EFFECT
    ),
    Mutant("an empty effect tolerates none", taints.tolerates, "if toleration.effect and", "if", taint.ANY_EFFECT),
    Mutant("a toleration's key is ignored", taints.tolerates, "toleration.key != taint.key", "False", taint.OTHER_KEY),
    Mutant("an empty key tolerates none", taints.tolerates, "if toleration.key and", "if", taint.EVERYTHING),
    Mutant(
        "a toleration's value is ignored",
        taints.tolerates,
        "return toleration.value == taint.value",
        "return True",
        taint.OTHER_VALUE,
    ),
    Mutant(
        "Exists compares values",
        taints.tolerates,
        "return True",
        "return toleration.value == taint.value",
        taint.ANY_VALUE,
    ),
    Mutant(
        "no operator means Exists",
        taints.tolerates,
        'case "" | "Equal":\n            return toleration.value == taint.value\n        case "Exists"',
        'case "Equal":\n            return toleration.value == taint.value\n        case "" | "Exists"',
        taint.EQUAL_BY_DEFAULT,
    ),
    # NodeAffinity
    Mutant(
        "only the first nodeSelector entry counts",
        node_affinity._entries,
        "sorted(pod.spec.node_selector.items())",
        "sorted(pod.spec.node_selector.items())[:1]",
        nodes.EVERY_ENTRY,
    ),
    Mutant("every term must match", node_affinity.selects, "any_of(", "all_of(", nodes.ANY_TERM),
    Mutant("one expression of a term is enough", node_affinity.term, "all_of(", "any_of(", nodes.ALL_EXPRESSIONS),
    Mutant(
        "an empty term matches everything",
        node_affinity.term,
        "not (one.expressions or one.fields) or ",
        "",
        nodes.EMPTY_TERM,
    ),
    Mutant(
        "affinity replaces nodeSelector",
        node_affinity.clauses,
        "in _entries(pod)",
        "in (_entries(pod) if terms is None else ())",
        nodes.BOTH,
    ),
    Mutant("names are not narrowed to", node_affinity.clauses, "if pinned:", "if not pinned:", nodes.BY_NAME),
    Mutant(
        "some term that names a node narrows", node_affinity.names, "return None", "continue", nodes.BY_NAME_OR_LABEL
    ),
    Mutant("NotIn narrows as In does", node_affinity.names, ' and r.operator == "In"', "", nodes.NOT_BY_NAME),
    Mutant(
        "two names are either", node_affinity.names, "frozenset.intersection(", "frozenset().union(", nodes.TWO_NAMES
    ),
    Mutant(
        "a conflict refuses each node, not the pod",
        node_affinity.clauses,
        "stage=Stage.REJECT",
        "stage=Stage.FILTER",
        nodes.TWO_NAMES,
    ),
    Mutant("one conflict spoils all terms", node_affinity.names, "found |= ", "found &= ", nodes.TWO_NAMES_OR_ONE),
    Mutant(
        "narrowing waits for the other filters",
        node_affinity.clauses,
        "stage=Stage.NARROW",
        "stage=Stage.FILTER",
        nodes.NARROWED_FIRST,
    ),
    Mutant("NotIn of a name is In", node_affinity._field, '== "NotIn"', '== "In"', nodes.NOT_BY_NAME),
    Mutant(
        "In skips the first value",
        selectors.Requirement.matches,
        "self.key in labels and labels[self.key] in self.values",
        "self.key in labels and labels[self.key] in self.values[1:]",
        nodes.IN,
    ),
    Mutant(
        "NotIn needs the label",
        selectors.Requirement.matches,
        "self.key not in labels or",
        "self.key in labels and",
        nodes.NOT_IN,
    ),
    Mutant(
        "DoesNotExist means Exists",
        selectors.Requirement.matches,
        'case "Exists"',
        'case "Exists" | "DoesNotExist"',
        nodes.ABSENT,
    ),
    Mutant("Gt is at least", selectors.Requirement._compares, "have > bound", "have >= bound", nodes.GREATER),
    Mutant("Lt is at most", selectors.Requirement._compares, "have < bound", "have <= bound", nodes.LESS),
    Mutant("Gt and Lt are swapped", selectors.Requirement._compares, '== "Gt"', '== "Lt"', nodes.GREATER),
)
