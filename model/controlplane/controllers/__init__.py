"""What each controller decides, as pure functions: a controller is found by its Kubernetes name."""
