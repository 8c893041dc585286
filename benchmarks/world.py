"""A world of 1,000 pods on 100 nodes: created, rolled out, left alone; what it takes, and memory that stays flat."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import measure

NODES, PODS = 100, 1000
DEPLOYMENT = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {PODS}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - name: main
        image: nginx:1
        resources: {{requests: {{cpu: 100m, memory: 64Mi}}}}
        readinessProbe: {{httpGet: {{port: 80}}, initialDelaySeconds: 5}}
"""
SETUP = f"""
import kubeproof as kp
world = kp.world(FILE, nodes="n{{1..{NODES}}} cpu=32 memory=64Gi").advance("1m")
assert sum(pod.status.phase == "Running" for pod in world.pods) == {PODS}
"""
ROLLOUT = f"""
world = world.do("set-image", object="deploy/web", image="nginx:2").advance("5m")
assert world.get("deploy/web").status.updated_replicas == {PODS}
"""
QUIET = 'world = world.advance("1h")\n'
MOST_GROWTH = 1.2
"""An hour in which nothing happens costs no more than a fifth of the memory."""


def _events(file: Path) -> int:
    """How many events the rollout has, from the beginning on."""
    import kubeproof as kp

    world = kp.world(file, nodes=f"n{{1..{NODES}}} cpu=32 memory=64Gi").advance("1m")
    return len(world.do("set-image", object="deploy/web", image="nginx:2").advance("5m").events)


def main() -> int:
    """Prints what it took; 1 where memory does not stay flat."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "web.yaml")
        file.write_text(DEPLOYMENT)
        setup = f"FILE = {str(file)!r}\n{SETUP}"
        made = measure.python(setup, tries=1)
        rolled = measure.python(setup + ROLLOUT, tries=1)
        later = measure.python(setup + ROLLOUT + QUIET, tries=1)
        events = _events(file)
    print(f"\na world of {PODS} pods on {NODES} nodes, seconds of processor time and MB")
    print(f"{events / rolled.processor:,.0f} events a second ({events:,} in all)")
    print(f"{'created, running and ready':40} {made.processor:8.1f} s {made.memory:8.0f} MB")
    print(f"{'and rolled out to another image':40} {rolled.processor:8.1f} s {rolled.memory:8.0f} MB")
    print(f"{'and looked on for an hour':40} {later.processor:8.1f} s {later.memory:8.0f} MB")
    return int(later.memory > MOST_GROWTH * rolled.memory)
