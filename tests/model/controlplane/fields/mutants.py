"""Broken copies of the rules of who owns which field, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.controlplane.fields import kubectl, merging, owners, paths
from tests.model.controlplane.fields import test_kubectl as client
from tests.model.controlplane.fields import test_owners as server
from tests.model.scheduler.mutants.runs import RunMutant, columns


def replicas(sentence: str) -> Callable[[], None]:
    """The test of one row of how many replicas there are."""
    return partial(server.test_how_many_replicas_there_are, *columns(server.REPLICAS, sentence))


def conflict(sentence: str) -> Callable[[], None]:
    """The test of one row of what is a conflict."""
    return partial(server.test_what_is_a_conflict, *columns(server.CONFLICTS, sentence))


def listed(sentence: str) -> Callable[[], None]:
    """The test of one row of merged lists."""
    return partial(server.test_lists_are_merged_by_their_keys, *columns(server.LISTS, sentence))


def merged(sentence: str) -> Callable[[], None]:
    """The test of one row of three-way merges."""
    return partial(client.test_what_comes_of_applying, *columns(client.MERGES, sentence))


def migrated(sentence: str) -> Callable[[], None]:
    """The test of one row of the way to server-side apply."""
    return partial(server.test_kubectl_moves_to_the_servers_side, *columns(server.MIGRATIONS, sentence))


MUTANTS = (
    RunMutant("what is given up stays", owners._applied, "if last else merged", "if False else merged",
              replicas("who alone said it and says it no more leaves the default")),
    RunMutant("what others own is taken out, too", owners._pruned, "kept | owned", "kept",
              replicas("what another says, too, stays")),
    RunMutant("nobody else owns anything", owners._applied, "if conflicts and not by.force", "if False",
              conflict("another value for what somebody applied")),
    RunMutant("force is no use", owners._applied, "and not by.force", "", replicas("by force it is what is applied")),
    RunMutant("who is overwritten by force still owns", owners._left, "- changes.set ", "",
              replicas("what was taken by force is not given back")),
    RunMutant("a write takes no fields over", owners.updated, "| changes.set", "| frozenset()",
              conflict("another value for what was scaled")),
    RunMutant("the same value is a conflict, too", merging._compare, "and old != new", "",
              server.test_the_same_value_is_shared_and_goes_with_its_last_owner),
    RunMutant("who changes is not told by what it changed", owners._name, 'owner.operation == "Update"', "False",
              conflict("another value for what somebody wrote")),
    RunMutant("subresources are not told", owners._name, "if owner.subresource", "if False",
              conflict("another value for what was scaled")),
    RunMutant("conflicts are told in the order of the requests", owners._words, "key=_identifier",
              "key=lambda owner: owner.at", conflict("fields of several owners")),
    RunMutant("what there was has no owner", owners.applied, "if not owners:", "if False:",
              server.test_what_there_was_before_anybody_applied_has_an_owner),
    RunMutant("an owner of nothing stays", owners._left, "if one.fields", "",
              server.test_who_owns_nothing_more_is_no_owner),
    RunMutant("kubectl does not know itself again", owners.applied, "by.manager == KUBECTL", "False",
              server.test_kubectl_may_change_what_it_applied_before_but_not_what_somebody_else_made_of_it),
    RunMutant("what kubectl owned by the old way stays the old way's", kubectl.upgraded,
              "if old := ", "if old := [] and ", migrated("what kubectl applied before and says no more goes")),
    RunMutant("elements have no default keys", merging._element, "DEFAULTS.get(key)", "None",
              conflict("one port of two that are told apart by port and protocol")),
    RunMutant("an element's own path is not owned", merging._fields, "yield (*path, step)", "pass",
              server.test_owners_are_told_as_managed_fields),
    RunMutant("the object's order stays", merging._merged_list,
              "left[i] in theirs and shared and shared[0] != left[i]", "False",
              listed("what only the object has stays behind what it was behind")),
    RunMutant("fields come in any order", paths._below, "sorted(tree, key=cmp_to_key(_before))",
              "sorted(tree, key=cmp_to_key(_before), reverse=True)",
              conflict("fields of one level are told by their names")),
    RunMutant("what is said no more stays in kubectl's own apply", kubectl.merged, "or name not in last", "or True",
              merged("what is said no more goes")),
    RunMutant("kubectl's own apply takes away what others set", kubectl.merged, "or name not in last", "",
              merged("what somebody else set stays")),
    RunMutant("lists are replaced as a whole", kubectl.merge_key, 'MERGE_KEYS.get(field, "")', '""',
              merged("elements are merged by their key")),
    RunMutant("what only the object has comes last", kubectl._merged_list, "turn[others[0].get(key)] < behind", "False",
              merged("what only the object has stays before what was behind it")),
    RunMutant("a strategy keeps what is not said", kubectl._one, "name in RETAINED", "False",
              merged("a strategy that is told anew is told whole")),
)  # fmt: skip
