"""Random clusters: a few nodes, and pods on them and waiting, many made from the same template."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st
from immutables import Map

from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.selecting import Selecting
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.storage import Storage
from kubeproof.properties.strategies.nodes import GPU, MOSTLY, NAMES, SELDOM, nodes
from kubeproof.properties.strategies.pods import NAMESPACES, label_maps, pods, specs
from kubeproof.properties.strategies.storages import storages

_NAMESPACE_LABELS = st.fixed_dictionaries({}, optional={"team": st.sampled_from(("red", "blue"))}).map(Map)
_STORAGES = storages(NAMESPACES)
_SIZES = st.sampled_from((1, 2, 3, 4, 3, 4))
_TEMPLATES = st.lists(specs(), min_size=1, max_size=2)


@st.composite
def clusters(draw: st.DrawFn, max_pods: int = 6) -> Snapshot:
    """A snapshot of up to four nodes. Pods are where they are, whether or not a scheduler would have put them there.

    Some pods are being deleted, some wait, and of these some are nominated to a node.
    """
    names = NAMES[: draw(_SIZES)]
    templates = draw(_TEMPLATES)
    places = st.sampled_from((*names, *names, ""))
    found = []
    for index in range(draw(st.integers(0, max_pods))):
        pod = draw(pods(f"p{index}", draw(st.sampled_from(templates)), draw(places)))
        nominated = "" if pod.node else draw(places)
        found.append(msgspec.structs.replace(pod, nominated=nominated))
    return Snapshot(
        nodes=tuple(draw(nodes(name)) for name in names),
        pods=tuple(found),
        storage=draw(_STORAGES) if draw(MOSTLY) else Storage(),
        namespaces=Map({name: draw(_NAMESPACE_LABELS) for name in NAMESPACES}),
        selecting=Selecting(services=Map({name: (draw(label_maps()),) for name in NAMESPACES if draw(SELDOM)})),
    )


@st.composite
def busy_clusters(draw: st.DrawFn, max_pods: int = 8) -> Snapshot:
    """A cluster in which a scheduler has something to do: half of the pods wait, and most of those find a node.

    Like `clusters`, but that most nodes are open and have room for a few pods, and most pods ask for little else.
    """
    snapshot = draw(clusters(max_pods=0))
    opened = [_opened(node) if draw(MOSTLY) else node for node in snapshot.nodes]
    templates = [draw(specs()) for _ in range(2)]
    plain = [msgspec.structs.replace(spec, volumes=(), node_selector=Map(), node_terms=None) for spec in templates]
    shapes = st.sampled_from(
        (*plain, *plain, *(msgspec.structs.replace(spec, affinity=()) for spec in plain), *templates)
    )
    places = st.sampled_from((*(node.name for node in opened), *("" for _ in opened)))
    found = []
    for index in range(draw(st.integers(1, max_pods))):
        pod = draw(pods(f"p{index}", draw(shapes), draw(places)))
        nominated = draw(places) if not pod.node and draw(SELDOM) else ""
        found.append(msgspec.structs.replace(pod, nominated=nominated))
    return msgspec.structs.replace(snapshot, nodes=tuple(opened), pods=tuple(found))


def _opened(node: Node) -> Node:
    """The node without taints and cordon, with room for a few pods."""
    room = Map({"cpu": 3000, "memory": 6, PODS: 4, GPU: 2})
    return msgspec.structs.replace(node, taints=(), unschedulable=False, allocatable=room)


@st.composite
def questions(draw: st.DrawFn, about: st.SearchStrategy[Snapshot] | None = None) -> tuple[Snapshot, Pod]:
    """A cluster and a pod that asks for a node there; often one of a kind that the cluster has already."""
    snapshot = draw(clusters() if about is None else about)
    kinds = [pod.spec for pod in snapshot.pods]
    known = bool(kinds) and draw(MOSTLY)
    spec = draw(st.sampled_from(kinds)) if known else None
    return snapshot, draw(pods(spec=spec))
