"""Lifecycles as machines, one a file: what they are, and nothing about how they are run, searched or drawn.

`MACHINES` lists them in the order in which one reads them; `machine` loads one by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from kubeproof.model.errors import BadInput

if TYPE_CHECKING:
    from kubeproof.model.machine import Machine

MACHINES: Mapping[str, str] = {
    "pod": "POD",
    "container": "CONTAINER",
    "probe": "PROBE",
    "pod_order": "POD_ORDER",
    "pod_worker": "POD_WORKER",
    "sandbox": "SANDBOX",
    "memory": "MEMORY",
    "node": "NODE",
}
"""The module of each machine, and the machine's name there."""


def machine(name: str) -> Machine:
    """The machine of that name. Raises BadInput, which lists those that there are."""
    if name not in MACHINES:
        raise BadInput(f"there is no machine {name!r}; there are {', '.join(MACHINES)}")
    found: Machine = getattr(import_module(f"kubeproof.model.machines.{name}"), MACHINES[name])
    return found
