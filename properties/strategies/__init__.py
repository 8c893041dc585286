"""Hypothesis strategies for clusters, worlds and machines, drawn from small alphabets so that things meet often.

    @given(questions())
    def test_a_pod_never_lands_on_a_cordoned_node(question: tuple[Snapshot, Pod]) -> None: ...

    @given(worlds())
    def test_every_world_does_well(begin: Begin) -> None: ...

What those of clusters draw is what the API server would accept, in the model's own values (kubeproof.model.objects);
those of worlds draw manifests, nodes as a sketch, and steps of a script.
"""

from kubeproof.properties.strategies.clusters import busy_clusters, clusters, questions
from kubeproof.properties.strategies.events import events
from kubeproof.properties.strategies.machines import laws, machines
from kubeproof.properties.strategies.nodes import nodes, taints, tolerations
from kubeproof.properties.strategies.pods import label_maps, pods, selectors, specs
from kubeproof.properties.strategies.storages import storages, volumes
from kubeproof.properties.strategies.terms import terms
from kubeproof.properties.strategies.workloads import quotas, workloads
from kubeproof.properties.strategies.worlds import Begin, rooms, worlds

__all__ = [
    "Begin",
    "busy_clusters",
    "clusters",
    "events",
    "label_maps",
    "laws",
    "machines",
    "nodes",
    "pods",
    "questions",
    "quotas",
    "rooms",
    "selectors",
    "specs",
    "storages",
    "taints",
    "terms",
    "tolerations",
    "volumes",
    "workloads",
    "worlds",
]
