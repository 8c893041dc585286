"""Where other pods are: PodTopologySpread and InterPodAffinity, broken."""

from kubeproof.model.objects import affinity, pod, selectors
from kubeproof.model.scheduler import open_node
from kubeproof.model.scheduler.filters import (
    inter_pod_affinity,
    pod_topology_spread,
)
from tests.model.scheduler.filters import test_inter_pod_affinity as near
from tests.model.scheduler.filters import test_pod_topology_spread as spread
from tests.model.scheduler.mutants.mutant import Mutant

MUTANTS = (
    # PodTopologySpread
    Mutant(
        "the skew must be less",
        pod_topology_spread._spread,
        "<= constraint.max_skew",
        "< constraint.max_skew",
        spread.WITHIN,
    ),
    Mutant(
        "the skew may be one more",
        pod_topology_spread._spread,
        "<= constraint.max_skew",
        "<= constraint.max_skew + 1",
        spread.BEYOND,
    ),
    Mutant(
        "the pod itself is forgotten", pod_topology_spread._spread, "here + me - fewest", "here - fewest", spread.BEYOND
    ),
    Mutant(
        "the pod counts whatever its labels are",
        pod_topology_spread._spread,
        "int(constraint.selector.matches(pod.labels))",
        "1",
        spread.NOT_LIKE_ITSELF,
    ),
    Mutant("a skew is final", pod_topology_spread._spread, "SKEWED, True", "SKEWED, False", spread.BEYOND),
    Mutant(
        "a missing key could be preempted",
        pod_topology_spread._spread,
        "MISSING_LABEL, False",
        "MISSING_LABEL, True",
        spread.MISSING_KEY,
    ),
    Mutant(
        "pods of all namespaces count",
        pod_topology_spread.alike,
        "frozenset({pod.namespace})",
        "frozenset({'shop', 'ops'})",
        spread.OTHER_NAMESPACE,
    ),
    Mutant(
        "pods that are being deleted count", pod_topology_spread.alike, "alive=True", "alive=False", spread.TERMINATING
    ),
    Mutant(
        "an empty selector counts everybody",
        open_node.counts,
        "not (alive and any(t.selector.is_everything for t in terms))",
        "True",
        spread.EMPTY_SELECTOR,
    ),
    Mutant(
        "matchLabelKeys fill in for a missing selector",
        selectors.Selector.and_labels,
        "self.nothing or not added",
        "not added",
        spread.NULL_SELECTOR,
    ),
    Mutant(
        "soft constraints block", pod.spread_constraint, 'raw.whenUnsatisfiable == "DoNotSchedule"', "True", spread.SOFT
    ),
    Mutant("minDomains is ignored", pod.spread_constraint, "raw.minDomains or 1", "1", spread.MIN_DOMAINS),
    Mutant(
        "as many domains as minDomains are too few",
        pod_topology_spread._spread,
        ") < constraint.min_domains",
        ") <= constraint.min_domains",
        spread.ENOUGH_DOMAINS,
    ),
    Mutant(
        "a domain is one node",
        pod_topology_spread._spread,
        "here = sum_in(key, counted.then(alike(pod, constraint), 0))",
        "here = counted.then(alike(pod, constraint), 0)",
        spread.DOMAIN_OF_NODES,
    ),
    Mutant(
        "nodeAffinityPolicy is Ignore by default",
        pod.spread_constraint,
        'raw.nodeAffinityPolicy or "Honor"',
        'raw.nodeAffinityPolicy or "Ignore"',
        spread.HONOR_AFFINITY,
    ),
    Mutant(
        "nodeAffinityPolicy is always Honor",
        pod_topology_spread.included,
        "if constraint.honor_affinity else True",
        "",
        spread.IGNORE_AFFINITY,
    ),
    Mutant(
        "nodeTaintsPolicy is Honor by default",
        pod.spread_constraint,
        'raw.nodeTaintsPolicy or "Ignore"',
        'raw.nodeTaintsPolicy or "Honor"',
        spread.IGNORE_TAINTS,
    ),
    Mutant(
        "nodeTaintsPolicy is always Ignore",
        pod_topology_spread.included,
        "if constraint.honor_taints else ()",
        "if False else ()",
        spread.HONOR_TAINTS,
    ),
    Mutant(
        "a node counts where it has the key itself",
        pod_topology_spread._spread,
        "counted = has_all_keys &",
        "counted = has_label(key) &",
        spread.ALL_KEYS,
    ),
    Mutant("matchLabelKeys are ignored", pod.spread_constraint, "raw.matchLabelKeys or ()", "()", spread.SAME_VERSION),
    # InterPodAffinity
    Mutant("affinity is not looked at", inter_pod_affinity.clauses, "(near | first)", "True", near.BESIDE),
    Mutant(
        "affinity could be preempted for", inter_pod_affinity.clauses, "AFFINITY, False", "AFFINITY, True", near.BESIDE
    ),
    Mutant(
        "near means on the same node",
        inter_pod_affinity.clauses,
        "sum_in(term.topology_key, like_all) > 0",
        "like_all > 0",
        near.BESIDE,
    ),
    Mutant(
        "each term may be met by another pod",
        inter_pod_affinity.clauses,
        "near = sum_in(term.topology_key, like_all)",
        "near = sum_in(term.topology_key, pods(Matching((term,))))",
        near.ONE_POD,
    ),
    Mutant("nobody may be the first", inter_pod_affinity.clauses, "(near | first)", "near", near.FIRST),
    Mutant(
        "anybody may be the first",
        inter_pod_affinity._first_of_its_kind,
        "if not all(",
        "if not any(True or ",
        near.NOBODY,
    ),
    Mutant("everybody is the first", inter_pod_affinity._first_of_its_kind, "<= 0", "<= 9", near.NOT_FIRST),
    Mutant(
        "the first needs no key",
        inter_pod_affinity.clauses,
        "has_label(term.topology_key) & (near | first)",
        "near | first",
        near.FIRST,
    ),
    Mutant(
        "pods on nodes without a key count for the first",
        inter_pod_affinity._first_of_its_kind,
        "in_some_domain.then(pods(Matching(wanted)), 0)",
        "pods(Matching(wanted))",
        near.FIRST_OUTSIDE,
    ),
    Mutant(
        "only nodes with all the keys count for the first",
        inter_pod_affinity._first_of_its_kind,
        "any_of(has_label",
        "~any_of(~has_label",
        near.ANY_KEY,
    ),
    Mutant(
        "one of its terms is enough to be the first",
        inter_pod_affinity._first_of_its_kind,
        "if not all(",
        "if not any(",
        near.FIRST_OF_BOTH,
    ),
    Mutant(
        "anti-affinity is not looked at",
        inter_pod_affinity.clauses,
        "in enumerate(resolved(term, facts) for term in pod.spec.anti_affinity)",
        "in ()",
        near.APART,
    ),
    Mutant(
        "anti-affinity is final", inter_pod_affinity.clauses, "ANTI_AFFINITY, True", "ANTI_AFFINITY, False", near.APART
    ),
    Mutant(
        "apart means on another node",
        inter_pod_affinity.clauses,
        "alone = sum_in(term.topology_key, pods(Matching((term,))))",
        "alone = pods(Matching((term,)))",
        near.APART,
    ),
    Mutant(
        "anti-affinity needs a pod that matches all terms",
        inter_pod_affinity.clauses,
        "pods(Matching((term,)))",
        "pods(Matching(pod.spec.anti_affinity))",
        near.EACH_TERM,
    ),
    Mutant(
        "others' anti-affinity is ignored",
        inter_pod_affinity.clauses,
        "in facts.anti_affinity",
        "in ()",
        near.SYMMETRIC,
    ),
    Mutant(
        "others' anti-affinity is final", inter_pod_affinity.clauses, "OTHERS, True", "OTHERS, False", near.SYMMETRIC
    ),
    Mutant(
        "others' anti-affinity is for their node only",
        inter_pod_affinity.clauses,
        "sum_in(term.topology_key, pods(Carrying(term)))",
        "pods(Carrying(term))",
        near.SYMMETRIC,
    ),
    Mutant(
        "others look at every namespace",
        inter_pod_affinity.clauses,
        "term.matches(pod.namespace, pod.labels, own_namespace)",
        "term.selector.matches(pod.labels)",
        near.SYMMETRIC_NAMESPACE,
    ),
    Mutant(
        "others' namespace selectors are ignored",
        inter_pod_affinity.clauses,
        "facts.namespaces.get(pod.namespace, NO_LABELS)",
        "NO_LABELS",
        near.SELECTED_BY_OTHERS,
    ),
    Mutant(
        "pods that are being deleted do not count",
        open_node.counts,
        "not (alive and pod.deleting)",
        "not pod.deleting",
        near.TERMINATING,
    ),
    Mutant(
        "a pod's namespace is ignored",
        affinity.PodAffinityTerm.matches,
        "namespace in self.namespaces or",
        "True or",
        near.OWN_NAMESPACE,
    ),
    Mutant(
        "its own namespace always counts",
        affinity._pod_term,
        "(namespace,) if own else raw.namespaces or ()",
        "(namespace, *(raw.namespaces or ()))",
        near.NAMED,
    ),
    Mutant(
        "a selector of namespaces is not resolved",
        inter_pod_affinity.resolved,
        "if selector.nothing or selector.is_everything",
        "if True",
        near.SELECTED,
    ),
    Mutant(
        "an empty selector of namespaces selects none",
        inter_pod_affinity.resolved,
        "or selector.is_everything:\n        return term",
        "or selector.is_everything:\n        return msgspec.structs.replace(term, namespace_selector=NOTHING)",
        near.EVERY_NAMESPACE,
    ),
)
