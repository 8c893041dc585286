"""lightkube's models come without its clients, and its clients when they are asked for."""

import subprocess
import sys

CODE = """
import sys
import kubeproof.model.objects.pod
assert "httpx2" not in sys.modules
from lightkube import Client
assert "httpx2" in sys.modules
import lightkube
assert lightkube.Client is Client
from kubeproof.model.later import later
later("lightkube")
later("no_such_package_anywhere")
assert lightkube is sys.modules["lightkube"]
assert not hasattr(lightkube, "nothing")
print("done")
"""


def test_an_http_client_is_loaded_only_when_it_is_asked_for() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("done\n", "")
