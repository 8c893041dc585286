"""A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) as profiles that the model can run: `load`, `read`.

What it asks for that is not modelled raises NotModelled with its path, where it would change what is decided, or is
told in `notes`, where it changes which of several right answers kube-scheduler gives (v1.34).
Left out, as no decision rests on it: how the scheduler process runs (leader election, clients, metrics, parallelism).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from kubeproof.model.errors import BadInput, NotModelled, printable
from kubeproof.model.manifests import read as files
from kubeproof.model.manifests import typed
from kubeproof.model.objects.pod import DEFAULT_SCHEDULER, Pod
from kubeproof.model.scheduler import plugin_args
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.constraint import Constraint, Stage
from kubeproof.model.scheduler.filters import node_affinity, node_resources_fit, pod_topology_spread
from kubeproof.model.scheduler.plugin_sets import MULTI_POINT, PLUGINS, POINTS, REMOVED, Merged, PluginSet, merged
from kubeproof.model.scheduler.profile import DEFAULT, POST_FILTERS, Profile
from kubeproof.model.scheduler.queue import Backoff

VERSION, KIND = "kubescheduler.config.k8s.io/v1", "KubeSchedulerConfiguration"
_STAGES = {"preEnqueue": (Stage.ENQUEUE,), "preFilter": (Stage.NARROW, Stage.REJECT), "filter": (Stage.FILTER,)}


class Configuration(msgspec.Struct, frozen=True):
    """The profiles by the scheduler names that pods give, and what of the file is not modelled, one line each."""

    profiles: Mapping[str, Profile]
    notes: tuple[str, ...] = ()

    def asked(self, pods: Iterable[Pod]) -> Profile:
        """The one profile that these pods name, or the only one there is.

        Raises BadInput where they name none of several, NotModelled where they name several.
        """
        names = {pod.spec.scheduler for pod in pods}
        named = [profile for name, profile in self.profiles.items() if name in names]
        if len(named) > 1:
            raise NotModelled("profiles", f"pods of {len(named)} profiles in one queue")
        if named or len(self.profiles) == 1:
            return (*named, *self.profiles.values())[0]
        raise BadInput(f"no pod asked about names one of {', '.join(map(repr, self.profiles))}", path="profiles")


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    name: str = ""
    args: dict[str, Any] | None = None


class _Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    scheduler_name: str | None = None
    percentage_of_nodes_to_score: int | None = None
    plugins: dict[str, PluginSet | None] | None = None
    plugin_config: list[_Asked] | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    api_version: str = ""
    kind: str = ""
    parallelism: int | None = None
    leader_election: dict[str, Any] | None = None
    client_connection: dict[str, Any] | None = None
    enable_profiling: bool | None = None
    enable_contention_profiling: bool | None = None
    percentage_of_nodes_to_score: int | None = None
    pod_initial_backoff_seconds: int | None = None
    pod_max_backoff_seconds: int | None = None
    delay_cache_until_active: bool | None = None
    profiles: list[_Profile] | None = None
    extenders: list[dict[str, Any]] | None = None


def load(file: str) -> Configuration:
    """The configuration in a file ('-' is standard input). Raises BadInput with file, line and path; NotModelled."""
    found = list(files.read([file]))
    if len(found) != 1:
        raise BadInput(f"one {KIND} is needed, {len(found)} objects are there", file=file)
    try:
        return _configuration(typed.decoded(found[0], _File))
    except BadInput as error:
        raise error if error.file else typed.bad(found[0], error.problem, error.path) from None


def read(raw: Mapping[str, Any]) -> Configuration:
    """The configuration that decoded JSON holds. Raises BadInput with its path; NotModelled."""
    try:
        return _configuration(msgspec.convert(raw, _File))
    except msgspec.ValidationError as error:
        path, problem = typed.explained(raw, str(error))
        raise BadInput(problem, path=path) from None


def _configuration(file: _File) -> Configuration:
    if (file.api_version, file.kind) != (VERSION, KIND):
        raise BadInput(f"is {file.api_version or 'nothing'} {file.kind}, not {VERSION} {KIND}", path="kind")
    if file.extenders:
        raise NotModelled("extenders[0]", "scheduler extenders, which are programs of their own")
    asked = file.profiles or [_Profile()]
    found, backoff = dict[str, Profile](), _backoff(file)
    for index, one in enumerate(asked):
        path = f"profiles[{index}]"
        name = one.scheduler_name or (DEFAULT_SCHEDULER if len(asked) == 1 and one.scheduler_name is None else "")
        if not name or name in found:
            raise BadInput(f"{name!r} stands twice" if name else "a name is needed", path=f"{path}.schedulerName")
        found[name] = replace(_profile(name, one, path), backoff=backoff)
    return Configuration(found, tuple(_notes(file, asked)))


def _profile(name: str, asked: _Profile, path: str) -> Profile:
    sets = {point: plugins or PluginSet() for point, plugins in (asked.plugins or {}).items()}
    for point in sets:
        if point not in (MULTI_POINT, *POINTS):
            raise BadInput(f"unknown field '{point}'", path=f"{path}.plugins.{point}")
    try:
        plugins = merged(sets)
        _check_halves(plugins)
    except BadInput as error:
        raise BadInput(error.problem, path=f"{path}.plugins.{error.path}") from None
    except NotModelled as error:
        raise NotModelled(f"{path}.plugins.{error.path}", error.why) from None
    args = _args(asked.plugin_config or (), f"{path}.pluginConfig")
    return Profile(name, _filters(plugins, args), tuple(plugins["postFilter"]), tuple(plugins["score"].items()), args)


def _backoff(file: _File) -> Backoff:
    default = Backoff()
    initial = default.initial if file.pod_initial_backoff_seconds is None else file.pod_initial_backoff_seconds
    most = default.most if file.pod_max_backoff_seconds is None else file.pod_max_backoff_seconds
    if initial <= 0:
        raise BadInput(f"must be greater than 0, not {initial}", path="podInitialBackoffSeconds")
    if most < initial:
        raise BadInput(f"must be at least podInitialBackoffSeconds, {initial}, not {most}", path="podMaxBackoffSeconds")
    return Backoff(initial, most)


def _check_halves(plugins: Merged) -> None:
    """Raises NotModelled where a plugin runs without the half of it that prepares what it looks at, or that binds."""
    for first, then in (("preFilter", "filter"), ("preScore", "score")):
        for name in plugins[then]:
            if first in PLUGINS[name] and name not in plugins[first]:
                raise NotModelled(first, f"{name} at {then}, but not at {first}")
    if list(plugins["postFilter"]) == [*reversed(POST_FILTERS)]:
        raise NotModelled("postFilter", "another order of the plugins that speak last")
    for point in ("reserve", "preBind"):
        for name in plugins["filter"]:
            if point in PLUGINS[name] and name not in plugins[point]:
                raise NotModelled(point, f"{name} at filter, but not at {point}")


def _args(asked: Sequence[_Asked], path: str) -> Args:
    found, seen = Args(), set[str]()
    for index, one in enumerate(asked):
        here = f"{path}[{index}]"
        if one.name in REMOVED:
            raise BadInput(f"{one.name} was removed from kube-scheduler", path=f"{here}.name")
        if one.name in seen:
            raise BadInput(f"{one.name} stands twice", path=f"{here}.name")
        if one.args is None:
            raise NotModelled(here, "an entry without args")
        seen.add(one.name)
        try:
            found = plugin_args.read(one.name, one.args, found)
        except BadInput as error:
            raise BadInput(error.problem, path=f"{here}.args.{error.path}") from None
    return found


def _filters(plugins: Merged, args: Args) -> tuple[Constraint, ...]:
    """The constraints in the order of the extension points; whole ones where those are as they are by default."""
    default = merged({})
    if all(list(plugins[point]) == list(default[point]) for point in _STAGES):
        return tuple(_constraint(plugin, args) for plugin in DEFAULT)
    by_name = {plugin.name: _constraint(plugin, args) for plugin in DEFAULT}
    return tuple(
        _only(by_name[name], stages) for point, stages in _STAGES.items() for name in plugins[point] if name in by_name
    )


def _constraint(plugin: Constraint, args: Args) -> Constraint:
    """The plugin as these args make it."""
    match plugin.name:
        case "NodeAffinity":
            return node_affinity.constraint(args.added_nodes)
        case "NodeResourcesFit":
            return node_resources_fit.constraint(args.ignored_resources, args.ignored_groups)
        case "PodTopologySpread":
            return pod_topology_spread.constraint(args.default_spread)
    return plugin


def _only(plugin: Constraint, stages: Collection[Stage]) -> Constraint:
    """What a plugin does at some extension points."""
    return plugin._replace(
        clauses=lambda pod, facts: (clause for clause in plugin.clauses(pod, facts) if clause.stage in stages)
    )


def _notes(file: _File, profiles: Sequence[_Profile]) -> Iterator[str]:
    """What kube-scheduler would do otherwise in large clusters, and what it would not read."""
    shares = {"percentageOfNodesToScore": file.percentage_of_nodes_to_score}
    for index, one in enumerate(profiles):
        shares[f"profiles[{index}].percentageOfNodesToScore"] = one.percentage_of_nodes_to_score
        for place, asked in enumerate(one.plugin_config or ()):
            path = f"profiles[{index}].pluginConfig[{place}]"
            if asked.name == "DefaultPreemption":
                yield f"{path}: not modelled: that preemption tries a part of the nodes; all are tried"
            elif asked.name not in PLUGINS:
                yield f"{path}: kube-scheduler has no plugin {printable(asked.name)!r}"
    for path, share in shares.items():
        if share is not None and not 0 <= share <= 100:
            raise BadInput(f"a percentage is from 0 to 100, not {share}", path=path)
        if share and share < 100:
            yield f"{path}: not modelled: that a part of the nodes is looked at; all are"
