"""Components are apart, as in the real architecture: none knows another, and all that they have are requests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeproof.model.cluster import COMPONENTS

ROOT = Path(__file__).parents[3] / "model"
MODULES = sorted({part.module for part in COMPONENTS.values()})

KEPT = {
    "controlplane.apiserver": "Server",
    "controlplane.etcd": "Store",
    "world": "*",
    "agenda": "*",
    "flight": "*",
    "views": "*",
}
"""What only the engine may have: modules by the name in them that no component imports (*: any)."""


def files(module: str) -> list[Path]:
    """The files of a component: its own, or all of the folder that it has to itself."""
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return sorted(path.parent.glob("*.py")) if path.name == "component.py" else [path]


def imports(file: Path) -> Iterator[tuple[str, str]]:
    """Each module of the model that a file imports from, with a name that it takes."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kubeproof.model"):
            module = (node.module or "").removeprefix("kubeproof.model").removeprefix(".")
            for one in node.names:
                yield module, one.name
                yield f"{module}.{one.name}".removeprefix("."), "*"  # a module, taken from its folder


def test_the_list_is_of_all_components() -> None:
    assert len(MODULES) > 25
    assert all(file.exists() for module in MODULES for file in files(module))


@pytest.mark.parametrize("module", MODULES)
def test_no_component_knows_another(module: str) -> None:
    own = files(module)
    others = {other for other in MODULES if not set(files(other)) & set(own)}
    assert [(file.name, taken) for file in own for taken, _ in imports(file) if taken in others] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_component_has_requests_and_looks_and_nothing_behind_them(module: str) -> None:
    taken = [
        (file.name, source, name)
        for file in files(module)
        for source, name in imports(file)
        if source in KEPT and KEPT[source] in ("*", name)
    ]
    assert taken == []
