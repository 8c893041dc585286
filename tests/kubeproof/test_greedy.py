"""docs/scheduler-against-solver.md: the numbers that it tells."""

import kubeproof as kp
from kubeproof.properties.queries.fit import Answer

NODES = "a{1..4} cpu=8 memory=32Gi zone=a; b{1..3} cpu=8 memory=32Gi zone=b; c{1..3} cpu=8 memory=32Gi zone=c"


def test_sixty_pods_fit_and_a_greedy_scheduler_places_fifty_five_on_every_way() -> None:
    cluster = kp.load("examples/greedy", nodes=NODES)
    found = cluster.fit()
    assert (found.answer, len(found.placement), found.order) == (Answer.YES, 60, None)
    assert sum(1 for node in cluster.schedule().answer.placement.values() if node) == 55
    outcomes = cluster.outcomes()
    assert "sometimes, 55 of 60: default/web-1 and 59 more like it" in outcomes.text
    assert outcomes.text.endswith("68 states; every run was followed.")
