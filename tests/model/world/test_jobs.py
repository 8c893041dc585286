"""Jobs and CronJobs in a world: pods that are counted once, ends, times, and what is left behind."""

from __future__ import annotations

from typing import Any

from immutables import Map
from msgspec.structs import replace

from kubeproof.model.objects.job import TRACKING_FINALIZER, Job
from tests.model.world.workloads import Cluster, template


def pod(exits: str) -> Any:
    """A template whose container ends so: code:seconds."""
    return template(annotations={"fake/exit.c": exits}, restartPolicy="Never")


def ended(job: Job) -> list[tuple[str, str]]:
    return [(one.type, one.reason) for one in job.status.conditions]


def test_a_job_makes_as_many_pods_as_may_run_and_is_complete_once_all_succeeded() -> None:
    cluster = Cluster()
    cluster.create("Job", completions=3, parallelism=2, template=pod("0:5"))
    cluster.run(2)
    job = cluster.get("Job")
    assert (job.status.active, job.status.start_time, len(cluster.pods())) == (2, 0, 2)
    cluster.run(60)
    job = cluster.get("Job")
    assert (job.status.active, job.status.succeeded, job.status.failed) == (0, 3, 0)
    assert ended(job) == [("SuccessCriteriaMet", "CompletionsReached"), ("Complete", "CompletionsReached")]
    assert not any(TRACKING_FINALIZER in one.meta.finalizers for one in cluster.all("Pod"))


def test_a_job_selects_its_pods_by_its_uid() -> None:
    cluster = Cluster()
    cluster.create("Job", template=pod("0:5"))
    cluster.run(2)
    job, made = cluster.get("Job"), cluster.pods()[0]
    assert job.spec.selector.text == f"batch.kubernetes.io/controller-uid={job.meta.uid}"
    assert {key: text for key, text in made.meta.labels.items() if key != "app"} == {
        "batch.kubernetes.io/controller-uid": job.meta.uid,
        "batch.kubernetes.io/job-name": "web",
        "controller-uid": job.meta.uid,
        "job-name": "web",
    }


def test_failed_pods_are_replaced_after_ten_seconds_and_then_twenty_until_the_limit() -> None:
    cluster = Cluster()
    cluster.create("Job", backoffLimit=2, template=pod("1:1"))
    cluster.run(100)
    assert sorted(one.meta.created_at for one in cluster.all("Pod")) == [0, 11, 32]
    assert ended(cluster.get("Job")) == [
        ("FailureTarget", "BackoffLimitExceeded"),
        ("Failed", "BackoffLimitExceeded"),
    ]
    assert cluster.get("Job").status.failed == 3


def test_what_happens_to_pods_is_gathered_for_a_second() -> None:
    cluster = Cluster()
    cluster.create("Job", template=pod("0:10"))
    cluster.run(0)
    assert cluster.get("Job").status.ready == 0
    cluster.run(1)
    assert cluster.get("Job").status.ready == 1


def test_a_job_that_takes_too_long_fails() -> None:
    cluster = Cluster()
    cluster.create("Job", activeDeadlineSeconds=4, template=pod("0:100"))
    cluster.run(3)
    assert ended(cluster.get("Job")) == []
    cluster.run(60)
    assert ended(cluster.get("Job"))[-1] == ("Failed", "DeadlineExceeded")
    assert cluster.pods() == []


def test_a_suspended_job_lets_its_pods_go_and_does_not_count_them() -> None:
    cluster = Cluster()
    cluster.create("Job", parallelism=2, completions=2, template=pod("0:100"))
    cluster.run(5)
    cluster.patch("Job", suspend=True)
    cluster.run(20)
    job = cluster.get("Job")
    assert (len(cluster.all("Pod")), job.status.active, job.status.failed, job.status.start_time) == (0, 0, 0, None)
    cluster.patch("Job", suspend=False)
    cluster.run(30)
    assert len(cluster.pods()) == 2


def test_an_indexed_job_has_a_pod_of_each_index() -> None:
    cluster = Cluster()
    cluster.create("Job", completionMode="Indexed", completions=3, parallelism=3, template=pod("0:5"))
    cluster.run(2)
    key = "batch.kubernetes.io/job-completion-index"
    assert sorted(one.meta.labels.get(key, "") for one in cluster.pods()) == ["0", "1", "2"]
    assert sorted(one.meta.name[:6] for one in cluster.pods()) == ["web-0-", "web-1-", "web-2-"]
    cluster.run(30)
    assert cluster.get("Job").status.completed_indexes == "0-2"


def test_a_pod_of_an_index_is_told_how_often_it_failed() -> None:
    cluster = Cluster()
    cluster.create("Job", completionMode="Indexed", completions=1, backoffLimitPerIndex=1, template=pod("1:1"))
    cluster.run(100)
    key = "batch.kubernetes.io/job-index-failure-count"
    assert sorted(one.meta.annotations.get(key, "") for one in cluster.all("Pod")) == ["0", "1"]
    assert ended(cluster.get("Job"))[-1] == ("Failed", "FailedIndexes")


def test_a_pod_without_its_job_is_held_no_longer() -> None:
    cluster = Cluster()
    cluster.create("Job", template=pod("0:100"))
    cluster.run(5)
    (made,) = cluster.pods()
    cluster.change("Pod", made.meta.name, lambda one: replace(one, meta=replace(one.meta, owners=(), labels=Map())))
    cluster.run(10)
    assert cluster.get("Pod", made.meta.name).meta.finalizers == ()


def test_a_finished_job_goes_after_its_time() -> None:
    cluster = Cluster()
    cluster.create("Job", ttlSecondsAfterFinished=30, template=pod("0:5"))
    cluster.run(35)
    assert len(cluster.all("Job")) == 1
    cluster.run(40)
    assert cluster.all("Job") == []


def test_an_orphan_is_adopted_with_the_finalizer() -> None:
    cluster = Cluster()
    cluster.create("Job", template=pod("0:100"))
    cluster.run(5)
    (made,) = cluster.pods()
    orphan = replace(made, meta=replace(made.meta, owners=(), finalizers=()))
    cluster.change("Pod", made.meta.name, lambda _: orphan)
    cluster.run(10)
    (held,) = cluster.pods()
    assert (held.meta.controller, held.meta.finalizers) == (made.meta.controller, (TRACKING_FINALIZER,))


def cron(cluster: Cluster, policy: str, seconds: int) -> None:
    cluster.create(
        "CronJob",
        schedule="* * * * *",
        concurrencyPolicy=policy,
        jobTemplate={"spec": {"template": pod(f"0:{seconds}")}},
    )


def test_a_cron_job_starts_a_job_each_minute_named_by_the_minute() -> None:
    cluster = Cluster()
    cron(cluster, "Allow", 5)
    cluster.run(59)
    assert cluster.all("Job") == []
    cluster.run(150)
    assert [one.meta.name for one in cluster.all("Job")] == ["web-1", "web-2"]
    web = cluster.get("CronJob")
    assert (web.status.active, web.status.last_schedule_time) == ((), 120)
    assert [one.meta.created_at for one in cluster.all("Job")] == [60, 120]


def test_an_active_job_is_listed_by_its_uid() -> None:
    cluster = Cluster()
    cron(cluster, "Allow", 100)
    cluster.run(70)
    (job,), web = cluster.all("Job"), cluster.get("CronJob")
    assert [(one.name, one.uid) for one in web.status.active] == [("web-1", job.meta.uid)]


def test_forbid_waits_until_the_job_before_has_ended() -> None:
    cluster = Cluster()
    cron(cluster, "Forbid", 90)
    cluster.run(190)
    assert [one.meta.created_at for one in cluster.all("Job")] == [60, 151]
    assert [one.meta.name for one in cluster.all("Job")] == ["web-1", "web-2"]


def test_replace_deletes_the_job_that_runs() -> None:
    cluster = Cluster()
    cron(cluster, "Replace", 90)
    cluster.run(130)
    assert [one.meta.name for one in cluster.all("Job")] == ["web-2"]
    assert [one.name for one in cluster.get("CronJob").status.active] == ["web-2"]


def test_only_the_last_jobs_are_kept() -> None:
    cluster = Cluster()
    cron(cluster, "Allow", 5)
    cluster.run(60 * 6 + 30)
    assert [one.meta.name for one in cluster.all("Job")] == ["web-4", "web-5", "web-6"]
