"""Input: manifests, dumps, sketches of nodes and live clusters in; a snapshot and the typed objects beside it out."""
