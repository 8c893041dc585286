"""A package whose own code runs when something of it is asked for, not when one of its modules is imported: `later`.

For lightkube: its models are plain structs, but `import lightkube.models.core_v1` first runs lightkube itself, which
imports an HTTP client: a tenth of a second of every command, for what only a live cluster needs.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType


class _Later(ModuleType):
    """A package that has a path, so that its modules can be found, and no code yet."""

    def __getattr__(self, name: str) -> object:
        spec = self.__spec__
        if name.startswith("__") or "_runs" in self.__dict__ or spec is None or spec.loader is None:
            raise AttributeError(name)
        self.__dict__["_runs"] = True
        spec.loader.exec_module(self)
        return getattr(self, name)


def later(package: str) -> None:
    """Nothing, if the package runs already; else its name is known from now on, and it runs when it is needed."""
    if package in sys.modules:
        return
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        return
    module = _Later(package)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    module.__package__, module.__path__ = package, spec.submodule_search_locations
    sys.modules[package] = module
