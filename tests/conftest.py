"""How random tests search: the same draws everywhere by default; broadly where KUBEPROOF_PROFILE=nightly asks."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50, database=None, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile(os.environ.get("KUBEPROOF_PROFILE", "ci"))
