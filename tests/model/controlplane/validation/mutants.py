"""Broken copies of what the API server refuses and fills in: one edit each, and the test that notices it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from kubeproof.model.controlplane.validation import (
    affinity,
    containers,
    cronjob,
    daemonset,
    decode,
    defaulting,
    environment,
    hpa,
    int_or_percent,
    job,
    job_policies,
    meta,
    pod_spec,
    pod_update,
    probes,
    problem,
    request,
    resources,
    security,
    service,
    spread,
    statefulset,
    stored,
    taints,
    volumes,
    workloads,
)
from tests.model.controlplane.validation import test_request as requests
from tests.model.controlplane.validation import test_updates as updates


class Mutant(NamedTuple):
    """`old` stands once in the text of `rule`; the mutant has `new` there, and `test` fails with it."""

    sentence: str
    rule: Callable[..., Any]
    old: str
    new: str
    test: Callable[[], None]


def refused(sentence: str) -> Callable[[], None]:
    return partial(requests.check, requests.case(sentence))


def updated(sentence: str) -> Callable[[], None]:
    return partial(updates.check, updates.case(sentence))


STRICT = requests.test_unknown_fields_are_dropped_or_with_strict_validation_refused

MUTANTS = (
    Mutant(
        "a sleep may outlast the grace",
        probes._handler,
        "<= grace",
        "<= grace + 1",
        refused("sleep ends within the grace period"),
    ),
    Mutant(
        "any probe may succeed late",
        probes._probe,
        '.get("successThreshold", 1) != 1',
        '.get("successThreshold", 1) > 9',
        refused("a liveness probe succeeds at once"),
    ),
    Mutant(
        "two handlers are one",
        probes._handler,
        "kinds[1:]",
        "kinds[2:]",
        refused("two probes of one container are two handlers"),
    ),
    Mutant(
        "mounts need no volume",
        volumes.mount_problems,
        'mount["name"] not in volumes',
        "False",
        refused("a mount needs its volume"),
    ),
    Mutant(
        "paths may leave the volume",
        volumes._inside,
        '".." in where',
        '"..." in where',
        refused("a path in a volume stays in it"),
    ),
    Mutant("a volume has many sources", volumes._sources, "kinds[1:]", "kinds[2:]", refused("a volume has one source")),
    Mutant(
        "a value and a source go together",
        environment._value_from,
        'elif variable.get("value"):',
        "elif False:",
        refused("a variable has one source"),
    ),
    Mutant(
        "host ports are shared",
        containers._host_ports,
        "if asked in taken",
        "if not asked",
        refused("a port of the node is taken once"),
    ),
    Mutant(
        "restart rules need no policy",
        containers._restarts,
        "rules and policy is None",
        "False",
        refused("rules of restarts need a policy"),
    ),
    Mutant(
        "amounts may be negative",
        resources.amount,
        "value.sign < 0",
        "value.sign < -1",
        refused("an amount is not negative"),
    ),
    Mutant(
        "extended resources need no limit",
        resources._against_limit,
        "_is_extended(name) or",
        "False or",
        refused("an extended resource is whole and needs its limit"),
    ),
    Mutant(
        "Equal tolerates everything",
        taints._toleration,
        'elif operator != "Exists"',
        'elif operator == "Foo"',
        refused("tolerations without key tolerate everything"),
    ),
    Mutant(
        "minDomains is for all",
        spread._constraint,
        'if when != "DoNotSchedule"',
        'if when == "Foo"',
        refused("minDomains is for hard constraints"),
    ),
    Mutant(
        "a node selector may be empty",
        affinity._to_nodes,
        "if not terms",
        "if terms is None",
        refused("a node selector has terms"),
    ),
    Mutant("no servers are needed", pod_spec._dns, "if none:", "if not none:", refused("DNS of its own needs servers")),
    Mutant(
        "users may be negative", security._ids, "if not 0 <=", "if not -1 <=", refused("a user is no negative number")
    ),
    Mutant(
        "finalizers are any names",
        meta._finalizers,
        'if "/" not in name',
        'if "." in name',
        refused("finalizers are qualified, and all that is wrong is told"),
    ),
    Mutant(
        "only the first problem is told",
        request._invalid,
        "f\"[{', '.join(texts)}]\"",
        "texts[0]",
        refused("an autoscaler has room"),
    ),
    Mutant(
        "more than all may be gone",
        int_or_percent.not_above_hundred,
        "> 100",
        "> 101",
        refused("unavailability is at most all"),
    ),
    Mutant(
        "no selector matches",
        workloads.match_problems,
        "selector is None or",
        "selector is not None and",
        refused("a selector is needed"),
    ),
    Mutant(
        "claims may be kept otherwise",
        statefulset.problems,
        'not in ("Retain", "Delete")',
        'in ("Foo",)',
        refused("claims are kept or deleted"),
    ),
    Mutant(
        "surge and unavailability go together",
        daemonset._rolling,
        "if unavailable and surge",
        "if unavailable > surge",
        refused("a surge and unavailability exclude each other"),
    ),
    Mutant(
        "an Indexed Job may have any name", job._hostname, "> 0:", "> 9:", refused("an Indexed Job's pods need names")
    ),
    Mutant(
        "more indices fail than there are",
        job._indexed,
        "failed > completions",
        "failed > completions + 1",
        refused("failed indices need a back-off of each"),
    ),
    Mutant(
        "indices come in any order",
        job_policies._listed,
        "if first <= last",
        "if first < last - 9",
        refused("indices come in order"),
    ),
    Mutant(
        "CronJobs' names are long",
        cronjob.problems,
        "> LONGEST_NAME",
        "> LONGEST_NAME + 1",
        refused("a CronJob's name leaves room"),
    ),
    Mutant(
        "ClusterIPs have node ports",
        service._node_ports,
        'if kind == "ClusterIP"',
        'if kind == "Foo"',
        refused("a port of the nodes is for other types"),
    ),
    Mutant(
        "any port is the nodes'",
        service.allocation_problems,
        "number not in NODE_PORTS",
        "number < 80",
        refused("the nodes' ports are a range"),
    ),
    Mutant(
        "an autoscaler may have no room",
        hpa.problems,
        "most < least",
        "most + 1 < least",
        refused("an autoscaler has room"),
    ),
    Mutant(
        "one below zero is allowed",
        problem.at_least_zero,
        "value < 0",
        "value < -1",
        refused("a budget says one of the two"),
    ),
    Mutant(
        "a taint needs no effect",
        taints.problems,
        "if not effect",
        "if effect is None",
        refused("a taint has an effect"),
    ),
    Mutant(
        "strict validation drops, too",
        request.answer,
        "request.strict and unknown",
        "False",
        STRICT,
    ),
    Mutant(
        "unknown fields are told without their place",
        decode._struct,
        "_under(at.path, name) for",
        "name for",
        STRICT,
    ),
    Mutant(
        "an autoscaler scales down only",
        defaulting._autoscaler,
        "_or(up, _UP)",
        "_or(up, _DOWN)",
        partial(requests.test_defaults_are_filled_in, *requests.STORED[0]),
    ),
    Mutant(
        "tolerations may be dropped",
        pod_update._tolerations,
        "not in rest",
        "in rest",
        updated("a pod's tolerations stay"),
    ),
    Mutant(
        "gates may be added",
        pod_update.problems,
        'if gate["name"] not in known',
        'if not gate["name"]',
        updated("gates only go"),
    ),
    Mutant(
        "deadlines may grow", pod_update._deadline, "old < new", "old > new", updated("a deadline only comes nearer")
    ),
    Mutant(
        "a Job's selector may change",
        job.update_problems,
        'mine.get("selector"), before',
        'before.get("selector"), before',
        updated("a Job's selector stays"),
    ),
    Mutant(
        "an Indexed Job's completions go alone",
        job._completions,
        'mine.get("parallelism")',
        "new",
        updated("completions go with the parallelism"),
    ),
    Mutant(
        "an update counts always",
        stored.updated,
        'changed = new.get("spec") != old.get("spec")',
        "changed = True",
        updates.test_an_update_that_changes_nothing_is_not_counted,
    ),
)
