"""Which texts are names: DNS labels and subdomains, label keys and values, ports, percentages (apimachinery, v1.36.2).

Each function gives upstream's messages for a text, none if it is right (util/validation/validation.go).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from kubeproof.model.controlplane.validation.problem import Problems, invalid

Rule = Callable[[str], list[str]]
"""What is wrong with a text, in upstream's words."""

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_QUALIFIED})?"


def _or(*examples: str) -> str:
    return "(e.g. " + ",  or ".join(f"'{one}'" for one in examples)


def _explained(rule: str, pattern: str, *examples: str) -> str:
    sign = ", " if examples else ""
    return f"{rule} {_or(*examples)}{sign}regex used for validation is '{pattern}')"


_ENDS = "and must start and end with an alphanumeric character"
_LABEL_RULE = _explained(
    f"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', {_ENDS}",
    _LABEL,
    "my-name",
    "123-abc",
)
_SUBDOMAIN_RULE = _explained(
    f"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', {_ENDS}",
    _SUBDOMAIN,
    "example.com",
)
_QUALIFIED_RULE = _explained(
    f"must consist of alphanumeric characters, '-', '_' or '.', {_ENDS}", _QUALIFIED, "MyName", "my.name", "123-abc"
)
_VALUE_RULE = _explained(
    f"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', {_ENDS}",
    f"({_QUALIFIED})?",
    "MyValue",
    "my_value",
    "12345",
)
_PERCENT_RULE = _explained(
    "a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%"
)


def dns_label(text: str) -> list[str]:
    """A name without dots, of at most 63 bytes (IsDNS1123Label)."""
    wrong = _too_long(text, 63)
    if not re.fullmatch(_LABEL, text, re.ASCII):
        dots = re.fullmatch(_SUBDOMAIN, text, re.ASCII)
        wrong.append("must not contain dots" if dots else _LABEL_RULE)
    return wrong


def dns_subdomain(text: str) -> list[str]:
    """A name of labels and dots, of at most 253 bytes (IsDNS1123Subdomain)."""
    return _too_long(text, 253) + ([] if re.fullmatch(_SUBDOMAIN, text, re.ASCII) else [_SUBDOMAIN_RULE])


def qualified_name(text: str) -> list[str]:
    """A label's key: a name, perhaps after a domain and a slash (IsQualifiedName)."""
    parts = text.split("/")
    if len(parts) > 2:
        prefixed = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a qualified name {_QUALIFIED_RULE} {prefixed}"]
    wrong = []
    if len(parts) == 2:
        prefix = ["must be non-empty"] if not parts[0] else dns_subdomain(parts[0])
        wrong += [f"prefix part {one}" for one in prefix]
    name = parts[-1]
    wrong += [f"name part {one}" for one in (["must be non-empty"] if not name else _too_long(name, 63))]
    if not re.fullmatch(_QUALIFIED, name, re.ASCII):
        wrong.append(f"name part {_QUALIFIED_RULE}")
    return wrong


def label_value(text: str) -> list[str]:
    """A label's value (IsValidLabelValue)."""
    return _too_long(text, 63) + ([] if re.fullmatch(_VALUE, text, re.ASCII) else [_VALUE_RULE])


def port_number(number: int) -> list[str]:
    """A port (IsValidPortNum)."""
    return [] if 1 <= number <= 65535 else ["must be between 1 and 65535, inclusive"]


def port_name(text: str) -> list[str]:
    """The name of a port, of at most 15 bytes (IsValidPortName)."""
    wrong = _too_long(text, 15)
    if not re.fullmatch("[-a-z0-9]+", text, re.ASCII):
        wrong.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", text, re.ASCII):
        wrong.append("must contain at least one letter (a-z)")
    if "--" in text:
        wrong.append("must not contain consecutive hyphens")
    if text and "-" in (text[0], text[-1]):
        wrong.append("must not begin or end with a hyphen")
    return wrong


def percent(text: str) -> list[str]:
    """Digits and a percent sign (IsValidPercent)."""
    return [] if re.fullmatch("[0-9]+%", text, re.ASCII) else [_PERCENT_RULE]


def environment_variable(text: str) -> list[str]:
    """The name of an environment variable, by the relaxed rule (IsRelaxedEnvVarName)."""
    if text and all(" " <= letter <= "~" and letter != "=" for letter in text):
        return []
    return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]


def path_segment(text: str) -> list[str]:
    """A name that can stand between two slashes of a URL (IsValidPathSegmentName)."""
    if text in (".", ".."):
        return [f"may not be '{text}'"]
    return [f"may not contain '{sign}'" for sign in ("/", "%") if sign in text]


def domain_prefixed_path(path: str, text: str) -> Problems:
    """What is wrong with a name such as acme.io/foo (IsDomainPrefixedPath)."""
    host, slash, rest = text.partition("/")
    if not slash or not host or not rest:
        yield invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')
        return
    yield from each(path, host, dns_subdomain)
    if not re.fullmatch(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", rest, re.ASCII):
        yield invalid(path, rest, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")


def each(path: str, text: str, rule: Rule) -> Problems:
    """A problem for everything that the rule says of the text."""
    for message in rule(text):
        yield invalid(path, text, message)


def each_of(path: str, texts: Iterable[str], rule: Rule) -> Problems:
    """A problem for everything that the rule says of one of these, each at its index."""
    for index, text in enumerate(texts):
        yield from each(f"{path}[{index}]", text, rule)


def _too_long(text: str, most: int) -> list[str]:
    return [f"must be no more than {most} bytes"] if len(text.encode()) > most else []
