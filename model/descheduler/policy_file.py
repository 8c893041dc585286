"""A DeschedulerPolicy file (descheduler/v1alpha2, v0.34) as a value: `load`, `parsed`.

What it asks for that is not modelled raises NotModelled with file, line and path; what the descheduler would not take
raises BadInput. How often it runs is no part of the file, but the program's --descheduling-interval. Metrics providers
and event settings are read past, as nothing rests on them here. The args of single plugins: policy_args.py,
evictor_args.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from kubeproof.model.descheduler import evictor_args, policy_args
from kubeproof.model.descheduler.policy import (
    DESCHEDULES,
    INTERVAL,
    NAMES,
    DeschedulerPolicy,
    Evictor,
    Plugin,
    Profile,
)
from kubeproof.model.errors import BadInput, KubeproofError, NotModelled
from kubeproof.model.manifests import lines, read, typed
from kubeproof.model.manifests.read import Found
from kubeproof.model.objects import selectors
from kubeproof.model.objects.selectors import EVERYTHING, BadSelector, Selector

VERSION, KIND = "descheduler/v1alpha2", "DeschedulerPolicy"
EVICTOR = "DefaultEvictor"
OTHERS = frozenset(
    {"HighNodeUtilization", "PodLifeTime", "RemoveFailedPods", "RemovePodsHavingTooManyRestarts"}
    | {"RemovePodsViolatingInterPodAntiAffinity", "RemovePodsViolatingNodeAffinity"}
)
"""The descheduler's plugins that are not modelled."""

_BY_NAME = {name: kind for kind, name in NAMES.items()}
T = TypeVar("T")


class _Set(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: list[str] | None = None
    disabled: list[str] | None = None


class _Plugins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    presort: _Set = _Set()
    sort: _Set = _Set()
    deschedule: _Set = _Set()
    balance: _Set = _Set()
    filter: _Set = _Set()
    preevictionfilter: _Set = _Set()


class _Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str = ""
    args: dict[str, Any] | None = None


class _Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    name: str = ""
    plugin_config: list[_Config] | None = None
    plugins: _Plugins = _Plugins()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    api_version: str = ""
    kind: str = ""
    profiles: list[_Profile] | None = None
    node_selector: str | None = None
    max_no_of_pods_to_evict_per_node: int | None = None
    max_no_of_pods_to_evict_per_namespace: int | None = None
    max_no_of_pods_to_evict_total: int | None = None
    grace_period_seconds: int | None = None
    eviction_failure_event_notification: bool | None = None
    metrics_collector: dict[str, Any] | None = None
    metrics_providers: list[dict[str, Any]] | None = None


def load(file: str, interval: int = INTERVAL) -> DeschedulerPolicy:
    """The policy of a file ('-': standard input), a pass every `interval` seconds. Raises BadInput, NotModelled."""
    return _one(list(read.read([file])), file, interval)


def parsed(text: str, file: str = "", interval: int = INTERVAL) -> DeschedulerPolicy:
    """The policy of a YAML text. Raises BadInput, NotModelled."""
    return _one(list(read.documents(text, file)), file, interval)


def _one(found: Sequence[Found], file: str, interval: int) -> DeschedulerPolicy:
    if len(found) != 1:
        raise BadInput(f"one {KIND} is needed, {len(found)} objects are there", file=file)
    if interval <= 0:
        raise BadInput(f"the time between two passes is at least a second, not {interval}s", file=file)
    [one] = found
    try:
        return _policy(typed.decoded(one, _File), interval)
    except BadInput as bad:
        raise bad if bad.file else typed.bad(one, bad.problem, bad.path) from None
    except NotModelled as error:
        line = lines.locate(typed.origin(one), error.path)
        raise NotModelled(f"{file}:{line}: {error.path}" if file and line else error.path, error.why) from None


def _policy(file: _File, interval: int) -> DeschedulerPolicy:
    if (file.api_version, file.kind) != (VERSION, KIND):
        raise BadInput(f"is {file.api_version or 'nothing'} {file.kind}, not {VERSION} {KIND}", path="kind")
    limits: Mapping[str, int | None] = {
        "maxNoOfPodsToEvictPerNode": file.max_no_of_pods_to_evict_per_node,
        "maxNoOfPodsToEvictPerNamespace": file.max_no_of_pods_to_evict_per_namespace,
        "maxNoOfPodsToEvictTotal": file.max_no_of_pods_to_evict_total,
        "gracePeriodSeconds": file.grace_period_seconds,
    }
    for path, limit in limits.items():
        if limit is not None and limit < 0:
            raise BadInput(f"at least 0 is needed, not {limit}", path=path)
    return DeschedulerPolicy(
        tuple(_profile(one, f"profiles[{at}]") for at, one in enumerate(file.profiles or ())),
        interval,
        _selector(file.node_selector),
        *limits.values(),
    )


def _selector(text: str | None) -> Selector:
    try:
        return selectors.parse(text) if text else EVERYTHING
    except BadSelector as bad:
        raise BadInput(str(bad), path="nodeSelector") from None


def _profile(one: _Profile, path: str) -> Profile:
    plugins, where = one.plugins, f"{path}.plugins"
    for point, names in (("presort", plugins.presort), ("sort", plugins.sort)):
        if names.enabled:
            raise NotModelled(f"{where}.{point}", "plugins that sort")
    for point, names in (("filter", plugins.filter), ("preevictionfilter", plugins.preevictionfilter)):
        if others := set(names.enabled or ()) - {EVICTOR}:
            raise NotModelled(f"{where}.{point}.enabled", f"{sorted(others)[0]} as an evictor")
    return Profile(
        tuple(_enabled(one, plugins.deschedule, "deschedule", path)),
        tuple(_enabled(one, plugins.balance, "balance", path)),
        _args(one, EVICTOR, evictor_args.EVICTOR, path) or Evictor(),
    )


def _enabled(one: _Profile, names: _Set, point: str, path: str) -> Iterator[Plugin]:
    if names.disabled:
        raise NotModelled(f"{path}.plugins.{point}.disabled", "plugins that are disabled by name")
    for at, name in enumerate(names.enabled or ()):
        here = f"{path}.plugins.{point}.enabled[{at}]"
        kind = _BY_NAME.get(name)
        if kind is None:
            raise _unknown(name, here)
        if (kind in DESCHEDULES) != (point == "deschedule"):
            raise BadInput(f"{name} runs at {'deschedule' if kind in DESCHEDULES else 'balance'}", path=here)
        plugin = _args(one, name, policy_args.PLUGINS[kind], path)
        if plugin is None:
            raise BadInput(f"{name} has no entry in pluginConfig, so that the profile would not run", path=here)
        yield plugin


def _unknown(name: str, path: str) -> KubeproofError:
    if name in OTHERS:
        return NotModelled(path, f"the plugin {name}; modelled are: {', '.join(_BY_NAME)}")
    return BadInput(f"the descheduler has no plugin {name!r}; modelled are: {', '.join(_BY_NAME)}", path=path)


def _args(one: _Profile, name: str, use: policy_args.Reader[T], path: str) -> T | None:
    """What the first entry of pluginConfig with a name makes of a plugin; None where there is none."""
    for at, entry in enumerate(one.plugin_config or ()):
        if entry.name == name:
            here = f"{path}.pluginConfig[{at}].args"
            try:
                return use.read(entry.args or {})
            except BadInput as bad:
                raise BadInput(bad.problem, path=_joined(here, bad.path)) from None
            except NotModelled as error:
                raise NotModelled(_joined(here, error.path), error.why) from None
    return None


def _joined(path: str, inner: str) -> str:
    return f"{path}.{inner}" if inner else path
