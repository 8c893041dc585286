"""What an update of a pod may change (ValidatePodUpdate, v1.36.2); the rules of new pods hold, too (request.py).

Images, a shorter deadline, more tolerations, fewer scheduling gates; and, while there are gates, a narrower choice of
nodes. The text that shows what else was changed is a dump of Go's structs: not modelled (`HIDDEN`).
"""

from __future__ import annotations

from typing import Any

from kubeproof.model.controlplane.validation import taints
from kubeproof.model.controlplane.validation.pod_spec import MOST_SECONDS
from kubeproof.model.controlplane.validation.problem import HIDDEN, Problem, Problems, forbidden, invalid, required

Json = Any
_HARD = "requiredDuringSchedulingIgnoredDuringExecution"
_FIXED = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def problems(new: Json, old: Json) -> Problems:
    """What the update may not do, the rules of metadata apart. After lists of another length nothing more is told."""
    mine, before = new["spec"], old["spec"]
    lengths = list(_lengths(mine, before))
    yield from lengths
    if lengths:
        return
    for field in ("containers", "initContainers"):
        yield from _images(mine.get(field, []), f"spec.{field}")
    deadline = list(_deadline(mine, before))
    yield from deadline
    if deadline and "activeDeadlineSeconds" in mine:
        return
    yield from _tolerations(mine.get("tolerations", []), before.get("tolerations", []))
    known = {gate["name"] for gate in before.get("schedulingGates", [])}
    for index, gate in enumerate(mine.get("schedulingGates", [])):
        if gate["name"] not in known:
            detail = f"only deletion is allowed, but found new scheduling gate '{gate['name']}'"
            yield forbidden(f"spec.schedulingGates[{index}].name", detail)
    allowed = dict(mine)
    if known:
        yield from _nodes(mine, before)
        for field in ("nodeSelector", "affinity"):
            allowed = _like(allowed, before, field)
        allowed["affinity"] = _with_nodes_of(mine.get("affinity"), before.get("affinity"))
    if _without_changeable(allowed, before) != _without_changeable(before, before):
        yield Problem("spec", "Forbidden", detail=f"{_FIXED}\n{HIDDEN}")


def _lengths(mine: Json, before: Json) -> Problems:
    for field in ("containers", "initContainers"):
        if len(mine.get(field, [])) != len(before.get(field, [])):
            yield forbidden(f"spec.{field}", "pod updates may not add or remove containers")


def _images(containers: list[Json], path: str) -> Problems:
    for index, container in enumerate(containers):
        image = container.get("image", "")
        if not image:
            yield required(f"{path}[{index}].image")
        elif image.strip() != image:
            yield invalid(f"{path}[{index}].image", image, "must not have leading or trailing whitespace")


def _deadline(mine: Json, before: Json) -> Problems:
    new, old = mine.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")
    path = "spec.activeDeadlineSeconds"
    if new is None:
        if old is not None:
            yield invalid(path, None, "must not update from a positive integer to nil value")
    elif not 0 <= new <= MOST_SECONDS:
        yield invalid(path, new, f"must be between 0 and {MOST_SECONDS}, inclusive")
    elif old is not None and old < new:
        yield invalid(path, new, "must be less than or equal to previous value")


def _tolerations(mine: list[Json], before: list[Json]) -> Problems:
    """All that were there must still be, though for how long may change."""
    rest = [{k: v for k, v in one.items() if k != "tolerationSeconds"} for one in mine]
    for one in before:
        if {k: v for k, v in one.items() if k != "tolerationSeconds"} not in rest:
            detail = "existing toleration can not be modified except its tolerationSeconds"
            yield forbidden("spec.tolerations", detail)
            return
    yield from taints.toleration_problems(mine, "spec.tolerations")


def _nodes(mine: Json, before: Json) -> Problems:
    """While the pod is gated, its choice of nodes may become narrower."""
    wanted = mine.get("nodeSelector", {})
    if any(wanted.get(key) != value for key, value in before.get("nodeSelector", {}).items()):
        detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        yield invalid("spec.nodeSelector", wanted, detail)
    old_terms = _terms(before)
    if old_terms is None:
        return
    new_terms, path = _terms(mine) or [], f"spec.affinity.nodeAffinity.{_HARD}.nodeSelectorTerms"
    if old_terms and len(new_terms) != len(old_terms):
        yield invalid(path, HIDDEN, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")
    else:
        for index, (new, old) in enumerate(zip(new_terms, old_terms, strict=False)):
            if not _narrower(new, old):
                yield invalid(f"{path}[{index}]", HIDDEN, "only additions are allowed (no mutations or deletions)")


def _terms(spec: Json) -> list[Json] | None:
    hard = spec.get("affinity", {}).get("nodeAffinity", {}).get(_HARD)
    return None if hard is None else hard["nodeSelectorTerms"]


def _narrower(new: Json, old: Json) -> bool:
    """Whether a term begins with all that it asked before."""
    if not old:
        return not new
    return all(new.get(f, [])[: len(old.get(f, []))] == old.get(f, []) for f in ("matchExpressions", "matchFields"))


def _like(spec: Json, other: Json, field: str) -> Json:
    kept = {name: value for name, value in spec.items() if name != field}
    return {**kept, field: other[field]} if field in other else kept


def _with_nodes_of(mine: Json | None, before: Json | None) -> Json | None:
    """The affinity with the node affinity that was there; what comes out empty is none."""
    made = {field: value for field, value in (mine or {}).items() if field != "nodeAffinity"}
    if before and "nodeAffinity" in before:
        made["nodeAffinity"] = before["nodeAffinity"]
    return made or (before if before == {} else None)


def _without_changeable(spec: Json, before: Json) -> Json:
    """The spec without what an update may change."""
    dropped = {"activeDeadlineSeconds", "tolerations", "schedulingGates"}
    if before.get("terminationGracePeriodSeconds", 0) < 0 and spec.get("terminationGracePeriodSeconds") == 1:
        dropped.add("terminationGracePeriodSeconds")
    kept = {name: value for name, value in spec.items() if name not in dropped and value is not None}
    if "terminationGracePeriodSeconds" in dropped:
        kept["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"]
    for field in ("containers", "initContainers"):
        if field in kept:
            kept[field] = [{k: v for k, v in one.items() if k != "image"} for one in kept[field]]
    return kept
