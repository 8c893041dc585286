"""What the API server refuses is refused with its words and the line, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests.stated import stated

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n"
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      restartPolicy: Always
      containers: [{name: c, image: x}]
"""
REFUSED = (
    (
        "a port that is none",
        SERVICE.replace("80", "80000"),
        '5: Service "web" is invalid: [spec.ports[0].port: Invalid value: 80000: must be between 1 and 65535, incl',
    ),
    (
        "a Job that never ends",
        JOB,
        '7: Job.batch "once" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure',
    ),
    (
        "a name that only a Service may not have",
        SERVICE.replace("name: web", "name: we.b"),
        '3: Service "we.b" is invalid: metadata.name: Invalid value: "we.b": must not contain dots',
    ),
)


@pytest.mark.parametrize(("text", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_the_servers_refusal_is_told_with_the_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "given.yaml"
    file.write_text(text)
    with pytest.raises(BadInput) as refused:
        stated([str(file)])
    assert str(refused.value).startswith(f"{file}:{says}")


def test_what_the_server_takes_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "given.yaml"
    file.write_text(SERVICE)
    assert [one.key.name for one in stated([str(file)]).stated] == ["web"]


def test_what_was_read_of_a_running_cluster_was_taken_before(tmp_path: Path) -> None:
    file = tmp_path / "given.yaml"
    file.write_text(SERVICE.replace("80", "80000").replace("name: web", "name: web, uid: u1"))
    assert [one.key.name for one in stated([str(file)]).stated] == ["web"]
