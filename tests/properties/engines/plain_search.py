"""The plainest search that there is, one state at a time on the value reading: what the engines are held to."""

from itertools import chain

from kubeproof.model.machine import Machine
from kubeproof.model.state import State, enabled, holds, initial, take
from kubeproof.properties.law import Form, Law


def layers(machine: Machine) -> list[list[State]]:
    """All states that can be reached, by the length of the shortest run."""
    seen = set(initial(machine))
    found = [sorted(seen)]
    while found[-1]:
        behind = {take(machine, step, state) for state in found[-1] for step in enabled(machine, state)} - seen
        seen |= behind
        found.append(sorted(behind))
    return found[:-1]


def reached(machine: Machine) -> int:
    """How many states can be reached."""
    return len(set(chain.from_iterable(layers(machine))))


def decides(law: Law) -> int | None:
    """The length of the shortest run that breaks a law (a `sometimes`: shows it), None where there is none."""
    machine = law.machine
    for depth, layer in enumerate(layers(machine)):
        for state in layer:
            if law.form is Form.EVERY_STEP:
                if any(not holds(machine, law.whole, state, take(machine, s, state)) for s in enabled(machine, state)):
                    return depth + 1
            elif holds(machine, law.whole, state) is (law.form is Form.SOMETIMES):
                return depth
    return None
