"""The REPL: IPython where it is installed, else Python's own, with the cluster at hand."""

from __future__ import annotations

from code import interact
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import kubeproof
from kubeproof.cluster import Cluster

BANNER = """kubeproof {version}: {cluster!r}
  cluster.pending            cluster.why("shop/web-9")      cluster.fit()
  cluster.node("n1").taints  cluster.without_node("n1")     cluster.with_nodes("n9 cpu=4 memory=16Gi zone=a")
  cluster.formula("shop/web-9").solver()                    the same question, for z3
  world = cluster.world().advance("1m"); world.pods         the cluster over time (docs/world.md)
"""


def start(cluster: Cluster) -> None:
    """Hands the terminal to a REPL in which `cluster` and `kp` are known, until it is left."""
    names: dict[str, Any] = {"cluster": cluster, "kp": kubeproof}
    banner = BANNER.format(version=kubeproof.__version__, cluster=cluster)
    if find_spec("IPython"):
        config = import_module("traitlets.config").Config()
        config.TerminalInteractiveShell.banner1 = banner
        import_module("IPython").start_ipython(argv=[], user_ns=names, config=config)
    else:
        interact(banner=banner, local=names, exitmsg="")
