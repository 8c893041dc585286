"""States as packed words: variables as bit fields of one or more 64-bit words, many states as columns of them.

A state block is a list of `uint64` arrays, one a word, each of shape (states,). Variables that may be swapped with
each other (`Machine.alike`) lie in blocks of equal shape, so that a block is one number and a symmetric state is put in
order by sorting numbers.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kubeproof.model.errors import NotModelled
from kubeproof.model.logic.column import Column
from kubeproof.model.machine import Machine, Var
from kubeproof.model.machine import var as var_of
from kubeproof.model.state import State

Words = NDArray[np.uint64]
Block = list[Words]
"""Many states: one array a word."""

WORD = 64


class Field(NamedTuple):
    """Where a variable lies: its word, how far it is shifted there, and its bits as a mask (unshifted)."""

    var: Var
    word: int
    shift: int
    mask: int

    def read(self, block: Sequence[Words]) -> Column:
        """The variable in each state: bool or int64."""
        raw = (block[self.word] >> np.uint64(self.shift)) & np.uint64(self.mask)
        if self.var.is_bool:
            return raw.astype(bool)
        return raw.astype(np.int64) + self.var.low if self.var.low else raw.astype(np.int64)

    def bits(self, code: int) -> int:
        """A value's bits, in their place in the word."""
        return (code - self.var.low) << self.shift

    @property
    def hole(self) -> int:
        """The mask of the bits that are not the variable's."""
        return ((1 << WORD) - 1) ^ (self.mask << self.shift)


class Slot(NamedTuple):
    """Where a block of variables that may be swapped lies."""

    word: int
    shift: int
    width: int


class Layout:
    """How a machine's states are packed."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.fields: dict[Var, Field] = {}
        self.groups: list[tuple[Slot, ...]] = []
        self._used = [0]
        for group in machine.alike:
            self.groups.append(tuple(self._place([var_of(one) for one in block]) for block in group))
        for one in machine.vars:
            if one not in self.fields:
                self._place([one])
        self.words = len(self._used)

    def pack(self, states: Sequence[State]) -> Block:
        """States as values, packed."""
        rows = np.zeros((self.words, len(states)), dtype=np.uint64)
        for at, state in enumerate(states):
            for one, code in zip(self.machine.vars, state, strict=True):
                field = self.fields[one]
                rows[field.word, at] |= np.uint64(field.bits(code))
        return list(rows)

    def unpack(self, block: Sequence[Words], at: int) -> State:
        """The state at a place of a block, as values."""
        words = [int(column[at]) for column in block]
        return tuple(
            ((words[field.word] >> field.shift) & field.mask) + one.low
            for one, field in ((one, self.fields[one]) for one in self.machine.vars)
        )

    def canonical(self, block: Block) -> Block:
        """The states with each group's blocks in order: what may be swapped is told once."""
        if not self.groups:
            return block
        new = list(block)
        for slots in self.groups:
            found = np.stack([(new[s.word] >> np.uint64(s.shift)) & _ones(s.width) for s in slots])
            found.sort(axis=0)
            for slot, value in zip(slots, found, strict=True):
                kept = new[slot.word] & ~(_ones(slot.width) << np.uint64(slot.shift))
                new[slot.word] = kept | (value << np.uint64(slot.shift))
        return new

    def _place(self, block: Sequence[Var]) -> Slot:
        """Room for variables side by side, in the first word that has it."""
        widths = [(one.size - 1).bit_length() for one in block]
        width = sum(widths)
        if width > WORD:
            raise NotModelled(", ".join(map(str, block)), f"a block of more than {WORD} bits that may be swapped")
        word = next((at for at, used in enumerate(self._used) if used + width <= WORD), len(self._used))
        if word == len(self._used):
            self._used.append(0)
        shift = at = self._used[word]
        for one, bits in zip(block, widths, strict=True):
            self.fields[one] = Field(one, word, at, (1 << bits) - 1)
            at += bits
        self._used[word] = at
        return Slot(word, shift, width)


class PackedEnv:
    """Packed states as the column reading asks for leaves; what was read is kept while the states stay the same."""

    def __init__(self, layout: Layout, block: Sequence[Words]) -> None:
        self._layout, self._block = layout, block
        self.memo: dict[Any, Column] = {}

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self._block[0])

    def leaf(self, data: Hashable) -> Column:
        """A variable in each state."""
        assert isinstance(data, Var)
        return self._layout.fields[data].read(self._block)

    def codes(self, key: str) -> tuple[Column, int]:
        """No state has labels."""
        return np.full(self.size, -1), 0


def _ones(width: int) -> np.uint64:
    return np.uint64((1 << width) - 1)
