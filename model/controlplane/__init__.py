"""What the control plane does to objects: admission, and the pods that controllers make from templates."""
