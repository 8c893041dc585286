"""The node lifecycle controller: which nodes are alive, which taints they get, and how fast (v1.36)."""
