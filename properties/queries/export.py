"""A machine and its laws as text for another checker: what to export is chosen here, how it is written in the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from kubeproof.model.errors import BadInput
from kubeproof.model.export.claims import Claim
from kubeproof.model.machine import Machine
from kubeproof.model.machines import machine
from kubeproof.properties.claims import claim
from kubeproof.properties.laws import laws


class File(NamedTuple):
    """A text, and the name of the file that it belongs in; a name that only begins with a dot is free in its stem."""

    name: str
    text: str


def exported(name: str, to: str) -> tuple[File, ...]:
    """The files of a machine by its registered name, the main one first. Raises BadInput and NotModelled."""
    if to not in FORMATS:
        raise BadInput(f"there is no export to {to!r}; there are {', '.join(FORMATS)}")
    return FORMATS[to](machine(name), [claim(law) for law in laws(name)])


def _promela(of: Machine, claims: Sequence[Claim]) -> tuple[File, ...]:
    from kubeproof.model.export.promela import promela

    return (File(".pml", promela(of, claims)),)


def _tla(of: Machine, claims: Sequence[Claim]) -> tuple[File, ...]:
    from kubeproof.model.export.tla import tla

    module = tla(of, claims)
    return File(f"{module.name}.tla", module.text), File(f"{module.name}.cfg", module.configuration)


FORMATS: Mapping[str, Callable[[Machine, Sequence[Claim]], tuple[File, ...]]] = {"promela": _promela, "tla": _tla}
"""What it can be exported to."""
