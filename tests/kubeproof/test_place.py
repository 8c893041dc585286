"""`kubeproof place` and `Cluster.schedule`: what they say, exactly, and their exit status."""

import json
from pathlib import Path

import pytest

import kubeproof as kp
from kubeproof import cli
from kubeproof.model.errors import BadInput

SHOP = "examples/shop"
PREEMPTING = """
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: low}
value: 1
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 9
---
apiVersion: v1
kind: Pod
metadata: {name: low, namespace: a}
spec: {nodeName: n1, containers: [{name: c, resources: {requests: {cpu: "2"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: small, namespace: a}
spec: {priorityClassName: low, containers: [{name: c, resources: {requests: {cpu: "1"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: vip, namespace: a}
spec: {priorityClassName: high, containers: [{name: c, resources: {requests: {cpu: "2"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gated, namespace: a}
spec: {schedulingGates: [{name: quota}], containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: theirs, namespace: a}
spec: {schedulerName: volcano, containers: [{name: c}]}
"""
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: a}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, resources: {requests: {cpu: 500m, memory: 1Gi}}}]}
"""
PROFILES = """
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - schedulerName: default-scheduler
  - schedulerName: volcano
    plugins: {filter: {disabled: [{name: NodeResourcesFit}]}}
"""
PACKING = """
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - plugins: {score: {disabled: [{name: PodTopologySpread}]}}
    pluginConfig:
      - name: NodeResourcesFit
        args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.run(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


def write(folder: Path, text: str, name: str = "pods.yaml") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_a_run_reads_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write(tmp_path, PREEMPTING)
    status, out, err = run(capsys, "place", file, "--nodes", "n1 cpu=2 memory=4Gi")
    assert (status, err) == (1, "")
    assert (
        out
        == """\
1 of 4 pending pods placed, in this order (of nodes that are equally good the first in node order):
a/vip -> n1, after preempting a/low
a/small is Pending: 0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: \
0/1 nodes are available: 1 No preemption victims found for incoming pod.
a/gated is held back: waiting for scheduling gates: [quota]
a/theirs is not scheduled: it names the scheduler volcano

Afterwards:
node  cpu         memory      pods
n1    2/2  100 %  0/4Gi  0 %  1/110  1 %
all   2/2  100 %  0/4Gi  0 %  1/110  1 %
"""
    )


def test_scores_read_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(
        capsys, "place", write(tmp_path, WEB % 2), "--nodes", "n{1..2} cpu=2 memory=4Gi; big cpu=4", "--scores"
    )
    assert status == 0
    assert (
        out.partition("\n\n")[0]
        == """\
2 of 2 pending pods placed, in this order (of nodes that are equally good the first in node order):
a/web-1 -> n1, one of 2 equally good: n1 and n2
       node  TaintToleration x3  NodeResourcesFit x1  PodTopologySpread x2  NodeResourcesBalancedAll\
ocation x1  ImageLocality x1  total
    >  n1    300                 75                   200                   100                     \
            0                 675
    *  n2    300                 75                   200                   100                     \
            0                 675
a/web-2 -> n2
       node  TaintToleration x3  NodeResourcesFit x1  PodTopologySpread x2  NodeResourcesBalancedAll\
ocation x1  ImageLocality x1  total
       n1    300                 50                   132                   100                     \
            0                 582
    >  n2    300                 75                   200                   100                     \
            0                 675"""
    )


def test_the_shop_is_scheduled(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "place", SHOP, "--json")
    answer = json.loads(out)
    assert (status, answer["allPlaced"], answer["seed"]) == (1, False, None)
    assert [(pod["pod"], pod["result"], pod["node"]) for pod in answer["pods"]] == [
        ("shop/web-9", "Pending", ""),
        ("shop/report-1", "Placed", "gp-c1"),
    ]
    assert answer["pods"][0]["message"].startswith("0/9 nodes are available: 2 node(s) had untolerated taint")
    gp_c1 = next(node for node in answer["nodes"] if node["name"] == "gp-c1")
    assert (gp_c1["used"]["cpu"], gp_c1["allocatable"]["cpu"], gp_c1["used"]["pods"]) == (3250, 8000, 9)


def test_json_tells_victims_ties_and_scores(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = run(capsys, "place", write(tmp_path, PREEMPTING), "--nodes", "n1 cpu=2 memory=4Gi", "--json")
    vip = json.loads(out)["pods"][0]
    assert vip == {
        "pod": "a/vip",
        "result": "Placed",
        "node": "n1",
        "ties": ["n1"],
        "victims": ["a/low"],
        "message": "",
        "attempts": 2,
        "scores": None,
    }
    file = write(tmp_path, WEB % 1)
    _, out, _ = run(capsys, "place", file, "--nodes", "n{1..2} cpu=2 memory=4Gi", "--json", "--scores")
    (web,) = json.loads(out)["pods"]
    assert web["ties"] == ["n1", "n2"]
    assert web["scores"][0]["plugins"]["TaintToleration"] == {"normalized": 100, "score": 0, "weighted": 300}
    assert web["scores"][0]["total"] == sum(one["weighted"] for one in web["scores"][0]["plugins"].values())


def test_the_same_seed_gives_the_same_run_and_others_give_others(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = write(tmp_path, WEB % 6)
    runs = [run(capsys, "place", file, "--nodes", "n{1..9} cpu=2 memory=4Gi", "--seed", seed) for seed in "11234"]
    assert runs[0] == runs[1]
    assert runs[0][1].startswith(
        "6 of 6 pending pods placed, in this order (of nodes that are equally good any, by seed 1)"
    )
    assert len({out for _, out, _ in runs}) > 1


def test_nothing_pending_is_well(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    node = "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {allocatable: {cpu: 1, pods: 5}}\n"
    status, out, _ = run(capsys, "place", write(tmp_path, node))
    assert (status, out.splitlines()[0]) == (0, "No pod is pending.")


def test_a_configuration_decides_where_pods_go(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pods, config = write(tmp_path, WEB % 2), write(tmp_path, PACKING, "config.yaml")
    asked = ["place", pods, "--nodes", "n{1..2} cpu=2 memory=4Gi", "--json"]
    spread, packed = (
        {pod["node"] for pod in json.loads(run(capsys, *asked, *more)[1])["pods"]}
        for more in ((), ("--scheduler-config", config))
    )
    assert (spread, packed) == ({"n1", "n2"}, {"n1"})


def test_why_and_fit_ask_the_profile_that_pods_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = write(tmp_path, PROFILES, "config.yaml")
    pods = write(tmp_path, (WEB % 1).replace("{containers", "{schedulerName: volcano, containers"))
    asked = [pods, "--nodes", "n1 cpu=100m memory=4Gi"]
    for command in (["why", *asked, "-p", "a/web-1"], ["why", *asked], ["fit", *asked], ["place", *asked]):
        assert run(capsys, *command)[0] == 1
        assert run(capsys, *command, "--scheduler-config", config)[0] == 0


def test_pods_of_several_profiles_are_not_modelled_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = write(tmp_path, PROFILES, "config.yaml")
    status, out, err = run(capsys, "place", write(tmp_path, PREEMPTING), "--nodes", "n1", "--scheduler-config", config)
    assert (status, out) == (3, "")
    assert err == "kubeproof: profiles: not modelled: pods of 2 profiles in one queue\n"


CLAIMING = """
apiVersion: v1
kind: Pod
metadata: {name: claiming, namespace: a}
spec:
  containers: [{name: c}]
  resourceClaims: [{name: gpu, resourceClaimName: gpu}]
---
"""
UNKNOWN = "spec.resourceClaims: not modelled: dynamic resource allocation (kube-scheduler's DynamicResources)"


def test_a_pod_that_is_not_modelled_is_set_aside_and_the_rest_is_scheduled(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = write(tmp_path, CLAIMING + WEB % 1)
    status, out, err = run(capsys, "place", file, "--nodes", "n1 cpu=2 memory=4Gi")
    assert (status, err) == (3, "")
    assert out.splitlines()[:4] == [
        "1 of 2 pending pods placed, in this order (of nodes that are equally good the first in node order):",
        "a/web-1 -> n1",
        f"a/claiming is set aside: {UNKNOWN}",
        "1 pod set aside: the rest was scheduled without, as if not there.",
    ]
    _, out, _ = run(capsys, "place", file, "--nodes", "n1 cpu=2 memory=4Gi", "--json")
    answer = json.loads(out)
    assert (answer["allPlaced"], answer["setAside"]) == (False, ["a/claiming"])
    assert [(pod["pod"], pod["result"], pod["message"]) for pod in answer["pods"]] == [
        ("a/web-1", "Placed", ""),
        ("a/claiming", "NotModelled", UNKNOWN),
    ]


def test_a_pod_that_stays_pending_is_a_no_whatever_is_set_aside(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, _ = run(capsys, "place", write(tmp_path, CLAIMING + WEB % 5), "--nodes", "n1 cpu=2 memory=4Gi")
    assert (status, "a/claiming is set aside: " in out, "a/web-5 is Pending" in out) == (1, True, True)


def test_a_gated_pod_that_is_not_modelled_is_set_aside_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    gated = CLAIMING.replace("spec:", "spec:\n  schedulingGates: [{name: quota}]")
    status, out, _ = run(capsys, "place", write(tmp_path, gated), "--nodes", "n1 cpu=2")
    assert (status, out.splitlines()[1]) == (3, f"a/claiming is set aside: {UNKNOWN}")


def test_a_version_of_the_scheduler_is_asked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Balance as it is against balance as the pod changes it: n1 is even without the pod, n2 becomes even by it."""
    there = """
apiVersion: v1
kind: Pod
metadata: {name: there, namespace: a}
spec: {nodeName: n2, containers: [{name: c, resources: {requests: {memory: 1Gi}}}]}
---
"""
    web = WEB.replace("cpu: 500m, memory: 1Gi", "cpu: 500m, memory: 0") % 1
    asked = ["place", write(tmp_path, there + web), "--nodes", "n{1..2} cpu=2 memory=4Gi", "--scores", "--json"]
    scored = {}
    for version in ("1.34", "1.36"):
        _, out, _ = run(capsys, *asked, "--scheduler-version", version)
        answer = json.loads(out)
        (pod,) = answer["pods"]
        assert answer["schedulerVersion"] == version
        scored[version] = [node["plugins"]["NodeResourcesBalancedAllocation"]["score"] for node in pod["scores"]]
    assert scored == {"1.34": [87, 100], "1.36": [68, 81]}
    _, out, _ = run(capsys, *asked[:-2], "--scheduler-version", "1.36")
    assert out.startswith("1 of 1 pending pod placed by kube-scheduler v1.36, in this order")


def test_a_version_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    said = "'1.35' is not a version of kube-scheduler that is known: 1.34 or 1.36"
    assert run(capsys, "place", SHOP, "--scheduler-version", "1.35") == (2, "", f"kubeproof: {said}\n")


def test_the_picture_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drawn = tmp_path / "place.dot"
    run(capsys, "place", SHOP, "--picture", str(drawn))
    assert "1 pod placed on 1 of 9 nodes, 1 still Pending" in drawn.read_text()


def test_a_run_is_a_value_with_the_cluster_afterwards() -> None:
    before = kp.load(SHOP)
    after = before.schedule()
    assert [(one.pod, one.node) for one in after.decisions] == [("shop/web-9", ""), ("shop/report-1", "gp-c1")]
    assert before.pod("shop/report-1").node == ""
    assert after.cluster.pod("shop/report-1").node == "gp-c1"
    assert [pod.key for pod in after.cluster.pending] == ["shop/web-9"]
    assert after.cluster.schedule().decisions[0].message == after.decisions[0].message
    assert str(after) == after.text == after.answer.text


def test_a_configuration_without_the_pods_profile_is_refused(tmp_path: Path) -> None:
    from kubeproof.model.scheduler.configuration import load

    config = load(write(tmp_path, PROFILES.replace("default-scheduler", "batch"), "config.yaml"))
    with pytest.raises(BadInput, match=r"no pod asked about names one of 'batch', 'volcano'"):
        config.asked(kp.load(SHOP).pending)


def test_every_outcome_reads_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = write(tmp_path, WEB % 3)
    status, out, err = run(capsys, "place", file, "--nodes", "n1 cpu=1 memory=4Gi", "--every-outcome")
    assert (status, err) == (1, "")
    assert out.startswith(
        "3 pending pods over every tie and every order of equal priority: 3 sometimes placed.\n"
        "  sometimes, 2 of 3: a/web-1, a/web-2 and a/web-3, on n1\n"
    )
    assert out.endswith("every run was followed.\n")


def test_every_outcome_as_json_and_its_exit_status(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ["place", write(tmp_path, WEB % 4), "--nodes", "n{1..3} cpu=1 memory=4Gi", "--every-outcome", "--json"]
    status, out, _ = run(capsys, *asked)
    assert (status, [group["chance"] for group in json.loads(out)["groups"]]) == (0, ["always"])
    status, out, _ = run(capsys, *asked, "--limit", "1")
    answer = json.loads(out)
    assert (status, answer["complete"], answer["groups"][0]["chance"]) == (3, False, "undecided")


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (["--every-outcome", "--seed", "1"], "--scores, --seed and --picture are of one run, not of --every-outcome"),
        (["--limit", "5"], "--limit is for --every-outcome"),
    ],
)
def test_options_that_do_not_go_together(capsys: pytest.CaptureFixture[str], options: list[str], refused: str) -> None:
    assert run(capsys, "place", SHOP, *options) == (2, "", f"kubeproof: {refused}\n")


def test_outcomes_tell_how_far_they_are(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    cluster = kp.load(write(tmp_path, WEB % 4), nodes="n{1..3} cpu=1 memory=4Gi")
    cluster.outcomes(on_progress=lambda done, total=0: told.append((done, total)))
    assert told
    assert all(0 < done <= total for done, total in told)
