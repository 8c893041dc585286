"""A run of a world as a program: what `python` runs, and what shows the same again.

    import kubeproof as kp
    from kubeproof.properties.laws.world import STANDARD

    world = kp.world(nodes="n1 cpu=1", laws=[law for law in STANDARD if law.name == "revisions only grow"])
    world = world.apply({"kind": "Deployment", ...})
    world = world.step("scale", object="deployment/web", replicas=2)
    world = world.advance("30s")

Laws and components of one's own are named by the module at whose top they stand, alone or in a list.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pprint import pformat
from typing import Any

import msgspec

from kubeproof.model.logic.golang import duration
from kubeproof.model.world_trace import Done
from kubeproof.properties.engines.python_literal import literal
from kubeproof.properties.engines.world_run import Start
from kubeproof.properties.world_law import WorldLaw

WIDTH = 100


def program(start: Start, done: Sequence[Done], law: WorldLaw | None = None) -> str:
    """The program, with the law that it breaks; a law that no module names is left out, and said so."""
    imports, given = ["import kubeproof as kp"], list[str]()
    given += [repr(file) for file in start.files]
    if start.nodes:
        given.append(f"nodes={literal(start.nodes)}")
    if start.own:
        named = [_named(one, one.name) for one in start.own]
        imports += [line for line, _ in named] + ["from kubeproof.model.cluster import USUAL"]
        given.append(f"components=(*USUAL, {', '.join(expression for _, expression in named)})")
    says = ""
    if law is not None:
        line, expression = _named(law, law.name)
        imports.append(line)
        says = f'"""{_plain(law.name)}"""\n\n' if law.name else ""
        given.append(f"laws=[{expression}]")
    head = f"world = kp.world({', '.join(given)})"
    if len(head) > WIDTH:
        head = "\n".join(["world = kp.world(", *(f"    {one}," for one in given), ")"])
    lines = [head, *(f"world = world.{_call(one)}" for one in done)]
    return says + "\n".join([*dict.fromkeys(filter(None, imports)), "", *lines, ""])


def _call(one: Done) -> str:
    match one.what:
        case "apply-text":
            return _apply(one.told)
        case "step" | "do":
            [event] = msgspec.json.decode(one.told)
            return "".join(_step(one.what, name, said) for name, said in event.items() if name != "at")
        case "take":
            return f"take({literal(one.told)})"
        case "advance" | "rest":
            return f"{one.what}({literal(duration(int(one.told)))})"
        case "apply" | "play":
            return f"{one.what}({literal(one.told)})"


def _step(what: str, name: str, fields: Mapping[str, Any]) -> str:
    if name == "apply" and fields.get("manifest"):
        return _indented(f'{what}("apply", manifest=', fields["manifest"])
    told = [literal(name), *(f"{field.replace('-', '_')}={literal(value)}" for field, value in fields.items())]
    return f"{what}({', '.join(told)})"


def _apply(text: str) -> str:
    try:
        return _indented("apply(", msgspec.json.decode(text))
    except msgspec.DecodeError:
        return f"apply({literal(text)})"


def _indented(head: str, manifest: Any) -> str:
    lines = pformat(manifest, width=WIDTH - 4, sort_dicts=False).split("\n")
    if len(lines) == 1 and len(head) + len(lines[0]) < WIDTH:
        return f"{head}{lines[0]})"
    return "\n".join([head, *(f"    {line}" for line in lines), ")"])


def _named(what: object, name: str) -> tuple[str, str]:
    """The import of a value and the expression that gives it; a comment and "" where no module has it."""
    for module, attribute, alone in _homes(what):
        if alone:
            return f"from {module} import {attribute}", attribute
    for module, attribute, _ in _homes(what):
        chosen = f"next(one for one in {attribute} if one.name == {literal(name)})"
        return f"from {module} import {attribute}", chosen
    return f"# {_plain(name)}: no module has it at its top, so that this program cannot name it", ""


def _homes(what: object) -> Iterator[tuple[str, str, bool]]:
    """The modules and names under which a value stands, alone or in a list; those of kubeproof first."""
    modules = sorted(sys.modules.items(), key=lambda one: (not one[0].startswith("kubeproof."), one[0]))
    for module, held in modules:
        if module == "__main__":  # another program
            continue
        for attribute, value in list(getattr(held, "__dict__", {}).items()):
            if attribute.startswith("_") or not attribute.isidentifier():
                continue
            if value is what:
                yield module, attribute, True
            elif isinstance(value, tuple | list) and _has(value, what):
                yield module, attribute, False


def _has(listed: Iterable[object], what: object) -> bool:
    return any(one is what for one in listed)


def _plain(text: str) -> str:
    """The text on one line, as a comment or a docstring can hold it."""
    return ascii(text)[1:-1].replace('"', "'").replace("\\", "/")
