"""Input: manifests, dumps, sketches of nodes and live clusters in; a snapshot and the typed objects beside it out."""

from kubeproof.model.manifests.lightkube_later import put_off

put_off()
