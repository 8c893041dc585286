"""What each controller decides, one module each by its Kubernetes name: pure functions from what it looks at."""
