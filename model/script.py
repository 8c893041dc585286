"""Scripts: what a user does to a world, and what happens to it, at which times; read from YAML by `read`.

    events:
    - {at: 30s, scale: {object: deployment/web, replicas: 5}}
    - {at: 1m, oom: {pod: web-*}}

docs/scripts.md is the schema. What is wrong is told with file, line and path. Left out: what the steps do (steps.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

import msgspec

from kubeproof.model.errors import BadInput
from kubeproof.model.logic import goduration
from kubeproof.model.manifests import lines, read, typed, yamltext
from kubeproof.model.objects.origin import Origin

MOST_EVENTS = 10_000
SECOND = 1_000_000_000


class Applying(NamedTuple):
    """How something is applied: by kubectl itself, or on the server's side; as which field manager ("": as kubectl
    calls itself then), and whether it takes what others own."""

    server_side: bool = False
    manager: str = ""
    force: bool = False


BY_KUBECTL = Applying()
"""`kubectl apply`."""


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What the steps share: no other fields than their own."""


class Apply(_Step, frozen=True):
    """`kubectl apply` of a file or folder, or of a manifest that stands in the script; `manager`: --field-manager,
    `force`: --force-conflicts."""

    file: str = ""
    manifest: dict[str, Any] | None = None
    server_side: bool = False
    manager: str = ""
    force: bool = False

    @property
    def how(self) -> Applying:
        """How it is applied."""
        return Applying(self.server_side, self.manager, self.force)


class Scale(_Step, frozen=True):
    """`kubectl scale`: another number of replicas."""

    object: str
    replicas: int


class SetImage(_Step, frozen=True):
    """`kubectl set image`: another image of a container ("": of all) of a workload's template."""

    object: str
    image: str
    container: str = ""


class Delete(_Step, frozen=True):
    """`kubectl delete`; `grace` is how long a pod gets to end."""

    object: str
    grace: str | int | None = None


class OnNode(_Step, frozen=True):
    """Something about a node: cordon, uncordon, drain, node-lost, node-back, node-removed."""

    node: str


class TaintNode(_Step, frozen=True):
    """`kubectl taint`: a taint put on (KEY[=VALUE]:EFFECT) or, in `untaint`, taken off (KEY or KEY:EFFECT)."""

    node: str
    taint: str


class NodeCondition(_Step, frozen=True):
    """A kubelet finds something of its machine: a condition such as MemoryPressure gets another status."""

    node: str
    type: str
    status: Literal["True", "False", "Unknown"]


class EndContainer(_Step, frozen=True):
    """Running containers of pods end now, with a code (exit) or because they used too much memory (oom)."""

    pod: str
    container: str = ""
    code: int = 1


class ProbeFail(_Step, frozen=True):
    """A probe of containers fails from now on, for so long ("": for good)."""

    pod: str
    probe: Literal["startup", "liveness", "readiness"] = "readiness"
    container: str = ""
    lasts: str | int = ""


class Image(_Step, frozen=True):
    """An image that no node can pull (any more: image-missing; again: image-back)."""

    image: str


class RunsFor(_Step, frozen=True):
    """Containers that start from now on run for so long ("": until they are killed), and then end with a code."""

    pod: str
    container: str = ""
    lasts: str | int = ""
    code: int = 0


class Load(_Step, frozen=True):
    """What pods use from now on, as a metrics server tells it: each, or (`shared`) all that are ready together; with
    `lasts` only for so long after a pod's start."""

    pod: str
    cpu: str | int = ""
    memory: str | int = ""
    shared: bool = False
    lasts: str | int = ""


class Restart(_Step, frozen=True):
    """A component that starts anew, and has forgotten what it remembered."""

    component: str


class LagBehind(_Step, frozen=True):
    """A component that sees everything so much later, for so long ("": for good)."""

    component: str
    by: str | int = 30
    lasts: str | int = ""


class Miss(_Step, frozen=True):
    """A component that does not hear of the next change of an object, until it changes once more."""

    component: str
    object: str


Step = (
    Apply
    | Scale
    | SetImage
    | Delete
    | OnNode
    | TaintNode
    | NodeCondition
    | EndContainer
    | ProbeFail
    | Image
    | RunsFor
    | Load
    | Restart
    | LagBehind
    | Miss
)

STEPS: Mapping[str, tuple[type[Any], str]] = {
    "apply": (Apply, "file"),
    "scale": (Scale, ""),
    "set-image": (SetImage, ""),
    "delete": (Delete, "object"),
    "cordon": (OnNode, "node"),
    "uncordon": (OnNode, "node"),
    "drain": (OnNode, "node"),
    "taint": (TaintNode, ""),
    "untaint": (TaintNode, ""),
    "node-lost": (OnNode, "node"),
    "node-back": (OnNode, "node"),
    "node-removed": (OnNode, "node"),
    "node-condition": (NodeCondition, ""),
    "exit": (EndContainer, "pod"),
    "oom": (EndContainer, "pod"),
    "probe-fail": (ProbeFail, "pod"),
    "image-missing": (Image, "image"),
    "image-back": (Image, "image"),
    "runs": (RunsFor, ""),
    "load": (Load, ""),
    "restart-controller": (Restart, "component"),
    "lag": (LagBehind, "component"),
    "miss": (Miss, ""),
}
"""The steps: what each says, and the field that a plain text stands for ("": it needs a mapping)."""


class Scripted(NamedTuple):
    """One step of a script: when (seconds since the start), which, what it says, and where it stands."""

    at: int
    name: str
    step: Step
    file: str = ""
    line: int = 0
    path: str = ""

    def wrong(self, problem: str) -> BadInput:
        """The error of this problem with the step."""
        return BadInput(problem, file=self.file, line=self.line, path=self.path)

    def placed(self, bad: BadInput) -> BadInput:
        """The error, as one of this step where it does not say where it stands."""
        return bad if bad.file else self.wrong(f"{bad.path}: {bad.problem}" if bad.path else bad.problem)


def load(file: str) -> tuple[Scripted, ...]:
    """The steps of a file ('-': standard input), by time. Raises BadInput."""
    return parsed(read.decoded(read.content(file), file), file)


def parsed(text: str, file: str = "") -> tuple[Scripted, ...]:
    """The steps of a text, by time. Raises BadInput."""
    parts = list(read.parts(text))
    if len(parts) > 1:
        raise BadInput("a script is one document", file=file, line=parts[1].line)
    try:
        told = yamltext.value(parts[0].text) if parts else None
    except yamltext.YamlError as error:
        raise BadInput(error.problem, file=file, line=parts[0].line + error.line - 1) from None
    top, listed = ("events", told.get("events")) if isinstance(told, dict) else ("", told)
    place = _Place(file)
    if isinstance(told, dict) and (others := [name for name in told if name != "events"]):
        raise place.wrong(f"unknown field '{others[0]}'; a script is a list of events", others[0])
    if not isinstance(listed, list):
        raise place.wrong("a script is a list of events, each with `at` and one step", top)
    if len(listed) > MOST_EVENTS:
        raise place.wrong(f"more than {MOST_EVENTS} events", top)
    return tuple(sorted(_all(listed, top, place), key=lambda one: one.at))


def text(script: Iterable[Scripted]) -> str:
    """A script that says the same, as JSON."""
    return msgspec.json.encode([{"at": one.at, one.name: one.step} for one in script]).decode()


def seconds(given: str | int) -> int:
    """Whole seconds of a duration such as 90s, 2m or 1h30m; a number is of seconds. Raises BadInput."""
    try:
        length = given * SECOND if isinstance(given, int) else goduration.nanoseconds(given)
    except goduration.BadDuration:
        raise BadInput(f"{given!r} is not a duration like 30s, 2m or 1h30m") from None
    if length < 0 or length % SECOND:
        raise BadInput(f"{given!r} is not a duration in whole seconds from 0 on")
    return length // SECOND


class _Place:
    """Where errors of a script's text stand."""

    def __init__(self, file: str) -> None:
        self.file, self._origin = file, Origin(file, kind="Script")

    def line(self, path: str) -> int:
        """The line of a path."""
        return lines.locate(self._origin, path)

    def wrong(self, problem: str, path: str) -> BadInput:
        """The error of this problem at that path."""
        return BadInput(problem, file=self.file, line=self.line(path), path=path)


def _all(listed: Iterable[Any], top: str, place: _Place) -> Iterator[Scripted]:
    for number, entry in enumerate(listed):
        path = f"{top}[{number}]"
        if not isinstance(entry, dict):
            raise place.wrong("an event is a mapping: {at: 30s, STEP: ...}", path)
        yield from _event(entry, path, place)


def _event(entry: Mapping[str, Any], path: str, place: _Place) -> Iterator[Scripted]:
    for name in entry:
        if name != "at" and name not in STEPS:
            raise _unknown(name, f"{path}.{name}", place)
    names = [name for name in entry if name != "at"]
    if not names:
        raise place.wrong(f"no step; the steps are: {', '.join(STEPS)}", path)
    at = _placed_seconds(entry.get("at", 0), f"{path}.at", place)
    for name in names:
        here = f"{path}.{name}"
        yield Scripted(at, name, _step(name, entry[name], here, place), place.file, place.line(here), here)


def _step(name: str, told: Any, path: str, place: _Place) -> Step:
    shape, short = STEPS[name]
    if isinstance(told, str) and short:
        told = {short: told}
    try:
        step: Step = msgspec.convert(told, shape)
    except msgspec.ValidationError as error:
        inner, problem = typed.explained(told, str(error))
        fields = [one.replace("_", "-") for one in shape.__struct_fields__]
        if problem.startswith("unknown field"):
            problem += f"; {name} has: {', '.join(fields)}"
        raise place.wrong(problem, f"{path}.{inner}" if inner else path) from None
    for field in ("lasts", "grace", "by"):
        given = getattr(step, field, None)
        if given not in (None, ""):
            _placed_seconds(given, f"{path}.{field}", place)
    return step


def _placed_seconds(given: Any, path: str, place: _Place) -> int:
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise place.wrong("expected a duration like 30s, 2m or 1h30m", path)
    try:
        return seconds(given)
    except BadInput as bad:
        raise place.wrong(bad.problem, path) from None


def _unknown(name: str, path: str, place: _Place) -> BadInput:
    near = get_close_matches(name, STEPS, n=1)
    hint = f" (did you mean {near[0]}?)" if near else f"; the steps are: {', '.join(STEPS)}"
    return place.wrong(f"unknown step '{name}'{hint}", path)
