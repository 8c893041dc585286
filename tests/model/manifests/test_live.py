"""A live cluster, played by a small server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.load import load

NODE = {"metadata": {"name": "n1", "uid": "n"}, "status": {"allocatable": {"cpu": "4", "pods": "10"}}}
PODS = [
    {
        "metadata": {"name": f"web-{number}", "namespace": "shop", "uid": f"p{number}", "managedFields": []},
        "spec": {"containers": [{"name": "app"}], **({"nodeName": "n1"} if number else {})},
        "status": {"phase": "Running" if number else "Pending"},
    }
    for number in range(3)
]


class Cluster(ThreadingHTTPServer):
    """Answers by path: a list of items in pages of two, or a status code."""

    answers: dict[str, list[dict[str, Any]] | int]
    plain = False
    """Whether it speaks as a proxy on the way does, not as an API server."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Cluster)
        asked = urlsplit(self.path)
        answer = server.answers.get(asked.path, [])
        if isinstance(answer, int):
            self._send(answer, {"kind": "Status", "code": answer, "message": f"no {asked.path} for you"})
            return
        start = int(parse_qs(asked.query).get("continue", ["0"])[0])
        rest = start + 2 if start + 2 < len(answer) else None
        self._send(200, {"items": answer[start : start + 2], "metadata": {"continue": str(rest)} if rest else {}})

    def _send(self, code: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(code)
        plain = isinstance(self.server, Cluster) and self.server.plain
        self.send_header("Content-Type", "text/html" if plain else "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the name that http.server calls it by)
        """Says nothing."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    server = Cluster(("127.0.0.1", 0), Handler)
    server.answers = {"/api/v1/nodes": [NODE], "/api/v1/pods": PODS}
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    configure(tmp_path, monkeypatch, server.url)
    yield server
    server.shutdown()
    server.server_close()


def configure(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A kube-config with the contexts `here` (the current one), `lost` and `nobody`."""
    config = {
        "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "me", "user": {"token": "x"}}],
        "contexts": [
            {"name": "here", "context": {"cluster": "c", "user": "me"}},
            {"name": "lost", "context": {"cluster": "gone", "user": "me"}},
            {"name": "nobody", "context": {"cluster": "c"}},
        ],
    }
    monkeypatch.chdir(folder)
    Path("config").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", "config")
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("context", ["here", ""])
def test_nodes_and_pods_are_read_page_by_page(cluster: Cluster, context: str) -> None:
    found = load([], context=context)
    assert found.warnings == ()
    assert [node.name for node in found.snapshot.nodes] == ["n1"]
    assert [(pod.key, pod.node) for pod in found.snapshot.pods] == [
        ("shop/web-0", ""),
        ("shop/web-1", "n1"),
        ("shop/web-2", "n1"),
    ]


def test_what_may_not_be_listed_is_told(cluster: Cluster) -> None:
    cluster.answers["/apis/storage.k8s.io/v1/csidrivers"] = 403
    cluster.answers["/apis/node.k8s.io/v1/runtimeclasses"] = 404
    assert load([], context="here").warnings == (
        "context here: CSIDriver cannot be listed: no /apis/storage.k8s.io/v1/csidrivers for you",
    )


REFUSED = (
    ("/api/v1/pods", 403, "context here: Pod cannot be listed: no /api/v1/pods for you"),
    (
        "/apis/apps/v1/deployments",
        401,
        "context here: Deployment cannot be listed: no /apis/apps/v1/deployments for you",
    ),
)


@pytest.mark.parametrize(("path", "code", "says"), REFUSED)
def test_without_pods_or_a_login_there_is_nothing_to_ask(cluster: Cluster, path: str, code: int, says: str) -> None:
    cluster.answers[path] = code
    with pytest.raises(BadInput) as refused:
        load([], context="here")
    assert str(refused.value) == says


CONFIGURED = (
    ("other", "context other of config: Context 'other' not found; see kubectl config get-contexts"),
    ("lost", "context lost of config: 'gone' is named, but not defined; see kubectl config get-contexts"),
    ("nobody", "context nobody of config: names no user; see kubectl config get-contexts"),
)


@pytest.mark.parametrize(("context", "says"), CONFIGURED)
def test_a_context_that_cannot_be_used_is_told(cluster: Cluster, context: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        load([], context=context)
    assert str(refused.value) == says


def test_a_configuration_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, monkeypatch, "http://127.0.0.1:1")
    Path("config").write_text("- no: config\n")
    with pytest.raises(BadInput) as refused:
        load([], context="here")
    assert str(refused.value) == "context here of config: the file is no kube-config"
    monkeypatch.setenv("KUBECONFIG", "gone")
    with pytest.raises(BadInput, match="Configuration file gone not found"):
        load([], context="here")


def test_a_cluster_that_answers_nonsense_is_told(cluster: Cluster) -> None:
    cluster.answers["/api/v1/nodes"] = 502
    cluster.plain = True
    with pytest.raises(BadInput) as refused:
        load([], context="here")
    assert str(refused.value) == f"context here ({cluster.url}): the cluster answers 502"


def test_a_cluster_that_answers_with_no_list_is_told(cluster: Cluster) -> None:
    cluster.answers["/api/v1/nodes"] = 200
    with pytest.raises(
        BadInput, match=r"the cluster answers with what is no list of Node: Object missing required field"
    ):
        load([], context="here")


def test_a_cluster_that_does_not_answer_is_told(cluster: Cluster) -> None:
    url = cluster.url
    cluster.shutdown()
    cluster.server_close()
    with pytest.raises(BadInput) as refused:
        load([], context="here")
    assert str(refused.value).startswith(f"context here ({url}): the cluster does not answer: ")
