"""kube-scheduler's VolumeBinding score (v1.34): it scores nothing unless StorageCapacityScoring is on, which is alpha.

Left out: that feature.
"""

from __future__ import annotations

from kubeproof.model.objects.pod import Pod
from kubeproof.model.scheduler.args import Args
from kubeproof.model.scheduler.facts import Facts
from kubeproof.model.scheduler.score import Points, Score


def points(pod: Pod, facts: Facts, args: Args) -> Points | None:
    """None: PreScore skips it for every pod."""
    return None


VOLUME_BINDING = Score("VolumeBinding", points)
