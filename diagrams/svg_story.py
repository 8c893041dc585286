"""A story's picture as SVG, and as text: lanes with dots, what was done beside them, then the strip of placements."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from kubeproof.diagrams import look
from kubeproof.diagrams.graph import elided
from kubeproof.diagrams.sequence import Cell, Dot, Message, Row, Sequence, State

WIDTH, MARGIN = 900, 16
TIME, LANE, LINE, GAP = 52, 34, 17, 7
"""Points: the column of times, a lane, a line of text, the space before a new second."""

HEAD = 92  # the names of lanes, which stand aslant
CHARACTER = 5.0  # a character of normal size, on average
TITLES, SQUARE, STEP = 92, 9, 11

_XMLNS, _FONTS = 'xmlns="http://www.w3.org/2000/svg"', f'font-family="{look.FONTS}"'


def svg(picture: Sequence) -> str:
    """The picture as an SVG document."""
    body = list(_story(picture))
    below = MARGIN + 24 + HEAD + _height(picture)
    strip = list(_strip(picture, below + 30)) if picture.rows else []
    height = below + (30 + _strip_height(picture) if strip else 10) + MARGIN
    return "\n".join(
        (
            f'<svg {_XMLNS} width="{WIDTH}pt" height="{height}pt" viewBox="0 0 {WIDTH} {height}" {_FONTS}>',
            f'<rect width="{WIDTH}" height="{height}" fill="{look.PAPER}"/>',
            _text(MARGIN, MARGIN + 10, picture.title, look.LARGE, bold=True),
            *body,
            *strip,
            "</svg>\n",
        )
    )


def text(picture: Sequence) -> str:
    """The picture as lines."""
    width = max(map(len, picture.lanes), default=0)
    found = [picture.title, ""]
    for one in picture.messages:
        who = "" if one.lane is None else picture.lanes[one.lane]
        found.append(f"{one.time:>8}  {who:<{width}}  {one.text}".rstrip())
    if picture.rows:
        titles = max(len(row.title) for row in picture.rows)
        cells = [[_marks(cell) for cell in row.cells] for row in picture.rows]
        widths = [max(len(time), *(len(own[at]) for own in cells)) for at, time in enumerate(picture.times)]
        found += ["", "  ".join((" " * titles, *map(str.ljust, picture.times, widths))).rstrip()]
        for row, own in zip(picture.rows, cells, strict=True):
            found.append("  ".join((row.title.ljust(titles), *map(str.ljust, own, widths))).rstrip())
    return "\n".join(found) + "\n"


SIGNS = {State.READY: "#", State.NOT_READY: "o", State.ENDING: "x", State.DONE: "-", State.FAILED: "!"}
"""A pod in a picture of text."""


def _marks(cell: Cell) -> str:
    return "".join(SIGNS[dot.state] for dot in cell.dots) + (f"+{cell.more}" if cell.more else "") or "."


def _story(picture: Sequence) -> Iterator[str]:
    top, foot = MARGIN + 24 + HEAD, MARGIN + 24 + HEAD + _height(picture)
    for number, name in enumerate(picture.lanes):
        x = _lane(number)
        yield f'<line x1="{x}" y1="{top - 6}" x2="{x}" y2="{foot}" stroke="{look.LINE}" stroke-width="1.2"/>'
        yield (
            f'<g transform="translate({x + 3} {top - 12}) rotate(-38)">'
            + _text(0, 0, elided(name, 26), look.NORMAL, bold=True)
            + "</g>"
        )
    left = _left(picture)
    y = top
    for one in picture.messages:
        if one.time:
            y += GAP
            yield (
                f'<line x1="{MARGIN}" y1="{y - GAP / 2}" x2="{WIDTH - MARGIN}" y2="{y - GAP / 2}" '
                f'stroke="{look.TRACK}" stroke-width="0.6"/>'
            )
            yield _text(MARGIN + TIME - 10, y + 12, one.time, look.SMALL, look.FADED_INK, ends=True)
        yield from _message(one, left, y)
        y += LINE * len(_wrapped(one.text, left))


def _message(one: Message, left: float, y: float) -> Iterator[str]:
    if one.lane is None:
        yield _text(left, y + 12, f"… {one.text} …", look.NORMAL, look.FADED_INK)
        return
    x, paint = _lane(one.lane), look.mark(one.lane + 1)
    yield f'<line x1="{x}" y1="{y + 8.5}" x2="{left - 4}" y2="{y + 8.5}" stroke="{paint.fill}" stroke-width="0.8"/>'
    yield f'<circle cx="{x}" cy="{y + 8.5}" r="4.2" fill="{paint.fill}"/>'
    for number, line in enumerate(_wrapped(one.text, left)):
        yield _text(left, y + 12 + number * LINE, line, look.NORMAL)


def _lane(number: int) -> float:
    return MARGIN + TIME + LANE * number + LANE / 2


def _wrapped(words: str, left: float) -> list[str]:
    """The text in two lines at most."""
    most = int((WIDTH - MARGIN - left) / CHARACTER)
    if len(words) <= most:
        return [words]
    at = words.rfind(" ", 0, most + 1)
    at = at if at > most // 2 else most
    return [words[:at], elided(words[at:].strip(), most)]


def _left(picture: Sequence) -> float:
    """Where the words begin, right of all lanes."""
    return _lane(len(picture.lanes)) - LANE / 2 + 6


def _height(picture: Sequence) -> int:
    left = _left(picture)
    return sum(LINE * len(_wrapped(one.text, left)) + (GAP if one.time else 0) for one in picture.messages) + 8


def _strip(picture: Sequence, top: float) -> Iterator[str]:
    yield _text(MARGIN, top - 6, "Where the pods are", look.NORMAL, bold=True)
    width = (WIDTH - 2 * MARGIN - TITLES) / len(picture.times)
    for column, time in enumerate(picture.times):
        x = MARGIN + TITLES + column * width
        yield _text(x + 3, top + 12, time, look.SMALL, look.FADED_INK)
    y = top + 18
    for number, row in enumerate(picture.rows):
        height = _row_height(row, width)
        if number % 2 == 0:
            yield f'<rect x="{MARGIN}" y="{y}" width="{WIDTH - 2 * MARGIN}" height="{height}" fill="{look.PANEL}"/>'
        yield _text(MARGIN + 4, y + 13, elided(row.title, 18), look.NORMAL)
        for column, cell in enumerate(row.cells):
            yield from _pods(cell, MARGIN + TITLES + column * width, y + 4, _fit(width))
        y += height
    yield from _legend(picture, y + 16)


def _pods(cell: Cell, left: float, top: float, across: int) -> Iterator[str]:
    for number, dot in enumerate(cell.dots):
        yield _square(dot, left + 3 + number % across * STEP, top + number // across * STEP)
    if cell.more:
        at = len(cell.dots)
        yield _text(left + 3 + at % across * STEP, top + 8 + at // across * STEP, f"+{cell.more}", look.SMALL)


def _square(dot: Dot, x: float, y: float) -> str:
    paint = look.mark(dot.owner + 1).fill
    inside = {State.READY: paint, State.NOT_READY: look.PAPER, State.DONE: look.TRACK}.get(dot.state, look.PAPER)
    found = (
        f'<rect x="{x + 0.6}" y="{y + 0.6}" width="{SQUARE - 1.2}" height="{SQUARE - 1.2}" rx="1.5" '
        f'fill="{inside}" stroke="{paint}" stroke-width="1.4"/>'
    )
    if dot.state in (State.ENDING, State.FAILED):
        ink = look.OVER if dot.state is State.FAILED else paint
        found += (
            f'<path d="M{x + 1.5} {y + 1.5}l{SQUARE - 3} {SQUARE - 3}m0 {3 - SQUARE}l{3 - SQUARE} {SQUARE - 3}" '
            f'stroke="{ink}" stroke-width="1.3"/>'
        )
    return found


def _legend(picture: Sequence, y: float) -> Iterator[str]:
    x = float(MARGIN)
    for number, owner in enumerate(picture.owners):
        name = elided(owner, 24)
        if x + 22 + CHARACTER * len(name) > WIDTH - MARGIN:
            x, y = float(MARGIN), y + 15
        yield _square(Dot(number, State.READY), x, y - 8)
        yield _text(x + 13, y, name, look.SMALL)
        x += 26 + CHARACTER * len(name)
    x, y = float(MARGIN), y + 15
    for state in State:
        yield _square(Dot(0, state), x, y - 8)
        yield _text(x + 13, y, state.value, look.SMALL, look.FADED_INK)
        x += 30 + CHARACTER * len(state.value)


def _strip_height(picture: Sequence) -> float:
    width = (WIDTH - 2 * MARGIN - TITLES) / len(picture.times)
    return 18 + sum(_row_height(row, width) for row in picture.rows) + 16 + 15 * 3


def _row_height(row: Row, width: float) -> int:
    most = max((len(cell.dots) + 2 * bool(cell.more) for cell in row.cells), default=0)
    return 8 + STEP * max(1, -(-most // _fit(width)))


def _fit(width: float) -> int:
    """How many squares stand beside one another in a column."""
    return max(1, int((width - 8) // STEP))


def _text(
    x: float, y: float, words: str, size: str, ink: str = look.INK, *, bold: bool = False, ends: bool = False
) -> str:
    """A line of text that begins, or ends, at a place."""
    weight, anchor = ' font-weight="bold"' if bold else "", ' text-anchor="end"' if ends else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{ink}"{weight}{anchor}>{escape(words)}</text>'
