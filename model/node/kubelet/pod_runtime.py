"""What the container runtime has of one pod: its sandboxes, and of each container the newest and one dead.

Follows kubecontainer.PodStatus (pkg/kubelet/container/runtime.go) and PodSandboxChanged (kuberuntime/util/util.go),
v1.36. One container is a `RuntimeState` (runtime_state.py). Left out: a change between host network and pod network.
"""

from __future__ import annotations

from typing import NamedTuple

from kubeproof.model.node.kubelet.runtime_state import RuntimeState, RuntimeStates


class Sandbox(NamedTuple):
    """One sandbox: the pod's namespaces, held open by the runtime. `ip` is "" where it has none (yet)."""

    id: str
    attempt: int = 0
    ready: bool = True
    ip: str = ""


class Made(NamedTuple):
    """A container that the runtime made, under the name that the pod has for it, in a sandbox."""

    name: str
    state: RuntimeState
    sandbox: str = ""


class PodRuntime(NamedTuple):
    """Sandboxes and containers of a pod, the newest first."""

    sandboxes: tuple[Sandbox, ...] = ()
    containers: tuple[Made, ...] = ()

    @property
    def latest(self) -> RuntimeStates:
        """The newest container of each name."""
        return {made.name: made.state for made in reversed(self.containers)}


class SandboxNeed(NamedTuple):
    """Whether a pod needs another sandbox, the number of that attempt (or of the one it has), and the newest's id."""

    changed: bool
    attempt: int
    current: str


def sandbox_need(sandboxes: tuple[Sandbox, ...], *, host_network: bool) -> SandboxNeed:
    """What a pod's sandboxes are good for: none, several that are ready, or a newest that is not, call for another."""
    if not sandboxes:
        return SandboxNeed(True, 0, "")
    newest = sandboxes[0]
    several = sum(sandbox.ready for sandbox in sandboxes) > 1
    no_address = not host_network and not newest.ip
    if several or not newest.ready or no_address:
        return SandboxNeed(True, newest.attempt + 1, newest.id)
    return SandboxNeed(False, newest.attempt, newest.id)
