"""kube-scheduler's filter plugins, one file each, told once as clauses of terms."""
