"""What a cluster may have besides the components that every one has: `Extras`, each None where it is not there.

Extras(descheduler=policy_file.load("policy.yaml"))

The names of the fields are those of the components in cluster.py, with _ for -. How people ask for them as text is
told in extras_text.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeproof.model.cluster_autoscaler.policy import AutoscalerPolicy
from kubeproof.model.descheduler.policy import DeschedulerPolicy
from kubeproof.model.gitops import GitOps
from kubeproof.model.manifests.stated import Stated
from kubeproof.model.scheduler.profile import Profile


class Extras(NamedTuple):
    """The optional components, each by what it is told."""

    descheduler: DeschedulerPolicy | None = None
    gitops: GitOps | None = None
    second_scheduler: Profile | None = None
    cluster_autoscaler: AutoscalerPolicy | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The components that are there, by their names."""
        return tuple(field.replace("_", "-") for field in self._fields if getattr(self, field) is not None)

    def given(self, objects: Sequence[Stated]) -> Extras:
        """The same, where GitOps applies these objects unless it was told others."""
        if self.gitops is None or self.gitops.objects:
            return self
        return self._replace(gitops=self.gitops._replace(objects=tuple(objects)))


NONE = Extras()
