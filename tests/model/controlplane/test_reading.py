"""What the API server looks at: nothing but what is told of each request, in whatever happens to clusters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kubeproof.model.controlplane import numbering
from kubeproof.model.controlplane.apiserver import Done, Server, Write
from kubeproof.model.controlplane.etcd import Bucket, Entries, Key, Object, Store
from kubeproof.model.controlplane.reading import reads
from kubeproof.model.manifests.stated import stated, stated_text
from kubeproof.model.play import Setup, begun, play
from kubeproof.model.script import parsed
from kubeproof.properties.studies.study import node
from tests.properties.engines.test_world_known import OTHERS
from tests.properties.engines.test_world_plans import WORKLOADS

SCRIPT = """
- {at: 1m, cordon: n0}
- {at: 2m, drain: n1}
- {at: 3m, uncordon: n1}
- {at: 4m, delete: daemonset/log}
- {at: 5m, node-lost: n1}
- {at: 6m, apply: {manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}, server-side: true}}
"""
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("given", ["workloads", "others", "shop"])
def test_a_request_rests_on_nothing_else(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[Bucket | Key] = set()
    verbs: Counter[str] = Counter()
    get, bucket, do = Store.get, Store.bucket, Server.do

    def got(store: Store, key: Key) -> Object | None:
        seen.add(key)
        return get(store, key)

    def listed(store: Store, of: Bucket) -> Entries:
        seen.add(of)
        return bucket(store, of)

    def done(server: Server, store: Store, write: Write, now: int, by: str = "") -> Done:
        seen.clear()
        found = do(server, store, write, now, by)
        told = set(reads(write))
        if write.key.kind == "Pod" and write.verb != "bind" and numbering.waits(get(store, write.key)):
            told.add(numbering.WAITING)
        assert seen - {found.key} <= told, write
        verbs[write.verb] += 1
        return found

    nodes = "".join(node(f"n{number}") for number in range(2))
    texts = {"workloads": nodes + WORKLOADS, "others": nodes + OTHERS}
    found = stated_text(texts[given]) if given in texts else stated([str(ROOT / "examples" / "shop")])
    played = begun(Setup(), found)
    world = played.world._replace(store=numbering.apart(played.world.store))
    monkeypatch.setattr(Store, "get", got)
    monkeypatch.setattr(Store, "bucket", listed)
    monkeypatch.setattr(Server, "do", done)
    play(played.setup, world, 900, parsed(SCRIPT) if given in texts else ())
    usual = {"create", "status", "bind", "update"}
    assert usual | ({"evict", "delete"} if given in texts else set()) <= verbs.keys()
