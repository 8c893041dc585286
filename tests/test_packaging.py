"""What is installed is what is on disk, once: the packages list, the links that serve tools, and the wheel."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import kubeproof.model.errors

ROOT = Path(__file__).resolve().parent.parent
LINKED = ("diagrams", "model", "properties")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


def sources(root: Path) -> set[str]:
    """The installed path of every Python file below `root`."""
    front = {f"kubeproof/{file.name}" for file in (root / "kubeproof").glob("*.py")}
    below = {f"kubeproof/{file.relative_to(root)}" for name in LINKED for file in (root / name).rglob("*.py")}
    return front | below


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the tree as it is; built from a copy, because setuptools keeps old files in build/."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("kubeproof", *LINKED):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (ROOT / "pyproject.toml", ROOT / "LICENSE", *ROOT.glob("*.md")):
        shutil.copy(file, copy)
    subprocess.run([sys.executable, "-c", BUILD, out], cwd=copy, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_packages_list_names_every_package_on_disk() -> None:
    on_disk = {str(Path(file).parent).replace("/", ".") for file in sources(ROOT) if file.endswith("/__init__.py")}
    assert sorted(on_disk) == SETTINGS["tool"]["setuptools"]["packages"]


def test_every_folder_with_code_is_a_package() -> None:
    folders = {Path(file).parent for file in sources(ROOT)}
    assert {folder for folder in folders if f"{folder}/__init__.py" not in sources(ROOT)} == set()


@pytest.mark.parametrize("name", LINKED)
def test_the_front_door_links_to_the_real_folder(name: str) -> None:
    link = ROOT / "kubeproof" / name
    assert link.is_symlink()
    assert link.readlink() == Path("..") / name


def test_a_module_is_loaded_under_one_name_only() -> None:
    assert Path(kubeproof.model.errors.__file__).resolve() == ROOT / "model" / "errors.py"
    assert sys.modules.keys().isdisjoint(LINKED)


def test_the_wheel_holds_every_module_once_and_the_types_marker(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = Counter(name for name in archive.namelist() if ".dist-info/" not in name)
    assert names == Counter(sources(ROOT) | {"kubeproof/py.typed"})


def test_the_wheel_works_where_the_checkout_is_not(wheel: Path, tmp_path: Path) -> None:
    program = "import sys; sys.path.insert(0, sys.argv[1]); import kubeproof.model.errors as e; print(e.__file__)"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, wheel], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == str(wheel / "kubeproof" / "model" / "errors.py")


def test_the_wheel_carries_the_licence_and_the_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("/LICENSE"))
        (commands,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
        assert b"Apache License" in archive.read(licence)
        assert {"kubeproof = kubeproof.cli:main", "kubectl-why = kubeproof.kubectl_why:main"} <= set(
            archive.read(commands).decode().splitlines()
        )


def test_what_is_imported_is_declared() -> None:
    declared = {re.split(r"[<>=\[]", line)[0].lower() for line in SETTINGS["project"]["dependencies"]}
    provided = packages_distributions()
    undeclared = {
        f"{file.relative_to(ROOT)}: {name}"
        for folder in ("kubeproof", *LINKED)
        for file in (ROOT / folder).rglob("*.py")
        for name in imported(file)
        if declared.isdisjoint(distribution.lower() for distribution in provided.get(name, [name]))
    }
    assert undeclared == set()


def imported(file: Path) -> set[str]:
    """The top-level names of others' libraries that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"kubeproof"}


def test_importing_kubeproof_loads_no_heavy_library() -> None:
    program = "import sys, kubeproof; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    heavy = {"graphviz", "hypothesis", "lightkube", "msgspec", "numpy", "rich", "scipy", "typer", "yaml", "z3"}
    assert heavy.isdisjoint(run.stdout.split())
