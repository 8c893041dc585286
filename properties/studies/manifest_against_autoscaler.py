"""Replicas in a manifest under GitOps, and an autoscaler that wants more: they flap for ever.

Every sync puts back what the manifest says, every look of the autoscaler what it needs, and pods come and go with them.
A manifest that says nothing of replicas leaves the field to the autoscaler.
"""

from __future__ import annotations

from kubeproof.model.extras import Extras
from kubeproof.model.gitops import GitOps
from kubeproof.properties.studies.startup_load import autoscaler
from kubeproof.properties.studies.study import Case, Study, nodes, workload
from kubeproof.properties.verdict import Outcome
from kubeproof.properties.world_law import in_the_end

ENDS = in_the_end("nobody changes anything any more")


def cluster(replicas: str, outcome: Outcome) -> Case:
    """A Deployment with so many replicas in its manifest, and an autoscaler from two on."""
    web = workload(1, "terminationGracePeriodSeconds: 1").replace("replicas: 1, ", replicas)
    return Case(
        nodes(1) + web + autoscaler(2, 3),
        ((ENDS, outcome),),
        old=20,
        extras=Extras(gitops=GitOps(60)),
        assumes=("a sync a minute",),
    )


MANIFEST_AGAINST_AUTOSCALER = Study(
    "replicas under GitOps against an autoscaler",
    "https://github.com/kubernetes/kubernetes/issues/25238",
    cluster("replicas: 1, ", Outcome.VIOLATED),
    cluster("", Outcome.PROVED),
)
