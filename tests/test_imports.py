"""What a command must not load: libraries that cost time and that its answer does not rest on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

POD = """
apiVersion: v1
kind: Pod
metadata: {name: large}
spec:
  containers:
  - {name: main, image: app, resources: {requests: {cpu: "4"}}}
"""
WHY = "from kubeproof.cli import run; assert run(['why', 'pod.yaml', '--nodes', 'n{1..3} cpu=2', '-p', 'large']) == 1"
HELP = "from kubeproof.cli import run; assert run(['--help']) == 0"
DIAGRAM = "from kubeproof.cli import run; assert run(['diagram', 'pod']) == 0"
CHECK = "from kubeproof.cli import run; assert run(['check', 'sandbox']) == 0"
RUN = "from kubeproof.cli import run; assert run(['run', 'pod.yaml', '--nodes', 'n1 cpu=9']) == 0"
LOAD = "import kubeproof; kubeproof.load('pod.yaml')"

ELSEWHERE = frozenset({"graphviz", "hypothesis", "IPython", "ortools", "scipy"})
CLIENT = frozenset({"lightkube.core.client", "lightkube.config.kubeconfig", "asyncio"})
SOLVE = frozenset({"numpy", "z3"})
READ = frozenset({"lightkube", "msgspec", "yaml"})
CASES = (
    ("import kubeproof", "import kubeproof", ELSEWHERE | CLIENT | SOLVE | READ | {"rich", "typer"}),
    ("kubeproof --help", HELP, ELSEWHERE | CLIENT | SOLVE | READ),
    ("kubeproof.load", LOAD, ELSEWHERE | CLIENT | SOLVE | {"typer"}),
    ("kubeproof diagram", DIAGRAM, (ELSEWHERE - {"scipy"}) | CLIENT - {"asyncio"} | {"lightkube", "z3"}),
    ("kubeproof check", CHECK, (ELSEWHERE - {"scipy"}) | CLIENT - {"asyncio"} | {"lightkube", "z3"}),
    (
        "kubeproof run",
        RUN,
        ELSEWHERE | CLIENT | {"z3", "transitions", "kubeproof.diagrams", "kubeproof.model.machines"},
    ),
    ("kubeproof why", WHY, ELSEWHERE | CLIENT),
)


@pytest.mark.parametrize(("code", "costly"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_nothing_is_loaded_that_is_not_needed(code: str, costly: frozenset[str], tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    told = f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "kubeproof" in loaded
    assert loaded & costly == set()
