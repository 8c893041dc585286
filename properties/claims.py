"""Laws as model/export takes them: plain, so that the model knows nothing of laws."""

from __future__ import annotations

from kubeproof.model.export.claims import Claim
from kubeproof.properties.law import Law


def claim(law: Law) -> Claim:
    """The law as a claim of an export; model/export/promela.py and tla.py take them with the machine."""
    return Claim(law.name, law.form.value, law.condition, law.premise)
