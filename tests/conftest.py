"""How random tests search: the same draws everywhere by default; broadly where KUBEPROOF_PROFILE=nightly asks,
and hardly where it asks for dev."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Machines differ in speed, so time decides nothing.
EASY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", EASY, derandomize=True, database=None, max_examples=50)
settings.register_profile("dev", EASY, max_examples=5)
settings.register_profile("nightly", EASY, max_examples=2000)
settings.load_profile(os.environ.get("KUBEPROOF_PROFILE", "ci"))


@pytest.fixture
def lift(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small machine more, for tests of what people see of machines."""
    from tests.machines.small import install

    install(monkeypatch)
