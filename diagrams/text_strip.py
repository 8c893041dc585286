"""A run's picture as plain text: a table of its states, a row each, with `*` beside what the step before it changed."""

from __future__ import annotations

from collections.abc import Iterator

from kubeproof.diagrams.strip import Strip


def text(strip: Strip) -> str:
    """The picture as lines, with a line end after each."""
    return "".join(f"{line}\n" for line in _lines(strip))


def _lines(strip: Strip) -> Iterator[str]:
    yield strip.title
    yield ""
    names = [value.name for value in strip.frames[0].values]
    rows = [["", "", *names]]
    for at, frame in enumerate(strip.frames):
        step = f"{strip.actors[frame.by - 1]}: {frame.step}" if at else "starts"
        rows.append([str(at), step, *(f"{value.value}{' *' if value.changed else ''}" for value in frame.values)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
    if strip.loop is not None:
        last = len(strip.frames) - 1
        yield f"then from {strip.loop} on, for ever" if strip.loop < last else "then nothing more, for ever"
    if strip.notes:
        yield ""
        yield from strip.notes
