"""Golden cases recorded from real Kubernetes, run against the model: one module for each family of topics."""
