"""Edits: what a person can change so that a pod finds a node, each with its text, its price and its effect.

Prices (`PRICES`) weigh effort and risk, not money: a line in the pod's own manifest is cheap, a change of the cluster
that others feel is dearer, taking pods away dearer still, a node more the dearest. Within one price the smaller change
wins (`regret`, thousandths). Texts are complete: a path in the manifest with old and new, or a kubectl line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kubeproof.model.objects.node import Node
from kubeproof.model.objects.pod import Pod, PodSpec
from kubeproof.model.objects.snapshot import Snapshot

PRICES: Mapping[str, int] = {
    "replicas": 10,  # one number, and what runs stays as it is
    "toleration": 12,
    "spread": 12,
    "anti-affinity": 13,
    "affinity": 13,
    "minDomains": 13,
    "node selector value": 14,
    "node affinity value": 14,
    "node selector": 15,
    "node affinity": 15,
    "scheduling gate": 15,
    "skew": 16,  # a looser rule stays a rule, yet the next replica meets it again
    "request": 17,
    "host port": 18,
    "toleration of a node's condition": 26,
    "label": 31,
    "uncordon": 32,
    "untaint": 33,
    "remove pod": 45,
    "relabel": 70,  # what else asks for the old value is not known
    "add node": 100,
    "add larger node": 120,
}
UNIT = 1_000
"""Costs are counted in thousandths of a price."""


class Edit(NamedTuple):
    """One change. `path`: where it is made in the pod's manifest, "" for a change of the cluster.

    What it does: `spec` changes the pod, `node` the nodes named in `nodes`, `gone` are pods taken away, `added` is a
    new node, `settled` means that the pod is not asked for any more.
    """

    kind: str
    text: str
    regret: int = 0
    path: str = ""
    spec: Callable[[PodSpec], PodSpec] | None = None
    node: Callable[[Node], Node] | None = None
    nodes: tuple[str, ...] = ()
    gone: tuple[Pod, ...] = ()
    added: Node | None = None
    settled: bool = False

    @property
    def cost(self) -> int:
        """The price and the regret, in thousandths; several pods are paid for one by one."""
        return PRICES[self.kind] * UNIT * max(1, len(self.gone)) + min(self.regret, UNIT - 1)

    @property
    def of_pod(self) -> bool:
        """Whether it changes the pod alone."""
        return self.spec is not None


def edited(pod: Pod, edits: Iterable[Edit]) -> Pod:
    """The pod with the edits made that are made in its manifest, as far as filters read it (scores may read more)."""
    spec = pod.spec
    for edit in edits:
        if edit.spec:
            spec = edit.spec(spec)
    return pod if spec is pod.spec else msgspec.structs.replace(pod, spec=spec)


def changed_nodes(snapshot: Snapshot, edits: Iterable[Edit]) -> Sequence[Node]:
    """The nodes that the edits change, as they are then, and those that they add."""
    found: dict[str, Node] = {}
    for edit in edits:
        if edit.node:
            for node in snapshot.nodes:
                if node.name in edit.nodes:
                    found[node.name] = edit.node(found.get(node.name, node))
        if edit.added:
            found[edit.added.name] = edit.added
    return list(found.values())


def changed(snapshot: Snapshot, edits: Sequence[Edit]) -> Snapshot:
    """The cluster with the edits made that are made to it."""
    gone = [pod.key for edit in edits for pod in edit.gone]
    return snapshot.without_pods(gone).with_nodes(changed_nodes(snapshot, edits))
