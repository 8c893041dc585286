"""What each score plugin gives each node on which a pod fits, as a table and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeproof.model.scheduler.ranking import Ranking
from kubeproof.properties.queries.aligned import Row, aligned
from kubeproof.properties.queries.table import ROWS


def score_table(ranking: Ranking, chosen: str) -> Iterator[str]:
    """Lines: for each node its weighed scores and their total; `*` is among the best, `>` the one that was chosen.

    Of more than ROWS nodes those with the highest totals are shown.
    """
    if len(ranking.places) == 1:
        yield "no other node fits, so none is scored"
        return
    totals, table = _totals(ranking), ranking.table()
    best = max(totals.values())
    shown = list(totals) if len(totals) <= ROWS else sorted(totals, key=lambda name: -totals[name])[:ROWS]
    header = ("", "node", *(f"{marks.plugin} x{marks.weight}" for marks in ranking.marks), "total")
    rows: list[Row] = [
        (
            ">" if name == chosen else "*" if totals[name] == best else "",
            name,
            *(str(weighed) for _, _, weighed in table[name].values()),
            str(totals[name]),
        )
        for name in shown
    ]
    yield from aligned([header, *rows]).splitlines()
    if len(shown) < len(totals):
        yield f"and {len(totals) - len(shown)} nodes more with no higher total"


def data(ranking: Ranking) -> list[dict[str, Any]]:
    """For each node that fits the scores of each plugin, and the total; empty where only one node fits."""
    if len(ranking.places) == 1:
        return []
    totals, table = _totals(ranking), ranking.table()
    return [
        {
            "node": name,
            "plugins": {
                plugin: {"score": own, "normalized": of_100, "weighted": weighed}
                for plugin, (own, of_100, weighed) in table[name].items()
            },
            "total": total,
        }
        for name, total in totals.items()
    ]


def _totals(ranking: Ranking) -> Mapping[str, int]:
    return dict(zip(ranking.names, ranking.totals.tolist(), strict=True))
