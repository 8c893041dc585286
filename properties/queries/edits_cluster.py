"""What can be changed in the cluster so that a node meets a requirement, or so that the pod is not needed.

Pods are only taken away where they have a lower priority than the one that waits, and where nothing puts them back on
the same node at once (DaemonSets do).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, count

import msgspec

from kubeproof.model.logic.terms import Term, subterms
from kubeproof.model.objects.node import PODS, Node
from kubeproof.model.objects.pod import Pod
from kubeproof.model.objects.quantity import text_of
from kubeproof.model.objects.snapshot import Snapshot
from kubeproof.model.objects.taints import Taint
from kubeproof.model.scheduler.filters.node_unschedulable import CORDONED
from kubeproof.model.scheduler.open_node import Carrying, Free, HasTaint, Matching, OnPort, Pods, counts, requested
from kubeproof.properties.queries import manifest
from kubeproof.properties.queries.edits import UNIT, Edit
from kubeproof.properties.queries.edits_pod import CONDITIONS, Asking
from kubeproof.properties.queries.words import listed, short

OWN_DOMAINS = ("kubernetes.io/", "k8s.io/")
"""Labels of these domains say what a node is; a person does not set them."""

VICTIMS = 3
"""So many pods on one node are taken away at most."""

SCALED = frozenset({"Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"})
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
NEW = "new-node"


def options(asking: Asking) -> Iterator[Edit]:
    """The edits of the node that may make it meet the requirement; pods that could go are left to `removals`."""
    match asking.plugin:
        case "TaintToleration":
            for term in asking.terms:
                yield from (_untaint(p.data.taint, asking.node) for p in subterms(term) if isinstance(p.data, HasTaint))
        case "NodeUnschedulable":
            yield _uncordon(asking.node)
        case "NodeAffinity" if asking.where.startswith("spec.nodeSelector."):
            key = asking.where.removeprefix("spec.nodeSelector.")
            if not key.rpartition("/")[0].endswith(tuple(domain.rstrip("/") for domain in OWN_DOMAINS)):
                yield _label(asking.node, key, asking.pod.spec.node_selector[key])


def _untaint(taint: Taint, node: Node) -> Edit:
    if taint == CORDONED:
        return _uncordon(node)
    return Edit(
        kind="untaint",
        text=f"kubectl taint nodes {node.name} {taint.text}-",
        # A controller that put the taint on puts it on again while its reason lasts: the last resort.
        regret=UNIT - 1 if taint.key.startswith(CONDITIONS) else 0,
        node=lambda own: msgspec.structs.replace(own, taints=tuple(t for t in own.taints if t != taint)),
        nodes=(node.name,),
    )


def _uncordon(node: Node) -> Edit:
    """The node controller takes the taint off a node that is no longer cordoned."""
    return Edit(
        kind="uncordon",
        text=f"kubectl uncordon {node.name}",
        node=lambda own: msgspec.structs.replace(
            own, unschedulable=False, taints=tuple(taint for taint in own.taints if taint != CORDONED)
        ),
        nodes=(node.name,),
    )


def _label(node: Node, key: str, value: str) -> Edit:
    return Edit(
        kind="relabel" if key in node.labels else "label",
        text=f"kubectl label nodes {node.name} {key}={value}" + (" --overwrite" if key in node.labels else ""),
        node=lambda own: msgspec.structs.replace(own, labels=own.labels.set(key, value)),
        nodes=(node.name,),
    )


def removals(asking: Asking, on: Sequence[Pod], around: Sequence[Pod]) -> Iterator[Edit]:
    """The smallest sets of pods whose going would meet the requirement, as far as counting tells; the fewest first.

    `on` are the pods on the node, `around` those of all nodes: a rule about a domain looks at them too.
    """
    goes = [pod for pod in on if may_go(pod, asking.pod)]
    for term in asking.terms:
        if asking.reader.at(term, asking.node.name):
            continue
        resource = next((p.data.resource for p in subterms(term) if isinstance(p.data, Free)), "")
        if resource:
            short_of = _want(asking.pod, resource) - asking.reader.at(term.args[1], asking.node.name)
            yield from map(_remove, _enough(goes, _weigher(resource), short_of))
        elif queries := [p.data.query for p in subterms(term) if isinstance(p.data, Pods)]:
            if isinstance(queries[0], OnPort):
                there = [pod for pod in on if any(counts(query, pod) for query in queries)]
            elif asking.plugin == "InterPodAffinity" and isinstance(queries[0], Matching | Carrying):
                there = [pod for pod in _domain(term, asking, around) if any(counts(query, pod) for query in queries)]
            else:
                continue
            if 0 < len(there) <= VICTIMS and all(may_go(pod, asking.pod) for pod in there):
                yield _remove(there)


def _want(pod: Pod, resource: str) -> int:
    return 1 if resource == PODS else pod.spec.requests.get(resource, 0)


def _domain(term: Term, asking: Asking, around: Sequence[Pod]) -> Iterator[Pod]:
    """The pods in the node's domain of the topology that the term sums over."""
    key = next(str(part.data) for part in subterms(term) if isinstance(part.data, str))
    here = asking.node.labels.get(key)
    places = {node.name for node in asking.reader.snapshot.nodes if node.labels.get(key) == here}
    return (pod for pod in around if pod.node in places)


def may_go(pod: Pod, for_: Pod) -> bool:
    """Whether a pod may be taken off its node for another."""
    return pod.spec.priority < for_.spec.priority and not pod.owner.startswith("DaemonSet/") and not pod.deleting


def _weigher(resource: str) -> Callable[[Pod], int]:
    return lambda pod: 1 if resource == PODS else pod.spec.requests.get(resource, 0)


def _enough(pods: Iterable[Pod], weigh: Callable[[Pod], int], short_of: int) -> Iterator[Sequence[Pod]]:
    """Each one pod that is enough, the least first; where none is, the fewest of the largest."""
    heavy = sorted((pod for pod in pods if weigh(pod) > 0), key=lambda pod: (weigh(pod), pod.key))
    single = [pod for pod in heavy if weigh(pod) >= short_of]
    if single:
        yield from ([pod] for pod in single[:VICTIMS])
        return
    largest = heavy[: -2 * VICTIMS - 1 : -1]
    for size in range(2, VICTIMS + 1):
        found = [some for some in combinations(largest, size) if sum(map(weigh, some)) >= short_of]
        if found:
            yield min(found, key=lambda some: (sum(map(weigh, some)), [pod.key for pod in some]))
            return


def _remove(pods: Sequence[Pod]) -> Edit:
    gone = tuple(sorted(pods, key=lambda pod: pod.key))
    return Edit(kind="remove pod", text=deletion(gone), gone=gone, regret=sum(map(_loss, gone)))


def deletion(pods: Iterable[Pod]) -> str:
    """The kubectl line that takes pods away, one for each namespace."""
    found: dict[str, list[str]] = {}
    for pod in pods:
        found.setdefault(pod.namespace, []).append(pod.name)
    return " && ".join(f"kubectl delete pod -n {namespace} {' '.join(names)}" for namespace, names in found.items())


def _loss(pod: Pod) -> int:
    """Pods that nobody makes anew are a loss; the rest come again, and wait."""
    return 0 if pod.owner else UNIT // 2


def replicas(pod: Pod, snapshot: Snapshot) -> Edit | None:
    """Fewer replicas, where others of the pod's workload run: so many less as wait."""
    origin = pod.origin
    if origin is None or origin.kind not in SCALED or not origin.template:
        return None
    number = manifest.replicas(origin)
    alike = [other for other in snapshot.pods if other.namespace == pod.namespace and _of(other, pod)]
    waiting = sum(1 for other in alike if not other.node)
    if number is None or not waiting or waiting >= number:
        return None
    return Edit(
        kind="replicas", text=f"spec.replicas: {number} -> {number - waiting}", path="spec.replicas", settled=True
    )


def _of(other: Pod, pod: Pod) -> bool:
    """Whether a pod was made from the same workload's template."""
    if other.origin and pod.origin:
        mine, own = other.origin, pod.origin
        if (mine.kind, mine.namespace, mine.name) == (own.kind, own.namespace, own.name):
            return True
    return bool(pod.owner) and other.owner == pod.owner


def new_nodes(pod: Pod, snapshot: Snapshot, fits: Callable[[Node], bool]) -> Iterator[Edit]:
    """One node more like one that is there, the smallest kind first, if an empty one `fits`; or like it, but larger."""
    kinds: dict[tuple[object, ...], Node] = {}
    for node in snapshot.nodes:
        labels = node.labels.delete(HOSTNAME) if HOSTNAME in node.labels else node.labels
        kinds.setdefault((labels, _kept(node), node.allocatable), node)
    taken = {node.name for node in snapshot.nodes}
    smallest_first = sorted(kinds.values(), key=lambda node: sorted(node.allocatable.items()))
    for regret, like in enumerate(smallest_first):
        new = _new(like, taken)
        zone = f" in {short(ZONE)} {like.labels[ZONE]}" if ZONE in like.labels else ""
        if fits(new):
            yield Edit(kind="add node", text=f"add 1 node like {like.name}{zone}", regret=regret, added=new)
            continue
        more = {name: want for name, want in requested(pod).items() if want > like.allocatable.get(name, 0)}
        larger = msgspec.structs.replace(new, allocatable=like.allocatable.update(more))
        if more and fits(larger):
            amounts = listed([f"{text_of(name, want)} {name}" for name, want in sorted(more.items())])
            text = f"add 1 node like {like.name}{zone}, but with {amounts}"
            yield Edit(kind="add larger node", text=text, regret=regret, added=larger)


def _kept(node: Node) -> tuple[Taint, ...]:
    """The taints that a new node of the kind would have: not those that its conditions brought."""
    return tuple(taint for taint in node.taints if not taint.key.startswith(CONDITIONS))


def _new(like: Node, taken: set[str]) -> Node:
    name = next(name for name in chain([NEW], (f"{NEW}-{at}" for at in count(2))) if name not in taken)
    labels: Mapping[str, str] = like.labels
    if HOSTNAME in labels:
        labels = like.labels.set(HOSTNAME, name)
    return msgspec.structs.replace(like, name=name, labels=labels, taints=_kept(like), unschedulable=False, origin=None)
