"""Which nominated pods count, broken."""

from kubeproof.model.scheduler import cycle
from tests.model.scheduler import test_nominated_pods as nominated
from tests.model.scheduler.mutants.mutant import Mutant

PRIORITY = "other.spec.priority >= pod.spec.priority"

MUTANTS = (
    Mutant(
        "only more important nominated pods count",
        cycle.nominated_before,
        PRIORITY,
        "other.spec.priority > pod.spec.priority",
        nominated.EQUAL,
    ),
    Mutant("all nominated pods count", cycle.nominated_before, PRIORITY, "True", nominated.LOWER),
    Mutant(
        "only less important nominated pods count",
        cycle.nominated_before,
        PRIORITY,
        "other.spec.priority <= pod.spec.priority",
        nominated.HIGHER,
    ),
    Mutant(
        "one nominated pod for a node counts",
        cycle.nominated_before,
        "found.setdefault(other.nominated, []).append(other)",
        "found.setdefault(other.nominated, [other])",
        nominated.TOGETHER,
    ),
    Mutant(
        "a nominated pod may be relied on",
        cycle._Deciding.nodes,
        "at_node(self.found.rules, failing) or verdicts[node]",
        "at_node(self.found.rules, failing)",
        nominated.NOT_RELIED_ON,
    ),
    Mutant(
        "its own nomination is ignored",
        cycle._Deciding.nodes,
        "return self._decision({own: None})",
        "pass",
        nominated.OWN,
    ),
    Mutant(
        "its own nomination is final",
        cycle._Deciding.nodes,
        "if own in verdicts and verdicts[own] is None:\n        return self._decision({own: None})",
        "if own in verdicts:\n        return self._decision({own: verdicts[own]})",
        nominated.OWN_FULL,
    ),
)
