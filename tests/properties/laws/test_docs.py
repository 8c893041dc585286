"""docs/laws.md lists the standard laws as they are, with their forms and by what they apply to."""

from __future__ import annotations

import re
from pathlib import Path

from kubeproof.properties.laws.world import STANDARD, SUBJECTS
from kubeproof.properties.world_law import Form
from tests.properties.laws.seeded.bugs import BUGS

DOC = Path(__file__).parents[3] / "docs" / "laws.md"
TOLD = {Form.ALWAYS: "always", Form.EVERY_STEP: "step", Form.IN_THE_END: "end"}


def test_the_document_lists_every_law_with_the_bugs_it_finds() -> None:
    text = DOC.read_text(encoding="utf-8")
    listed: dict[str, list[tuple[str, str, str]]] = {}
    for heading, part in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE):
        listed[heading] = re.findall(r"^\| (.+?) \| (always|step|end) \| (.+?) \|$", part, re.MULTILINE)
    groups = [("Every cluster", STANDARD), *((" or ".join(one.kinds), one.laws) for one in SUBJECTS)]
    assert listed == {
        heading: [(law.name, TOLD[law.form], _found(law.name)) for law in laws] for heading, laws in groups
    }


def test_the_document_counts_the_bugs() -> None:
    assert f"All {len(BUGS)} are found." in DOC.read_text(encoding="utf-8")


def _found(name: str) -> str:
    return str(sum(any(name.startswith(begins) for begins in bug.finds) for bug in BUGS) or "by hand")
