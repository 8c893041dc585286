"""Which labels a selector matches: apimachinery's labels package and metav1.LabelSelectorAsSelector (v1.34).

A node selector's requirements are the same values (`check_for_nodes`); how its terms are combined, and matchFields,
belong to the scheduler's NodeAffinity filter. `and_labels` is what matchLabelKeys adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from lightkube.models import meta_v1

from kubeproof.model.errors import KubeproofError

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_LABEL_SELECTOR_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_NODE_SELECTOR_OPERATORS = (*_LABEL_SELECTOR_OPERATORS, "Gt", "Lt")
_SIGNS = {"=": "=", "==": "==", "!=": "!=", "Gt": ">", "Lt": "<", "In": " in ", "NotIn": " notin "}
_OPERATOR_OF = {sign.strip(): operator for operator, sign in _SIGNS.items()}
_SPECIAL = "=!(),><"
_RUNS = re.compile(f"[{_SPECIAL}]+\0?|[^{_SPECIAL} \t\r\n\0]+\0?|\0")
_OPERATORS = re.compile(f"==|!=|[{_SPECIAL}]")


class BadSelector(KubeproofError, ValueError):
    """A selector that Kubernetes refuses; `subject` is the key, value, operator or text, `why` what is wrong."""

    def __init__(self, subject: str, why: str) -> None:
        self.subject, self.why = subject, why
        super().__init__(f"{subject!r} {why}")


class Requirement(msgspec.Struct, frozen=True):
    """One condition on one label. Operators: In, NotIn, Exists, DoesNotExist, Gt, Lt, and =, ==, != (one value)."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels meet it; an operator that is none of the known ones is never met."""
        match self.operator:
            case "=" | "In" | "==":
                return self.key in labels and labels[self.key] in self.values
            case "NotIn" | "!=":
                return self.key not in labels or labels[self.key] not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels
            case "Gt" | "Lt":
                return self._compares(labels.get(self.key))
        return False

    def _compares(self, label: str | None) -> bool:
        have = None if label is None else integer(label)
        bound = integer(self.values[0]) if len(self.values) == 1 else None
        if have is None or bound is None:
            return False
        return have > bound if self.operator == "Gt" else have < bound

    @property
    def text(self) -> str:
        """The requirement as labels.Parse reads it, values sorted."""
        if self.operator == "Exists":
            return self.key
        if self.operator == "DoesNotExist":
            return f"!{self.key}"
        values = ",".join(sorted(self.values))
        return f"{self.key}{_SIGNS[self.operator]}" + (f"({values})" if self.operator in ("In", "NotIn") else values)


class Selector(msgspec.Struct, frozen=True):
    """Requirements that must all be met, sorted by key; `nothing` is the selector that matches no labels at all."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        return not self.nothing and all(requirement.matches(labels) for requirement in self.requirements)

    @property
    def is_everything(self) -> bool:
        """Whether it asks for nothing, and so selects every object (Go's Empty())."""
        return not self.requirements and not self.nothing

    @property
    def text(self) -> str:
        """Go's String(); empty both for everything and for nothing."""
        return ",".join(requirement.text for requirement in self.requirements)

    def and_labels(self, labels: Mapping[str, str], operator: str = "In") -> Selector:
        """This selector with a requirement per label added, as matchLabelKeys does (NotIn for mismatchLabelKeys)."""
        asked = (Requirement(key, operator, (value,)) for key, value in labels.items())
        added = tuple(one for one in asked if one not in self.requirements)  # the API server has merged them, too
        return self if self.nothing or not added else of_requirements((*self.requirements, *added))


EVERYTHING = Selector()
NOTHING = Selector(nothing=True)


def of_requirements(requirements: Iterable[Requirement]) -> Selector:
    """The selector of these requirements, sorted by key as Go keeps them."""
    return Selector(tuple(sorted(requirements, key=lambda requirement: requirement.key)))


def of_label_selector(raw: meta_v1.LabelSelector | None) -> Selector:
    """The selector of an API object: None matches nothing, an empty one everything. Raises BadSelector."""
    if raw is None:
        return NOTHING
    found = [checked(key, "=", (value,)) for key, value in (raw.matchLabels or {}).items()]
    for expression in raw.matchExpressions or ():
        if expression.operator not in _LABEL_SELECTOR_OPERATORS:
            raise BadSelector(expression.operator, f"is not an operator; known: {', '.join(_LABEL_SELECTOR_OPERATORS)}")
        found.append(checked(expression.key, expression.operator, tuple(expression.values or ())))
    return of_requirements(found)


def of_labels(labels: Mapping[str, str] | None) -> Selector:
    """The selector that asks for exactly these labels, unchecked (labels.SelectorFromSet); none asks for nothing."""
    return of_requirements(Requirement(key, "=", (value,)) for key, value in (labels or {}).items())


def check_for_nodes(requirement: Requirement) -> None:
    """Nothing, if it may stand in a node selector term's matchExpressions (nodeaffinity, v1.34); else BadSelector."""
    if requirement.operator not in _NODE_SELECTOR_OPERATORS:
        raise BadSelector(requirement.operator, f"is not an operator; known: {', '.join(_NODE_SELECTOR_OPERATORS)}")
    checked(requirement.key, requirement.operator, requirement.values)


def checked(key: str, operator: str, values: tuple[str, ...]) -> Requirement:
    """The requirement, if Go's labels.NewRequirement takes it; else BadSelector."""
    check_key(key)
    match operator:
        case "In" | "NotIn":
            if not values:
                raise BadSelector(key, f"needs at least one value for {operator}")
        case "=" | "==" | "!=":
            if len(values) != 1:
                raise BadSelector(key, f"needs exactly one value for {operator}")
        case "Exists" | "DoesNotExist":
            if values:
                raise BadSelector(key, f"takes no values for {operator}")
        case "Gt" | "Lt":
            if len(values) != 1 or integer(values[0]) is None:
                raise BadSelector(key, f"needs exactly one 64-bit integer for {operator}")
        case _:
            raise BadSelector(operator, f"is not an operator; known: {', '.join((*_SIGNS, 'Exists', 'DoesNotExist'))}")
    for value in values:
        check_value(value)
    return Requirement(key, operator, values)


def check_key(key: str) -> None:
    """Nothing, if this may be a label's key (validation.IsQualifiedName); else BadSelector."""
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= 253 and _DNS_SUBDOMAIN.fullmatch(prefix)):
        raise BadSelector(key, "is not a label key: the prefix must be a DNS subdomain of at most 253 characters")
    if not (len(name) <= 63 and _NAME.fullmatch(name)):
        raise BadSelector(key, "is not a label key: the name must be 1 to 63 letters, digits, '-', '_' or '.'")


def check_value(value: str) -> None:
    """Nothing, if this may be a label's value (validation.IsValidLabelValue); else BadSelector."""
    if value and not (len(value) <= 63 and _NAME.fullmatch(value)):
        raise BadSelector(value, "is not a label value: at most 63 letters, digits, '-', '_' or '.'")


def integer(text: str) -> int | None:
    """The 64-bit integer that Go's strconv.ParseInt reads there, or None."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def parse(text: str) -> Selector:
    """The selector that a text like 'app in (a,b),!old,tier=web' names (labels.Parse). Raises BadSelector."""
    tokens = _Tokens(text)
    found: list[Requirement] = []
    while tokens.ahead or found:  # a comma was read if something was found, so something must follow
        found.append(_requirement(tokens))
        if not tokens.ahead:
            break
        tokens.take(",")
    return of_requirements(found)


def _requirement(tokens: _Tokens) -> Requirement:
    absent = tokens.ahead == "!"
    if absent:
        tokens.take("!")
    key = tokens.word()
    check_key(key)
    if absent:
        return checked(key, "DoesNotExist", ())
    if tokens.ahead in ("", ","):
        return checked(key, "Exists", ())
    operator = _OPERATOR_OF.get(tokens.ahead)
    if operator is None:
        raise tokens.unexpected("an operator")
    tokens.take(tokens.ahead)
    if operator in ("In", "NotIn"):
        return checked(key, operator, _values(tokens))
    return checked(key, operator, ("" if tokens.ahead in ("", ",") else tokens.word(),))


def _values(tokens: _Tokens) -> tuple[str, ...]:
    """What stands in parentheses, sorted; between commas, and before or after one, an empty value may stand."""
    tokens.take("(")
    found = {"" if tokens.ahead in (",", ")") else tokens.word()}
    while tokens.ahead == ",":
        tokens.take(",")
        found.add("" if tokens.ahead in (",", ")") else tokens.word())
    tokens.take(")")
    return tuple(sorted(found))


class _Tokens:
    """The tokens of a selector's text, one ahead; '' is the end. A NUL that starts a token ends the text, as for Go."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = [token for run in _RUNS.findall(text) for token in (_OPERATORS.findall(run) or [run])]
        self._at = 0

    @property
    def ahead(self) -> str:
        return self._tokens[self._at].rstrip("\0") if self._at < len(self._tokens) else ""

    def take(self, token: str) -> None:
        if self.ahead != token:
            raise self.unexpected(repr(token))
        self._at += 1

    def word(self) -> str:
        token = self.ahead
        if not token or token[0] in _SPECIAL:
            raise self.unexpected("a name")
        self._at += 1
        return token

    def unexpected(self, expected: str) -> BadSelector:
        return BadSelector(self.text, f"is not a selector: found {self.ahead or 'the end'!r}, expected {expected}")
