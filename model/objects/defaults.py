"""What Kubernetes fills in before a pod is stored: API defaults and the usual tolerations (v1.34).

API objects in, new API objects out; what is given is never changed.
Volumes and references to fields: volume_defaults.py; other kinds than pods: controlplane/validation/defaulting.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lightkube.models import core_v1
from msgspec.structs import replace

from kubeproof.model.objects import resources
from kubeproof.model.objects.quantity import Quantity
from kubeproof.model.objects.resources import Amounts, amounts
from kubeproof.model.objects.taints import NO_EXECUTE, NO_SCHEDULE
from kubeproof.model.objects.volume_defaults import default_variable, default_volume

TOLERATION_SECONDS = 300
NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"

_DAEMON_TOLERATES = (
    (NOT_READY, NO_EXECUTE),
    (UNREACHABLE, NO_EXECUTE),
    ("node.kubernetes.io/disk-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/memory-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/pid-pressure", NO_SCHEDULE),
    ("node.kubernetes.io/unschedulable", NO_SCHEDULE),
)
_HOST_NETWORK_DAEMON_TOLERATES = (("node.kubernetes.io/network-unavailable", NO_SCHEDULE),)

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_IMAGE = re.compile(
    rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*(?::(?P<tag>\w[\w.-]{{0,127}}))?(?P<digest>@[A-Za-z][\w+.-]*:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)


def default_pod(spec: core_v1.PodSpec) -> core_v1.PodSpec:
    """The spec as the API server stores it (SetObjectDefaults_Pod). Raises BadInput for a bad amount."""
    spec = default_template(spec)
    spec = replace(
        spec,
        containers=[_of_pod(c, f"spec.containers[{i}]", spec) for i, c in enumerate(spec.containers)],
        initContainers=spec.initContainers
        and [_of_pod(c, f"spec.initContainers[{i}]", spec) for i, c in enumerate(spec.initContainers)],
        enableServiceLinks=spec.enableServiceLinks is not False,
    )
    return replace(spec, resources=_pod_level(spec)) if spec.resources else spec


def default_template(spec: core_v1.PodSpec) -> core_v1.PodSpec:
    """The spec of a workload's template as the API server stores it. Raises BadInput for a bad amount.

    A pod that is made of it gets some more of its own (`default_pod`).
    """
    return replace(
        spec,
        volumes=spec.volumes and [default_volume(volume) for volume in spec.volumes],
        containers=[_container(c, f"spec.containers[{i}]") for i, c in enumerate(spec.containers)],
        initContainers=spec.initContainers
        and [_container(c, f"spec.initContainers[{i}]") for i, c in enumerate(spec.initContainers)],
        overhead=_texts(amounts(spec.overhead, "spec.overhead")) if spec.overhead else spec.overhead,
        dnsPolicy=spec.dnsPolicy or "ClusterFirst",
        restartPolicy=spec.restartPolicy or "Always",
        securityContext=spec.securityContext or core_v1.PodSecurityContext(),
        schedulerName=spec.schedulerName or "default-scheduler",
        terminationGracePeriodSeconds=_unless_none(spec.terminationGracePeriodSeconds, 30),
    )


def requests_from_limits(raw: core_v1.ResourceRequirements, path: str) -> core_v1.ResourceRequirements:
    """A container's resources where each limit without a request is the request too, rounded up to thousandths."""
    limits = amounts(raw.limits, f"{path}.resources.limits")
    requests = amounts(raw.requests, f"{path}.resources.requests")
    return replace(
        raw, limits=_texts(limits) or None, requests=_texts({**requests, **_missing(requests, limits)}) or None
    )


def default_tolerations(
    given: Sequence[core_v1.Toleration] | None, seconds: int = TOLERATION_SECONDS
) -> list[core_v1.Toleration]:
    """The tolerations and, unless they speak of it, not-ready and unreachable nodes for `seconds`.

    The admission plugin DefaultTolerationSeconds.
    """
    tolerations = list(given or ())
    missing = [key for key in (NOT_READY, UNREACHABLE) if not any(_speaks_of(key, t) for t in tolerations)]
    return tolerations + [_exists(key, NO_EXECUTE, seconds) for key in missing]


def daemonset_tolerations(given: Sequence[core_v1.Toleration] | None, host_network: bool) -> list[core_v1.Toleration]:
    """The tolerations that a DaemonSet's controller gives its pods (AddOrUpdateDaemonPodTolerations).

    One of the same key, operator, value and effect is replaced, so that it holds for ever.
    """
    tolerations = list(given or ())
    for key, effect in _DAEMON_TOLERATES + (_HOST_NETWORK_DAEMON_TOLERATES if host_network else ()):
        wanted = _exists(key, effect)
        same = [_identity(t) == _identity(wanted) for t in tolerations]
        tolerations = [wanted if is_same else t for t, is_same in zip(tolerations, same, strict=True)]
        if not any(same):
            tolerations.append(wanted)
    return tolerations


def _of_pod(c: core_v1.Container, path: str, spec: core_v1.PodSpec) -> core_v1.Container:
    """The container as only a pod's own has it: requests from limits, ports of the host's network."""
    host = c.ports and bool(spec.hostNetwork)
    return replace(
        c,
        resources=c.resources and requests_from_limits(c.resources, path),
        ports=c.ports and [replace(port, hostPort=port.hostPort or port.containerPort) for port in c.ports]
        if host
        else c.ports,
    )


def _container(c: core_v1.Container, path: str) -> core_v1.Container:
    return replace(
        c,
        resources=c.resources and _rounded(c.resources, path),
        env=c.env and [default_variable(variable) for variable in c.env],
        ports=c.ports and [replace(port, protocol=port.protocol or "TCP") for port in c.ports],
        livenessProbe=_probe(c.livenessProbe),
        readinessProbe=_probe(c.readinessProbe),
        startupProbe=_probe(c.startupProbe),
        lifecycle=c.lifecycle
        and replace(c.lifecycle, postStart=_hook(c.lifecycle.postStart), preStop=_hook(c.lifecycle.preStop)),
        imagePullPolicy=c.imagePullPolicy or ("Always" if _is_latest(c.image or "") else "IfNotPresent"),
        terminationMessagePath=c.terminationMessagePath or "/dev/termination-log",
        terminationMessagePolicy=c.terminationMessagePolicy or "File",
    )


def _rounded(raw: core_v1.ResourceRequirements, path: str) -> core_v1.ResourceRequirements:
    limits = amounts(raw.limits, f"{path}.resources.limits")
    requests = amounts(raw.requests, f"{path}.resources.requests")
    return replace(raw, limits=_texts(limits) or None, requests=_texts(requests) or None)


def _probe(probe: core_v1.Probe | None) -> core_v1.Probe | None:
    return probe and replace(
        probe,
        httpGet=_http_get(probe.httpGet),
        grpc=probe.grpc and replace(probe.grpc, service=probe.grpc.service or ""),
        timeoutSeconds=probe.timeoutSeconds or 1,
        periodSeconds=probe.periodSeconds or 10,
        successThreshold=probe.successThreshold or 1,
        failureThreshold=probe.failureThreshold or 3,
    )


def _hook(hook: core_v1.LifecycleHandler | None) -> core_v1.LifecycleHandler | None:
    return hook and replace(hook, httpGet=_http_get(hook.httpGet))


def _http_get(action: core_v1.HTTPGetAction | None) -> core_v1.HTTPGetAction | None:
    return action and replace(action, path=action.path or "/", scheme=action.scheme or "HTTP")


def _is_latest(image: str) -> bool:
    """Whether an image is named without tag and digest, or with the tag latest; a name that cannot be read is not."""
    name = _IMAGE.fullmatch(image)
    return name is not None and (name["tag"] == "latest" or not (name["tag"] or name["digest"]))


def _pod_level(spec: core_v1.PodSpec) -> core_v1.ResourceRequirements | None:
    """Pod-level resources, filled from the containers' and, for requests, then from the pod's own limits."""
    whole = spec.resources
    if whole is None or not (whole.requests or whole.limits):
        return whole
    requests = amounts(whole.requests, "spec.resources.requests")
    limits = amounts(whole.limits, "spec.resources.limits")
    of_containers = resources.pod_limits(spec, skip_pod_level=True, exclude_overhead=True)
    pages = {name: a for name, a in of_containers.items() if name.startswith("hugepages-") and name not in requests}
    limits.update(_missing(limits, pages))
    if limits:
        asked = resources.pod_requests(spec, skip_pod_level=True, exclude_overhead=True)
        shareable = {name: amount for name, amount in asked.items() if name in ("cpu", "memory")}
        requests.update(_missing(requests, shareable))
        own = {name: amount for name, amount in limits.items() if resources.is_pod_level(name)}
        requests.update(_missing(requests, own))
    return replace(whole, requests=_texts(requests) or None, limits=_texts(limits) or None)


def _missing(have: Mapping[str, Quantity], offered: Mapping[str, Quantity]) -> Amounts:
    return {name: amount for name, amount in offered.items() if name not in have}


def _texts(listed: Amounts) -> dict[str, str]:
    return {name: str(amount.up_to_millis()) for name, amount in listed.items()}


def _unless_none(value: int | None, default: int) -> int:
    return default if value is None else value


def _exists(key: str, effect: str, seconds: int | None = None) -> core_v1.Toleration:
    return core_v1.Toleration(key=key, operator="Exists", effect=effect, tolerationSeconds=seconds)


def _identity(t: core_v1.Toleration) -> tuple[str, str, str, str]:
    return t.key or "", t.operator or "", t.value or "", t.effect or ""


def _speaks_of(key: str, t: core_v1.Toleration) -> bool:
    """Whether a toleration is about this key's NoExecute taint; operator and value make no difference upstream."""
    return t.key in (key, "", None) and t.effect in (NO_EXECUTE, "", None)
