"""What pytest tells at its end of worlds that were run at random: which steps were taken, and which laws were asked.

Where no test made a machine of a world it does nothing, and loads nothing.
"""

from __future__ import annotations

import sys
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tells what each machine of a world did; a law that was never put to the test is called vacuous."""
    module = sys.modules.get("kubeproof.properties.engines.world_machine")
    ran = [one for one in getattr(module, "MACHINES", ()) if one.tally.runs]
    if ran:
        terminalreporter.section("kubeproof: random worlds")
        for one in ran:
            terminalreporter.write_line(one.tally.text(one.laws))
