"""Whether the API server would take an object as it stands: its own refusal, with the line that it speaks of (v1.36).

What is read of a running cluster was taken before. Left out: who may do what, and accounts that have to be there (403).
"""

from __future__ import annotations

import msgspec

from kubeproof.model.controlplane.validation import request
from kubeproof.model.controlplane.validation.request import Refused, Request
from kubeproof.model.errors import BadInput, NotModelled
from kubeproof.model.manifests import lines
from kubeproof.model.objects.origin import Origin

FIELDS = frozenset({400, 422})
"""The refusals that speak of the object itself."""


def unasked(origin: Origin) -> str:
    """What of the object the rules do not know, "" where they know it all. Raises BadInput where it is refused."""
    if origin.kind not in request.KINDS or not origin.manifest:
        return ""
    given = msgspec.json.decode(origin.manifest)
    asked = Request(origin.kind, given, namespace=origin.namespace, uid=f"{origin.kind.lower()}-{origin.name}")
    try:
        answer = request.answer(asked)
    except NotModelled as missing:
        return str(missing)
    if isinstance(answer, Refused) and answer.code in FIELDS:
        path = answer.problems[0].path if answer.problems else ""
        raise BadInput(answer.message, file=origin.file, line=lines.locate(origin, path))  # its words name the path
    return ""
