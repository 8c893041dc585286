"""Whatever stands in a manifest: it is read, or refused in one line that names the file."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.load import load

TERM = {
    "topologyKey": "zone",
    "labelSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
    "matchLabelKeys": ["pod-template-hash"],
}
TEMPLATE = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "containers": [
            {"name": "app", "ports": [{"hostPort": 80}], "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}
        ],
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [TERM]}},
        "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
    },
}
OBJECTS = [
    {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db"},
        "spec": {"replicas": 2, "serviceName": "db", "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE},
    },
    {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "job", "uid": "j"},
        "spec": {"parallelism": 2, "completions": 3, "completionMode": "Indexed", "template": TEMPLATE},
        "status": {"succeeded": 1, "completedIndexes": "0-0"},
    },
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one", "uid": "p", "labels": {"app": "web"}},
        **TEMPLATE,
        "status": {"phase": "Pending"},
    },
    {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "n1", "labels": {"zone": "a"}},
        "spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]},
        "status": {"allocatable": {"cpu": "1", "memory": "1Gi"}},
    },
    {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {"resources": {"requests": {"storage": "1Gi"}}, "selector": {"matchLabels": {"a": "b"}}},
    },
]
JUNK: list[Any] = [
    *(
        None,
        True,
        -1,
        3.5,
        10**25,
        10**9,
        "",
        "x",
        "\x1b[31m",
        "-1",
        "1e999999999",
        "9" * 50,
        "5Gi",
        "1,,x",
        "0-99999999999",
    ),
    *([], [None], [1], ["x"], {}, {"a": None}, {"a": 1}, {"": ""}, {"a": {"b": 1}}),
]


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place below a value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from paths(inner, (*path, step))


PLACES = list(paths(OBJECTS))


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK)), min_size=1, max_size=2), st.booleans())
def test_it_is_read_or_refused_in_one_line(
    tmp_path_factory: Any, changes: list[tuple[tuple[str | int, ...], Any]], as_json: bool
) -> None:
    items: Any = copy.deepcopy(OBJECTS)
    for (*above, last), junk in changes:
        target = items
        try:
            for step in above:
                target = target[step]
            target[last] = copy.deepcopy(junk)
        except (TypeError, LookupError):
            continue  # the first change took the second one's place away
    file = _folder(tmp_path_factory) / ("in.json" if as_json else "in.yaml")
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    said = _said(str(file))
    assert all(line.isprintable() for line in said)
    assert all(line.startswith(str(file)) for line in said)


def _said(file: str) -> tuple[str, ...]:
    """The warnings, or the one line that refuses."""
    try:
        return load([file]).warnings
    except BadInput as refused:
        return (str(refused),)


def _folder(factory: Any) -> Path:
    found: Path = factory.getbasetemp()
    return found
