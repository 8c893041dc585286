"""A machine's steps over packed states: for a block of states, all their successors, a few passes over words a step.

A guard's plain literals (a variable is, or is not, a constant) are one comparison of masked words, and effects that are
constants are one mask; only what is left is read as columns, on the states that passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import numpy as np

from kubeproof.model.logic.column import column
from kubeproof.model.logic.terms import TRUE, Op, Term, all_of, code
from kubeproof.model.machine import Machine, Outside, Step, Var
from kubeproof.model.state import conjuncts, words
from kubeproof.properties.engines.packing import Block, Field, Layout, PackedEnv


class Compiled(NamedTuple):
    """A step over words: it may be taken where `word & mask == want` in each of `tests` and `rest` holds; then each
    word is masked by `keep`, `put` is added, and what is `reckoned` is read as columns."""

    step: Step
    tests: tuple[tuple[int, np.uint64, np.uint64], ...]
    rest: Term
    keep: tuple[np.uint64, ...]
    put: tuple[np.uint64, ...]
    reckoned: tuple[tuple[Field, Term], ...]


def compiled(machine: Machine, layout: Layout) -> tuple[Compiled, ...]:
    """All steps, in the machine's order."""
    return tuple(_compiled(step, layout) for step in machine.steps)


def taken(step: Compiled, layout: Layout, block: Block) -> tuple[Block, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The successors by one step, and which states of the block they come from. Raises Outside."""
    where = _where(step, layout, block)
    if not len(where):
        return [column[:0] for column in block], where
    here = [column[where] for column in block]
    behind = [(column & keep) | put for column, keep, put in zip(here, step.keep, step.put, strict=True)]
    env = PackedEnv(layout, here)
    for field, effect in step.reckoned:
        found = column(effect, env, env.memo).astype(np.int64)
        if (wrong := (found < field.var.low) | (found > field.var.high)).any():
            at = int(np.argmax(wrong))
            state = words(layout.machine, layout.unpack(here, at))
            raise Outside(layout.machine.name, step.step.name, field.var, int(found[at]), state)
        behind[field.word] |= (found - field.var.low).astype(np.uint64) << np.uint64(field.shift)
    return behind, where


def chunks(block: Block, size: int) -> Iterator[Block]:
    """The block in pieces of so many states."""
    for start in range(0, len(block[0]), size):
        yield [column[start : start + size] for column in block]


def _where(step: Compiled, layout: Layout, block: Block) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    passed: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None
    for word, mask, want in step.tests:
        here = (block[word] & mask) == want
        passed = here if passed is None else passed & here
    if passed is None:
        passed = np.ones(len(block[0]), dtype=bool)
    where = np.flatnonzero(passed)
    if step.rest is not TRUE and len(where):
        env = PackedEnv(layout, [column[where] for column in block])
        where = where[column(step.rest, env, env.memo)]
    return where


def _compiled(step: Step, layout: Layout) -> Compiled:
    masks, wants, rest = [0] * layout.words, [0] * layout.words, []
    for part in conjuncts(step.when):
        literal = _literal(part)
        if literal is None or (masks[(field := layout.fields[literal[0]]).word] & (field.mask << field.shift)):
            rest.append(part)
        else:
            masks[field.word] |= field.mask << field.shift
            wants[field.word] |= field.bits(literal[1])
    keep, put, reckoned = [2**64 - 1] * layout.words, [0] * layout.words, []
    for one, effect in step.effects.items():
        assert isinstance(one.data, Var)
        field = layout.fields[one.data]
        keep[field.word] &= field.hole
        if (known := _known(effect)) is None or not field.var.low <= known <= field.var.high:
            reckoned.append((field, effect))
        else:
            put[field.word] |= field.bits(known)
    tests = ((at, np.uint64(mask), np.uint64(want)) for at, (mask, want) in enumerate(zip(masks, wants, strict=True)))
    return Compiled(
        step,
        tuple(test for test in tests if test[1]),
        all_of(rest),
        tuple(map(np.uint64, keep)),
        tuple(map(np.uint64, put)),
        tuple(reckoned),
    )


def _literal(part: Term) -> tuple[Var, int] | None:
    """The variable and the value that a part of a guard pins it to, if that is all it says."""
    if part.op is Op.LEAF and isinstance(part.data, Var):
        return part.data, 1
    if part.op is Op.NOT and isinstance(part.args[0].data, Var):
        return part.args[0].data, 0
    if part.op is Op.EQ and isinstance(part.args[0].data, Var):
        known = _known(part.args[1])
        inside = known is not None and part.args[0].data.low <= known <= part.args[0].data.high
        return (part.args[0].data, known) if known is not None and inside else None
    return None


def _known(term: Term) -> int | None:
    if isinstance(term.data, Enum):
        return code(term.data)
    return int(term.data) if term.op is Op.CONST and isinstance(term.data, int) else None
