"""The cluster autoscaler (cluster-autoscaler 1.34): nodes come and go with the pods; begin with component.py."""
