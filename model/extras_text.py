"""How people ask for optional components: texts like NAME=VALUE,KEY=VALUE as `Extras`: `asked`.

descheduler=policy.yaml,interval=10s      its own policy file, and how often it runs (default: every 5m)
gitops=1m                                 what is run is applied again that often (default: every 3m)
second-scheduler=batch                    for pods with schedulerName batch; or a KubeSchedulerConfiguration file
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from kubeproof.model import script
from kubeproof.model.errors import BadInput
from kubeproof.model.extras import Extras
from kubeproof.model.objects.pod import DEFAULT_SCHEDULER

OPTION = "--with"
_FILES = (".yaml", ".yml", ".json")


class Asked(NamedTuple):
    """One text, taken apart. `value` is "" where there is none."""

    name: str
    value: str
    more: Mapping[str, str]

    def wrong(self, problem: str) -> BadInput:
        """The error of this problem with it."""
        return BadInput(f"{self.name}: {problem}", file=OPTION)

    def seconds(self, text: str) -> int:
        """A time of at least a second. Raises BadInput."""
        try:
            found = script.seconds(text)
        except BadInput as bad:
            raise self.wrong(bad.problem) from None
        if not found:
            raise self.wrong("an interval is at least a second")
        return found


def asked(texts: Iterable[str]) -> Extras:
    """What these texts ask for. Raises BadInput, also for what is wrong in the files that they name; NotModelled."""
    found: dict[str, Any] = {}
    for text in texts:
        one = _parted(text)
        if one.name not in READ:
            raise BadInput(f"there is no {one.name!r}; there are: {', '.join(READ)}", file=OPTION)
        field = one.name.replace("-", "_")
        if field in found:
            raise one.wrong("stands twice")
        keys, read = READ[one.name]
        if others := [key for key in one.more if key not in keys]:
            raise one.wrong(f"there is no {others[0]!r}; there are: {', '.join(keys) or 'none'}")
        found[field] = read(one)
    return Extras(**found)


def _parted(text: str) -> Asked:
    first, *rest = text.split(",")
    name, _, value = first.partition("=")
    more = {}
    for part in rest:
        key, equals, given = part.partition("=")
        if not equals:
            raise BadInput(f"{name}: {part!r} is not KEY=VALUE", file=OPTION)
        more[key] = given
    return Asked(name, value, more)


def _descheduler(one: Asked) -> Any:
    from kubeproof.model.descheduler import policy_file
    from kubeproof.model.descheduler.policy import INTERVAL

    if not one.value:
        raise one.wrong("a policy file is needed: descheduler=policy.yaml")
    return policy_file.load(one.value, one.seconds(one.more["interval"]) if "interval" in one.more else INTERVAL)


def _gitops(one: Asked) -> Any:
    from kubeproof.model.gitops import GitOps

    return GitOps(one.seconds(one.value)) if one.value else GitOps()


def _second_scheduler(one: Asked) -> Any:
    from kubeproof.model.scheduler.configuration import load
    from kubeproof.model.scheduler.profile import Profile

    if not one.value:
        raise one.wrong("a name or a file is needed: second-scheduler=NAME")
    profile = load(one.value).asked(()) if one.value.endswith(_FILES) else Profile(one.value)
    if profile.scheduler == DEFAULT_SCHEDULER:
        raise one.wrong(f"{DEFAULT_SCHEDULER} is the name of the first one")
    return profile


def _cluster_autoscaler(one: Asked) -> Any:
    from kubeproof.model.cluster_autoscaler.groups_file import load

    if not one.value:
        raise one.wrong("a file of node groups is needed: cluster-autoscaler=groups.yaml")
    return load(one.value)


READ: Mapping[str, tuple[tuple[str, ...], Callable[[Asked], Any]]] = {
    "descheduler": (("interval",), _descheduler),
    "gitops": ((), _gitops),
    "second-scheduler": ((), _second_scheduler),
    "cluster-autoscaler": ((), _cluster_autoscaler),
}
"""By component: the keys that it takes, and what reads it."""
