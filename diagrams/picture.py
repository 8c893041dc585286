"""Any picture, whatever its shape: as Graphviz's source, and as text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from kubeproof.diagrams import dot_source, dot_states, dot_strip, render_text, text_states, text_strip
from kubeproof.diagrams.graph import Graph
from kubeproof.diagrams.state_graph import StateGraph
from kubeproof.diagrams.strip import Strip

Picture = Graph | StateGraph | Strip

PLAIN: Mapping[str, str] = MappingProxyType({})


def source(picture: Picture, settings: Mapping[str, str] = PLAIN) -> str:
    """The picture in Graphviz's language; `settings` are more attributes for it as a whole (our own words only)."""
    match picture:
        case Graph():
            return dot_source.source(picture, settings)
        case StateGraph():
            return dot_states.source(picture, settings)
        case Strip():
            return dot_strip.source(picture, settings)
        case _:
            assert_never(picture)


def text(picture: Picture) -> str:
    """The picture as lines, with a line end after each."""
    match picture:
        case Graph():
            return render_text.text(picture)
        case StateGraph():
            return text_states.text(picture)
        case Strip():
            return text_strip.text(picture)
        case _:
            assert_never(picture)
