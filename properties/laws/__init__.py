"""What must hold, one subject a file: declarations only, no engine is imported here.

Each file has its machine's `LAWS`, and as `STUDIES` what one would think holds but does not; both are told apart, since
a study that came true would be as much news as a law that broke.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kubeproof.model.machines import machine

if TYPE_CHECKING:
    from kubeproof.properties.law import Law


def laws(name: str) -> tuple[Law, ...]:
    """The laws of the machine of that name. Raises BadInput where there is no such machine."""
    return _declared(name, "LAWS")


def studies(name: str) -> tuple[Law, ...]:
    """The natural laws of that machine that Kubernetes breaks, each with a `note` that says how."""
    return _declared(name, "STUDIES")


def _declared(name: str, which: str) -> tuple[Law, ...]:
    machine(name)
    found: tuple[Law, ...] = getattr(import_module(f"kubeproof.properties.laws.{name}"), which)
    return found
