"""The notation of containers in golden cases; what is none of it is named by file and line, and stops nothing else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kubeproof.model.conformance import lifecycle, run, tokens
from kubeproof.model.errors import BadInput
from kubeproof.model.objects.container import RestartRule
from kubeproof.model.objects.pod_status import ContainerState, Running, Terminated, Waiting

TOKENS: tuple[tuple[str, ContainerState | None, ContainerState | None], ...] = (
    ("empty", None, None),
    ("running", Running(), None),
    ("waiting", Waiting(), None),
    ("waiting:CrashLoopBackOff/last=1:Error", Waiting("CrashLoopBackOff"), Terminated(1, "Error")),
    ("terminated=137:OOMKilled", Terminated(137, "OOMKilled"), None),
    ("terminated=-1/last=0", Terminated(-1), Terminated(0)),
)


@pytest.mark.parametrize(("token", "state", "last"), TOKENS, ids=[row[0] for row in TOKENS])
def test_a_token(token: str, state: ContainerState | None, last: ContainerState | None) -> None:
    got = tokens.status("c", token, {"ready": True})
    assert got is not None
    assert (got.name, got.state, got.last, got.ready, got.started) == ("c", state, last, True, None)


def test_no_status_is_no_entry() -> None:
    assert tokens.status("c", "absent", {}) is None


def test_rules_have_the_shape_of_the_api() -> None:
    raw = {"restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [0, 3]}}]}
    assert tokens.rules(raw) == (RestartRule("Restart", "NotIn", (0, 3)),)


def test_a_rule_without_exit_codes_matches_none() -> None:
    assert tokens.rules({"restartPolicyRules": [{"action": "Restart"}]}) == (RestartRule("Restart", "In", ()),)


CONTAINER = {"name": "c", "status": "running"}
POD = {"containers": [CONTAINER], "restartPolicy": "Always", "podIsTerminal": False, "podHasInitialized": True}
BAD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no token", {"containers": [{**CONTAINER, "status": "jumping"}]}),
    ("no exit code", {"containers": [{**CONTAINER, "status": "terminated=soon"}]}),
    ("no policy", {"restartPolicy": "Sometimes"}),
    ("no action", {"containers": [{**CONTAINER, "restartPolicyRules": [{"action": "Explode"}]}]}),
    ("no name", {"containers": [{"status": "running"}]}),
)


@pytest.mark.parametrize(("sentence", "changed"), BAD, ids=[row[0] for row in BAD])
def test_what_is_no_case_is_named(sentence: str, changed: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "pod-phase-v1.jsonl.gz"
    lines = [{"case": POD, "expect": "Running"}, {"case": {**POD, **changed}, "expect": "Running"}]
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))
    with pytest.raises(BadInput) as error:
        run.run([path])
    assert f"{path}:2: cannot be read as a case: " in str(error.value), sentence


def test_a_wrong_text_is_a_disagreement() -> None:
    """Elsewhere an error agrees with an error whatever it says; what a kubelet says counts to the letter."""
    said = {"allowed": False, "error": "terminated container a attempted illegal transition to non-terminated state"}
    assert lifecycle.agrees("status-container-transition", said, dict(said))
    assert not lifecycle.agrees("status-container-transition", said, {**said, "error": "something else"})


def test_only_a_time_off_the_clock_may_be_a_second_off() -> None:
    marked = {"deletionTimestampInSeconds": 30, "deletionGracePeriodSeconds": 30}
    assert lifecycle.agrees("pod-delete", marked, {**marked, "deletionTimestampInSeconds": 31})
    assert not lifecycle.agrees("pod-delete", marked, {**marked, "deletionTimestampInSeconds": 32})
    assert not lifecycle.agrees("pod-delete", marked, {**marked, "deletionGracePeriodSeconds": 31})
