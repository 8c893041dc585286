"""The descheduler (sigs.k8s.io/descheduler, v0.34): evicts pods that should be elsewhere; begin with component.py."""
