"""Broken copies of what keeps old views and interleaved looks from doing harm, each with the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model import flight, steps, views, world
from kubeproof.model.controlplane import apiserver
from kubeproof.model.controlplane import watch as watching
from kubeproof.model.controlplane.controllers import claiming, replicaset
from kubeproof.model.controlplane.controllers.disruption import component as disruption
from kubeproof.properties.engines import world_flight
from kubeproof.properties.engines import world_past as past
from kubeproof.properties.engines.world_steps import Order
from kubeproof.properties.verdict import Outcome
from tests.model.controlplane import test_watch as watches
from tests.model.scheduler.mutants.runs import RunMutant
from tests.model.world import test_races as races
from tests.model.world import test_views as late
from tests.properties.engines import test_world_flight as flights
from tests.properties.engines import test_world_past as pasts


def sent(sentence: str) -> Callable[[], None]:
    """The test of how a request goes out."""
    return partial(races.test_how_a_request_goes_out, *next(row[1:] for row in races.SENT if row[0] == sentence))


def aged(sentence: str) -> Callable[[], None]:
    """The test of how old a view is."""
    return partial(late.test_how_old_a_view_is, *next(row[1:] for row in late.AGES if row[0] == sentence))


def ends(sentence: str) -> Callable[[], None]:
    """The test of what ends a look."""
    return partial(races.test_what_ends_a_look, *next(row[1:] for row in races.ANSWERS if row[0] == sentence))


MUTANTS = (
    RunMutant("whoever lags sees the latest second", views._as_of, "second <= at", "True",
              aged("then it sees the end of that second")),
    RunMutant("a lag never ends", views.ticked, "lag.until <= to", "False",
              late.test_a_lag_that_is_over_is_caught_up_with_at_once),
    RunMutant("all that was is kept", views.ticked, "past=past[needed:]", "past=past",
              late.test_only_who_lags_pays_for_it),
    RunMutant("who sees more does not look again", world.Runner._see_more, "differs(before, after, one)", "False",
              late.test_a_lagging_controller_hears_of_a_change_so_much_later),
    RunMutant("a list is of the latest store", world.Runner._list,
              "self.world.seen_by(component.name)", "self.world.store",
              late.test_what_there_is_to_look_at_is_seen_late_too),
    RunMutant("own writes are not waited for", views.has_own_writes, "wrote.revision <= seen.revision", "True",
              late.test_a_replica_set_makes_no_pod_twice_because_it_does_not_see_the_first),
    RunMutant("a look that waited is forgotten", world.Runner._take_off, "self._waiting.add(whose)", "pass",
              late.test_a_look_that_waited_is_made_up_for),
    RunMutant("own deletions are not expected", views.as_expected, "wrote.deleted <= seen.revision", "True",
              late.test_a_deletion_that_nobody_sees_is_expected_for_five_minutes),
    RunMutant("a set has no expectations", replicaset._decide, "meta.deleted_at is None and look.fresh",
              "meta.deleted_at is None",
              partial(late.test_a_replica_set_deletes_no_pod_for_one_that_it_has_deleted, False)),
    RunMutant("expectations are for ever", views.as_expected, "now - wrote.deleted_at > EXPECTED_FOR", "False",
              late.test_a_deletion_that_nobody_sees_is_expected_for_five_minutes),
    RunMutant("the scheduler forgets what it bound", views._with_bound, "or held.node", "or True",
              late.test_a_lagging_scheduler_counts_what_it_has_bound),
    RunMutant("a new start lists nothing", steps.outside, "_listed_anew(world, step.component)", "world.views",
              late.test_a_component_that_starts_anew_lists_everything),
    RunMutant("a lost event is none", views._without_change, "not lost or", "True or",
              late.test_a_lost_event_is_made_up_for_by_the_next_one),
    RunMutant("a lost event stays lost", views.changed, "mended = one.lost is not None", "mended = False",
              late.test_a_lost_event_is_made_up_for_by_the_next_one),
    RunMutant("whoever is being deleted adopts by its cache", claiming._is_denied,
              "there.meta.deleted_at is not None", "False",
              late.test_whoever_is_being_deleted_adopts_nobody_though_it_does_not_know_yet),
    RunMutant("a pod has two controllers", apiserver._check_owners, "len(controllers) > 1", "False",
              late.test_of_two_that_would_adopt_a_pod_one_is_refused),
    RunMutant("a patch may be of another object", apiserver._there, "write.uid and write.uid != held.meta.uid",
              "False", late.test_a_patch_of_another_object_of_that_name_is_refused),
    RunMutant("updates lose what others wrote", flight.outgoing, "revision=revision, ", "",
              sent("an update carries the revision of what was seen")),
    RunMutant("a patch is the whole object", flight.outgoing, "rebased(base, write.body, latest)", "write.body",
              sent("a patch says only what it changes")),
    RunMutant("a look forgets what it patched", flight.Flight._sent, "self._patched.get(write.key, seen)", "seen",
              races.test_a_second_patch_takes_back_what_the_first_one_changed),
    RunMutant("a look does not go on with the answer", flight.Flight.answered, "after.meta.resource_version", "-1",
              races.test_a_look_goes_on_with_the_answer_to_its_last_request),
    RunMutant("what changes nothing is asked", flight.is_idle, "not server.do(", "False and server.do(",
              races.test_what_would_change_nothing_of_what_was_seen_is_not_asked),
    RunMutant("a conflict is no reason to stop", flight.Flight.answered, "not ends_look(write, refused)",
              "True", ends("a conflict of an update ends the look")),
    RunMutant("a pod that is bound already stops the scheduler", flight.ends_look,
              "conflicts and write.verb in ENDS", "conflicts",
              ends("a pod that is bound already is one of many")),
    RunMutant("nobody comes between two requests", world.Runner._fly, "if self._interleaved and goes_on:", "if False:",
              races.test_a_look_sees_the_same_store_to_its_end_but_may_read_past_it),
    RunMutant("a look begins with its first request", world.Runner._take_off, "if self._interleaved:", "if False:",
              races.test_between_two_requests_of_a_look_another_may_come_and_one_of_them_is_refused),
    RunMutant("what changed during a look is not looked at again", world.Runner._fly, "if any(differs(",
              "if not any(differs(", races.test_what_changes_during_a_look_is_looked_at_again),
    RunMutant("reads past the cache are of the cache", flight.Flight.next, "self.look.latest = latest", "pass",
              races.test_a_look_sees_the_same_store_to_its_end_but_may_read_past_it),
    RunMutant("a budget's status is written over", disruption._budget, "why=synced.failed",
              'why=synced.failed, when_stale="written"',
              partial(races.test_two_drains_at_once_never_spend_more_than_a_budget_allows, 7, 0)),
    RunMutant("a watch begins with what was seen", watching.watch, "one.revision > since", "one.revision >= since",
              watches.test_a_watch_tells_what_has_changed_since_a_revision_in_order),
    RunMutant("what is compacted is not missed", watching.watch, "since < history.compacted", "False",
              watches.test_what_is_compacted_is_gone),
    RunMutant("what is no longer selected is changed", watching._told, "bucket not in buckets_of(one.key, held)",
              "False", watches.test_a_watch_that_selects_sees_objects_come_and_go),
    RunMutant("who was away for too long misses it", watching.caught_up, "listed(store, bucket)", "cache",
              watches.test_who_was_away_for_too_long_lists_anew),
    RunMutant("a late look goes back in time", past._oldest, "found if isinstance(found, int) else late.by", "late.by",
              pasts.test_how_far_back_a_look_may_see),
    RunMutant("an old store has what was made since", past._undone, "undo.key in store.objects", "False",
              pasts.test_an_old_store_has_what_was_deleted_and_lacks_what_was_made),
    RunMutant("in searches own writes are not waited for", past.freshness,
              "component.reads_own_writes and", "False and",
              pasts.test_own_writes_are_waited_for_and_own_deletions_expected),
    RunMutant("in searches nobody comes in between", world_flight.InterleavedSteps._asked,
              "at + 1 :", "len(rest.parts) :",
              flights.test_the_rest_of_a_look_is_told_by_the_key_and_ends_with_a_refusal),
    RunMutant("in searches a refusal is no end", world_flight.InterleavedSteps._asked,
              "event.refused is not None and write.verb in ENDS", "False",
              flights.test_the_rest_of_a_look_is_told_by_the_key_and_ends_with_a_refusal),
    RunMutant("in searches what was seen is not carried along", world_flight.InterleavedSteps._asked,
              "if base is not None:", "if False:",
              partial(flights.test_what_only_interleaved_looks_break, flights.COUNTED, Order.INTERLEAVED, "refused",
                      Outcome.PROVED)),
    RunMutant("the seed says nothing of turns", world.Runner.instant, "self._pick(list(due))",
              "next(iter(due))", races.test_other_seeds_are_other_interleavings),
)  # fmt: skip
