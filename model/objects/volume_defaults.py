"""What the API server fills into volumes and into references to fields of the pod (pkg/apis/core/v1, v1.36.2).

Of the kinds of volumes, those that a pod of these days has: emptyDir, hostPath, secret, configMap, downwardAPI,
projected. Left out: the defaults of drivers that are gone from Kubernetes (iscsi, rbd, azureDisk, scaleIO).
"""

from __future__ import annotations

from lightkube.models import core_v1
from msgspec.structs import replace

READABLE = 0o644
"""The mode of files from secrets, config maps and the pod's own fields."""

TOKEN_SECONDS = 3600
"""How long a projected token lives."""


def default_volume(volume: core_v1.Volume) -> core_v1.Volume:
    """The volume as it is stored; one without any source is an empty directory."""
    if all(getattr(volume, field) is None for field in volume.__struct_fields__ if field != "name"):
        return replace(volume, emptyDir=core_v1.EmptyDirVolumeSource())
    host, secret, config = volume.hostPath, volume.secret, volume.configMap
    return replace(
        volume,
        hostPath=host and replace(host, type=host.type or ""),
        secret=secret and replace(secret, defaultMode=_mode(secret.defaultMode)),
        configMap=config and replace(config, defaultMode=_mode(config.defaultMode)),
        downwardAPI=volume.downwardAPI
        and replace(
            volume.downwardAPI,
            defaultMode=_mode(volume.downwardAPI.defaultMode),
            items=_files(volume.downwardAPI.items),
        ),
        projected=volume.projected
        and replace(
            volume.projected,
            defaultMode=_mode(volume.projected.defaultMode),
            sources=volume.projected.sources and [_projection(one) for one in volume.projected.sources],
        ),
    )


def default_variable(variable: core_v1.EnvVar) -> core_v1.EnvVar:
    """The variable as it is stored: a reference to a field says of which version of the API."""
    source = variable.valueFrom
    if source is None or source.fieldRef is None:
        return variable
    return replace(variable, valueFrom=replace(source, fieldRef=_field(source.fieldRef)))


def _projection(one: core_v1.VolumeProjection) -> core_v1.VolumeProjection:
    token, fields = one.serviceAccountToken, one.downwardAPI
    return replace(
        one,
        serviceAccountToken=token
        and replace(
            token,
            expirationSeconds=TOKEN_SECONDS if token.expirationSeconds is None else token.expirationSeconds,
        ),
        downwardAPI=fields and replace(fields, items=_files(fields.items)),
    )


def _files(items: list[core_v1.DownwardAPIVolumeFile] | None) -> list[core_v1.DownwardAPIVolumeFile] | None:
    return items and [replace(one, fieldRef=one.fieldRef and _field(one.fieldRef)) for one in items]


def _field(reference: core_v1.ObjectFieldSelector) -> core_v1.ObjectFieldSelector:
    return replace(reference, apiVersion=reference.apiVersion or "v1")


def _mode(given: int | None) -> int:
    return READABLE if given is None else given
