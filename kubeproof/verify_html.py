"""What was verified as one HTML page that stands alone: the laws, and each broken one with its story and picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from kubeproof.model.errors import printable
from kubeproof.properties.queries.question import Finding
from kubeproof.properties.queries.verified import Verified, detail, story

Drawn = Callable[[Finding], str]
"""The SVG picture of a finding's run, "" for none."""

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #1d2733; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35em .6em; border-bottom: 1px solid #d9dfe6; }
pre { background: #f5f7f9; padding: 1em; overflow-x: auto; font-size: 13px; }
svg { max-width: 100%; height: auto; }
.VIOLATED { color: #b3261e; font-weight: bold; } .PROVED { color: #1b6e3c; font-weight: bold; }
.HELD { color: #2f6fa7; font-weight: bold; } .UNKNOWN { color: #8a6100; font-weight: bold; }
small { color: #5b6875; }
"""


def html(answer: Verified, drawn: Drawn) -> bytes:
    """The page as a file's content. All that comes from input is escaped."""
    return "\n".join(_page(answer, drawn)).encode()


def _page(answer: Verified, drawn: Drawn) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>kubeproof verify: {answer.outcome.value}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield f'<h1>kubeproof verify: <span class="{answer.outcome.value}">{answer.outcome.value}</span></h1>'
    if answer.command:
        yield f"<pre>{_safe(answer.command)}</pre>"
    yield "<table>\n<tr><th>outcome</th><th>law</th><th>how it was found out</th></tr>"
    for at, one in enumerate(answer.findings):
        law = _safe(one.verdict.law)
        name = f'<a href="#law{at}">{law}</a>' if one in answer.broken else law
        why = f"<br><small>{_safe(one.verdict.why)}</small>" if one.verdict.why else ""
        outcome = one.verdict.outcome.value
        yield f'<tr><td class="{outcome}">{outcome}</td><td>{name}{why}</td><td>{_safe(detail(one))}</td></tr>'
    yield "</table>"
    for at, one in enumerate(answer.findings):
        if one in answer.broken:
            yield f'<h2 id="law{at}">{_safe(one.verdict.law)}</h2>'
            yield f"<pre>{_safe_lines(story(one))}</pre>"
            if picture := drawn(one):
                yield f"<figure>{picture}</figure>"
            if again := answer.again(one):
                yield f"<p>Again:</p>\n<pre>{_safe(again)}</pre>"
    assumed = dict.fromkeys(each for one in answer.verdicts for each in one.assumes)
    if assumed:
        yield "<h2>Assumed</h2>\n<ul>"
        yield from (f"<li>{_safe(each)}</li>" for each in assumed)
        yield "</ul>"
    yield "</body>\n</html>\n"


def _safe(text: str) -> str:
    return escape(printable(text))


def _safe_lines(lines: Iterator[str]) -> str:
    return "\n".join(map(_safe, lines))
