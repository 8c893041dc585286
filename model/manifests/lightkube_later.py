"""lightkube without its client, until something asks for the client: `put_off`.

The typed objects live in `lightkube.models`, and importing a part of a package runs the package: here an HTTP client
and asyncio, an eighth of a second that only a live cluster needs. So the package waits until it is asked for a name of
its own (PEP 562). importlib's LazyLoader would not do: it loads as soon as a submodule is looked for.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec


def put_off() -> None:
    """Makes `import lightkube.models.…` run nothing else of lightkube; all of it stays there to be used."""
    spec = None if "lightkube" in sys.modules else find_spec("lightkube")
    if spec is None or spec.loader is None:
        return  # it has run already, or is not there, which the import that follows says better
    package, loader = module_from_spec(spec), spec.loader

    def run(name: str) -> object:
        del vars(package)["__getattr__"]
        loader.exec_module(package)
        return getattr(package, name)

    vars(package)["__getattr__"] = run
    sys.modules[spec.name] = package
