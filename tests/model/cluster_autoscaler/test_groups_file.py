"""Files of node groups: what they make, and how what is wrong in them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeproof.model.cluster_autoscaler import groups_file
from kubeproof.model.errors import BadInput


def test_a_whole_file() -> None:
    found = groups_file.parsed("""
groups:
- {name: small, max: 5, node: cpu=2 memory=4Gi zone=a}
- {name: large, min: 1, max: 3, node: "cpu=8 memory=32Gi taint=gpu:NoSchedule", startup: 2m}
scale-down-utilization-threshold: 0.7
scale-down-unneeded-time: 90s
scan-interval: 15
skip-nodes-with-system-pods: false
""")
    small, large = found.groups
    assert (small.name, small.least, small.most, small.startup) == ("small", 0, 5, 60)
    assert (large.name, large.least, large.most, large.startup) == ("large", 1, 3, 120)
    assert small.template.labels["topology.kubernetes.io/zone"] == "a"
    assert [taint.text for taint in large.template.taints] == ["gpu:NoSchedule"]
    assert (found.threshold, found.unneeded_time, found.delay_after_add, found.scan_interval) == (0.7, 90, 600, 15)
    assert (found.skip_system_pods, found.skip_local_storage) == (False, True)


ONE = "groups:\n- {name: pool, max: 3, node: cpu=4}\n"
BAD = (
    ("no groups", "scan-interval: 10s\n", "g.yaml:1: the field groups is missing"),
    ("an unknown field", ONE + "scale-down: true\n", "g.yaml:3: scale-down: unknown field 'scale-down'"),
    ("more at least than at most", "groups:\n- {name: pool, min: 4, max: 3, node: cpu=4}\n",
     "g.yaml:2: groups[0].max: min and max are from 0 to 1000 and rise, not 4 and 3"),
    ("a node that is none", "groups:\n- {name: pool, max: 3, node: cpus=4}\n",
     "g.yaml:2: groups[0].node: at 1: 'cpus' is not known here; known: cpu, memory, "),
    ("several names", "groups:\n- {name: 'pool{1,2}', max: 3, node: cpu=4}\n",
     "g.yaml:2: groups[0].name: 'pool{1,2}' is not the name of one group"),
    ("a group twice", ONE + "- {name: pool, max: 1, node: cpu=1}\n",
     "g.yaml:3: groups[1].name: the group pool stands twice"),
    ("a time that is none", ONE + "scale-down-unneeded-time: soon\n",
     "g.yaml:3: scale-down-unneeded-time: 'soon' is not a duration like 30s, 2m or 1h30m"),
    ("no time between scans", ONE + "scan-interval: 0\n", "g.yaml:3: scan-interval: at least a second is needed"),
    ("a share above 1", ONE + "scale-down-utilization-threshold: 50\n",
     "g.yaml:3: scale-down-utilization-threshold: a share is from 0 to 1, not 50"),
    ("no YAML", "groups: [\n", "g.yaml:2: "),
    ("nothing", "", "g.yaml: node groups are one document, not 0"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_told_with_its_place(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("g.yaml").write_text(text)
    with pytest.raises(BadInput) as caught:
        groups_file.load("g.yaml")
    assert str(caught.value).startswith(words)
