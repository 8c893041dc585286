"""The disruption controller: how many pods a PodDisruptionBudget lets go (v1.36)."""
