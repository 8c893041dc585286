"""What becomes of a pod that is deleted, what controllers ask of it, and what is shown of it, broken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from kubeproof.model.controlplane import deletion
from kubeproof.model.objects import pod_columns, pod_state
from tests.model.controlplane import test_deletion as deletes
from tests.model.objects import test_pod_columns as shows
from tests.model.objects import test_pod_state as states
from tests.model.scheduler.mutants.runs import RunMutant, row


def request(sentence: str) -> Callable[[], None]:
    """The test of one row of delete requests."""
    return partial(deletes.check, row(deletes.CASES, sentence))


def shown(sentence: str) -> Callable[[], None]:
    """The test of one row of columns."""
    return partial(shows.check, row(shows.CASES, sentence))


def available(sentence: str) -> Callable[[], None]:
    """The test of one row of ready pods."""
    return partial(states.test_available, *next(one for one in states.SINCE if one[0] == sentence))


def lives(sentence: str) -> Callable[[], None]:
    """The test of one row of active and terminating pods."""
    return partial(states.test_active_and_terminating, *next(one for one in states.STATES if one[0] == sentence))


MUTANTS = (
    RunMutant("a pod without a node gets its time", deletion.grace_period, "not pod.node or ", "",
              request("a pod without a node gets no time")),
    RunMutant("a pod that has ended gets its time", deletion.grace_period, " or pod_state.is_terminal(pod)", "",
              request("nor does one that has ended")),
    RunMutant("a negative period is none", deletion.grace_period, "1 if period < 0", "0 if period < 0",
              request("also the pod's own")),
    RunMutant("a second request may ask for more", deletion._again, "options.grace_period >= meta.grace_period",
              "False", request("it may not ask for more")),
    RunMutant("a second request counts from now", deletion._again, "meta.deleted_at - meta.grace_period + period",
              "now + period", request("it may for less, counted from the first")),
    RunMutant("an end may have passed", deletion._again, "if end < now:", "if False:",
              request("an end that would have passed is now, and the period a second")),
    RunMutant("a pod whose time is over waits", deletion._again, "not meta.grace_period or ",
              "meta.grace_period is None or ", request("a pod whose time is over is deleted at once")),
    RunMutant("another pod is deleted", deletion.check, "options.uid and ", "False and ",
              deletes.test_another_pod_of_the_same_name_is_left_alone),
    RunMutant("every request is a new generation", deletion._again,
              "meta=replace(meta, deleted_at=end, grace_period=period)",
              "meta=replace(meta, deleted_at=end, grace_period=period, generation=9)",
              deletes.test_only_the_first_request_is_a_new_generation),
    RunMutant("a deleted pod is active", pod_state.is_active, " and pod.meta.deleted_at is None", "",
              lives("a deleted pod terminates")),
    RunMutant("a pod that has ended terminates", pod_state.is_terminating, "not is_terminal(pod) and ", "",
              lives("not even when it is deleted")),
    RunMutant("available a second late", pod_state.is_available, "since + min_ready <= now", "since + min_ready < now",
              available("ready for exactly the time is available")),
    RunMutant("an unknown time is long enough", pod_state.is_available,
              "since is not None and since", "since is None or since",
              available("nobody knows since when")),
    RunMutant("the last container has the word", pod_columns._shown, "(text for one in regular",
              "(text for one in reversed(regular)", shown("the first container that says something has the word")),
    RunMutant("failures hide behind completed containers", pod_columns._completed, "end.exit_code != 0", "False",
              shown("a failure behind a completed container is shown")),
    RunMutant("sidecars are not counted", pod_columns.columns, " + len(_sidecars(pod))", "",
              shown("sidecars are counted, ready and restarts")),
    RunMutant("init restarts stay", pod_columns._shown, "[one for one in tried if one.name in sidecars]", "tried",
              shown("restarts of init containers are forgotten then")),
    RunMutant("init containers are counted from one", pod_columns._holding_up, "Init:{index}", "Init:{index + 1}",
              shown("the first init container runs")),
    RunMutant("a lost node is not told", pod_columns._deleted, "pod.status.reason == NODE_LOST", "False",
              shown("and it is deleted")),
    RunMutant("what has ended terminates", pod_columns._deleted, "pod_state.is_terminal(pod)", "False",
              shown("one that has ended does not terminate")),
    RunMutant("gates are not told", pod_columns._summary, "if gated else", "if False else",
              shown("scheduling gates go before that")),
    RunMutant("the first restart is shown", pod_columns._restarts, "max((end", "min((end",
              shown("how long ago is the last of all")),
)  # fmt: skip
