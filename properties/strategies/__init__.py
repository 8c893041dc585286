"""Hypothesis strategies for clusters and for machines, drawn from small alphabets so that things meet often.

    @given(questions())
    def test_a_pod_never_lands_on_a_cordoned_node(question: tuple[Snapshot, Pod]) -> None: ...

What those of clusters draw is what the API server would accept, in the model's own values (kubeproof.model.objects).
"""

from kubeproof.properties.strategies.clusters import busy_clusters, clusters, questions
from kubeproof.properties.strategies.machines import laws, machines
from kubeproof.properties.strategies.nodes import nodes, taints, tolerations
from kubeproof.properties.strategies.pods import label_maps, pods, selectors, specs
from kubeproof.properties.strategies.storages import storages, volumes
from kubeproof.properties.strategies.terms import terms

__all__ = [
    "busy_clusters",
    "clusters",
    "label_maps",
    "laws",
    "machines",
    "nodes",
    "pods",
    "questions",
    "selectors",
    "specs",
    "storages",
    "taints",
    "terms",
    "tolerations",
    "volumes",
]
