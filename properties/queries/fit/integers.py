"""Integer search by HiGHS (scipy.optimize.milp): fast, and in floating point.

So it only searches: what it finds is placed and decided again, and its "infeasible" proves nothing.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from kubeproof.properties.queries.fit.linear import Linear
from kubeproof.properties.queries.fit.state import State

BRANCHES = 2_000
"""How many nodes of its tree HiGHS may visit: a limit that is the same on every machine."""

INFEASIBLE = 2
"""scipy's status for it."""


class Failure(Enum):
    """What it says where it has no solution."""

    NONE_THERE = "in floating point there is none"
    LIMIT = "the search was cut short"


def solve(linear: Linear, seconds: float) -> State | Failure:
    """A placement that keeps all rows, up to rounding."""
    rows = linear.rows
    scale = [float(max(np.abs(row.weights).max(initial=1), 1)) for row in rows]
    low = [-np.inf if row.low is None else row.low / unit for row, unit in zip(rows, scale, strict=True)]
    high = [np.inf if row.high is None else row.high / unit for row, unit in zip(rows, scale, strict=True)]
    starts = np.cumsum([0, *(len(row.columns) for row in rows)])
    columns = np.concatenate([np.zeros(0, np.int64), *(row.columns for row in rows)])
    weights = np.concatenate([np.zeros(0), *(row.weights / unit for row, unit in zip(rows, scale, strict=True))])
    matrix = csr_array((weights, columns, starts), shape=(len(rows), linear.size))
    found = milp(
        np.zeros(linear.size),
        integrality=np.ones(linear.size, np.int64),
        bounds=Bounds(np.zeros(linear.size), np.array(linear.upper, np.float64)),
        constraints=LinearConstraint(matrix, np.array(low), np.array(high)),
        options={"time_limit": max(seconds, 0.01), "node_limit": BRANCHES},
    )
    if found.x is None:
        return Failure.NONE_THERE if found.status == INFEASIBLE else Failure.LIMIT
    state = State(linear.problem)
    for number, node, at in linear.places():
        for _ in range(round(float(found.x[at]))):
            state.place(number, node)
    return state
