"""Who owns what in a recording: followed from each object's creation on, and told with the guard that failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubeproof.model.recording.follow import follow
from kubeproof.model.recording.lines import Recording, read

Json = Any
STARTED = "2026-01-01T00:00:00Z"


def web(replicas: int | None, version: int, **meta: Json) -> Json:
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "a"}]}}
    size = {} if replicas is None else {"replicas": replicas}
    about = {"name": "web", "namespace": "shop", **meta}
    if version:
        about |= {"uid": "u-1", "resourceVersion": str(version), "creationTimestamp": STARTED, "generation": version}
    spec = {**size, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": about, "spec": spec}


def seen(version: int, replicas: int, **meta: Json) -> Json:
    kind = "ADDED" if version == 1 else "MODIFIED"
    return {
        "type": kind,
        "kind": "Deployment",
        "t": float(version),
        "rv": version,
        "object": web(replicas, version, **meta),
    }


def asked(verb: str, version: int, body: Json, manager: str, **more: Json) -> Json:
    return {"type": "ACTION", "verb": verb, "kind": "Deployment", "name": "web", "body": body, "t": float(version),
            "rv": version, "code": 200, "params": {"fieldManager": manager}, **more}  # fmt: skip


def recording(*lines: Json) -> Recording:
    meta = {"type": "META", "scenario": "s", "namespace": "shop", "startTime": STARTED}
    return read(enumerate((meta, *lines), start=1), "s")


SCALE = {"subresource": "scale", "contentType": "application/merge-patch+json"}
LOST = "metadata.managedFields: not modelled: who owns what after a request that could not be followed"
STORIES: tuple[tuple[str, list[Json], list[str]], ...] = (
    ("what its only owner gives up is the default again",
     [asked("apply", 1, web(3, 0), "a"), seen(1, 3), asked("apply", 2, web(None, 0), "a"), seen(2, 1)], []),
    ("what another owns stays",
     [asked("apply", 1, web(3, 0), "a"), seen(1, 3), asked("patch", 2, {"spec": {"replicas": 5}}, "b", **SCALE),
      seen(2, 5), asked("apply", 3, web(None, 0), "a"), seen(3, 1)],
     ["apply Deployment shop/web"]),
    ("a conflict explains nothing",
     [asked("apply", 1, web(3, 0), "a"), seen(1, 3), asked("apply", 2, web(4, 0), "b"), seen(2, 4)],
     ['user: apply Deployment shop/web: Apply failed with 1 conflict: conflict with "a": .spec.replicas']),
    ("of what was there before nobody knows the owners",
     [seen(1, 3), asked("apply", 2, web(4, 0), "b"), seen(2, 4)],
     [LOST]),
    ("what does not decode is refused",
     [asked("apply", 1, web(3, 0), "a"), seen(1, 3), asked("apply", 2, {**web(4, 0), "spec": 3}, "a"), seen(2, 4)],
     ["json: cannot unmarshal number into Go struct field Deployment.spec of type v1.DeploymentSpec"]),
    ("no object at all is refused",
     [asked("apply", 1, web(3, 0), "a"), seen(1, 3), asked("apply", 2, [], "a"), seen(2, 4)],
     ["user: apply Deployment shop/web: what is applied is no object"]),
)  # fmt: skip


@pytest.mark.parametrize(("lines", "near"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_what_was_applied_is_followed(lines: list[Json], near: list[str]) -> None:
    account = follow(recording(*lines))
    ours = [one for one in account.unexplained if one.revision > 1]
    told = [*(one for each in ours for one in each.guards), *(str(one.step) for each in ours for one in each.nearest)]
    assert [one for one in near if not any(one in each for each in told)] == []
    assert bool(ours) == bool(near), json.dumps(told)
