"""What was verified as SARIF 2.1.0, which code hosts show beside the manifests: a result for each law.

A broken law stands where the object does that its name, or else what happens in its run, is about; where neither names
one that was read from a file, it has no place. UNKNOWN is a result of kind "open", what holds one of kind "pass".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from kubeproof import __version__
from kubeproof.model.manifests import lines
from kubeproof.model.manifests.read import STDIN
from kubeproof.model.manifests.stated import Input, Stated
from kubeproof.model.references import written
from kubeproof.properties.queries.question import Finding
from kubeproof.properties.queries.verified import Verified, story
from kubeproof.properties.verdict import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS = {Outcome.PROVED: "pass", Outcome.HELD: "pass", Outcome.VIOLATED: "fail", Outcome.UNKNOWN: "open"}


def sarif(answer: Verified, found: Input) -> bytes:
    """The report as a file's content."""
    rules = [{"id": _id(one.law), "shortDescription": {"text": one.law}} for one in answer.verdicts]
    results = [_result(at, one, found.stated) for at, one in enumerate(answer.findings)]
    driver = {"name": "kubeproof", "semanticVersion": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    told = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _id(law: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", law).strip("-") or "law"


def _result(at: int, one: Finding, stated: Sequence[Stated]) -> dict[str, Any]:
    verdict = one.verdict
    said = list(story(one)) if verdict.outcome is Outcome.VIOLATED else []
    text = "\n".join([f"{verdict.outcome.value}: {verdict.law}", *(said or filter(None, [verdict.why]))])
    found: dict[str, Any] = {
        "ruleId": _id(verdict.law),
        "ruleIndex": at,
        "kind": KINDS[verdict.outcome],
        "level": "error" if verdict.outcome is Outcome.VIOLATED else "none",
        "message": {"text": text},
    }
    place = next((one for one in _about(one, stated) if one.origin.manifest and one.origin.file != STDIN), None)
    if verdict.outcome is Outcome.VIOLATED and place is not None:
        found["locations"] = [_location(place)]
    return found


def _about(one: Finding, stated: Sequence[Stated]) -> list[Stated]:
    """The objects that a law is about, or that things happen to in its run, the longest names first."""
    trace = one.verdict.trace
    words = [one.verdict.law, *(each.what for each in (trace.did if trace is not None else ()) or ())]
    for text in words:
        named = [each for each in stated if _names(text, each)]
        if named:
            return sorted(named, key=lambda each: -len(each.key.name))
    return []


def _names(text: str, one: Stated) -> bool:
    key = one.key
    name = key.name if key.namespace in ("", "default") else f"{key.namespace}/{key.name}"
    return any(
        re.search(rf"(?<![\w./-]){re.escape(each)}(?![\w./-])", text) for each in (f"{key.kind} {name}", written(key))
    )


def _location(one: Stated) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(Path(one.origin.file).as_posix())}}
    line = lines.locate(one.origin, "kind")
    if line:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}
