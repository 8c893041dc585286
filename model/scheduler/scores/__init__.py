"""kube-scheduler's score plugins (v1.34), one file each: what they make of a node, as terms."""
