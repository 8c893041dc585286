"""The objects of a live cluster, through kubectl's own configuration: `read_context`. Only lists; nothing is changed.

Left out: watching (the lists are taken one after another, so a busy cluster may have moved in between), and merging the
files of a KUBECONFIG that names several.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from kubeproof.model.errors import BadInput
from kubeproof.model.manifests import schema
from kubeproof.model.manifests.read import Found

if TYPE_CHECKING:
    from lightkube import Client

PAGE = 500
"""How many objects are asked for at once."""

NEEDED = frozenset({"Node", "Pod"})
"""The kinds without which there is nothing to ask about."""


def read_context(name: str, skipped: Callable[[BadInput], None]) -> Iterator[Found]:
    """Every object that a question can rest on, in all namespaces; "" is kubectl's current context.

    `skipped` is told of a kind that one may not list; a kind that the cluster does not have has no objects.
    Raises BadInput where the configuration or the cluster cannot be used, or nodes or pods may not be listed.
    """
    from lightkube import ApiError

    client = _client(name)
    place = f"context {client.config.context_name}"
    with client:
        for version, (_, kinds) in schema.READ.items():
            for kind in kinds:
                try:
                    for index, one in enumerate(_listed(client, version, kind)):
                        json = msgspec.json.encode(one)
                        yield Found(place, 0, (kind, index), version, kind, json)
                except ApiError as error:
                    code = error.response.status_code
                    problem = BadInput(f"{kind} cannot be listed: {error.status.message or code}", file=place)
                    if kind in NEEDED or code == 401:
                        raise problem from error
                    if code != 404:
                        skipped(problem)


def _client(name: str) -> Client:
    from lightkube import Client, KubeConfig
    from lightkube.config.kubeconfig import DEFAULT_KUBECONFIG
    from lightkube.core.exceptions import ConfigError

    file = os.environ.get("KUBECONFIG", DEFAULT_KUBECONFIG)
    where = f"context {name or '(the current one)'} of {file}"
    way_out = "see kubectl config get-contexts"
    try:
        config = KubeConfig.from_file(file) if name else KubeConfig.from_env()
        single = config.get(context_name=name or None)
        assert single is not None
        if single.user is None:
            raise BadInput(f"names no user; {way_out}", file=where)
        return Client(config=single)
    except (ConfigError, OSError) as error:
        raise BadInput(f"{error}; {way_out}", file=where) from error
    except KeyError as error:
        raise BadInput(f"{error} is named, but not defined; {way_out}", file=where) from error
    except (TypeError, AttributeError, msgspec.ValidationError, yaml.YAMLError) as error:
        raise BadInput("the file is no kube-config", file=where) from error


def _listed(client: Client, version: str, kind: str) -> Iterator[Any]:
    """The objects of a kind. Raises BadInput where the cluster does not answer, and ApiError where it refuses."""
    from lightkube import ApiError

    # whichever HTTP library lightkube uses (httpx, httpx2), its errors are kin of ApiError
    kin = (cls for cls in ApiError.__mro__ if issubclass(cls, Exception))
    http_error: type[Exception] = next(cls for cls in kin if cls.__name__ == "HTTPError")
    module, _ = schema.READ[version]
    resource: Any = getattr(import_module(f"lightkube.resources.{module}"), kind)
    try:
        if kind in schema.CLUSTER_WIDE:
            yield from client.list(resource, chunk_size=PAGE)
        else:
            yield from client.list(resource, namespace="*", chunk_size=PAGE)
    except ApiError:
        raise
    except http_error as error:
        response = getattr(error, "response", None)
        said = f"does not answer: {error}" if response is None else f"answers {response.status_code}"
        raise BadInput(f"the cluster {said}", file=_server(client)) from error
    except msgspec.DecodeError as error:
        raise BadInput(f"the cluster answers with what is no list of {kind}: {error}", file=_server(client)) from error


def _server(client: Client) -> str:
    return f"context {client.config.context_name} ({client.config.cluster.server})"
