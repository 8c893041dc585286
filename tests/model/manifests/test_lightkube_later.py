import subprocess
import sys

SEEN = """
import sys
import kubeproof.model.manifests.load
assert "lightkube.models.core_v1" in sys.modules
assert "lightkube.core.client" not in sys.modules
assert "asyncio" not in sys.modules
import lightkube
assert "lightkube.core.client" not in sys.modules, "only a name of its own makes it run"
from lightkube import Client
assert lightkube.Client is Client is sys.modules["lightkube.core.client"].Client
assert lightkube.models.core_v1.Pod.__name__ == "Pod"
assert not hasattr(lightkube, "no_such_name")
"""


def test_the_client_waits_until_it_is_asked_for_and_then_is_all_there() -> None:
    subprocess.run([sys.executable, "-c", SEEN], check=True)
