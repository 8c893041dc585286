"""What Kubernetes is: terms, objects, machines, scheduler and control plane. Imports nothing of ours above it."""
