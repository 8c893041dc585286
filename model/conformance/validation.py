"""Recorded creations and updates (v1.36.2): whether the model accepts, refuses and defaults as the server did.

A refusal agrees if code, reason, message and the set of refused fields do; an acceptance if the stored object does,
nulls apart. Where the message holds a dump of an internal Go struct, which the model does not tell, the text before
and after it is compared. A case that was recorded with strict field validation, too, is judged twice.
Not modelled, and counted as such: what rests on the stored resourceVersion, which these cases do not say.
"""

from __future__ import annotations

import re
from typing import Any

from kubeproof.model.conformance.scheduler import Check
from kubeproof.model.controlplane.validation.problem import HIDDEN
from kubeproof.model.controlplane.validation.request import Accepted, Refused, Request, answer
from kubeproof.model.errors import NotModelled

Json = Any
VALIDATION = "validation"
NAMESPACE = "validation"
"""The namespace that all requests of the recordings went to."""

CONFLICT = 409
_HIDDEN = repr(HIDDEN)
_UID = "batch.kubernetes.io/controller-uid"


def check(case: Json) -> tuple[Check, bool]:
    """What was recorded and what the model says, and whether they agree; by kind."""
    want = expected(case)
    try:
        got = given(case)
        agree = agrees(case, want, got)
    except NotModelled as missing:
        return Check(VALIDATION, case["kind"], want, None, missing.path), False
    return Check(VALIDATION, case["kind"], want, got), agree


def expected(case: Json) -> Json:
    """The recorded answer, in the form of `given`."""
    if case["accepted"]:
        return {"code": case["code"], "stored": _plain(case["defaulted"])}
    causes = sorted({cause.get("field", "") for cause in case.get("causes") or ()})
    return {"code": case["code"], "reason": case["reason"], "message": case["message"], "fields": causes}


def given(case: Json) -> Json:
    """The model's answer. Raises NotModelled."""
    if case["code"] == CONFLICT:
        raise NotModelled("metadata.resourceVersion", "the case does not say which one is stored")
    return _answer(case, strict=False)


def agrees(case: Json, recorded: Json, model: Json) -> bool:
    """Whether the two answers are the same, and those with strict field validation, too."""
    if not _same(recorded, model):
        return False
    strict = case.get("strict")
    if not strict:
        return True
    again = _answer(case, strict=True)
    return bool(again["code"] == strict["code"]) and _same_text(strict.get("message", ""), again.get("message", ""))


def _answer(case: Json, strict: bool) -> Json:
    request = Request(case["kind"], case["manifest"], case.get("old"), NAMESPACE, _uid(case), strict)
    match answer(request):
        case Accepted(code, stored):
            return {"code": code, "stored": _plain(stored)}
        case Refused(code, reason, message, problems):
            return {"code": code, "reason": reason, "message": message, "fields": sorted({p.path for p in problems})}


def _uid(case: Json) -> str:
    """The uid that the server drew; the object says it only where it is a Job's."""
    labels = (case.get("old") or case.get("defaulted") or {}).get("metadata", {}).get("labels", {})
    return str(labels.get(_UID, "00000000-0000-0000-0000-000000000000"))


def _same(recorded: Json, model: Json) -> bool:
    if "message" not in recorded or "message" not in model:
        return bool(recorded == model)
    told = {**recorded, "message": ""} == {**model, "message": ""}
    return told and _same_text(recorded["message"], model["message"])


def _same_text(recorded: str, model: str) -> bool:
    """Whether the texts are the same, apart from what the model leaves open."""
    return bool(re.fullmatch(".+".join(map(re.escape, model.split(_HIDDEN))), recorded, re.DOTALL))


def _plain(value: Json) -> Json:
    """The object without nulls, and without what a recording leaves out: uid, times and revision."""
    if isinstance(value, dict):
        plain = {name: _plain(one) for name, one in value.items() if one is not None}
        if isinstance(plain.get("metadata"), dict) and "apiVersion" in plain:
            drawn = ("uid", "resourceVersion", "creationTimestamp", "managedFields")
            plain["metadata"] = {name: one for name, one in plain["metadata"].items() if name not in drawn}
        return plain
    return [_plain(one) for one in value] if isinstance(value, list) else value
