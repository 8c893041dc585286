"""The node groups of a cluster autoscaler, from a YAML file of our own (each provider has another one): `load`.

    groups:
    - {name: pool, min: 1, max: 5, node: cpu=4 memory=8Gi zone=a, startup: 90s}
    scale-down-unneeded-time: 10m

`node` is a sketch as in --nodes, without a name. The other fields are flags of cluster-autoscaler, by their names.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kubeproof.model import script
from kubeproof.model.cluster_autoscaler.policy import STARTUP, AutoscalerPolicy, NodeGroup
from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import lines, read, sketch, typed, yamltext
from kubeproof.model.objects.node import Node
from kubeproof.model.objects.origin import Origin

MOST = 1000
"""The most nodes that a group may have."""


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    node: str
    max: int
    min: int = 0
    startup: str | int = STARTUP


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    groups: list[_Group]
    scale_down_utilization_threshold: float = 0.5
    scale_down_unneeded_time: str | int = 600
    scale_down_delay_after_add: str | int = 600
    scan_interval: str | int = 10
    skip_nodes_with_system_pods: bool = True
    skip_nodes_with_local_storage: bool = True


def load(file: str) -> AutoscalerPolicy:
    """The policy in a file ('-' is standard input). Raises BadInput with file, line and path."""
    return parsed(read.decoded(read.content(file), file), file)


def parsed(text: str, file: str = "") -> AutoscalerPolicy:
    """The policy of a YAML text. Raises BadInput."""
    parts = list(read.parts(text))
    if len(parts) != 1:
        raise BadInput(f"node groups are one document, not {len(parts)}", file=file)
    try:
        told = yamltext.value(parts[0].text)
    except yamltext.YamlError as error:
        raise BadInput(error.problem, file=file, line=parts[0].line + error.line - 1) from None
    try:
        return _policy(_converted(told))
    except BadInput as bad:
        line = lines.locate(Origin(file, kind="Groups"), bad.path)
        raise BadInput(bad.problem, file=file, line=line, path=bad.path) from None


def _converted(told: Any) -> _File:
    try:
        return msgspec.convert(told, _File)
    except msgspec.ValidationError as error:
        path, problem = typed.explained(told, str(error))
        raise BadInput(problem, path=path) from None


def _policy(file: _File) -> AutoscalerPolicy:
    groups = tuple(_group(one, f"groups[{at}]") for at, one in enumerate(file.groups))
    names = [one.name for one in groups]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise BadInput(f"the group {name} stands twice", path=f"groups[{at}].name")
    if not 0 <= file.scale_down_utilization_threshold <= 1:
        problem = f"a share is from 0 to 1, not {file.scale_down_utilization_threshold:g}"
        raise BadInput(problem, path="scale-down-utilization-threshold")
    times = {
        name: _seconds(getattr(file, name.replace("-", "_")), name)
        for name in ("scale-down-unneeded-time", "scale-down-delay-after-add", "scan-interval")
    }
    if not times["scan-interval"]:
        raise BadInput("at least a second is needed", path="scan-interval")
    return AutoscalerPolicy(
        groups,
        file.scale_down_utilization_threshold,
        times["scale-down-unneeded-time"],
        times["scale-down-delay-after-add"],
        times["scan-interval"],
        skip_system_pods=file.skip_nodes_with_system_pods,
        skip_local_storage=file.skip_nodes_with_local_storage,
    )


def _group(one: _Group, path: str) -> NodeGroup:
    if not 0 <= one.min <= one.max <= MOST:
        raise BadInput(f"min and max are from 0 to {MOST} and rise, not {one.min} and {one.max}", path=f"{path}.max")
    return NodeGroup(one.name, one.min, one.max, _template(one, path), _seconds(one.startup, f"{path}.startup"))


def _template(one: _Group, path: str) -> Node:
    name = f"{one.name}-1 "
    try:
        nodes = sketch.nodes(name + one.node)
    except BadInput as bad:
        told = re.sub(r"(?<=^at )\d+", lambda at: str(int(at[0]) - len(name)), bad.problem)
        raise BadInput(told, path=f"{path}.node") from None
    if len(nodes) != 1 or nodes[0].name != f"{one.name}-1":
        raise BadInput(f"{one.name!r} is not the name of one group", path=f"{path}.name")
    return nodes[0]


def _seconds(given: str | int, path: str) -> int:
    try:
        return script.seconds(given)
    except BadInput as bad:
        raise BadInput(bad.problem, path=path) from None
