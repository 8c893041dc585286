"""kube-scheduler v1.34: constraints as clauses of terms, the cycle that reads them, its messages and preemption."""
