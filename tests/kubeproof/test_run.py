"""`kubeproof run`: what it says, exactly, and its exit status."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kubeproof import cli
from kubeproof.model import script
from kubeproof.model.controlplane.templates import MOST_PODS

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: "1"}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: big}
spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: "9"}}}]}
"""
TASK = """
apiVersion: v1
kind: Pod
metadata: {name: task}
spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
"""
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: "nginx:1"}]}
"""
CRON = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "* * * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}}}
"""
SCALED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: 500m}}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 6
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
"""
BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
"""
QUEUE = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: busybox}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: ReplicationController
metadata: {name: web}
spec: {replicas: 0}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
"""
NOBODY = "not modelled: replicationcontroller, so that nothing acts on it"
TAINTED = "20s  node-lifecycle-controller  taints Node n1: +node.kubernetes.io/unschedulable:NoSchedule"
FREED = "3m0s  node-lifecycle-controller  taints Node n1: -node.kubernetes.io/unschedulable:NoSchedule"
NO_TAINT = "'gpu' is not a taint: KEY[=VALUE]:EFFECT, an effect being one of NoExecute, NoSchedule, PreferNoSchedule"
SET = (
    "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: x}, spec: {replicas: %d, selector: {matchLabels: {a: b}},"
    " template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}}"
)
MUCH = (
    "'much' is not a quantity (like 500m, 2 or 1.5Gi): must be a number and a suffix (n u m k M G T P E, Ki Mi Gi Ti "
    "Pi Ei, or e and digits)"
)
OTHER = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: x, image: x}]}}"
CONFLICT = (
    "Operation cannot be fulfilled on %s: the object has been modified; please apply your changes to the latest "
    "version and try again"
)
BROKEN = "Cannot evict pod as it would violate the pod's disruption budget."
UNSCHEDULABLE = (
    "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: "
    "1 Preemption is not helpful for scheduling."
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, told in (("pod", POD), ("task", TASK), ("web", WEB), ("queue", QUEUE)):
        Path(f"{name}.yaml").write_text(told)
    return tmp_path


def run(*arguments: str, nodes: str = "n1 cpu=4 memory=8Gi") -> int:
    return cli.run(["run", *arguments, *(("--nodes", nodes) if nodes else ())])


def test_a_pod_runs_and_one_that_does_not_fit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pod.yaml") == 1
    assert (
        capsys.readouterr().out
        == f"""\
0s  user       creates 2 Pods: web, big
0s  scheduler  binds Pod web to n1 (fits on 1 of 1 nodes)
0s  scheduler  big: not scheduled: {UNSCHEDULABLE}
0s  kubelet    web: Pending -> Running, 1/1 ready

stable after 0s
1 object is not well:
    Pod big: Pending: {UNSCHEDULABLE}

NAME      STATUS   PODS   TAINTS   AGE
node/n1   Ready    1      <none>   10m

NAME      READY   STATUS    RESTARTS   AGE   NODE
pod/big   0/1     Pending   0          10m   <none>
pod/web   1/1     Running   0          10m   n1
"""
    )


def test_a_pod_that_is_to_end_ends_and_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("task.yaml", "--for", "1m") == 0
    assert (
        capsys.readouterr().out
        == """\
0s  user       creates Pod task
0s  scheduler  binds Pod task to n1 (fits on 1 of 1 nodes)
0s  kubelet    task: Pending -> Running, 1/1 ready
5s  kubelet    task: Running -> Completed, 0/1 ready, main ended with 0

stable after 5s

NAME      STATUS   PODS   TAINTS   AGE
node/n1   Ready    1      <none>   60s

NAME       READY   STATUS      RESTARTS   AGE   NODE
pod/task   0/1     Completed   0          60s   n1
"""
    )


SCRIPT = """
- {at: 10s, oom: web}
- {at: 20s, cordon: n1}
- {at: 30s, taint: {node: n1, taint: "gpu=yes:NoSchedule"}}
- {at: 40s, delete: {object: pod/big}}
- {at: 50s, image-missing: nginx}
- {at: 50s, exit: {pod: web, code: 3}}
- {at: 2m, image-back: nginx}
- {at: 3m, uncordon: n1}
- {at: 3m, untaint: {node: n1, taint: gpu}}
- {at: 4m, apply: task.yaml}
- {at: 5m, runs: {pod: web, lasts: 10s, code: 1}}
- {at: 5m, exit: {pod: web}}
- {at: 6m, restart-controller: scheduler}
"""


def test_a_script_makes_things_happen(capsys: pytest.CaptureFixture[str]) -> None:
    Path("script.yaml").write_text(SCRIPT)
    assert run("pod.yaml", "--script", "script.yaml") == 1
    story, ending = capsys.readouterr().out.split("\n\n")[:2]
    lines = [line for line in story.splitlines() if "not scheduled" not in line]
    assert [re.sub(r" {2,}", "  ", line.strip()) for line in lines[3:]] == [
        "10s  environment  a container of web runs out of memory",
        "10s  kubelet  web: main ended with 137 (OOMKilled), restarts 0 -> 1",
        "20s  user  cordons Node n1",
        f"{TAINTED} (its conditions call for it)",
        "30s  user  taints Node n1: +gpu=yes:NoSchedule",
        "40s  user  removes Pod big",
        "50s  environment  image nginx can no longer be pulled",
        "50s  environment  a container of web ends with 3",
        "50s  kubelet  web: Running -> CrashLoopBackOff, 0/1 ready, main ended with 3",
        "2m0s  environment  image nginx can be pulled again",
        "2m10s  kubelet  web: CrashLoopBackOff -> Running, 1/1 ready, restarts 1 -> 2",
        "3m0s  user  uncordons Node n1",
        "3m0s  user  taints Node n1: -gpu=yes:NoSchedule",
        f"{FREED} (its conditions call for it)",
        "4m0s  user  creates Pod task",
        "4m0s  scheduler  binds Pod task to n1 (fits on 1 of 1 nodes)",
        "4m0s  kubelet  task: Pending -> Running, 1/1 ready",
        "4m5s  kubelet  task: Running -> Completed, 0/1 ready, main ended with 0",
        "5m0s  environment  containers of web that start from now on run for 10s and end with 1",
        "5m0s  environment  a container of web ends with 1",
        "5m0s  kubelet  web: Running -> CrashLoopBackOff, 0/1 ready, main ended with 1",
        "6m0s  user  scheduler starts anew",
        "7m40s  kubelet  web: CrashLoopBackOff -> Running, 1/1 ready, restarts 2 -> 3",
        "7m50s  kubelet  web: Running -> CrashLoopBackOff, 0/1 ready, main ended with 1",
    ]
    assert ending == (
        "not stable after 10m0s; what keeps changing:\n"
        "    Pod web: main is tried again and again (CrashLoopBackOff, restarts: 3)"
    )


def test_a_crash_loop_waits_longer_each_time_and_never_gets_stable(capsys: pytest.CaptureFixture[str]) -> None:
    Path("script.yaml").write_text("- {runs: {pod: web, lasts: 10s, code: 1}}")
    assert run("pod.yaml", "--script", "script.yaml", "--only", "pod/web", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    starts = [line["at"] for line in told["story"] if "-> Running" in line["what"]]
    assert starts == [0, 30, 60, 110, 200, 370]
    assert told["restless"] == [
        {"object": "pod/web", "what": "main is tried again and again (CrashLoopBackOff, restarts: 6)"}
    ]
    assert [one["object"] for one in told["unwell"]] == ["pod/big", "pod/web"]


def test_a_cron_job_keeps_changing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cron.yaml").write_text(CRON)
    assert run("cron.yaml") == 1
    assert capsys.readouterr().out.split("\n\n")[1].splitlines()[0] == "not stable after 10m0s; what keeps changing:"


def test_a_drain_waits_for_the_budget(capsys: pytest.CaptureFixture[str]) -> None:
    Path("budget.yaml").write_text(BUDGET)
    Path("script.yaml").write_text("- {at: 1m, drain: n1}")
    assert run("web.yaml", "budget.yaml", "--script", "script.yaml", "--for", "2m", nodes="n{1,2} cpu=4") == 1
    story = capsys.readouterr().out.split("\n\n")[0]
    assert [re.sub(r" {2,}|web-\w+-\w+", " ", line) for line in story.splitlines()[-2:]] == [
        f"1m0s drain Pod shop/ : evict is refused: {BROKEN} (node n1 is drained)",
        "2m0s drain the same, 13 times by now",
    ]


def test_an_autoscaler_follows_the_load_up_at_once_and_down_after_five_minutes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("scaled.yaml").write_text(SCALED)
    Path("script.yaml").write_text(
        "- {load: {pod: web-*, cpu: 200m, shared: true}}\n"
        '- {at: 1m, load: {pod: web-*, cpu: "1.2", shared: true}}\n'
        "- {at: 6m, load: {pod: web-*, cpu: 200m, shared: true}}\n"
    )
    assert run("scaled.yaml", "--script", "script.yaml", "--for", "15m", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [
        (line["at"], line["what"]) for line in told["story"] if line["what"].startswith(("changes D", "web-*"))
    ] == [
        (0, "web-* use cpu 200m together"),
        (60, "web-* use cpu 1.2 together"),
        (75, "changes Deployment web: replicas 1 -> 4"),
        (90, "changes Deployment web: replicas 4 -> 5"),
        (360, "web-* use cpu 200m together"),
        (675, "changes Deployment web: replicas 5 -> 1"),
    ]
    assert told["objects"]["HorizontalPodAutoscaler"][0]["targets"] == "cpu: 40%/50%"


def test_a_load_that_lasts_counts_from_the_start_of_each_pod(capsys: pytest.CaptureFixture[str]) -> None:
    Path("scaled.yaml").write_text(SCALED)
    Path("script.yaml").write_text("- {load: {pod: web-*, cpu: 100m}}\n- {load: {pod: web-*, cpu: 400m, lasts: 50s}}\n")
    assert run("scaled.yaml", "--script", "script.yaml", "--for", "3m", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    lines = [(line["at"], line["what"]) for line in told["story"] if line["what"].startswith(("changes D", "web-*"))]
    assert lines[:2] == [(0, "web-* use cpu 100m each"), (0, "web-* use cpu 400m each for the first 50s")]
    assert lines[2:] == [(30, "changes Deployment web: replicas 1 -> 2")]


def test_a_rollout_goes_pod_by_pod_and_the_old_replica_set_stays_empty(capsys: pytest.CaptureFixture[str]) -> None:
    Path("script.yaml").write_text("- {at: 1m, set-image: {object: deploy/shop/web, image: 'nginx:2'}}")
    assert run("web.yaml", "--script", "script.yaml", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stable"], told["until"]) == (True, 600)
    assert [(one["desired"], one["ready"]) for one in told["objects"]["ReplicaSet"]] in (
        [("0", "0"), ("2", "2")],
        [("2", "2"), ("0", "0")],
    )
    whats = [re.sub(r"web-\w+(-\w+)?", "web-x", line["what"]) for line in told["story"] if line["at"] == 60]
    assert whats[:3] == [
        "changes Deployment shop/web: image nginx:1 -> nginx:2",
        "creates ReplicaSet shop/web-x",
        "creates Pod shop/web-x",
    ]


def test_objects_at_the_end_as_kubernetes_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("task.yaml", "-o", "yaml") == 0
    told = capsys.readouterr()
    node, pod = yaml.safe_load_all(told.out)
    assert told.err == "stable after 5s\n"
    assert (node["kind"], node["status"]["allocatable"]) == (
        "Node",
        {"cpu": "4", "memory": "8589934592", "pods": "110"},
    )
    assert pod["spec"]["nodeName"] == "n1"
    assert pod["status"]["phase"] == "Succeeded"
    assert pod["status"]["containerStatuses"] == [
        {
            "name": "main",
            "state": {
                "terminated": {
                    "exitCode": 0,
                    "reason": "Completed",
                    "startedAt": "1970-01-01T00:00:00Z",
                    "finishedAt": "1970-01-01T00:00:05Z",
                    "containerID": "main-1",
                }
            },
            "ready": False,
            "restartCount": 0,
            "containerID": "main-1",
        }
    ]
    assert run("task.yaml", "-o", "json") == 0
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)["items"]] == ["Node", "Pod"]


def test_every_write_with_each_field_is_told_where_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("task.yaml", "--wide", "--only", "pod/task") == 0
    story = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    assert story[:4] == [
        "0s  user       creates Pod task",
        "0s  scheduler  binds Pod task to n1 (fits on 1 of 1 nodes)",
        "                   node: none -> n1",
        "                   status.conditions[PodScheduled]: none -> status=True changed_at=0 observed_generation=0",
    ]


def test_what_is_not_modelled_is_named_and_the_exit_status_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("queue.yaml") == 3
    assert capsys.readouterr().err.splitlines() == [
        f"note: queue.yaml:14: ReplicationController web: {NOBODY}",
        "note: queue.yaml:3: Deployment web: a claim that it names is not in the input, so that it does not run",
        "note: 1 ConfigMap: not read; nothing here rests on it",
    ]


BAD = (
    ("no file", (), "nothing to run: name a file or folder, or - for standard input"),
    ("a time that is none", ("pod.yaml", "--for", "soon"), "--for: 'soon' is not a duration like 30s, 2m or 1h30m"),
    ("an object that is nowhere", ("pod.yaml", "--only", "pod/wbe"), "there is no 'pod/wbe'; near: pod/web, pod/big"),
    ("a kind that is none", ("pod.yaml", "--only", "pad/web"), "'pad' is not a kind of object (did you mean pod?)"),
    ("a picture that is none", ("pod.yaml", "--picture", "x.png"),
     "x.png: the name of a story's picture ends in one of .svg, .txt"),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_cannot_be_used_is_one_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert capsys.readouterr() == ("", f"kubeproof: {words}\n")


NEGATIVE = (
    'script.yaml:1: [0].apply: ReplicaSet.apps "x" is invalid: spec.replicas: Invalid value: -1: '
    "must be greater than or equal to 0"
)


STEPS = (
    ("a scale of nothing", "- scale: {object: deploy/web, replicas: 3}",
     "script.yaml:1: [0].scale: there is no 'deploy/web'"),
    ("a kind without replicas", "- scale: {object: pod/web, replicas: 3}",
     "script.yaml:1: [0].scale: a Pod has no replicas"),
    ("a size that is none", f"- apply: {{manifest: {SET % -1}}}",
     NEGATIVE),
    ("more than can be run", f"- apply: {{manifest: {SET % 10**9}}}",
     f"script.yaml:1: [0].apply: spec.replicas: 1000000000 replicas: from 0 to {MOST_PODS} can be run"),
    ("a node that is not there", "- {at: 5s, drain: n7}",
     "script.yaml:1: [0].drain: there is no Node n7; there are: n1"),
    ("a pod that is not there", "- {at: 5s, oom: wob}",
     "script.yaml:1: [0].oom: there is no 'pod/wob'; near: pod/web, pod/big"),
    ("a taint that is none", "- taint: {node: n1, taint: gpu}",
     f"script.yaml:1: [0].taint: {NO_TAINT}"),
    ("a component that is none", "- restart-controller: deployer",
     "script.yaml:1: [0].restart-controller: there is no component 'deployer'; near: deployment-controller"),
    ("a lag of nobody", "- lag: schedler",
     "script.yaml:1: [0].lag: there is no component 'schedler'; near: scheduler"),
    ("a lag of no time", "- lag: {component: scheduler, by: 0s}",
     "script.yaml:1: [0].lag: by: a component lags by at least 1s"),
    ("a change of many objects that is lost", "- miss: {component: scheduler, object: pod}",
     "script.yaml:1: [0].miss: 'pod' does not name one object: KIND/NAME or KIND/NAMESPACE/NAME"),
    ("a load of nothing", "- load: {pod: web}", "script.yaml:1: [0].load: a load says cpu, memory, or both"),
    ("a load that lasts no time", "- load: {pod: web, cpu: 1, lasts: long}",
     "script.yaml:1: [0].load.lasts: 'long' is not a duration like 30s, 2m or 1h30m"),
    ("a load that is no amount", "- load: {pod: web, cpu: much}",
     f"script.yaml:1: [0].load: {MUCH}"),
    ("a file that is not there", "- apply: other.yaml", "other.yaml: there is no such file or folder"),
    ("a file and a manifest", "- apply: {file: x, manifest: {a: b}}",
     "script.yaml:1: [0].apply: apply takes a file, or a manifest: one of them"),
    ("a pod that is changed", f"- apply: {{manifest: {OTHER}}}",
     "script.yaml:1: [0].apply: spec: the containers of a pod stay as they are: delete it first"),
)  # fmt: skip


@pytest.mark.parametrize(("told", "words"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_a_step_that_cannot_be_done_is_told_with_its_place(
    told: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("script.yaml").write_text(told)
    assert run("pod.yaml", "--script", "script.yaml") == 2
    assert capsys.readouterr() == ("", f"kubeproof: {words}\n")


def test_a_size_that_is_none_is_told_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("web.yaml").write_text(WEB.replace("replicas: 2", "replicas: -2"))
    assert run("web.yaml") == 2
    assert capsys.readouterr().err == (
        'kubeproof: web.yaml:6: Deployment.apps "web" is invalid: spec.replicas: Invalid value: -2: '
        "must be greater than or equal to 0\n"
    )


def test_the_same_input_and_seed_tell_the_same_story_byte_for_byte() -> None:
    Path("script.yaml").write_text(
        "- {at: 1m, set-image: {object: deploy/shop/web, image: 'nginx:2'}}\n- {at: 2m, drain: n1}\n"
    )
    command = [
        "run",
        "web.yaml",
        "pod.yaml",
        "--nodes",
        "n{1..3} cpu=4",
        "--script",
        "script.yaml",
        "--wide",
        "--seed",
        "7",
    ]
    code = f"from kubeproof.cli import run; run({command!r})"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(told) == 1
    assert b"nginx:2" in told.pop()


def test_looks_that_are_interleaved_are_told_in_the_order_of_their_requests(capsys: pytest.CaptureFixture[str]) -> None:
    stories = []
    for atomic in ("look", "write", "write"):
        assert run("web.yaml", "--atomic", atomic, "--seed", "4") == 0
        stories.append(capsys.readouterr().out)
    assert stories[1] == stories[2] != stories[0]
    assert "creates 2 Pods" in stories[0]


def test_what_a_late_component_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    Path("script.yaml").write_text(
        "- {at: 10s, lag: {component: deployment-controller, lasts: 1m}}\n"
        "- {at: 20s, scale: {object: deploy/shop/web, replicas: 3}}\n"
        "- {at: 25s, scale: {object: deploy/shop/web, replicas: 4}}\n"
        "- {at: 100s, miss: {component: deployment-controller, object: deploy/shop/web}}\n"
        "- {at: 101s, scale: {object: deploy/shop/web, replicas: 5}}\n"
    )
    assert run("web.yaml", "--script", "script.yaml") == 0
    told = capsys.readouterr().out.split("\n\n")[0].splitlines()
    story = [re.sub(r"web-\w{8,10}", "web-x", " ".join(line.split())) for line in told]
    assert [line for line in story if "deployment-controller" in line][2:] == [
        "10s environment deployment-controller sees everything 30s late from now on for 1m",
        "50s deployment-controller changes ReplicaSet shop/web-x: replicas 2 -> 3",
        "50s deployment-controller Deployment shop/web: status is refused: " + CONFLICT % 'deployments "web"',
        "51s deployment-controller ReplicaSet shop/web-x: update is refused: " + CONFLICT % 'replicasets "web-x"',
        "1m7s deployment-controller the same, 5 times by now",
        "1m10s deployment-controller changes ReplicaSet shop/web-x: replicas 3 -> 4",
        (
            "1m10s deployment-controller Deployment shop/web: replicas 2 -> 4; updated 2 -> 4; ready 2 -> 4; "
            "available 2 -> 4"
        ),
        "1m40s environment the next change of deploy/shop/web is lost on deployment-controller",
    ]
    assert story[-1] == "1m41s user changes Deployment shop/web: replicas 4 -> 5"


@pytest.mark.parametrize(("mark", "status"), [("run", 1), ("run with", 1), ("run late", 0)])
def test_the_story_that_the_docs_show(
    mark: str, status: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    shown = re.search(
        rf"<!-- {mark} -->\n```\n\$ kubeproof (.*?)\n(.*?)```\n", Path("docs/world.md").read_text(), re.DOTALL
    )
    assert shown
    assert cli.run(shlex.split(shown[1])) == status
    story, ending = capsys.readouterr().out.split("\n\n")[:2]
    # What follows a workload's name is made of a hash: any will do.
    told, printed = (re.sub(r"web-\w{8,10}(-\w{5})?", "web-x", text) for text in (f"{story}\n\n{ending}\n", shown[2]))
    assert told == printed


def test_the_steps_that_the_docs_list_are_those_that_there_are() -> None:
    told = (Path(__file__).parents[2] / "docs/scripts.md").read_text()
    rows = [row.split("|")[1] for row in told.splitlines() if row.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([\w-]+)`", row)} == set(script.STEPS)
