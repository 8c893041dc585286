"""What Kubernetes is: terms, objects, machines, the scheduler and the control plane. Imports nothing of ours above it."""
