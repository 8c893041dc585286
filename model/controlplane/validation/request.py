"""One request to create or to update an object, from its JSON to the server's answer (v1.36.2).

In the server's order: decoding, strict field validation, names on the URL, admission, defaults and preparation, field
validation. `answer` gives the stored object or the refusal, with code, reason, message and the refused fields.
Left out: conflicts of resource versions (whoever keeps the store knows them), quotas and webhooks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, NamedTuple

from kubeproof.model.controlplane.validation import (
    containers,
    cronjob,
    daemonset,
    decode,
    defaulting,
    deployment,
    hpa,
    job,
    meta,
    names,
    node,
    pdb,
    pod_spec,
    pod_update,
    priority_class,
    service,
    statefulset,
    stored,
    workloads,
)
from kubeproof.model.controlplane.validation.problem import Problem, Problems, forbidden
from kubeproof.model.errors import NotModelled
from kubeproof.model.manifests import schema

Json = Any
Rule = Callable[[Json], Problems]
UpdateRule = Callable[[Json, Json], Problems]


class Request(NamedTuple):
    """What a client sends. `old`: the object that an update would replace, None where one is created.

    `uid`: the one that a new object gets. `strict`: whether unknown fields are refused. `namespace`: that of the URL.
    """

    kind: str
    manifest: Json
    old: Json | None = None
    namespace: str = "default"
    uid: str = ""
    strict: bool = False


class Refused(NamedTuple):
    """A request that is refused; `problems` are the refused fields of a 422, in the server's order."""

    code: int
    reason: str
    message: str
    problems: tuple[Problem, ...] = ()


class Accepted(NamedTuple):
    """A request that is accepted, and the object as it is stored (as decoded JSON)."""

    code: int
    stored: Json


class Kind(NamedTuple):
    """The rules of one kind: of its name, of the object, and of what an update may change."""

    name: names.Rule
    problems: Rule
    update: UpdateRule


def _nothing(_new: Json, _old: Json) -> Problems:
    return iter(())


def _pod(pod: Json) -> Problems:
    yield from pod_spec.problems(pod["spec"])
    yield from containers.image_problems(pod["spec"])
    if pod["spec"].get("nodeName") and pod["spec"].get("schedulingGates"):
        yield forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared")
    if pod["spec"].get("ephemeralContainers"):
        yield forbidden("spec.ephemeralContainers", "cannot be set on create")


KINDS: Mapping[str, Kind] = {
    "Pod": Kind(names.dns_subdomain, _pod, pod_update.problems),
    "Node": Kind(names.dns_subdomain, node.problems, node.update_problems),
    "Service": Kind(names.dns_label, service.problems, service.update_problems),
    "Deployment": Kind(names.dns_subdomain, deployment.problems, workloads.update_problems),
    "ReplicaSet": Kind(names.dns_subdomain, deployment.replica_set_problems, workloads.update_problems),
    "StatefulSet": Kind(names.dns_subdomain, statefulset.problems, statefulset.update_problems),
    "DaemonSet": Kind(names.dns_subdomain, daemonset.problems, workloads.update_problems),
    "Job": Kind(names.dns_subdomain, job.problems, job.update_problems),
    "CronJob": Kind(names.dns_subdomain, cronjob.problems, _nothing),
    "PodDisruptionBudget": Kind(names.dns_subdomain, pdb.problems, _nothing),
    "HorizontalPodAutoscaler": Kind(names.dns_subdomain, hpa.problems, _nothing),
    "PriorityClass": Kind(names.dns_subdomain, priority_class.problems, priority_class.update_problems),
}
"""The kinds that are validated."""


def answer(request: Request) -> Accepted | Refused:
    """What the server answers. Raises NotModelled for kinds and fields whose rules are not modelled."""
    version = request.manifest.get("apiVersion", "")
    cls = schema.known(version, request.kind)
    if cls is None or request.kind not in KINDS:
        raise NotModelled("kind", f"the rules of {version} {request.kind}")
    group, _, short = version.rpartition("/")
    try:
        given, unknown = decode.decoded(request.manifest, cls)
    except decode.Malformed as error:
        return _bad(request, short, str(error))
    if request.strict and unknown:
        told = ", ".join(f'unknown field "{path}"' for path in unknown)
        return _bad(request, short, f"strict decoding error: {told}")
    made = defaulting.defaulted(request.kind, given)
    about = made["metadata"]
    if request.kind not in schema.CLUSTER_WIDE:
        if about.get("namespace", request.namespace) != request.namespace:
            why = "the namespace of the provided object does not match the namespace sent on the request"
            return Refused(400, "BadRequest", why)
        made = {**made, "metadata": {**about, "namespace": request.namespace}}
    if request.old is None:
        return _create(request, made, group)
    return _update(request, made, decode.decoded(request.old, cls)[0], group)


def _create(request: Request, made: Json, group: str) -> Accepted | Refused:
    kind, name = request.kind, made["metadata"].get("name", "")
    if why := stored.refusal(kind, made):
        return Refused(403, "Forbidden", f'{kind.lower()}s "{name}" is forbidden: {why}')
    made = stored.prepared(kind, made, request.uid)
    rules = KINDS[kind]
    problems = tuple(chain(_metadata(kind, made), rules.problems(made)))
    if not problems and kind == "Service":
        problems = tuple(service.allocation_problems(made["spec"]))
    if problems:
        return _invalid(kind, group, name, problems)
    if not name:
        raise NotModelled("metadata.generateName", "a name that is drawn at random")
    return Accepted(201, stored.completed(kind, made))


def _update(request: Request, made: Json, old: Json, group: str) -> Accepted | Refused:
    kind, name, known = request.kind, made["metadata"].get("name", ""), old["metadata"].get("name", "")
    if name != known:
        why = f"the name of the object ({name}) does not match the name on the URL ({known})"
        return Refused(400, "BadRequest", why)
    made = stored.updated(kind, made, old, request.uid)
    about = {**old["metadata"], "namespace": made["metadata"]["namespace"]} if "namespace" in made["metadata"] else {}
    rules = KINDS[kind]
    changed = meta.update_problems(made["metadata"], about or old["metadata"])
    if kind == "Pod":
        spec = pod_spec.problems(made["spec"])
        problems = tuple(chain(changed, _metadata(kind, made), spec, rules.update(made, old)))
    elif kind == "CronJob":
        problems = tuple(chain(changed, cronjob.problems(made, old)))
    else:
        problems = tuple(chain(_metadata(kind, made), rules.problems(made), changed, rules.update(made, old)))
    return _invalid(kind, group, name, problems) if problems else Accepted(200, made)


def _metadata(kind: str, made: Json) -> Problems:
    return meta.problems(made["metadata"], KINDS[kind].name, namespaced=kind not in schema.CLUSTER_WIDE)


def _bad(request: Request, version: str, why: str) -> Refused:
    kind = request.kind
    return Refused(400, "BadRequest", f'{kind} in version "{version}" cannot be handled as a {kind}: {why}')


def _invalid(kind: str, group: str, name: str, problems: tuple[Problem, ...]) -> Refused:
    """The refusal of fields, each text once (NewInvalid)."""
    texts = list(dict.fromkeys(problem.text for problem in problems))
    told = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return Refused(422, "Invalid", f'{kind}{"." * bool(group)}{group} "{name}" is invalid: {told}', problems)
