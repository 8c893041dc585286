"""The Deployment controller as a component: one look at a Deployment (syncDeployment, v1.36.2).

As upstream, a look that has written the status once does not write it again: its second write would be refused, for
the object has been modified since; the next look does. Left out: the deprecated annotation for rolling back.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from kubeproof.model.component import Again, Component, Look, Pick, Plan, Remember, each
from kubeproof.model.controlplane.apiserver import Write
from kubeproof.model.controlplane.controllers import claiming, creation
from kubeproof.model.controlplane.controllers.deployment import progress, revisions, rolling, scaling
from kubeproof.model.controlplane.controllers.deployment.new_replicaset import find_new, made, same_template
from kubeproof.model.controlplane.controllers.deployment.replicasets import Sizes, with_pods
from kubeproof.model.controlplane.controllers.deployment.status import (
    complete,
    condition,
    status_of,
    there_are,
    with_condition,
)
from kubeproof.model.controlplane.etcd import Key, key_of
from kubeproof.model.objects.deployment import Deployment
from kubeproof.model.objects.intstr import BadPercentage
from kubeproof.model.objects.live_pod import LivePod
from kubeproof.model.objects.pod_state import is_terminal
from kubeproof.model.objects.replicaset import ReplicaSet
from kubeproof.model.objects.selectors import integer

Writes = Generator[Write | Again | Remember, None, "Rollout"]


class Rollout(NamedTuple):
    """A Deployment and its ReplicaSets in one look. `told`: its status was written in this look; `stop`: it ends."""

    deployment: Deployment
    new: ReplicaSet | None
    old: tuple[ReplicaSet, ...]
    told: bool = False
    stop: bool = False

    @property
    def all(self) -> tuple[ReplicaSet, ...]:
        """All its ReplicaSets."""
        return (*self.old, *((self.new,) if self.new else ()))


def _decide(look: Look, key: Key, pick: Pick) -> Plan:
    deployment = look.get(key, Deployment)
    if deployment is None:
        return
    if deployment.spec.selector.is_everything:
        seen = replace(deployment.status, observed_generation=deployment.meta.generation)
        yield Write("status", key, replace(deployment, status=seen), why="it would select all pods")
        return
    owner = creation.controller_of(deployment.meta, "apps/v1", "Deployment")
    claims = claiming.replica_sets_of(look, owner, deployment.meta, deployment.spec.selector)
    if claims.denied:
        return
    yield from claims.writes
    going = Rollout(deployment, *_new_and_old(deployment, claims.replica_sets))
    if deployment.meta.deleted_at is None:
        going = yield from _told(going, progress.paused_or_resumed(deployment, look.now))
    going = yield from _revised(going, look.now)
    if going.stop:
        return
    deployment = going.deployment
    if deployment.meta.deleted_at is not None:
        yield from _counted(going, look.now)
    elif deployment.spec.paused or _was_scaled(going):
        yield from _scaled(going, look.now)
    elif deployment.spec.strategy == "Recreate":
        yield from _recreated(look, going)
    else:
        yield from _rolled(look, going)


def _new_and_old(
    deployment: Deployment, replica_sets: Sequence[ReplicaSet]
) -> tuple[ReplicaSet | None, tuple[ReplicaSet, ...]]:
    new = find_new(deployment, replica_sets)
    return new, tuple(one for one in replica_sets if new is None or one.meta.uid != new.meta.uid)


def _revised(going: Rollout, now: int) -> Writes:
    """The number of the new ReplicaSet that is there already, on it and on the Deployment (getNewReplicaSet)."""
    deployment, new = going.deployment, going.new
    if new is None:
        return going
    right = revisions.annotated(deployment, new, revisions.next_revision(going.old), exists=True)
    right = replace(right, spec=replace(right.spec, min_ready_seconds=deployment.spec.min_ready_seconds))
    if right != new:
        yield _update(right)
        return going._replace(stop=True)
    number = new.meta.annotations.get(revisions.REVISION, "")
    deployment = _numbered(deployment, number)
    status = deployment.status
    if progress.has_deadline(deployment) and status.condition(progress.PROGRESSING) is None:
        text = f'Found new replica set "{new.meta.name}"'
        status = with_condition(status, condition(progress.PROGRESSING, "True", progress.FOUND, text, now))
    return (yield from _told(going, status, deployment))


def _created(look: Look, going: Rollout) -> Writes:
    """The new ReplicaSet, made where there is none yet (the second half of getNewReplicaSet)."""
    if going.new is not None:
        return going
    deployment = going.deployment
    try:
        new = made(deployment, going.old)
    except BadPercentage:
        return going._replace(stop=True)
    there = look.get(_key(new), ReplicaSet)
    if there is not None:
        owner = there.meta.controller
        ours = owner is not None and owner.uid == deployment.meta.uid
        if not ours or not same_template(deployment.spec.template, there.spec.template):
            collided = replace(deployment.status, collision_count=(deployment.status.collision_count or 0) + 1)
            going = yield from _told(going, collided)
        return going._replace(stop=True)
    yield Write("create", _key(new), new)
    deployment = _numbered(deployment, str(revisions.next_revision(going.old)))
    status = deployment.status
    if progress.has_deadline(deployment):
        text = f'Created new replica set "{new.meta.name}"'
        status = with_condition(status, condition(progress.PROGRESSING, "True", progress.CREATED, text, look.now))
    return (yield from _told(going._replace(new=new), status, deployment))


def _rolled(look: Look, going: Rollout) -> Plan:
    """One step of a rolling update (rolloutRolling)."""
    going = yield from _created(look, going)
    if going.stop or going.new is None:
        return
    try:
        sizes = rolling.rolling_step(going.deployment.spec, going.new, going.old)
    except BadPercentage:
        return
    yield from _resized(going, sizes)
    if not sizes and complete(going.deployment, going.deployment.status):
        yield from _cleaned(going)
    yield from _rollout_told(going, look.now)


def _recreated(look: Look, going: Rollout) -> Plan:
    """All old pods end before the first new one is made (rolloutRecreate)."""
    sizes = {one.meta.name: 0 for one in with_pods(going.old)}
    yield from _resized(going, sizes)
    if not sizes and not _old_pods_run(look, going):
        going = yield from _created(look, going)
        if going.stop or going.new is None:
            return
        if going.new.spec.replicas != going.deployment.spec.replicas:
            yield from _resized(going, {going.new.meta.name: going.deployment.spec.replicas})
        if complete(going.deployment, going.deployment.status):
            yield from _cleaned(going)
    yield from _rollout_told(going, look.now)


def _old_pods_run(look: Look, going: Rollout) -> bool:
    """Whether a pod of an old ReplicaSet has not ended; one that is being deleted has not (oldPodsRunning)."""
    if there_are(going.old) > 0:
        return True
    selector = going.deployment.spec.selector
    return any(
        selector.matches(pod.meta.labels) and not is_terminal(pod)
        for one in going.old
        for pod in look.owned("Pod", one.meta.uid, LivePod)
    )


def _was_scaled(going: Rollout) -> bool:
    """Whether the size that is asked for has changed since ReplicaSets were told of it (isScalingEvent)."""
    told = (integer(one.meta.annotations.get(scaling.DESIRED_REPLICAS, "")) for one in with_pods(going.all))
    return any(size is not None and size != going.deployment.spec.replicas for size in told)


def _scaled(going: Rollout, now: int) -> Plan:
    """A change of size, which is not part of a rollout; all that happens while it is paused (sync)."""
    deployment, new, old = going.deployment, going.new, going.old
    yield from _resized(going, scaling.scale(deployment, new, old), scaling.retold(deployment, new, old))
    if deployment.spec.paused:
        yield from _cleaned(going)
    yield from _counted(going, now)


def _resized(going: Rollout, sizes: Sizes, retold: Iterable[str] = ()) -> Plan:
    """ReplicaSets of new sizes; those named in `retold` hear of the Deployment's own (scaleReplicaSet)."""
    names = dict.fromkeys((*retold, *sizes))
    by_name: Mapping[str, ReplicaSet] = {one.meta.name: one for one in going.all}
    for one in map(by_name.__getitem__, names):
        spec = replace(one.spec, replicas=sizes.get(one.meta.name, one.spec.replicas))
        annotations = revisions.with_sizes(one.meta.annotations, going.deployment.spec)
        yield _update(replace(one, meta=replace(one.meta, annotations=annotations), spec=spec))


def _cleaned(going: Rollout) -> Plan:
    for one in revisions.to_clean_up(going.deployment, going.old):
        yield Write("delete", _key(one), why="the history keeps no more")


def _counted(going: Rollout, now: int) -> Plan:
    status = status_of(going.deployment, going.all, going.new, now)
    if not going.told:
        yield from _told(going, status)


def _rollout_told(going: Rollout, now: int) -> Plan:
    if going.told:
        return
    status = progress.rollout_status(going.deployment, going.all, going.new, now)
    yield from _told(going, status)
    at = progress.look_again_at(going.deployment, status, now)
    if at is not None:
        yield Again(at)


def _told(going: Rollout, status: object, deployment: Deployment | None = None) -> Writes:
    """The rollout with a status, which is written where it says something new and none was written in this look."""
    after = replace(deployment or going.deployment, status=status)
    if after == going.deployment:
        return going
    if not going.told:
        yield Write("status", key_of("Deployment", after.meta), after)
    return going._replace(deployment=after, told=True)


def _numbered(deployment: Deployment, number: str) -> Deployment:
    """The Deployment with the number of its newest ReplicaSet (SetDeploymentRevision)."""
    annotations = deployment.meta.annotations
    if annotations.get(revisions.REVISION) == number:
        return deployment
    return replace(deployment, meta=replace(deployment.meta, annotations=annotations.set(revisions.REVISION, number)))


def _update(one: ReplicaSet) -> Write:
    return Write("update", _key(one), one)


def _key(one: ReplicaSet) -> Key:
    return key_of("ReplicaSet", one.meta)


DEPLOYMENT = Component("deployment-controller", each("Deployment"), _decide, steady=True)
