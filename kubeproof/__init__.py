"""kubeproof: an executable, provable model of Kubernetes.

    import kubeproof as kp
    cluster = kp.load("dump.yaml")
    cluster.why("shop/web-9")
    cluster.fit()
    kp.world("web.yaml", nodes="n{1..3} cpu=4").advance("1m").pods
    kp.machines.POD.run().take("bind")

Names load what stands behind them when they are first used, so importing kubeproof costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubeproof import laws, machines
    from kubeproof.cluster import Cluster, load
    from kubeproof.model.errors import BadInput, KubeproofError, NotModelled
    from kubeproof.replays import replay
    from kubeproof.worlds import World, world

__all__ = [
    "BadInput",
    "Cluster",
    "KubeproofError",
    "NotModelled",
    "World",
    "__version__",
    "laws",
    "load",
    "machines",
    "replay",
    "world",
]
__version__ = "0.1.0"

_HOME = {
    "BadInput": "kubeproof.model.errors",
    "Cluster": "kubeproof.cluster",
    "KubeproofError": "kubeproof.model.errors",
    "NotModelled": "kubeproof.model.errors",
    "World": "kubeproof.worlds",
    "load": "kubeproof.cluster",
    "replay": "kubeproof.replays",
    "world": "kubeproof.worlds",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in ("laws", "machines"):  # modules, which are their own listings
        return import_module(f"kubeproof.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'kubeproof' has no attribute {name!r}; known: {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
